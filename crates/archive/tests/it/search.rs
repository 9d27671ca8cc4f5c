//! Searching an archive as its callers do.

use openim_history_archive::index::{Index, IndexSettings, Order, Query};
use openim_history_archive::row::{Key, RowSource, Seen};
use openim_history_archive::search::{
    Context, Directory, Search, SearchOptions, SearchPage, parse, resolve,
};
use openim_history_archive::sync::NoProgress;
use openim_history_archive::{Archive, Place, WriterOptions};
use openim_history_client::model::{
    ContentType, Hole, HoleCause, Message, Revoked, Seq, SessionType, Slot, Timestamp,
};
use serde_json::json;

use crate::places::folder;

/// 2026-11-01T00:00:00Z.
pub(crate) const START: i64 = 1_793_491_200_000;
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

pub(crate) fn said(conversation: &str, seq: i64, from: &str, text: &str) -> Message {
    let is_group = conversation.starts_with("sg_");
    Message {
        conversation_id: conversation.into(),
        seq: Seq(seq),
        send_time: Timestamp::from_millis(START + seq * DAY),
        send_id: from.into(),
        recv_id: if is_group { "" } else { "bob" }.into(),
        group_id: conversation.strip_prefix("sg_").unwrap_or_default().into(),
        session_type: if is_group {
            SessionType::GROUP
        } else {
            SessionType::SINGLE
        },
        content_type: ContentType::TEXT,
        content: json!({ "content": text }).to_string(),
        ..Message::default()
    }
}

fn messages() -> Vec<Message> {
    let mut all = vec![
        said("si_alice_bob", 1, "alice", "合同明天签"),
        said("si_alice_bob", 2, "bob", "好的，合同我看过了"),
        said("si_alice_bob", 3, "alice", "Please review the CONTRACT"),
        said("sg_1", 1, "alice", "合同和发票都寄了"),
        said("sg_1", 2, "carol", "发票收到 https://example.com/fapiao"),
        said("sg_1", 3, "bob", "合同作废"),
    ];
    all[5].revoked = Some(Box::new(Revoked {
        user_id: "bob".into(),
        ..Revoked::default()
    }));
    all[4].at_user_ids = vec!["alice".into()];
    all
}

pub(crate) async fn stored(place: &Place) -> (Archive, Index) {
    store(place, messages().into_iter().map(Slot::Message).collect()).await;
    opened(place).await
}

/// Puts slots into an archive.
pub(crate) async fn store(place: &Place, slots: Vec<Slot>) {
    let opened = Archive::write(place, "a test", WriterOptions::default()).await;
    let mut writer = opened.expect("opens");
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(START),
    };
    writer.take(slots, seen).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.close().await.expect("closes");
}

async fn opened(place: &Place) -> (Archive, Index) {
    let archive = Archive::open(place).await.expect("opens");
    let index = archive
        .index(None, IndexSettings::default(), &NoProgress)
        .await;
    let (index, _) = index.expect("opens");
    (archive, index)
}

struct Searched {
    archive: Archive,
    index: Index,
    directory: Directory,
}

impl Searched {
    fn context<'a>(&'a self, query: &'a str) -> Context<'a> {
        Context {
            query,
            directory: &self.directory,
            index: &self.index,
            now: "2026-11-24T10:30:00+08:00[Asia/Shanghai]"
                .parse()
                .expect("a time"),
        }
    }

    async fn page(&self, query: &str, options: &SearchOptions) -> Result<SearchPage, String> {
        let node = parse(query).map_err(|error| error.to_string())?;
        let resolved = resolve(&node, &self.context(query)).map_err(|error| error.to_string())?;
        let search = Search::new(&self.archive, &self.index);
        let page = search.page(&resolved, &node.texts(), options).await;
        let page = page.expect("searches");
        assert_eq!(search.count(&resolved).expect("counts"), page.total);
        Ok(page)
    }

    /// Returns the keys of what a query finds, oldest first, or what is wrong with it.
    async fn found(&self, query: &str) -> String {
        let options = SearchOptions {
            order: Order::Oldest,
            ..SearchOptions::default()
        };
        match self.page(query, &options).await {
            Ok(page) => {
                let keys = page.hits.iter().map(|hit| {
                    let message = &hit.row.message;
                    format!("{}:{}", message.conversation_id, message.seq)
                });
                keys.collect::<Vec<_>>().join(" ")
            }
            Err(error) => error,
        }
    }
}

async fn searched() -> (tempfile::TempDir, Searched) {
    let (folder, place) = folder();
    stored(&place).await;
    (folder, in_place(&place).await)
}

async fn in_place(place: &Place) -> Searched {
    let (archive, index) = opened(place).await;
    let users = [
        ("alice", "Alice 爱丽丝"),
        ("bob", "小李"),
        ("carol", "小李"),
    ];
    let directory = Directory::new(
        users.map(|(id, name)| (id.into(), name.to_owned())),
        [("1".into(), "项目组".to_owned())],
    );
    Searched {
        archive,
        index,
        directory,
    }
}

#[tokio::test]
async fn every_part_of_the_language_finds_what_it_says() {
    let (_folder, searched) = searched().await;
    for (query, keys) in [
        ("合同", "sg_1:1 si_alice_bob:1 si_alice_bob:2 sg_1:3"),
        ("合同 发票", "sg_1:1"),
        ("合同 AND 发票 AND -from:bob", "sg_1:1"),
        ("\"合同和\"", "sg_1:1"),
        ("合同 -from:alice", "si_alice_bob:2 sg_1:3"),
        ("签 OR contract", "si_alice_bob:1 si_alice_bob:3"),
        ("(签 OR 发票) in:项目组", "sg_1:1 sg_1:2"),
        ("from:\"alice 爱丽丝\" in:sg_1", "sg_1:1"),
        // Two have that name.
        ("from:小李", "sg_1:2 si_alice_bob:2 sg_1:3"),
        ("with:alice", "si_alice_bob:1 si_alice_bob:3"),
        // A user is the chats of two with that user, by id or by name.
        ("in:carol", ""),
        ("in:alice 合同", "si_alice_bob:1"),
        ("in:\"Alice 爱丽丝\"", "si_alice_bob:1 si_alice_bob:3"),
        ("with:bob", "si_alice_bob:1 si_alice_bob:2 si_alice_bob:3"),
        ("group:1 -is:revoked", "sg_1:1 sg_1:2"),
        ("is:revoked", "sg_1:3"),
        ("has:link", "sg_1:2"),
        ("mentions:alice", "sg_1:2"),
        ("kind:text before:2026-11-03", "sg_1:1 si_alice_bob:1"),
        ("on:2026-11-03", "sg_1:2 si_alice_bob:2"),
        ("on:2026-11 after:2026-11-04", "sg_1:3 si_alice_bob:3"),
        ("nothing", ""),
    ] {
        assert_eq!(searched.found(query).await, keys, "{query}");
    }
}

/// A message of a type, with what such a one holds.
fn of_type(seq: i64, kind: ContentType, content: &serde_json::Value) -> Message {
    Message {
        content_type: kind,
        content: content.to_string(),
        ..said("sg_1", seq, "alice", "")
    }
}

#[tokio::test]
async fn what_a_message_holds_and_what_happened_to_it_is_asked_for() {
    let (_folder, place) = folder();
    let picture = json!({ "sourcePicture": { "url": "http://a/p.png", "size": 3 } });
    let file = json!({ "fileName": "合同.pdf", "sourceUrl": "http://a/f", "fileSize": 3 });
    let voice = json!({ "sourceUrl": "http://a/v", "duration": 3 });
    let video = json!({ "videoUrl": "http://a/v", "duration": 3 });
    let to = |whom: &[&str]| json!({ "text": "@you 看看", "atUserList": whom });
    let mut messages = vec![
        of_type(1, ContentType::PICTURE, &picture),
        of_type(2, ContentType::FILE, &file),
        of_type(3, ContentType::VOICE, &voice),
        of_type(4, ContentType::VIDEO, &video),
        of_type(5, ContentType::AT_TEXT, &to(&["bob"])),
        of_type(6, ContentType::AT_TEXT, &to(&["AtAllTag"])),
        said("sg_1", 7, "bob", "看看 http://example.com"),
        said("sg_1", 8, "bob", "删掉的"),
        said("sg_1", 9, "bob", "清空的"),
        of_type(10, ContentType::CUSTOM, &json!({ "data": "{}" })),
    ];
    messages[4].at_user_ids = vec!["bob".into()];
    messages[5].at_user_ids = vec!["AtAllTag".into()];
    messages[7].deleted_for = vec!["carol".into()];
    store(&place, messages.into_iter().map(Slot::Message).collect()).await;
    let emptied = Hole {
        conversation_id: "sg_1".into(),
        seq: Seq(9),
        cause: HoleCause::Emptied,
    };
    store(&place, vec![Slot::Hole(emptied)]).await;
    let searched = in_place(&place).await;
    for (query, seqs) in [
        ("has:image", "1"),
        ("has:picture", "1"),
        ("has:file", "2"),
        ("has:link", "7"),
        ("has:mention", "5 6"),
        ("has:mention -mentions:all", "5"),
        ("mentions:bob", "5"),
        ("mentions:all", "6"),
        ("mentions:所有人", "6"),
        ("kind:picture", "1"),
        ("kind:file", "2"),
        ("kind:VOICE", "3"),
        ("kind:video OR kind:voice", "3 4"),
        ("kind:custom", "10"),
        ("kind:text", "5 6 7 8 9"),
        ("看看 kind:text -has:mention", "7"),
        ("合同 has:file", "2"),
        ("is:deleted", "8"),
        ("is:purged", "9"),
        ("is:purged OR is:deleted", "8 9"),
        ("from:bob -is:purged -is:deleted", "7"),
        ("is:revoked", ""),
    ] {
        let found = searched.found(query).await.replace("sg_1:", "");
        assert_eq!(found, seqs, "{query}");
    }
}

#[tokio::test]
async fn everything_a_query_finds_is_known_by_its_key_and_its_month() {
    let (_folder, searched) = searched().await;
    let found = searched.index.matches(&Query::contains("合同"));
    let found = found.expect("finds");
    assert_eq!(found.len(), 4);
    assert_eq!(found.months().collect::<Vec<_>>(), ["2026-11"]);
    assert!(found.contains(&"sg_1".into(), Seq(3)) && !found.contains(&"sg_1".into(), Seq(2)));
}

#[tokio::test]
async fn a_value_that_is_none_is_told_with_its_place() {
    let (_folder, searched) = searched().await;
    for (query, said) in [
        (
            "合同 from:alcie",
            "at character 4: the archive has no user \"alcie\"; near it are: alice (Alice 爱丽丝)",
        ),
        (
            "group:nobody",
            "at character 1: the archive has no group \"nobody\"",
        ),
        (
            "合同 in:sg_l",
            "at character 4: the archive has no conversation \"sg_l\"; near it are: sg_1",
        ),
        (
            "in:si_alice_bbo",
            "at character 1: the archive has no conversation \"si_alice_bbo\"; near it are: si_alice_bob",
        ),
        // Nobody has spoken there, and everybody is known.
        ("in:si_alice_carol", ""),
        ("in:n_1 OR in:n_alice_bob", ""),
        (
            "in:nowhere",
            "at character 1: the archive has no conversation, group or user \"nowhere\"",
        ),
        (
            "has:money",
            "at character 1: has: expects one of link, image, picture, file, mention; not \"money\"",
        ),
        (
            "is:gone",
            "at character 1: is: expects one of revoked, deleted, purged; not \"gone\"",
        ),
        (
            "on:7d",
            "at character 1: on: expects a day, a month or a year, not \"7d\"",
        ),
    ] {
        assert_eq!(searched.found(query).await, said, "{query}");
    }
    let said = searched.found("kind:gif").await;
    assert!(
        said.starts_with("at character 1: kind: expects one of text, picture, "),
        "{said}"
    );
    let said = searched.found("before:morgen").await;
    assert!(
        said.contains("\"morgen\" is no point in time; write 2026-11-24"),
        "{said}"
    );
}

#[tokio::test]
async fn pages_go_on_behind_each_other_and_hits_come_with_what_stands_around_them() {
    let (_folder, searched) = searched().await;
    let mut options = SearchOptions {
        limit: 2,
        around: 1,
        ..SearchOptions::default()
    };
    let mut keys: Vec<Key> = Vec::new();
    loop {
        let page = searched.page("合同", &options).await.expect("finds");
        assert_eq!(page.total, 4);
        for hit in &page.hits {
            let seq = hit.row.message.seq.0;
            let seqs = |rows: &[openim_history_archive::row::Row]| {
                rows.iter().map(|row| row.message.seq.0).collect::<Vec<_>>()
            };
            let before = if seq > 1 { vec![seq - 1] } else { Vec::new() };
            let after = if seq < 3 { vec![seq + 1] } else { Vec::new() };
            assert_eq!((seqs(&hit.before), seqs(&hit.after)), (before, after));
            let mark = hit.snippet.marks.first().expect("a mark").clone();
            assert_eq!(&hit.snippet.text[mark], "合同");
            keys.push(hit.row.key());
        }
        options.after = page.next;
        if options.after.is_none() {
            break;
        }
    }
    let shown: Vec<String> = keys
        .iter()
        .map(|key| format!("{}:{}", key.conversation_id, key.seq))
        .collect();
    assert_eq!(
        shown,
        ["sg_1:3", "si_alice_bob:2", "si_alice_bob:1", "sg_1:1"]
    );
}
