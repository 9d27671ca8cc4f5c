//! Following a server that changes meanwhile.

use std::sync::Mutex;
use std::time::Duration;

use bson::{Document, doc};
use mongodb::Database;
use openim_history_archive::sync::{
    FollowOptions, FollowStatus, Observer, Progress, State, follow_mongo, follow_views,
};
use openim_history_client::source::mongo::MongoSource;
use openim_history_standin::collections::Collections;
use openim_history_standin::faults::{Fault, When};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::Dialect;
use tokio::sync::watch;

use crate::places::{assert_same, content, folder, generated, serve, store, writer};

/// Hands on what a follower says.
pub(crate) struct Watcher(pub(crate) Mutex<watch::Sender<FollowStatus>>);

impl Progress for Watcher {
    fn begin(&self, _what: &str, _total: Option<u64>) {}
    fn advance(&self, _done: u64) {}
}

impl Observer for Watcher {
    fn status(&self, status: &FollowStatus) {
        let sender = self.0.lock().expect("nobody panics with it");
        sender.send_replace(status.clone());
    }
}

pub(crate) fn quick() -> FollowOptions {
    FollowOptions {
        commit: Duration::from_millis(50),
        gather: Duration::from_millis(200),
        poll: Duration::from_millis(100),
        compare: Duration::from_secs(1),
        ..FollowOptions::default()
    }
}

/// Changes a server as OpenIM does, while it is followed, and returns how many messages were added.
async fn live(database: &Database) -> u64 {
    let msg = database.collection::<Document>("msg");
    let slot = || doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
    let message = |seq: i64| {
        doc! {
            "send_id": "甲", "recv_id": "乙", "group_id": "", "client_msg_id": format!("live-{seq}"),
            "server_msg_id": format!("server-{seq}"), "session_type": 1, "msg_from": 100,
            "content_type": 101, "content": format!("{{\"content\":\"第 {seq} 条\"}}"), "seq": seq,
            "send_time": 1_790_000_000_000_i64 + seq, "create_time": 1_790_000_000_000_i64 + seq,
            "status": 2,
        }
    };
    for seq in 1..=250_i64 {
        let (block, at) = ((seq - 1) / 100, (seq - 1) % 100);
        let doc_id = format!("si_甲_乙:{block}");
        if at == 0 {
            let slots: Vec<Document> = (0..100).map(|_| slot()).collect();
            msg.insert_one(doc! {"doc_id": &doc_id, "msgs": slots})
                .await
                .expect("inserts");
        }
        let set = doc! {"$set": {format!("msgs.{at}.msg"): message(seq)}};
        msg.update_one(doc! {"doc_id": &doc_id}, set)
            .await
            .expect("updates");
        if seq % 7 == 0 {
            let revoke =
                doc! {"role": 0, "user_id": "甲", "nickname": "", "time": 1_790_000_100_000_i64};
            let set = doc! {"$set": {format!("msgs.{at}.revoke"): revoke}};
            msg.update_one(doc! {"doc_id": &doc_id}, set)
                .await
                .expect("updates");
        }
        if seq % 11 == 0 {
            let set = doc! {"$addToSet": {format!("msgs.{at}.del_list"): {"$each": ["乙"]}}};
            msg.update_one(doc! {"doc_id": &doc_id}, set)
                .await
                .expect("updates");
        }
        if seq % 13 == 0 {
            let set = doc! {"$set": {format!("msgs.{at}"): {"msg": null}}};
            msg.update_one(doc! {"doc_id": &doc_id}, set)
                .await
                .expect("updates");
        }
    }
    msg.delete_one(doc! {"doc_id": "si_甲_乙:0"})
        .await
        .expect("deletes");
    250
}

/// Follows a changing server until the archive has what it has, and stops.
async fn followed(mode: Mode, database: &Database, source: &MongoSource) {
    let (_keep, place) = folder();
    let (sender, mut status) = watch::channel(FollowStatus::default());
    let watcher = Watcher(Mutex::new(sender));
    let (stop, mut stopped) = watch::channel(false);
    let mut archive = writer(&place).await;
    let options = quick();
    let following = async {
        let until = Box::pin(async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        });
        follow_mongo(source, &mut archive, &options, &watcher, until)
            .await
            .expect("follows")
    };
    let changing = async {
        status
            .wait_for(|status| {
                status.state == State::Following || status.state == State::CatchingUp
            })
            .await
            .expect("the follower lives");
        let before = status.borrow().messages;
        live(database).await;
        // Emptied at once, a message may never have been seen; the others must come.
        let least = match mode {
            Mode::ReplicaSet => 250 - 250 / 13,
            // The first block is gone before it is looked at, in the worst case.
            Mode::Standalone => 150 - (250 / 13 - 100 / 13),
        };
        status
            .wait_for(|status| status.messages >= before + least)
            .await
            .expect("the follower lives");
        // Those emptied may have been seen and count too, so that the last ones may still be on their way.
        let now = status.borrow().written;
        status
            .wait_for(|status| status.written.as_millis() > now.as_millis() + 2_500)
            .await
            .expect("the follower lives");
        stop.send_replace(true);
    };
    let (last, ()) = tokio::join!(following, changing);
    assert_eq!(last.state, State::Stopped);
    archive.close().await.expect("closes");
    assert_same(&place, source).await;
    // Started again it goes on where it was.
    let report = crate::places::sync(&place, source).await;
    assert_eq!(report.messages.new, 0, "{report:?}");
}

#[tokio::test]
async fn a_replica_set_is_followed_by_its_changes() {
    let (database, source) = store(Mode::ReplicaSet, &generated(31, 1_000)).await;
    followed(Mode::ReplicaSet, &database, &source).await;
}

#[tokio::test]
async fn what_users_see_is_followed_by_asking() {
    // A third of the conversations comes later.
    let of = |document: &Document| {
        let id = document
            .get_str("conversation_id")
            .or(document.get_str("doc_id"));
        let id = id.unwrap_or_default().split(':').next().unwrap_or_default();
        id.trim_start_matches(|letter| letter != '_')
            .bytes()
            .map(u32::from)
            .sum::<u32>()
            % 3
    };
    let whole = generated(33, 800);
    let (mut first, mut later) = (Collections::new(), Vec::new());
    for name in Collections::names() {
        for document in whole.documents(name) {
            let is_late = ["msg", "conversation", "seq", "seq_user"].contains(&name);
            if is_late && of(&document) == 0 {
                later.push((name, document));
            } else {
                first.insert(name, document).expect("well-formed");
            }
        }
    }
    let (server, rest) = serve(first, Dialect::Main);
    let (_keep, place) = folder();
    let (sender, mut status) = watch::channel(FollowStatus::default());
    let watcher = Watcher(Mutex::new(sender));
    let (stop, mut stopped) = watch::channel(false);
    let mut archive = writer(&place).await;
    let options = quick();
    let following = async {
        let until = Box::pin(async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        });
        follow_views(&rest, &mut archive, &options, &watcher, until)
            .await
            .expect("follows")
    };
    let changing = async {
        let mut reached = async |wanted: &str, ready: &dyn Fn(&FollowStatus) -> bool| {
            let reached = status.wait_for(|status| ready(status)).await;
            reached.unwrap_or_else(|_| panic!("{wanted}")).clone()
        };
        let before = reached("up to date", &|status| status.state == State::Following).await;
        // A server that is away for a while is waited for.
        server.faults().everywhere(When::Every(1), Fault::Http(500));
        reached("degraded", &|status| status.state == State::Degraded).await;
        server.faults().clear();
        server.change(|collections| {
            for (name, document) in later {
                collections.insert(name, document).expect("well-formed");
            }
        });
        let after = reached("what came later", &|status| {
            status.state == State::Following && status.messages > before.messages + 100
        })
        .await;
        assert_eq!(after.trouble, None);
        stop.send_replace(true);
    };
    let (last, ()) = tokio::join!(following, changing);
    assert_eq!(last.state, State::Stopped);
    assert!(content(&place).await.len() as u64 >= last.messages);
}

#[tokio::test]
async fn a_single_server_is_followed_by_looking() {
    let (database, source) = store(Mode::Standalone, &generated(32, 1_000)).await;
    followed(Mode::Standalone, &database, &source).await;
}
