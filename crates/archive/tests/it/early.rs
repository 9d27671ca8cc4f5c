//! What is done to a message before it is stored: the server writes it into the empty slot.

use std::sync::Mutex;

use bson::{Document, doc};
use mongodb::Database;
use openim_history_archive::Archive;
use openim_history_archive::Place;
use openim_history_archive::row::Key;
use openim_history_archive::sync::{FollowStatus, State, Stop, follow_mongo};
use openim_history_client::model::Seq;
use openim_history_client::source::mongo::MongoSource;
use openim_history_standin::mongod::Mode;
use tokio::sync::watch;

use crate::follow::{Watcher, quick};
use crate::places::{assert_same, folder, generated, store, sync, writer};

/// Writes a block without a message; one slot says that its message was revoked.
async fn revoke_early(database: &Database, doc_id: &str, slot: usize) {
    let padding = doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
    let mut slots = vec![padding; 100];
    let revoke = doc! {"role": 0, "user_id": "甲", "nickname": "甲", "time": 1_790_000_100_000_i64};
    slots[slot].insert("revoke", revoke);
    let msg = database.collection::<Document>("msg");
    let block = doc! {"doc_id": doc_id, "msgs": slots};
    msg.insert_one(block).await.expect("inserts");
}

/// Puts a message into its slot, as the server does when it gets round to it.
async fn arrive(database: &Database, doc_id: &str, slot: usize) {
    let time = 1_790_000_000_000_i64;
    let message = doc! {
        "send_id": "甲", "recv_id": "乙", "group_id": "", "client_msg_id": format!("late-{slot}"),
        "server_msg_id": format!("late-{slot}"), "session_type": 1, "msg_from": 100,
        "content_type": 101, "content": "{\"content\":\"晚到\"}", "seq": slot as i64 + 1,
        "send_time": time, "create_time": time, "status": 2,
    };
    let msg = database.collection::<Document>("msg");
    let set = doc! {"$set": {format!("msgs.{slot}.msg"): message}};
    let updated = msg.update_one(doc! {"doc_id": doc_id}, set).await;
    assert_eq!(updated.expect("updates").modified_count, 1);
}

/// Waits until the archive has these messages, revoked or not.
async fn has(place: &Place, keys: &[(&str, usize)], revoked: bool) {
    let keys: Vec<Key> = keys
        .iter()
        .map(|(conversation, slot)| Key {
            conversation_id: (*conversation).into(),
            seq: Seq(*slot as i64 + 1),
        })
        .collect();
    loop {
        let archive = Archive::open(place).await.expect("opens");
        let rows = archive.get(&keys).await.expect("reads");
        let fits = rows
            .iter()
            .filter(|row| row.message.revoked.is_some() == revoked);
        if fits.count() == keys.len() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn follow(place: &Place, source: &MongoSource, watcher: &Watcher, happens: Stop<'_>) {
    let mut writer = writer(place).await;
    let last = follow_mongo(source, &mut writer, &quick(), watcher, happens).await;
    assert_eq!(last.expect("follows").state, State::Stopped);
    writer.close().await.expect("closes");
}

#[tokio::test]
async fn what_was_done_to_a_message_before_it_was_stored_is_kept() {
    let (database, source) = store(Mode::ReplicaSet, &generated(81, 300)).await;
    let (_keep, place) = folder();
    // One block is there before anything is copied, one is written while the server is followed.
    revoke_early(&database, "si_甲_乙:0", 3).await;
    sync(&place, &source).await;
    let (sender, mut status) = watch::channel(FollowStatus::default());
    let watcher = Watcher(Mutex::new(sender));
    let happens = Box::pin(async {
        let following = |status: &FollowStatus| status.state == State::Following;
        drop(
            status
                .wait_for(following)
                .await
                .expect("the follower lives"),
        );
        revoke_early(&database, "si_甲_丙:0", 7).await;
        // Events come in their order.
        arrive(&database, "si_甲_丙:0", 0).await;
        has(&place, &[("si_甲_丙", 0)], false).await;
    });
    follow(&place, &source, &watcher, happens).await;
    // It is known to whoever goes on.
    let happens = Box::pin(async {
        arrive(&database, "si_甲_乙:0", 3).await;
        arrive(&database, "si_甲_丙:0", 7).await;
        has(&place, &[("si_甲_乙", 3), ("si_甲_丙", 7)], true).await;
    });
    follow(&place, &source, &watcher, happens).await;
    assert_same(&place, &source).await;
}
