//! The recorded collections give what the recorded answers of the same server gave.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;
use openim_history_client::model::{
    ConversationId, HoleCause, Message, Seq, SeqRange, Slot, Status, TimeRange, Timestamp, UserId,
};
use openim_history_client::source::mongo::{Block, MongoSource, ScanOptions, ScanScope};
use openim_history_client::source::{Newest, PageRequest, Source, View};
use openim_history_standin::rest::Dialect;
use serde_json::Value;

use super::fixture;
use crate::recorded::{collections, store, stored};

/// What REST answered, as the model; `None` for a placeholder.
fn expected(user: &str, conversation: &str, json: &Value) -> Option<Message> {
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| json[key].as_i64().unwrap_or_default();
    let small = |key: &str| i32::try_from(number(key)).expect("small");
    if text("clientMsgID").is_empty() && number("status") == 4 {
        return None;
    }
    let content = STANDARD.decode(text("content")).expect("base64");
    let mut message = Message {
        conversation_id: conversation.into(),
        seq: Seq(number("seq")),
        send_time: Timestamp::from_millis(number("sendTime")),
        create_time: Timestamp::from_millis(number("createTime")),
        send_id: text("sendID").into(),
        recv_id: text("recvID").into(),
        group_id: text("groupID").into(),
        content: String::from_utf8(content).expect("UTF-8"),
        client_msg_id: text("clientMsgID").into(),
        server_msg_id: text("serverMsgID").into(),
        sender_nickname: text("senderNickname").into(),
        sender_face_url: text("senderFaceURL").into(),
        is_read: json["isRead"].as_bool().unwrap_or_default(),
        attached_info: text("attachedInfo"),
        ex: text("ex"),
        ..Message::default()
    };
    message.session_type.0 = small("sessionType");
    message.content_type.0 = small("contentType");
    message.sender_platform_id.0 = small("senderPlatformID");
    message.msg_from.0 = small("msgFrom");
    message.status.0 = small("status");
    for (key, value) in json["options"].as_object().into_iter().flatten() {
        message.options.insert(key.into(), value == true);
    }
    for id in json["atUserIDList"].as_array().into_iter().flatten() {
        message.at_user_ids.push(id.as_str().expect("an id").into());
    }
    if let Some(push) = json["offlinePushInfo"].as_object() {
        let text = |key: &str| push[key].as_str().unwrap_or_default().to_owned();
        message.offline_push = Some(Box::new(openim_history_client::model::OfflinePush {
            title: text("title"),
            desc: text("desc"),
            ex: text("ex"),
            ios_push_sound: text("iOSPushSound"),
            ios_badge_count: push["iOSBadgeCount"] == true,
        }));
    }
    // For a day REST answers from Redis, which has what the sender wrote; on its way to MongoDB
    // "sending" becomes "stored" (open-im-server `controller/msg_transfer.go`).
    if message.status == Status::SENDING {
        message.status = Status::STORED;
    }
    if message.status == Status::DELETED {
        message.deleted_for = vec![user.into()];
    }
    if message.content_type.0 == 2101 && !conversation.starts_with("n_") {
        let outer: Value = serde_json::from_str(&message.content).expect("JSON");
        let detail: Value =
            serde_json::from_str(outer["detail"].as_str().expect("detail")).expect("JSON");
        message.revoked = Some(Box::new(openim_history_client::model::Revoked {
            user_id: detail["revokerID"].as_str().expect("an id").into(),
            nickname: detail["revokerNickname"].as_str().expect("a name").into(),
            role: i32::try_from(detail["revokerRole"].as_i64().expect("a role")).expect("small"),
            time: Timestamp::from_millis(detail["revokeTime"].as_i64().expect("a time")),
        }));
    }
    Some(message)
}

type Key = (String, String, i64);

/// The last recorded answer for each user, conversation and number.
fn last_answers(dialect: Dialect) -> BTreeMap<Key, Option<Message>> {
    let mut answers = BTreeMap::new();
    for file in ["c", "e", "f", "f2", "g", "h", "m", "p"] {
        let path = fixture::recordings()
            .join(format!("{dialect:?}").to_lowercase())
            .join(format!("{file}.json"));
        if !path.exists() {
            assert_eq!(dialect, Dialect::Main, "{} is missing", path.display());
            continue;
        }
        let pairs: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
        for pair in pairs {
            let request = &pair["request"];
            if request["path"] != "/msg/pull_msg_by_seq" {
                continue;
            }
            let user = request["body"]["userID"].as_str().unwrap_or_default();
            for kind in ["msgs", "notificationMsgs"] {
                let found = pair["response"]["data"][kind].as_object();
                for (conversation, page) in found.into_iter().flatten() {
                    for json in page["Msgs"].as_array().into_iter().flatten() {
                        let seq = json["seq"].as_i64().expect("a number");
                        let key = (user.to_owned(), conversation.clone(), seq);
                        answers.insert(key, expected(user, conversation, json));
                    }
                }
            }
        }
    }
    answers
}

async fn slot(source: &MongoSource, view: &View, conversation: &str, seq: i64) -> Option<Slot> {
    let range = SeqRange::new(seq, seq);
    let slots = source.slots(view, &conversation.into(), range).await;
    slots.expect("slots").pop()
}

/// What changed after it was last pulled, by the recording's own story.
fn changed_since(key: &Key) -> bool {
    match (key.0.as_str(), key.1.as_str(), key.2) {
        // Bob cleared the conversation later.
        ("bob", "si_alice_bob", 1..=5) => true,
        // Revoked and removed by the trials of rights in h.json.
        ("frank", "si_erin_frank", 28 | 30) => true,
        // Cleared for both.
        (_, "si_gap1_gap2", 1..=55) => true,
        // The load tests are not among the recorded collections.
        (_, "si_fat1_fat2", _) => true,
        _ => false,
    }
}

/// Names the fields that differ.
fn difference(key: &Key, found: Option<&Message>, expected: Option<&Message>) -> String {
    let (Some(found), Some(expected)) = (found, expected) else {
        return format!(
            "{key:?}: read {} pulled {}",
            found.is_some(),
            expected.is_some()
        );
    };
    let fields = |message| serde_json::to_value(message).expect("serializable");
    let (found, expected) = (fields(found), fields(expected));
    let names = expected.as_object().expect("an object").keys();
    names
        .filter(|name| found[*name] != expected[*name])
        .map(|name| {
            format!(
                "{key:?} {name}: read {} pulled {}",
                found[name], expected[name]
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

async fn compare(dialect: Dialect) -> usize {
    let source = stored(dialect).await;
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (key, expected) in last_answers(dialect) {
        if changed_since(&key) {
            continue;
        }
        let (user, conversation, seq) = &key;
        let view = View::As(user.as_str().into());
        let found = slot(&source, &view, conversation, *seq).await;
        let found = found.and_then(Slot::into_message);
        if found != expected {
            wrong.push(difference(&key, found.as_ref(), expected.as_ref()));
        }
        compared += 1;
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    compared
}

#[tokio::test]
async fn a_user_reads_from_main_what_that_user_pulled() {
    assert!(compare(Dialect::Main).await > 250);
}

#[tokio::test]
async fn a_user_reads_from_the_release_what_that_user_pulled() {
    assert!(compare(Dialect::Release).await > 300);
}

fn causes(slots: &[Slot]) -> Vec<(i64, HoleCause)> {
    slots
        .iter()
        .filter_map(|slot| match slot {
            Slot::Hole(hole) => Some((hole.seq.0, hole.cause)),
            Slot::Message(_) => None,
        })
        .collect()
}

#[tokio::test]
async fn the_full_view_keeps_originals_and_labels_them() {
    let source = stored(Dialect::Release).await;
    let id = ConversationId::new("si_erin_frank");
    let slots = source
        .slots(&View::Full, &id, SeqRange::new(1, 1_000_000))
        .await
        .expect("slots");
    assert_eq!(
        slots.len(),
        30,
        "the head is the last number in use (30 was deleted for both), not the reserved 70"
    );
    let message = |seq: usize| slots[seq - 1].message().expect("a message");
    assert_eq!(message(28).content, r#"{"content":"2020 by REST"}"#);
    let revoked = message(28).revoked.as_ref().expect("revoked");
    assert_eq!(revoked.user_id, "erin");
    assert_eq!(message(29).deleted_for, ["erin".into()] as [UserId; 1]);
    assert!(!message(29).content.is_empty());

    let id = ConversationId::new("si_carol_dave");
    let slots = source
        .slots(&View::Full, &id, SeqRange::new(1, 1000))
        .await
        .expect("slots");
    assert_eq!(slots.len(), 260);
    assert_eq!(
        causes(&slots),
        [(10, HoleCause::Emptied), (11, HoleCause::Emptied)]
    );
    let ordered = slots.windows(2).all(|pair| pair[0].seq() < pair[1].seq());
    assert!(ordered);
}

#[tokio::test]
async fn bounds_come_from_the_messages_and_the_users_own_rows() {
    let source = stored(Dialect::Release).await;
    let bounds = async |view: View, ids: &[&str]| {
        let ids: Vec<_> = ids.iter().copied().map(ConversationId::from).collect();
        let bounds = source.bounds(&view, &ids).await.expect("bounds");
        bounds
            .into_iter()
            .map(|bounds| (bounds.conversation_id.to_string(), bounds.range.to_string()))
            .collect::<Vec<_>>()
    };
    let of = |id: &str, range: &str| (id.to_owned(), range.to_owned());
    let ids = [
        "si_alice_bob",
        "sg_grp1",
        "si_old1_old2",
        "si_gap1_gap2",
        "si_x_y",
        "n_alice_bob",
        "sg_grp1",
    ];
    assert_eq!(
        bounds(View::Full, &ids).await,
        [
            of("si_alice_bob", "1..7"),
            of("sg_grp1", "1..6"),
            of("si_old1_old2", "101..135"),
            of("si_gap1_gap2", "1..56"),
            of("n_alice_bob", "1..4"),
        ]
    );
    let bob = bounds(View::As("bob".into()), &ids).await;
    assert_eq!(
        bob,
        [
            of("si_alice_bob", "1..0"),
            of("sg_grp1", "1..6"),
            of("n_alice_bob", "1..4")
        ]
    );
    let carol = bounds(View::As("carol".into()), &["sg_grp1", "si_alice_bob"]).await;
    assert_eq!(carol, [of("sg_grp1", "1..6")]);
    let old = bounds(View::As("old1".into()), &["si_old1_old2"]).await;
    assert_eq!(old, [of("si_old1_old2", "101..135")]);
    assert_eq!(bounds(View::As("nobody".into()), &["sg_grp1"]).await, []);
}

#[tokio::test]
async fn holes_of_a_user_are_placeholders_whatever_the_cause() {
    let source = stored(Dialect::Main).await;
    let slots = source
        .slots(
            &View::As("carol".into()),
            &"si_carol_dave".into(),
            SeqRange::new(8, 14),
        )
        .await
        .expect("slots");
    assert_eq!(
        causes(&slots),
        [(10, HoleCause::Placeholder), (11, HoleCause::Placeholder)]
    );
    assert_eq!(slots.len(), 7);
}

#[tokio::test]
async fn the_newest_messages_are_those_with_the_latest_times_in_that_view() {
    let source = stored(Dialect::Release).await;
    for view in [View::Full, View::As("erin".into())] {
        let ids: Vec<ConversationId> = match &view {
            View::Full => ["si_erin_frank", "sg_grp2", "si_erin_grace", "si_carol_dave"]
                .map(Into::into)
                .to_vec(),
            View::As(user) => {
                let rows = source.conversations(user).await.expect("rows");
                rows.into_iter().map(|row| row.conversation_id).collect()
            }
        };
        let mut all = Vec::new();
        for bounds in source.bounds(&view, &ids).await.expect("bounds") {
            let id = &bounds.conversation_id;
            let slots = source.slots(&view, id, bounds.range).await.expect("slots");
            all.extend(slots.into_iter().filter_map(Slot::into_message));
        }
        all.sort_by_key(|m| {
            (
                std::cmp::Reverse(m.send_time),
                m.conversation_id.clone(),
                std::cmp::Reverse(m.seq),
            )
        });
        for limit in [1, 7, 50, 10_000] {
            let newest = source.newest(&view, &ids, limit).await;
            let newest = newest.and_then(Newest::whole).expect("newest");
            let wanted = &all[..limit.min(all.len())];
            assert_eq!(newest.len(), wanted.len(), "{view:?} {limit}");
            assert!(newest == wanted, "{view:?} {limit}");
        }
        assert!(all.len() > 30);
    }
}

#[tokio::test]
async fn ranges_in_time_hold_what_was_sent_then() {
    let source = stored(Dialect::Release).await;
    let id = ConversationId::new("si_carol_dave");
    let whole = SeqRange::new(1, i64::MAX);
    let slots = source.slots(&View::Full, &id, whole).await.expect("slots");
    let time = slots[149].message().expect("a message").send_time;
    let span = TimeRange {
        since: Some(time),
        until: Some(Timestamp::from_millis(time.as_millis() + 1)),
    };
    let ranges = source.seqs_in_time(&id, whole, span).await.expect("ranges");
    assert!(ranges.iter().any(|range| range.contains(Seq(150))));
    assert!(ranges.iter().all(|range| range.last <= Seq(260)));
    let since = TimeRange {
        since: Some(time),
        until: None,
    };
    let merged = source
        .seqs_in_time(&id, SeqRange::new(120, 250), since)
        .await;
    assert_eq!(merged.expect("ranges"), [SeqRange::new(120, 250)]);
    let all = source.seqs_in_time(&id, whole, TimeRange::ALL).await;
    assert_eq!(all.expect("ranges"), [SeqRange::new(1, 260)]);
    let never = TimeRange {
        since: None,
        until: Some(Timestamp::from_millis(1)),
    };
    assert_eq!(
        source
            .seqs_in_time(&id, whole, never)
            .await
            .expect("ranges"),
        []
    );
}

#[tokio::test]
async fn a_scan_sees_every_stored_message_once() {
    let (source, options) = store(&collections(Dialect::Release)).await;
    let client = mongodb::Client::with_uri_str(options.uri.expose())
        .await
        .expect("a client");
    let database = client.database(&options.database);
    let count = async |scope: ScanScope| {
        let options = ScanOptions {
            scope,
            ..ScanOptions::default()
        };
        let batches: Vec<Vec<Block>> = source.scan(options).try_collect().await.expect("scanned");
        let mut keys: Vec<_> = batches
            .into_iter()
            .flatten()
            .flat_map(|block| block.slots)
            .filter_map(Slot::into_message)
            .map(|message| (message.conversation_id, message.seq))
            .collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all, "none twice");
        all
    };
    let stored: u64 = {
        let pipeline = [
            bson::doc! { "$unwind": "$msgs" },
            bson::doc! { "$match": { "msgs.msg": { "$type": "object" } } },
            bson::doc! { "$count": "n" },
        ];
        let msg = database.collection::<bson::Document>("msg");
        let mut found = msg.aggregate(pipeline).await.expect("counted");
        let first = found.try_next().await.expect("counted").expect("one");
        u64::try_from(first.get_i32("n").expect("a number")).expect("positive")
    };
    assert_eq!(count(ScanScope::All).await as u64, stored);
    assert_eq!(
        count(ScanScope::Ids {
            after: None,
            until: None
        })
        .await as u64,
        stored
    );
    let some = ["si_carol_dave", "sg_grp2", "si_no_one"]
        .map(Into::into)
        .to_vec();
    assert_eq!(count(ScanScope::Conversations(some)).await, 258 + 28);
}

#[tokio::test]
async fn people_and_groups_are_as_the_server_lists_them() {
    let source = stored(Dialect::Release).await;
    let page = PageRequest::first(3);
    let users = source.users(page).await.expect("users");
    let total = users.total;
    assert!(users.items.iter().all(|user| user.app_manager_level <= 1));
    assert_eq!(
        (users.items.len(), users.items[0].user_id.as_str()),
        (3, "alice")
    );
    let mut seen = 0;
    let mut page = page;
    loop {
        let items = source.users(page).await.expect("users").items;
        if items.is_empty() {
            break;
        }
        seen += items.len() as u64;
        page = page.next();
    }
    assert_eq!(seen, total);

    let named = source
        .users_by_name("爱丽", PageRequest::first(9))
        .await
        .expect("users");
    assert_eq!(named.items[0].user_id, "alice");
    assert_eq!(
        source
            .users_by_name(".*", PageRequest::first(9))
            .await
            .expect("users")
            .total,
        0
    );
    let ids = ["imAdmin", "nobody", "bob"].map(Into::into);
    assert_eq!(source.users_by_id(&ids).await.expect("users").len(), 2);

    let groups = source.groups(PageRequest::first(10)).await.expect("groups");
    let names: Vec<_> = groups
        .items
        .iter()
        .map(|group| group.group_id.to_string())
        .collect();
    assert_eq!(names, ["grp2", "grp1"], "newest first, grp3 is dismissed");
    assert_eq!(
        (groups.total, groups.items[1].owner_user_id.as_str()),
        (2, "alice")
    );
    let members = source
        .members(&"grp1".into(), PageRequest::first(10))
        .await
        .expect("members");
    assert_eq!(u64::from(groups.items[1].member_count), members.total);
    assert_eq!(
        members.items[0].nickname, "Alice 爱丽丝",
        "taken from the user"
    );
    assert_eq!(
        source
            .groups_by_id(&["grp3".into()])
            .await
            .expect("groups")
            .len(),
        1
    );
    let by_name = source
        .groups_by_name("PROJECT", PageRequest::first(10))
        .await
        .expect("groups");
    assert_eq!(by_name.total, 1);

    let rows = source.conversations(&"alice".into()).await.expect("rows");
    assert!(rows.is_sorted_by_key(|row| row.conversation_id.to_string()));
    let left = source
        .read_positions(&"carol".into(), &["sg_grp1".into()])
        .await
        .expect("positions");
    assert_eq!(left[0].max_seq, Seq(6));
    let all = source
        .read_positions(&"alice".into(), &[])
        .await
        .expect("positions");
    assert_eq!(all.len(), rows.len());
    // Each tells when the newest message was sent that the user can see.
    for position in all.iter().chain(&left) {
        let id = &position.conversation_id;
        let newest = SeqRange::new(position.max_seq, position.max_seq);
        let newest = source.slots(&View::Full, id, newest).await;
        let newest = newest.expect("a slot").into_iter().next();
        let sent = newest.and_then(Slot::into_message).map(|m| m.send_time);
        assert!(sent.is_some() && position.max_seq_time == sent, "{id}");
    }

    let viewers = async |id: &str| source.viewers(&id.into()).await.expect("viewers");
    assert_eq!(
        viewers("si_alice_bob").await,
        ["alice".into(), "bob".into()] as [UserId; 2]
    );
    assert_eq!(viewers("sg_grp1").await[0], "alice");
    assert!(
        !viewers("sg_grp3").await.is_empty(),
        "of a dismissed group too"
    );
    assert_eq!(viewers("n_alice_bob").await.len(), 2);
    assert!(viewers("si_x_y").await.is_empty());
}
