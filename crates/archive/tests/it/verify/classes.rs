//! Which class a number is in, and which a sync brings.

use bson::{Bson, Document, doc};
use mongodb::Database;
use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::sync::SyncOptions;
use openim_history_archive::verify::{Against, Classes, ConversationReport};
use openim_history_client::model::{
    Conversation, ConversationId, Message, Seq, Slot, Timestamp, User,
};
use openim_history_client::source::MemorySource;
use openim_history_standin::collections::Collections;
use openim_history_standin::mongod::Mode;

use super::{assert_classed, verified};
use crate::places::{folder, store, sync, sync_views, sync_with, writer};

const CHAT: &str = "si_ann_ben";

/// A message as MongoDB has it.
fn stored(seq: i64, time: i64) -> Document {
    doc! {
        "send_id": "ann", "recv_id": "ben", "seq": seq, "session_type": 1, "content_type": 101,
        "content": r#"{"content":"hello"}"#, "send_time": time, "create_time": time,
        "client_msg_id": format!("c{seq}"), "server_msg_id": format!("s{seq}"), "status": 2,
    }
}

fn slot(msg: impl Into<Bson>) -> Document {
    doc! {"msg": msg.into(), "revoke": Bson::Null, "del_list": [], "is_read": false}
}

const LONG_AGO: i64 = 1_750_000_000_000;

/// Puts a value into a slot of the second block.
async fn set(database: &Database, seq: i64, path: &str, value: impl Into<Bson>) {
    let field = format!("msgs.{}{path}", seq - 101);
    let update = doc! {"$set": {field: value.into()}};
    let msg = database.collection::<Document>("msg");
    let done = msg.update_one(doc! {"doc_id": format!("{CHAT}:1")}, update);
    assert_eq!(done.await.expect("updates").matched_count, 1);
}

fn found(of: &ConversationReport, class: &str) -> Vec<i64> {
    let holes = of.holes.iter().filter(|hole| hole.class == class);
    holes.flat_map(|hole| hole.first.0..=hole.last.0).collect()
}

#[tokio::test]
async fn every_number_of_a_mongodb_is_in_the_class_of_its_fate() {
    let (database, source) = store(Mode::Standalone, &Collections::new()).await;
    // The first block is gone, the second has ten messages, and the third one.
    let mut slots: Vec<Document> = (101..=110).map(|seq| slot(stored(seq, LONG_AGO))).collect();
    slots[3] = doc! {"msg": Bson::Null};
    slots.extend((111..=200).map(|_| slot(Bson::Null)));
    let mut last: Vec<Document> = vec![slot(stored(201, LONG_AGO))];
    last.extend((202..=300).map(|_| slot(Bson::Null)));
    let msg = database.collection::<Document>("msg");
    msg.insert_many([
        doc! {"doc_id": format!("{CHAT}:1"), "msgs": slots},
        doc! {"doc_id": format!("{CHAT}:2"), "msgs": last},
    ])
    .await
    .expect("inserts");
    let seqs = database.collection::<Document>("seq");
    seqs.insert_one(doc! {"conversation_id": CHAT, "min_seq": 51_i64, "max_seq": 260_i64})
        .await
        .expect("inserts");
    let revoke = doc! {"role": 100, "user_id": "boss", "nickname": "boss", "time": LONG_AGO};
    set(&database, 102, ".revoke", revoke).await;
    set(&database, 103, ".del_list", vec!["ben"]).await;
    let (_folder, place) = folder();
    sync(&place, &source).await;
    set(&database, 107, "", doc! {"msg": Bson::Null}).await;
    sync(&place, &source).await;

    // From here on the archive does not know.
    set(&database, 105, "", doc! {"msg": Bson::Null}).await;
    set(&database, 106, ".msg.content", r#"{"content":"HELLO"}"#).await;
    let now = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    set(&database, 111, "", slot(stored(111, LONG_AGO))).await;
    set(&database, 112, "", slot(stored(112, now))).await;
    let report = verified(&place, Against::Mongo(&source), true).await;
    assert!(!report.is_complete());
    assert_classed(&report);
    let [of] = &*report.conversations else {
        panic!("{:?}", report.conversations);
    };
    assert_eq!(of.head, Seq(201));
    assert_eq!(of.classes, report.classes);
    let expected = Classes {
        // 101, 105, 106, 108 to 110, 201
        normal: 7,
        revoked: 1,
        deleted_for_some: 1,
        purged: 1,
        emptied: 1,
        below_min: 50,
        block_removed: 50,
        never_arrived: 88,
        missing: 1,
        unsettled: 1,
        ..Classes::default()
    };
    assert_eq!(of.classes, expected);
    assert_eq!(found(of, "below_min"), (1..=50).collect::<Vec<_>>());
    assert_eq!(found(of, "block_removed"), (51..=100).collect::<Vec<_>>());
    assert_eq!(found(of, "emptied"), [104]);
    assert_eq!(found(of, "missing"), [111]);
    assert_eq!(found(of, "unsettled"), [112]);
    assert_eq!(found(of, "behind"), [105]);
    assert_eq!(found(of, "different"), [106]);
    assert_eq!(found(of, "never_arrived"), (113..=200).collect::<Vec<_>>());
    assert_eq!((report.behind, report.different), (1, 1));
    // Contents are not looked at where only what is there is counted.
    let quick = verified(&place, Against::Mongo(&source), false).await;
    assert_eq!(
        (quick.classes, quick.behind, quick.different),
        (expected, 1, 0)
    );

    // A thorough sync brings all of it.
    let thorough = SyncOptions {
        thorough: true,
        ..SyncOptions::default()
    };
    sync_with(&place, &source, thorough).await;
    let report = verified(&place, Against::Mongo(&source), true).await;
    assert!(report.is_complete(), "{:?}", report.conversations);
    assert_eq!((report.classes.purged, report.classes.missing), (2, 0));

    // A block that goes behind the archive's back: what it has of it is still there, and not marked.
    msg.delete_one(doc! {"doc_id": format!("{CHAT}:2")})
        .await
        .expect("deletes");
    let report = verified(&place, Against::Mongo(&source), false).await;
    assert_eq!(found(&report.conversations[0], "behind"), [201]);
    assert_classed(&report);
    sync(&place, &source).await;
    let report = verified(&place, Against::Mongo(&source), true).await;
    assert!(report.is_complete(), "{:?}", report.conversations);
    assert_eq!(report.classes.purged, 3);
}

#[tokio::test]
async fn a_change_that_leaves_a_block_its_size_is_brought_by_a_thorough_sync_only() {
    let (database, source) = store(Mode::Standalone, &Collections::new()).await;
    let mut slots: Vec<Document> = (101..=103).map(|seq| slot(stored(seq, LONG_AGO))).collect();
    slots.extend((104..=200).map(|_| slot(Bson::Null)));
    let msg = database.collection::<Document>("msg");
    msg.insert_one(doc! {"doc_id": format!("{CHAT}:1"), "msgs": slots})
        .await
        .expect("inserts");
    let (_folder, place) = folder();
    sync(&place, &source).await;
    set(&database, 102, ".msg.content", r#"{"content":"HELLO"}"#).await;
    set(&database, 103, "", doc! {"msg": Bson::Null}).await;
    set(&database, 103, "", slot(stored(103, LONG_AGO))).await;
    let different = async || {
        let report = verified(&place, Against::Mongo(&source), true).await;
        report.different
    };
    assert_eq!(different().await, 1);
    sync(&place, &source).await;
    assert_eq!(different().await, 1);
    let thorough = SyncOptions {
        thorough: true,
        ..SyncOptions::default()
    };
    sync_with(&place, &source, thorough).await;
    assert_eq!(different().await, 0);
}

/// A group that Ann left after five messages, and Ben joined with the tenth.
fn group() -> MemorySource {
    let user = |id: &str| User {
        user_id: id.into(),
        ..User::default()
    };
    let row = |owner: &str, min, max| Conversation {
        owner_user_id: owner.into(),
        conversation_id: "sg_1".into(),
        min_seq: Seq(min),
        max_seq: Seq(max),
        ..Conversation::default()
    };
    let messages = (1..=20)
        .filter(|seq| *seq != 12)
        .map(|seq| message("sg_1", seq));
    MemorySource::new()
        .with_user(user("ann"))
        .with_user(user("ben"))
        .with_conversation(row("ann", 3, 5))
        .with_conversation(row("ben", 10, 0))
        .with_messages(messages)
}

fn message(conversation: &str, seq: i64) -> Message {
    Message {
        conversation_id: conversation.into(),
        seq: Seq(seq),
        send_time: Timestamp::from_millis(LONG_AGO + seq),
        send_id: "ann".into(),
        server_msg_id: format!("s{seq}").into(),
        ..Message::default()
    }
}

#[tokio::test]
async fn over_rest_what_nobody_sees_is_unknown() {
    let source = group();
    let (_folder, place) = folder();
    sync_views(&place, &source).await;
    // And a conversation of which nobody has a row any more.
    let mut writer = writer(&place).await;
    let seen = Seen {
        source: RowSource::Rest,
        at: Timestamp::from_millis(LONG_AGO),
    };
    let old = [3, 7].map(|seq| Slot::Message(message("si_old_one", seq)));
    writer.take(old.to_vec(), seen).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.close().await.expect("closes");
    for full in [false, true] {
        let report = verified(&place, Against::Views(&source), full).await;
        assert!(report.is_complete(), "{:?}", report.problems);
        assert_classed(&report);
        let of = |id: &str| {
            let mut all = report.conversations.iter();
            let found = all.find(|of| of.conversation_id == ConversationId::new(id));
            found.unwrap_or_else(|| panic!("{id}: {:?}", report.conversations))
        };
        let group = of("sg_1");
        assert_eq!(group.head, Seq(20));
        assert_eq!(found(group, "below_min"), [1, 2]);
        assert_eq!(found(group, "unknown"), [6, 7, 8, 9]);
        assert_eq!(found(group, "placeholder"), [12]);
        assert_eq!(group.classes.normal, 13);
        assert_eq!(found(of("si_old_one"), "unknown"), [1, 2, 4, 5, 6]);
    }
    // The archive alone knows of no cause at all.
    let report = verified(&place, Against::Itself, false).await;
    assert_classed(&report);
    assert_eq!(report.classes.unknown, 5 + 7);
    // What the server has more is missing, and the rest stays what it was.
    let now = jiff::Timestamp::now().as_millisecond();
    let new = Message {
        send_time: Timestamp::from_millis(now + 3_600_000),
        ..message("sg_1", 24)
    };
    let source = group()
        .with_messages((21..=23).map(|seq| message("sg_1", seq)))
        .with_message(new);
    let report = verified(&place, Against::Views(&source), false).await;
    assert!(!report.is_complete());
    assert_classed(&report);
    assert_eq!((report.classes.missing, report.classes.unknown), (3, 9));
    assert_eq!(report.classes.unsettled, 1);
}
