//! The conformance list on every source, and that all of them tell the same.

use openim_history_client::model::{ConversationKind, Slot, UserId};
use openim_history_client::source::{PageRequest, Source};
use openim_history_standin::rest::Dialect;

use crate::conformance;
use crate::recorded::{collections, serve, store};

#[tokio::test]
async fn rest_of_a_release_does_what_every_source_must() {
    let (_server, source) = serve(collections(Dialect::Release), Dialect::Release);
    conformance::all(&source).await;
}

#[tokio::test]
async fn rest_of_main_does_what_every_source_must() {
    // The richer recording, answered in main's way.
    let (_server, source) = serve(collections(Dialect::Release), Dialect::Main);
    conformance::all(&source).await;
}

#[tokio::test]
async fn mongodb_does_what_every_source_must() {
    let (source, _) = store(&collections(Dialect::Release)).await;
    conformance::all(&source).await;
}

#[tokio::test]
async fn memory_does_what_every_source_must() {
    let (mongo, _) = store(&collections(Dialect::Release)).await;
    let source = crate::memory::copy_of(&mongo).await;
    conformance::all(&source).await;
}

#[tokio::test]
async fn every_user_sees_the_same_over_rest_and_from_mongodb() {
    for dialect in [Dialect::Release, Dialect::Main] {
        let collections = collections(dialect);
        let (mongo, _) = store(&collections).await;
        let memory = crate::memory::copy_of(&mongo).await;
        let (_server, rest) = serve(collections, dialect);
        let users = conformance::users_of(&rest).await;
        assert_eq!(users, conformance::users_of(&mongo).await);
        let mut compared = 0;
        for user in users {
            compared += same_for(&user, &rest, &mongo).await;
            same_for(&user, &rest, &memory).await;
        }
        let least = if dialect == Dialect::Release {
            500
        } else {
            300
        };
        assert!(
            compared >= least,
            "{dialect:?}: only {compared} slots were compared"
        );
    }
}

/// Compares all one user sees; returns how many slots that was.
pub(crate) async fn same_for(user: &UserId, rest: &dyn Source, other: &dyn Source) -> usize {
    let over_rest = conformance::seen_by(rest, user).await;
    let mut elsewhere = conformance::seen_by(other, user).await;
    // Nobody owns a row of a log, so a log that was never written is only known to one of them.
    elsewhere.retain(|id, slots| id.kind() != ConversationKind::Log || !slots.is_empty());
    let over_rest: std::collections::BTreeMap<_, _> = over_rest
        .into_iter()
        .filter(|(id, slots)| id.kind() != ConversationKind::Log || !slots.is_empty())
        .collect();
    assert_eq!(
        over_rest.keys().collect::<Vec<_>>(),
        elsewhere.keys().collect::<Vec<_>>(),
        "the conversations of {user}"
    );
    let mut compared = 0;
    for (id, slots) in &over_rest {
        // REST never tells below which number the server has nothing for anybody: it answers
        // placeholders there, where MongoDB knows that the conversation begins later.
        let slots = without_leading_holes(slots);
        let others = without_leading_holes(&elsewhere[id]);
        assert_eq!(slots.len(), others.len(), "{user} in {id}");
        for (one, another) in slots.iter().zip(others) {
            assert_eq!(
                one,
                another,
                "{user} in {id}, {} against {}",
                rest.origin(),
                other.origin()
            );
            compared += 1;
        }
    }
    compared
}

#[tokio::test]
async fn people_groups_and_positions_are_the_same_over_rest_and_from_mongodb() {
    for dialect in [Dialect::Release, Dialect::Main] {
        let collections = collections(dialect);
        let (mongo, _) = store(&collections).await;
        let (_server, rest) = serve(collections, dialect);
        let page = PageRequest::first(200);

        let mut over_rest = rest.users(page).await.expect("users").items;
        let mut in_mongo = mongo.users(page).await.expect("users").items;
        over_rest.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        in_mongo.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        assert_eq!(over_rest, in_mongo);

        let groups = rest.groups(page).await.expect("groups").items;
        assert_eq!(groups, mongo.groups(page).await.expect("groups").items);
        for group in &groups {
            let members = |members: Vec<openim_history_client::model::Member>| {
                let mut members = members;
                members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
                members
            };
            let over_rest = rest
                .members(&group.group_id, page)
                .await
                .expect("members")
                .items;
            let in_mongo = mongo
                .members(&group.group_id, page)
                .await
                .expect("members")
                .items;
            assert_eq!(
                members(over_rest),
                members(in_mongo),
                "group {}",
                group.group_id
            );
        }
        for user in &over_rest {
            let rows = rest
                .conversations(&user.user_id)
                .await
                .expect("conversations");
            assert_eq!(
                rows,
                mongo
                    .conversations(&user.user_id)
                    .await
                    .expect("conversations")
            );
            let mut over_rest = rest
                .read_positions(&user.user_id, &[])
                .await
                .expect("positions");
            let mut in_mongo = mongo
                .read_positions(&user.user_id, &[])
                .await
                .expect("positions");
            for position in over_rest.iter_mut().chain(&mut in_mongo) {
                // When a number was given out over REST, when its message was sent in MongoDB.
                position.max_seq_time = None;
            }
            over_rest.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
            in_mongo.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
            assert_eq!(over_rest, in_mongo, "user {}", user.user_id);
        }
    }
}

fn without_leading_holes(slots: &[Slot]) -> &[Slot] {
    let holes = slots
        .iter()
        .take_while(|slot| slot.message().is_none())
        .count();
    &slots[holes..]
}
