//! A copy in memory of what a database holds.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use openim_history_client::model::{ConversationId, Seq, Slot};
use openim_history_client::source::mongo::{Block, MongoSource, ScanOptions};
use openim_history_client::source::{MemorySource, PageRequest, Source, View};

/// Copies everything the conformance list looks at.
pub(crate) async fn copy_of(mongo: &MongoSource) -> MemorySource {
    let page = PageRequest::first(1_000);
    let mut copy = MemorySource::new();
    let mut beginnings: BTreeMap<ConversationId, Seq> = BTreeMap::new();
    for group in mongo.groups(page).await.expect("groups").items {
        for member in mongo
            .members(&group.group_id, page)
            .await
            .expect("members")
            .items
        {
            copy = copy.with_member(member);
        }
        copy = copy.with_group(group);
    }
    for user in mongo.users(page).await.expect("users").items {
        let rows = mongo
            .conversations(&user.user_id)
            .await
            .expect("conversations");
        let ids: Vec<_> = rows.iter().map(|row| row.conversation_id.clone()).collect();
        // Where a conversation begins for everybody is only seen through its owners' eyes.
        for bounds in mongo
            .bounds(&View::As(user.user_id.clone()), &ids)
            .await
            .expect("bounds")
        {
            let first = beginnings
                .entry(bounds.conversation_id)
                .or_insert(bounds.range.first);
            *first = bounds.range.first.min(*first);
        }
        let logs: Vec<_> = ids.iter().filter_map(ConversationId::log).collect();
        for at in mongo
            .read_positions(&user.user_id, &[ids, logs].concat())
            .await
            .expect("positions")
        {
            copy = copy.with_read_position(at.user_id, at.conversation_id, at.has_read_seq);
        }
        copy = rows
            .into_iter()
            .fold(copy, MemorySource::with_conversation)
            .with_user(user);
    }
    let scanned: Vec<Vec<Block>> = mongo
        .scan(ScanOptions::default())
        .try_collect()
        .await
        .expect("the collection is walked");
    let slots: Vec<Slot> = scanned
        .into_iter()
        .flatten()
        .flat_map(|block| block.slots)
        .collect();
    for (id, first) in beginnings {
        copy = copy.with_min_seq(id, first);
    }
    slots.into_iter().fold(copy, MemorySource::with_slot)
}
