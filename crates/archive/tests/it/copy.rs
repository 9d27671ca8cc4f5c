//! Copying a server once, and again.

use openim_history_archive::row::PurgeCause;
use openim_history_archive::sync::{Filter, SyncOptions};
use openim_history_standin::mongod::Mode;
use openim_history_standin::recorded;

use crate::places::{assert_same, content, folder, generated, on_server, store, sync, sync_with};

#[tokio::test]
async fn a_recorded_server_is_copied_as_it_is() {
    for collections in [recorded::release(), recorded::main()] {
        let (_database, source) = store(Mode::Standalone, &collections).await;
        let (_folder, place) = folder();
        let report = sync(&place, &source).await;
        let there = on_server(&source).await;
        assert_eq!(report.messages.new, there.len() as u64);
        assert_same(&place, &source).await;
        assert!(report.people.users.new > 0, "{report:?}");
        assert!(report.people.group_members.new > 0, "{report:?}");
    }
}

#[tokio::test]
async fn a_second_copy_takes_nothing() {
    let (_database, source) = store(Mode::Standalone, &generated(1, 4_000)).await;
    let (_folder, place) = folder();
    let first = sync(&place, &source).await;
    assert!(first.messages.new > 4_000 / 2, "{first:?}");
    assert_same(&place, &source).await;
    let before = content(&place).await;
    let second = sync(&place, &source).await;
    assert_eq!(second.read, 0, "{second:?}");
    assert_eq!(
        second.messages.new + second.messages.changed,
        0,
        "{second:?}"
    );
    assert_eq!(second.people.users.new + second.people.users.changed, 0);
    assert_eq!(content(&place).await, before);
}

#[tokio::test]
async fn a_thorough_copy_reads_everything_and_changes_nothing() {
    let (_database, source) = store(Mode::Standalone, &generated(2, 3_000)).await;
    let (_folder, place) = folder();
    let first = sync(&place, &source).await;
    let before = content(&place).await;
    let thorough = SyncOptions {
        thorough: true,
        ..SyncOptions::default()
    };
    let second = sync_with(&place, &source, thorough).await;
    assert_eq!(second.messages.unchanged, first.messages.new, "{second:?}");
    assert_eq!(
        second.messages.new + second.messages.changed,
        0,
        "{second:?}"
    );
    assert_eq!(content(&place).await, before);
}

#[tokio::test]
async fn what_is_done_to_messages_later_is_kept_beside_them() {
    use bson::doc;

    let (database, source) = store(Mode::Standalone, &recorded::main()).await;
    let (_folder, place) = folder();
    sync(&place, &source).await;
    let before = content(&place).await;
    // The first messages of the longest conversation: one revoked, one deleted by somebody, one emptied.
    let (first, _) = before
        .iter()
        .find(|(key, row)| {
            let next = |n| {
                let key = openim_history_archive::row::Key {
                    conversation_id: key.conversation_id.clone(),
                    seq: openim_history_client::model::Seq(key.seq.0 + n),
                };
                before.get(&key).is_some_and(|row| {
                    row.message.revoked.is_none() && row.message.deleted_for.is_empty()
                })
            };
            row.message.revoked.is_none()
                && row.message.deleted_for.is_empty()
                && row.purged_at.is_none()
                && next(1)
                && next(2)
                && (key.seq.0 - 1) % 100 < 97
        })
        .expect("three untouched messages in a row");
    let slot = (first.seq.0 - 1) % 100;
    let block = format!("{}:{}", first.conversation_id, (first.seq.0 - 1) / 100);
    let msg = database.collection::<bson::Document>("msg");
    let set = doc! {"$set": {
        format!("msgs.{slot}.revoke"): {"role": 100, "user_id": "boss", "nickname": "老板", "time": 1_790_000_000_000_i64},
        format!("msgs.{}.del_list", slot + 1): ["somebody"],
        format!("msgs.{}", slot + 2): {"msg": null},
    }};
    let updated = msg
        .update_one(doc! {"doc_id": &block}, set)
        .await
        .expect("updates");
    assert_eq!(updated.modified_count, 1);
    let report = sync(&place, &source).await;
    assert_eq!(report.messages.changed, 3, "{report:?}");
    assert_same(&place, &source).await;
    let after = content(&place).await;
    let row = |n: i64| {
        let mut key = first.clone();
        key.seq.0 += n;
        (&before[&key], &after[&key])
    };
    let (was, now) = row(0);
    assert_eq!(now.message.content, was.message.content);
    let revoked = now.message.revoked.as_ref().expect("revoked");
    assert_eq!(revoked.user_id, "boss");
    assert_eq!(now.changes.len(), 1);
    let (was, now) = row(1);
    assert_eq!(now.message.content, was.message.content);
    assert_eq!(now.message.deleted_for, ["somebody"]);
    let (was, now) = row(2);
    assert_eq!(
        now.message, was.message,
        "what was emptied on the server is kept here"
    );
    assert_eq!(now.purge_cause, Some(PurgeCause::Emptied));
    // Then retention takes the whole block.
    msg.delete_one(doc! {"doc_id": &block})
        .await
        .expect("deletes");
    let report = sync(&place, &source).await;
    assert!(report.messages.changed > 0, "{report:?}");
    assert_same(&place, &source).await;
    let now = &content(&place).await[first];
    assert_eq!(now.purge_cause, Some(PurgeCause::BlockRemoved));
    assert!(now.message.revoked.is_some());
}

#[tokio::test]
async fn another_server_is_refused_and_changes_nothing() {
    use openim_history_archive::Error;
    use openim_history_archive::sync::MongoSync;

    let (_database, source) = store(Mode::Standalone, &generated(6, 1_000)).await;
    let (database, other) = store(Mode::Standalone, &generated(7, 1_000)).await;
    let (_folder, place) = folder();
    sync(&place, &source).await;
    // The same conversations with other messages: what another server's look like at worst.
    let before = content(&place).await;
    let msg = database.collection::<bson::Document>("msg");
    msg.delete_many(bson::doc! {}).await.expect("deletes");
    for (key, row) in before.iter().filter(|(_, row)| row.purged_at.is_none()) {
        let (block, slot) = ((key.seq.0 - 1) / 100, (key.seq.0 - 1) % 100);
        let message = bson::doc! {
            "send_id": "stranger", "server_msg_id": format!("other-{}", key.seq), "seq": key.seq.0,
            "send_time": row.message.send_time.as_millis() + 1, "content_type": 101, "content": "",
        };
        let doc_id = format!("{}:{block}", key.conversation_id);
        let empty: Vec<bson::Document> = (0..100).map(|_| bson::doc! {"msg": null}).collect();
        let set = bson::doc! {"$set": {format!("msgs.{slot}"): {"msg": message}}};
        let insert = bson::doc! {"$setOnInsert": {"msgs": empty}};
        msg.update_one(bson::doc! {"doc_id": &doc_id}, insert)
            .upsert(true)
            .await
            .expect("upserts");
        msg.update_one(bson::doc! {"doc_id": &doc_id}, set)
            .await
            .expect("updates");
    }
    let mut writer = crate::places::writer(&place).await;
    let sync = MongoSync::new(other, &mut writer, SyncOptions::default())
        .await
        .expect("prepares");
    let error = sync.plan().await.expect_err("another server");
    assert!(matches!(error, Error::OtherServer { .. }), "{error:?}");
    writer.close().await.expect("closes");
    assert_eq!(content(&place).await, before);
}

#[tokio::test]
async fn only_what_was_asked_for_is_copied() {
    let (_database, source) = store(Mode::Standalone, &generated(3, 3_000)).await;
    let (_folder, place) = folder();
    let only = SyncOptions {
        filter: Filter {
            only: vec!["sg_*".into()],
            exclude: Vec::new(),
        },
        ..SyncOptions::default()
    };
    sync_with(&place, &source, only).await;
    let groups = content(&place).await;
    // A group's log has its id, which has no `_` here.
    let (logs, chats): (Vec<_>, Vec<_>) = groups
        .keys()
        .map(|key| key.conversation_id.as_str())
        .partition(|id| id.starts_with("n_"));
    assert!(!chats.is_empty() && chats.iter().all(|id| id.starts_with("sg_")));
    assert!(!logs.is_empty() && logs.iter().all(|id| !id[2..].contains('_')));
    // The rest comes when it is asked for.
    sync(&place, &source).await;
    assert_same(&place, &source).await;
}
