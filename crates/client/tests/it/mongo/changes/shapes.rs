//! What each kind of write is told as.

use bson::{Bson, Document, doc};
use openim_history_client::model::Slot;
use openim_history_client::source::mongo::{BlockChange, Start};

use super::{follow, named, place, told, until_end, write_end};
use crate::mongo::fixture::{block, padding, slot};

fn body(seq: i64) -> Document {
    slot(seq, seq * 1000)
        .get_document("msg")
        .expect("a message")
        .clone()
}

#[tokio::test]
async fn every_kind_of_write_is_told_as_what_it_is() {
    let (_, msg, source) = place().await;
    let mut changes = follow(&source, Start::Now).await;
    let id = "sg_g:1";
    let update = async |change: Document| {
        let done = msg.update_one(named(id), change).await.expect("updated");
        assert_eq!(done.modified_count, 1);
    };
    msg.insert_one(block("sg_g", 1, 2, 1))
        .await
        .expect("inserted");
    update(doc! { "$set": { "msgs.2.msg": body(103) } }).await;
    update(doc! { "$set": { "msgs.0.revoke": { "role": 100, "user_id": "a", "nickname": "", "time": 5_i64 } } }).await;
    update(doc! { "$addToSet": { "msgs.1.del_list": { "$each": ["a"] } } }).await;
    update(doc! { "$set": { "msgs.2.is_read": true } }).await;
    // No event: it is true already.
    msg.update_many(named(id), doc! { "$set": { "msgs.2.is_read": true } })
        .await
        .expect("updated");
    update(doc! { "$addToSet": { "msgs.1.del_list": { "$each": ["b"] } } }).await;
    update(doc! { "$set": { "msgs.0": { "msg": Bson::Null }, "msgs.1": { "msg": Bson::Null } } })
        .await;
    update(doc! { "$unset": { "msgs.3.is_read": "" } }).await;
    update(doc! { "$set": { "note": "of no interest" } }).await;
    update(doc! { "$set": { "msgs.4.msg": body(105), "msgs.5.msg": body(106), "msgs.6.is_read": true } }).await;
    write_end(&msg).await;
    let found = until_end(&mut changes).await;
    assert_eq!(
        told(&found),
        [
            ("inserted", 101),
            ("inserted", 102),
            ("message", 103),
            ("touched", 101),
            ("touched", 102),
            ("touched", 103),
            ("touched", 102),
            ("touched", 101),
            ("touched", 102),
            ("touched", 104),
            ("message", 105),
            ("message", 106),
            ("touched", 107),
        ]
    );
    let contents: Vec<_> = found
        .iter()
        .filter_map(|change| match change {
            BlockChange::Messages { slots, .. } => Some(slots),
            _ => None,
        })
        .flatten()
        .filter_map(Slot::message)
        .map(|message| (message.conversation_id.as_str(), message.content.as_str()))
        .collect();
    assert!(
        contents.contains(&("sg_g", r#"{"content":"105"}"#)),
        "{contents:?}"
    );
}

#[tokio::test]
async fn rewritten_shortened_and_removed_blocks_are_told() {
    let (_, msg, source) = place().await;
    let mut changes = follow(&source, Start::Now).await;
    msg.insert_one(block("sg_g", 0, 100, 1))
        .await
        .expect("inserted");
    msg.replace_one(named("sg_g:0"), block("sg_g", 0, 50, 1))
        .await
        .expect("replaced");
    let shorter = vec![doc! { "$set": { "msgs": { "$slice": ["$msgs", 50] } } }];
    msg.update_one(named("sg_g:0"), shorter)
        .await
        .expect("updated");
    msg.delete_one(named("sg_g:0")).await.expect("deleted");
    write_end(&msg).await;
    let told = told(&until_end(&mut changes).await);
    let count = |kind| told.iter().filter(|told| told.0 == kind).count();
    assert_eq!((count("inserted"), count("touched")), (100, 200));
    assert_eq!(told.last(), Some(&("removed", 0)), "its number was known");
}

#[tokio::test]
async fn a_block_that_went_before_it_was_looked_at_is_told_as_removed() {
    let (_, msg, source) = place().await;
    msg.insert_one(block("sg_g", 0, 1, 1))
        .await
        .expect("inserted");
    let start = source.now().await.expect("a place");
    for at in 1..5 {
        let change = doc! { "$set": { format!("msgs.{at}.msg"): body(at + 1) } };
        msg.update_one(named("sg_g:0"), change)
            .await
            .expect("updated");
    }
    msg.delete_one(named("sg_g:0")).await.expect("deleted");
    write_end(&msg).await;
    let mut changes = follow(&source, Start::After(start)).await;
    let told = told(&until_end(&mut changes).await);
    assert_eq!(told, [("removed", -1); 5]);
}

#[tokio::test]
async fn documents_that_are_no_blocks_are_passed_over() {
    let (_, msg, source) = place().await;
    let mut changes = follow(&source, Start::Now).await;
    msg.insert_one(doc! { "_id": 7, "doc_id": "sg_g:0", "msgs": [padding()] })
        .await
        .expect("inserted");
    msg.insert_one(doc! { "doc_id": "no block", "msgs": 5 })
        .await
        .expect("inserted");
    for id in ["sg_g:0", "no block"] {
        msg.update_one(named(id), doc! { "$set": { "msgs": [slot(1, 1)] } })
            .await
            .expect("updated");
    }
    write_end(&msg).await;
    assert_eq!(until_end(&mut changes).await, []);
}
