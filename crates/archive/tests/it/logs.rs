//! What the logs beside chats tell (`n_…`) reaches the archive, whatever breaks off when.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};

use bson::{Bson, Document, doc};
use openim_history_archive::row::{Key, Row};
use openim_history_archive::sync::{
    FollowStatus, MongoSync, NoProgress, Observer, Progress, State, SyncOptions, ViewSync,
    follow_views,
};
use openim_history_archive::{Archive, Place, Writer, WriterOptions};
use openim_history_client::source::rest::{RestOptions, RestSource};
use openim_history_standin::collections::Collections;
use openim_history_standin::faults::{Fault, When};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::{Dialect, Server};
use tokio::sync::watch;

use crate::follow::quick;
use crate::places::{content, folder, generated, serve, store, sync, sync_views};

/// Something that is done to a message, and told by the log beside its chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Revoke,
    DeleteForAll,
    Read,
}

pub(crate) const ACTS: [Act; 3] = [Act::Revoke, Act::DeleteForAll, Act::Read];

impl Act {
    /// Returns what it writes below the message's slot, and where.
    fn written(self) -> (&'static str, Bson) {
        match self {
            Self::Revoke => (
                ".revoke",
                doc! {"role": 0, "user_id": "boss", "nickname": "老板", "time": 1_790_000_100_000_i64}
                    .into(),
            ),
            Self::DeleteForAll => ("", doc! {"msg": null}.into()),
            Self::Read => (".is_read", true.into()),
        }
    }

    /// Returns the entry that tells of it, of that number in the log.
    fn entry(self, key: &Key, seq: i64) -> Document {
        let conversation = key.conversation_id.as_str();
        let (content_type, detail) = match self {
            Self::Revoke => (
                2101,
                serde_json::json!({
                    "revokerUserID": "boss", "clientMsgID": "", "revokeTime": 1_790_000_100_000_i64,
                    "sesstionType": 1, "seq": key.seq.0, "conversationID": conversation,
                    "isAdminRevoke": true,
                }),
            ),
            Self::DeleteForAll => (
                2102,
                serde_json::json!({
                    "userID": "boss", "conversationID": conversation, "seqs": [key.seq.0],
                }),
            ),
            Self::Read => (
                2200,
                serde_json::json!({
                    "markAsReadUserID": "boss", "conversationID": conversation,
                    "seqs": [key.seq.0], "hasReadSeq": key.seq.0,
                }),
            ),
        };
        let content = serde_json::json!({"detail": detail.to_string()});
        doc! {
            "send_id": "boss", "recv_id": "", "group_id": "", "client_msg_id": format!("entry-{seq}"),
            "server_msg_id": format!("entry-{seq}"), "session_type": 1, "msg_from": 200,
            "content_type": content_type, "content": content.to_string(), "seq": seq,
            "send_time": 1_790_000_100_000_i64, "create_time": 1_790_000_100_000_i64, "status": 2,
        }
    }
}

fn block_of(key: &Key) -> (String, i64) {
    let (block, slot) = ((key.seq.0 - 1) / 100, (key.seq.0 - 1) % 100);
    (format!("{}:{block}", key.conversation_id), slot)
}

/// Does something to a message, and tells of it, as OpenIM does.
pub(crate) fn act(collections: &mut Collections, key: &Key, act: Act) {
    let (block, slot) = block_of(key);
    let found = collections
        .each_document("msg")
        .find(|document| document.get_str("doc_id").is_ok_and(|id| id == block));
    let id = found.expect("a block").get("_id").cloned();
    let (field, value) = act.written();
    let event = doc! {
        "operationType": "update", "ns": {"coll": "msg"}, "documentKey": {"_id": id.expect("an id")},
        "updateDescription": {"updatedFields": {format!("msgs.{slot}{field}"): value}},
    };
    collections.apply_change(&event).expect("applies");
    let log = key.conversation_id.log().expect("a chat");
    let seq = collections.head(log.as_str()) + 1;
    let entry = act.entry(key, seq);
    let told = collections.insert_message(log.as_str(), &entry);
    told.expect("a number");
}

/// Returns messages of chats of two to which nothing was done, each of another chat.
fn untouched(rows: &BTreeMap<Key, Row>) -> Vec<Key> {
    let mut chats = BTreeSet::new();
    let plain = rows.iter().filter(|(key, row)| {
        key.conversation_id.as_str().starts_with("si_")
            && row.content_known
            && row.message.revoked.is_none()
            && row.message.deleted_for.is_empty()
            && !row.message.is_read
            && chats.insert(key.conversation_id.clone())
    });
    plain.map(|(key, _)| key.clone()).collect()
}

/// Whether the archive has what was done to a message, and what it was before.
fn assert_told(rows: &BTreeMap<Key, Row>, before: &BTreeMap<Key, Row>, key: &Key, act: Act) {
    let (was, row) = (&before[key].message, &rows[key]);
    assert_eq!(row.message.content, was.content, "{key:?}");
    assert!(row.content_known, "{key:?}");
    match act {
        Act::Revoke => {
            let revoked = row.message.revoked.as_ref().expect("revoked");
            assert_eq!(revoked.user_id, "boss");
        }
        Act::Read => assert!(row.message.is_read, "{key:?}"),
        // What nobody is shown any more may be gone for five reasons.
        Act::DeleteForAll => assert_eq!(row.purged_at, None, "{key:?}"),
    }
}

/// Does something each time another page was taken in.
struct OnPage<F> {
    stage: Mutex<String>,
    status: watch::Sender<FollowStatus>,
    act: F,
}

impl<F: Fn()> OnPage<F> {
    fn new(act: F) -> Self {
        Self {
            stage: Mutex::default(),
            status: watch::channel(FollowStatus::default()).0,
            act,
        }
    }
}

impl<F: Fn() + Send + Sync> Progress for OnPage<F> {
    fn begin(&self, what: &str, _total: Option<u64>) {
        *self.stage.lock().expect("nobody panics with it") = what.to_owned();
    }

    fn advance(&self, _done: u64) {
        if *self.stage.lock().expect("nobody panics with it") == "messages" {
            (self.act)();
        }
    }
}

impl<F: Fn() + Send + Sync> Observer for OnPage<F> {
    fn status(&self, status: &FollowStatus) {
        self.status.send_replace(status.clone());
    }
}

/// Files of rows that cannot be read for a while, as when a disk fails: a commit that changes any of them
/// fails, one that only adds others does not.
struct Unreadable(Vec<PathBuf>);

impl Unreadable {
    fn make(archive: &Path) -> Self {
        let list = |folder: PathBuf| {
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            entries.filter_map(|entry| Some(entry.ok()?.path()))
        };
        let months = list(archive.join("messages"));
        let files = months.flat_map(list);
        let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "parquet"));
        let files: Vec<PathBuf> = files.collect();
        for file in &files {
            std::fs::rename(file, file.with_extension("away")).expect("renames");
        }
        Self(files)
    }

    fn end(self) {
        for file in self.0 {
            std::fs::rename(file.with_extension("away"), file).expect("renames");
        }
    }
}

async fn opened(place: &Place, commit_rows: u64) -> Writer {
    let options = WriterOptions {
        commit_rows,
        ..WriterOptions::default()
    };
    Archive::write(place, "a test", options)
        .await
        .expect("opens")
}

/// A source that asks once only.
fn impatient(server: &Server) -> RestSource {
    let url = server.url().parse().expect("a URL");
    let options = RestOptions {
        retries: 0,
        ..RestOptions::new(url, "openIM123", "imAdmin")
    };
    RestSource::connect(options).expect("plain options")
}

#[tokio::test]
async fn what_is_done_after_the_first_copy_arrives_over_rest() {
    let (server, rest) = serve(generated(71, 1_000), Dialect::Main);
    let (_keep, place) = folder();
    sync_views(&place, &rest).await;
    let before = content(&place).await;
    let keys = untouched(&before);
    for (key, what) in keys.iter().zip(ACTS) {
        server.change(|collections| act(collections, key, what));
    }
    let report = sync_views(&place, &rest).await;
    assert_eq!(
        (report.messages.new, report.messages.changed),
        (3, 2),
        "three entries, and what two of them tell shows: {report:?}"
    );
    let after = content(&place).await;
    for (key, what) in keys.iter().zip(ACTS) {
        assert_told(&after, &before, key, what);
    }
    let again = sync_views(&place, &rest).await;
    assert_eq!(again.read, 0, "{again:?}");
}

/// What breaks off behind the page with the entry.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// The server, before the message is read again.
    Server,
    /// The disk, once the message was read again.
    Disk,
}

#[tokio::test]
async fn what_a_log_tells_arrives_over_rest_whatever_broke_off() {
    let (server, rest) = serve(generated(72, 1_000), Dialect::Main);
    let impatient = impatient(&server);
    for trouble in [Trouble::Server, Trouble::Disk] {
        // With one row a commit, whatever is taken in is committed at once.
        for commit_rows in [2_000_000, 1] {
            let (_keep, place) = folder();
            sync_views(&place, &rest).await;
            let before = content(&place).await;
            let key = &untouched(&before)[0];
            server.change(|collections| act(collections, key, Act::Revoke));
            let unreadable = Mutex::new(None);
            let breaking = OnPage::new(|| match trouble {
                Trouble::Server => {
                    let faults = server.faults();
                    faults.everywhere(When::Always, Fault::Http(500));
                }
                Trouble::Disk => {
                    let archive = place.local().expect("a folder");
                    let mut unreadable = unreadable.lock().expect("nobody panics with it");
                    unreadable.get_or_insert_with(|| Unreadable::make(archive));
                }
            });
            let mut writer = opened(&place, commit_rows).await;
            let sync = ViewSync::new(&impatient, &mut writer, SyncOptions::default()).await;
            let sync = sync.expect("prepares");
            let plan = sync.plan(&NoProgress).await.expect("plans");
            let outcome = sync.perform(plan, &breaking).await;
            outcome.expect_err("it breaks off");
            server.faults().clear();
            drop(breaking);
            let unreadable = unreadable.into_inner().expect("nobody panics with it");
            unreadable.into_iter().for_each(Unreadable::end);
            writer.close().await.expect("closes");
            sync_views(&place, &rest).await;
            assert_told(&content(&place).await, &before, key, Act::Revoke);
        }
    }
}

#[tokio::test]
async fn what_a_log_tells_arrives_where_a_follower_finds_the_server_gone() {
    let (server, rest) = serve(generated(73, 1_000), Dialect::Main);
    let (_keep, place) = folder();
    sync_views(&place, &rest).await;
    let before = content(&place).await;
    let key = &untouched(&before)[0];
    // The page with the entry is there, the message is asked for in vain: once.
    let once = Once::new();
    let breaking = OnPage::new(|| {
        once.call_once(|| {
            let faults = server.faults();
            faults.everywhere(When::Always, Fault::Http(500));
        });
    });
    let mut status = breaking.status.subscribe();
    let impatient = impatient(&server);
    let mut writer = opened(&place, 1).await;
    let options = quick();
    let happens = Box::pin(async {
        let lives = "the follower lives";
        let up_to_date = |status: &FollowStatus| status.state == State::Following;
        status.wait_for(up_to_date).await.expect(lives);
        server.change(|collections| act(collections, key, Act::Revoke));
        let gone = |status: &FollowStatus| status.state == State::Degraded;
        status.wait_for(gone).await.expect(lives);
        server.faults().clear();
        status.wait_for(up_to_date).await.expect(lives);
    });
    let followed = follow_views(&impatient, &mut writer, &options, &breaking, happens).await;
    followed.expect("follows");
    writer.close().await.expect("closes");
    assert_told(&content(&place).await, &before, key, Act::Revoke);
}

#[tokio::test]
async fn a_read_flag_that_only_a_log_tells_of_arrives_from_mongodb_whatever_broke_off() {
    let (database, source) = store(Mode::Standalone, &generated(74, 1_000)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let before = content(&place).await;
    let key = &untouched(&before)[0];
    // The block takes as much room as before.
    let msg = database.collection::<Document>("msg");
    let (block, slot) = block_of(key);
    let read = doc! {"$set": {format!("msgs.{slot}.is_read"): true}};
    let updated = msg.update_one(doc! {"doc_id": block}, read).await;
    assert_eq!(updated.expect("updates").modified_count, 1);
    let log = key.conversation_id.log().expect("a chat");
    let head = before.keys().filter(|key| key.conversation_id == log);
    let seq = head.map(|key| key.seq.0).max().unwrap_or_default() + 1;
    let (block, slot) = ((seq - 1) / 100, (seq - 1) % 100);
    let doc_id = format!("{log}:{block}");
    let padding = doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
    msg.update_one(
        doc! {"doc_id": &doc_id},
        doc! {"$setOnInsert": {"msgs": vec![padding; 100]}},
    )
    .upsert(true)
    .await
    .expect("upserts");
    let entry = doc! {"$set": {format!("msgs.{slot}.msg"): Act::Read.entry(key, seq)}};
    msg.update_one(doc! {"doc_id": &doc_id}, entry)
        .await
        .expect("updates");

    let mut writer = opened(&place, 1).await;
    let sync_again = MongoSync::new(source.clone(), &mut writer, SyncOptions::default()).await;
    let sync_again = sync_again.expect("prepares");
    let plan = sync_again.plan().await.expect("plans");
    assert_eq!(plan.to_read, 1, "the block of the log only");
    let unreadable = Mutex::new(None);
    let breaking = OnPage::new(|| {
        let archive = place.local().expect("a folder");
        let mut unreadable = unreadable.lock().expect("nobody panics with it");
        unreadable.get_or_insert_with(|| Unreadable::make(archive));
    });
    let outcome = sync_again.perform(&plan, &breaking).await;
    outcome.expect_err("it breaks off");
    drop(breaking);
    let unreadable = unreadable.into_inner().expect("nobody panics with it");
    unreadable.into_iter().for_each(Unreadable::end);
    writer.close().await.expect("closes");
    sync(&place, &source).await;
    assert_told(&content(&place).await, &before, key, Act::Read);
}
