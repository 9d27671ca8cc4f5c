//! What every source must do, as plain functions over `&dyn Source`.
//!
//! `sources.rs` runs this list over memory, REST in both dialects and a real MongoDB, all holding
//! the same recorded data.

use std::collections::{BTreeMap, BTreeSet};

use openim_history_client::model::{
    ConversationId, ConversationKind, GroupId, Hole, HoleCause, Message, SeqRange, Slot, TimeRange,
    UserId,
};
use openim_history_client::source::{Newest, PageRequest, Source, View};

/// Runs the whole list.
pub(crate) async fn all(source: &dyn Source) {
    lists_page_without_loss(source).await;
    what_does_not_exist_is_left_out(source).await;
    every_row_of_a_user_has_bounds(source).await;
    every_number_inside_the_bounds_is_answered_once(source).await;
    a_stranger_sees_nothing(source).await;
    a_shorter_range_is_a_part_of_a_longer_one(source).await;
    numbers_outside_the_bounds_are_left_out(source).await;
    spans_of_time_lose_nothing(source).await;
    the_newest_are_the_newest(source).await;
    every_conversation_has_a_viewer_who_sees_it(source).await;
    names_are_found_without_regard_to_case(source).await;
}

/// Returns everything one user sees: conversation by conversation, slot by slot.
pub(crate) async fn seen_by(
    source: &dyn Source,
    user: &UserId,
) -> BTreeMap<ConversationId, Vec<Slot>> {
    let view = View::As(user.clone());
    let mut seen = BTreeMap::new();
    for bounds in source
        .bounds(&view, &conversations_of(source, user).await)
        .await
        .expect("bounds")
    {
        let mut slots = Vec::new();
        for page in bounds.range.pages(source.page_len()) {
            slots.extend(
                source
                    .slots(&view, &bounds.conversation_id, page)
                    .await
                    .expect("slots"),
            );
        }
        seen.insert(bounds.conversation_id, slots);
    }
    seen
}

/// Returns every user there is in the recorded data, people first.
pub(crate) async fn users_of(source: &dyn Source) -> Vec<UserId> {
    let page = source
        .users(PageRequest::first(1_000))
        .await
        .expect("users");
    let mut ids: Vec<_> = page.items.into_iter().map(|user| user.user_id).collect();
    ids.sort();
    ids
}

/// Returns the conversations a user owns a row of, and the logs beside them.
async fn conversations_of(source: &dyn Source, user: &UserId) -> Vec<ConversationId> {
    let rows = source.conversations(user).await.expect("conversations");
    let ids: Vec<_> = rows.into_iter().map(|row| row.conversation_id).collect();
    let logs = ids
        .iter()
        .filter_map(ConversationId::log)
        .collect::<Vec<_>>();
    ids.into_iter().chain(logs).collect()
}

async fn lists_page_without_loss(source: &dyn Source) {
    let whole = source
        .users(PageRequest::first(1_000))
        .await
        .expect("users");
    assert_eq!(whole.items.len() as u64, whole.total);
    let mut page = PageRequest::first(7);
    let mut paged = Vec::new();
    while page.offset < whole.total {
        paged.extend(source.users(page).await.expect("users").items);
        page = page.next();
    }
    let ids = |users: &[openim_history_client::model::User]| -> BTreeSet<UserId> {
        users.iter().map(|user| user.user_id.clone()).collect()
    };
    assert_eq!(ids(&paged), ids(&whole.items));
    assert_eq!(paged.len(), whole.items.len(), "no user comes twice");
    let odd = source
        .users(PageRequest {
            offset: 3,
            limit: 2,
        })
        .await
        .expect("users")
        .items;
    assert_eq!(
        odd,
        paged[3..5],
        "an offset that is no multiple of the limit"
    );

    let groups = source
        .groups(PageRequest::first(100))
        .await
        .expect("groups");
    assert!(!groups.items.is_empty());
    for group in &groups.items {
        let members = source
            .members(&group.group_id, PageRequest::first(100))
            .await
            .expect("members");
        assert_eq!(members.items.len() as u64, members.total);
        assert!(
            members
                .items
                .iter()
                .all(|member| member.group_id == group.group_id)
        );
        assert_eq!(
            u64::from(group.member_count),
            members.total,
            "group {}",
            group.group_id
        );
        assert!(
            members
                .items
                .iter()
                .any(|member| member.user_id == group.owner_user_id)
        );
    }
}

async fn what_does_not_exist_is_left_out(source: &dyn Source) {
    let users = source
        .users_by_id(&["alice".into(), "nobody here".into()])
        .await
        .expect("users");
    assert_eq!(
        users
            .iter()
            .map(|user| user.user_id.as_str())
            .collect::<Vec<_>>(),
        ["alice"]
    );
    assert_eq!(
        source
            .groups_by_id(&["nogroup".into()])
            .await
            .expect("groups"),
        []
    );
    assert_eq!(
        source
            .conversations(&"nobody".into())
            .await
            .expect("conversations"),
        []
    );
    assert_eq!(
        source
            .viewers(&"si_nope_nope".into())
            .await
            .expect("viewers"),
        [] as [UserId; 0]
    );
    let view = View::As("alice".into());
    assert_eq!(
        source
            .bounds(&view, &["si_nope_nope".into()])
            .await
            .expect("bounds"),
        []
    );
    assert_eq!(
        source
            .slots(&view, &"si_nope_nope".into(), SeqRange::new(1, 5))
            .await
            .expect("slots"),
        []
    );
}

async fn every_row_of_a_user_has_bounds(source: &dyn Source) {
    for user in users_of(source).await {
        let rows = source.conversations(&user).await.expect("conversations");
        assert!(rows.is_sorted_by(|a, b| a.conversation_id < b.conversation_id));
        assert!(rows.iter().all(|row| row.owner_user_id == user));
        let ids: Vec<_> = rows.iter().map(|row| row.conversation_id.clone()).collect();
        let bounds = source
            .bounds(&View::As(user.clone()), &ids)
            .await
            .expect("bounds");
        let bound: BTreeSet<_> = bounds
            .iter()
            .map(|bounds| &bounds.conversation_id)
            .collect();
        assert_eq!(bound, ids.iter().collect(), "user {user}");
        for (row, bounds) in rows.iter().zip(&bounds) {
            if row.max_seq.0 > 0 {
                assert!(
                    bounds.range.last <= row.max_seq,
                    "{user} left {}",
                    row.conversation_id
                );
            }
        }
    }
}

async fn every_number_inside_the_bounds_is_answered_once(source: &dyn Source) {
    for user in users_of(source).await {
        let view = View::As(user.clone());
        let ids = conversations_of(source, &user).await;
        for bounds in source.bounds(&view, &ids).await.expect("bounds") {
            let id = &bounds.conversation_id;
            for page in bounds.range.pages(source.page_len()) {
                let slots = source.slots(&view, id, page).await.expect("slots");
                let seqs: Vec<i64> = slots.iter().map(|slot| slot.seq().0).collect();
                let wanted: Vec<i64> = (page.first.0..=page.last.0).collect();
                assert_eq!(seqs, wanted, "{user} {id}");
                for slot in &slots {
                    match slot {
                        Slot::Message(message) => assert_eq!(&message.conversation_id, id),
                        Slot::Hole(Hole {
                            conversation_id,
                            cause,
                            ..
                        }) => {
                            assert_eq!(conversation_id, id);
                            assert_eq!(*cause, HoleCause::Placeholder, "a user cannot tell why");
                        }
                    }
                }
            }
        }
    }
}

async fn a_stranger_sees_nothing(source: &dyn Source) {
    let view = View::As("alice".into());
    let foreign: ConversationId = "si_carol_dave".into();
    assert_eq!(
        source
            .bounds(&view, std::slice::from_ref(&foreign))
            .await
            .expect("bounds"),
        []
    );
    assert_eq!(
        source
            .slots(&view, &foreign, SeqRange::new(1, 5))
            .await
            .expect("slots"),
        []
    );
}

async fn a_shorter_range_is_a_part_of_a_longer_one(source: &dyn Source) {
    let view = View::As("carol".into());
    let id = "si_carol_dave".into();
    let long = source
        .slots(&view, &id, SeqRange::new(1, 250))
        .await
        .expect("slots");
    for (first, last) in [(1, 1), (99, 102), (100, 100), (101, 200), (250, 250)] {
        let part = source
            .slots(&view, &id, SeqRange::new(first, last))
            .await
            .expect("slots");
        let (from, to) = (
            usize::try_from(first - 1).expect("small"),
            usize::try_from(last).expect("small"),
        );
        assert_eq!(part, long[from..to], "{first}..{last}");
    }
}

async fn numbers_outside_the_bounds_are_left_out(source: &dyn Source) {
    let view = View::As("carol".into());
    let id: ConversationId = "si_carol_dave".into();
    let bounds = source
        .bounds(&view, std::slice::from_ref(&id))
        .await
        .expect("bounds");
    let last = bounds[0].range.last.0;
    let over = source
        .slots(&view, &id, SeqRange::new(last - 1, last + 40))
        .await
        .expect("slots");
    assert_eq!(
        over.iter().map(|slot| slot.seq().0).collect::<Vec<_>>(),
        [last - 1, last]
    );
    let below = source
        .slots(&view, &id, SeqRange::new(-5, 2))
        .await
        .expect("slots");
    assert_eq!(
        below.iter().map(|slot| slot.seq().0).collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(
        source
            .slots(&view, &id, SeqRange::new(last + 10, last + 20))
            .await
            .expect("slots"),
        []
    );
    assert_eq!(
        source
            .slots(&view, &id, SeqRange::EMPTY)
            .await
            .expect("slots"),
        []
    );
}

async fn spans_of_time_lose_nothing(source: &dyn Source) {
    for user in ["carol", "erin"] {
        for (id, slots) in seen_by(source, &user.into()).await {
            let messages: Vec<&Message> = slots.iter().filter_map(Slot::message).collect();
            let Some(middle) = messages
                .get(messages.len() / 2)
                .map(|message| message.send_time)
            else {
                continue;
            };
            let within = SeqRange::new(slots[0].seq(), slots[slots.len() - 1].seq());
            for time in [
                TimeRange {
                    since: Some(middle),
                    until: None,
                },
                TimeRange {
                    since: None,
                    until: Some(middle),
                },
                TimeRange {
                    since: Some(middle),
                    until: Some(middle),
                },
            ] {
                let ranges = source
                    .seqs_in_time(&id, within, time)
                    .await
                    .expect("seqs in time");
                assert!(
                    ranges.is_sorted_by(|a, b| a.last < b.first),
                    "ascending and apart"
                );
                for message in messages
                    .iter()
                    .filter(|message| time.contains(message.send_time))
                {
                    assert!(
                        ranges.iter().any(|range| range.contains(message.seq)),
                        "{id} {}",
                        message.seq
                    );
                }
                assert!(
                    ranges
                        .iter()
                        .all(|range| range.intersection(&within) == *range),
                    "within what was asked"
                );
            }
        }
    }
}

async fn the_newest_are_the_newest(source: &dyn Source) {
    for user in ["alice", "erin", "gap2", "grace"] {
        let user = UserId::new(user);
        let rows = source.conversations(&user).await.expect("conversations");
        let ids: Vec<_> = rows.into_iter().map(|row| row.conversation_id).collect();
        let mut all: Vec<Message> = seen_by(source, &user)
            .await
            .into_iter()
            .filter(|(id, _)| id.kind() != ConversationKind::Log)
            .flat_map(|(_, slots)| slots.into_iter().filter_map(Slot::into_message))
            // A sender chose these times; over REST nothing says that such a conversation is new.
            .filter(|message| message.send_time.as_millis() < 2_000_000_000_000)
            .collect();
        all.sort_by_key(|message| std::cmp::Reverse(message.send_time));
        let newest = source
            .newest(&View::As(user.clone()), &ids, 5)
            .await
            .and_then(Newest::whole)
            .expect("newest");
        let times: Vec<_> = newest
            .iter()
            .map(|message| message.send_time)
            .filter(|time| time.as_millis() < 2_000_000_000_000)
            .collect();
        let wanted: Vec<_> = all
            .iter()
            .take(times.len())
            .map(|message| message.send_time)
            .collect();
        assert_eq!(times, wanted, "{user}");
        assert!(
            newest.len() == 5 || newest.len() >= all.len(),
            "{user}: {} of {}",
            newest.len(),
            all.len()
        );
    }
}

async fn every_conversation_has_a_viewer_who_sees_it(source: &dyn Source) {
    for id in ["si_alice_bob", "sg_grp1", "si_carol_dave"] {
        let id = ConversationId::new(id);
        let viewers = source.viewers(&id).await.expect("viewers");
        let first = viewers
            .first()
            .unwrap_or_else(|| panic!("nobody can see {id}"));
        let bounds = source
            .bounds(&View::As(first.clone()), std::slice::from_ref(&id))
            .await
            .expect("bounds");
        assert_eq!(bounds.len(), 1, "{first} sees {id}");
    }
}

async fn names_are_found_without_regard_to_case(source: &dyn Source) {
    let page = PageRequest::first(10);
    for name in ["ALICE", "爱丽丝", "lice 爱"] {
        let found = source.users_by_name(name, page).await.expect("users");
        assert_eq!(
            found
                .items
                .iter()
                .map(|user| user.user_id.as_str())
                .collect::<Vec<_>>(),
            ["alice"],
            "{name}"
        );
        assert_eq!(found.total, 1);
    }
    for hostile in [".*", "[", "(", "\\", "$", "a|b"] {
        assert_eq!(
            source
                .users_by_name(hostile, page)
                .await
                .expect("a name is no pattern")
                .items,
            [],
            "{hostile}"
        );
        assert_eq!(
            source
                .groups_by_name(hostile, page)
                .await
                .expect("a name is no pattern")
                .items,
            []
        );
    }
    let groups = source
        .groups_by_name("project", page)
        .await
        .expect("groups");
    assert_eq!(
        groups
            .items
            .iter()
            .map(|group| group.group_id.clone())
            .collect::<Vec<_>>(),
        [GroupId::new("grp1")]
    );
}
