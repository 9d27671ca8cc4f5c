//! Messages by number: placeholders, missing keys, halving.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::server::{Answer, Call, Server, source};
use crate::error::Error;
use crate::model::{ConversationId, Hole, HoleCause, SeqRange, Slot};
use crate::source::{Source, View};

const PULL: &str = "/msg/pull_msg_by_seq";

fn message(seq: i64) -> Value {
    json!({"seq": seq, "clientMsgID": format!("c{seq}"), "serverMsgID": format!("s{seq}"),
        "contentType": 101, "content": "aGk=", "sendTime": 1000 + seq})
}

fn alice() -> View {
    View::As("alice".into())
}

/// Answers everything around a pull: alice owns a row of every chat, and each goes to `head`.
pub(super) fn around(call: &Call, head: i64) -> Option<Answer> {
    let ids = || {
        call.body["conversationIDs"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    match call.path.as_str() {
        "/conversation/get_conversations" => {
            let rows: Vec<Value> = ids()
                .iter()
                .map(|id| json!({"ownerUserID": call.body["ownerUserID"], "conversationID": id}))
                .collect();
            Some(Answer::Data(json!({"conversations": rows})))
        }
        "/msg/get_conversations_has_read_and_max_seq" => {
            let seqs: Map<String, Value> = ids()
                .iter()
                .map(|id| {
                    let id = id.as_str().expect("is text").to_owned();
                    (
                        id,
                        json!({"maxSeq": head, "hasReadSeq": 1, "maxSeqTime": 5}),
                    )
                })
                .collect();
            Some(Answer::Data(json!({"seqs": seqs})))
        }
        _ => None,
    }
}

/// A server whose pulls are answered so, for conversations that go to `head`.
async fn server(
    head: i64,
    pull: impl Fn(&Call) -> Answer + Clone + Send + Sync + 'static,
) -> Server {
    Server::with_token(move |call| around(call, head).unwrap_or_else(|| pull(call))).await
}

/// Returns the range the call asks for.
fn asked(call: &Call) -> (i64, i64) {
    let range = &call.body["seqRanges"][0];
    let number = |key: &str| range[key].as_i64().expect("is a number");
    assert_eq!(number("num"), number("end") - number("begin") + 1);
    assert!(number("begin") >= 1);
    (number("begin"), number("end"))
}

#[tokio::test]
async fn placeholders_and_missing_numbers_are_holes_and_all_else_is_kept() {
    let server = server(6, |_| {
        let deleted = json!({"seq": 4, "clientMsgID": "c4", "serverMsgID": "s4", "status": 4,
            "contentType": 103, "content": null});
        let placeholder = json!({"seq": 2, "clientMsgID": "", "status": 4, "content": null});
        Answer::Data(json!({"msgs": {"si_alice_bob": {"Msgs": [
            message(6), message(1), placeholder, deleted, message(99), message(1)
        ], "isEnd": true}}, "notificationMsgs": null}))
    })
    .await;
    let id = ConversationId::new("si_alice_bob");
    let slots = server
        .source()
        .slots(&alice(), &id, SeqRange::new(-5, 500))
        .await
        .expect("answers");
    let seqs: Vec<i64> = slots.iter().map(|slot| slot.seq().0).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);
    for at in [2, 3, 5] {
        assert_eq!(
            slots[at - 1],
            Slot::Hole(Hole {
                conversation_id: id.clone(),
                seq: (at as i64).into(),
                cause: HoleCause::Placeholder
            })
        );
    }
    let deleted = slots[3].message().expect("is a message");
    assert_eq!(deleted.deleted_for[0], "alice");
    assert_eq!(slots[0].message().expect("is a message").content, "hi");
    assert_eq!(asked(&server.calls(PULL)[0]), (1, 6));
    assert_eq!(server.calls(PULL)[0].body["userID"], "alice");
}

#[tokio::test]
async fn an_answer_without_the_conversation_is_all_holes_in_both_dialects() {
    for data in [
        json!({}),
        json!({"msgs": null, "notificationMsgs": null}),
        json!({"msgs": {"si_other_one": {"Msgs": [message(1)]}}}),
        json!({"msgs": {"si_alice_bob": {"Msgs": null}}}),
        json!({"msgs": {"si_alice_bob": null}}),
    ] {
        let server = server(3, move |_| Answer::Data(data.clone())).await;
        let slots = server
            .source()
            .slots(&alice(), &"si_alice_bob".into(), SeqRange::new(1, 3))
            .await
            .expect("answers");
        assert_eq!(slots.len(), 3);
        assert!(slots.iter().all(|slot| slot.message().is_none()));
    }
}

#[tokio::test]
async fn numbers_above_the_head_are_never_asked_for() {
    let server = server(3, |_| Answer::Data(json!({}))).await;
    let source = server.source();
    let id = ConversationId::new("n_alice_bob");
    let slots = source
        .slots(&alice(), &id, SeqRange::new(4, 1_000_000_000))
        .await;
    assert!(slots.expect("answers").is_empty());
    assert!(server.calls(PULL).is_empty());
    let slots = source
        .slots(&alice(), &id, SeqRange::new(2, i64::MAX))
        .await;
    assert_eq!(slots.expect("answers").len(), 2);
    assert_eq!(asked(&server.calls(PULL)[0]), (2, 3));
}

#[tokio::test]
async fn a_log_answers_under_the_notifications() {
    let server = server(2, |_| {
        Answer::Data(json!({"msgs": null, "notificationMsgs":
            {"n_alice_bob": {"Msgs": [message(1), message(2)]}}}))
    })
    .await;
    let slots = server
        .source()
        .slots(&alice(), &"n_alice_bob".into(), SeqRange::new(1, 2))
        .await
        .expect("answers");
    assert!(slots.iter().all(|slot| slot.message().is_some()));
    // Nobody owns a row of it, so none is asked for.
    assert!(server.calls("/conversation/get_conversations").is_empty());
}

#[tokio::test]
async fn an_answer_too_large_is_asked_for_in_halves() {
    let too_large: [fn() -> Answer; 2] = [
        || Answer::Code(8, "grpc: received message larger than max", String::new()),
        || Answer::text(413, "text/html", "<h1>413</h1>"),
    ];
    for too_large in too_large {
        let server = server(100, move |call| {
            let (begin, end) = asked(call);
            if end - begin >= 20 {
                return too_large();
            }
            let messages: Vec<Value> = (begin..=end).map(message).collect();
            Answer::Data(json!({"msgs": {"si_alice_bob": {"Msgs": messages}}}))
        })
        .await;
        let slots = server
            .source()
            .slots(&alice(), &"si_alice_bob".into(), SeqRange::new(1, 100))
            .await
            .expect("answers");
        let seqs: Vec<i64> = slots.iter().map(|slot| slot.seq().0).collect();
        assert_eq!(seqs, (1..=100).collect::<Vec<_>>());
        assert!(slots.iter().all(|slot| slot.message().is_some()));
        // 100, 50 and 25 are too many: seven refusals at most, and eight answers.
        assert_eq!(server.calls(PULL).len(), 15);
    }
}

#[tokio::test]
async fn a_single_message_too_large_is_named() {
    let server = server(10, |call| {
        let (begin, end) = asked(call);
        if (begin..=end).contains(&7) {
            return Answer::Code(8, "received message larger than max", String::new());
        }
        let messages: Vec<Value> = (begin..=end).map(message).collect();
        Answer::Data(json!({"msgs": {"si_alice_bob": {"Msgs": messages}}}))
    })
    .await;
    let error = server
        .source()
        .slots(&alice(), &"si_alice_bob".into(), SeqRange::new(1, 10))
        .await
        .expect_err("fails");
    assert!(
        matches!(&error, Error::Rejected { code: 8, message, .. }
            if message.contains("message 7 of conversation \"si_alice_bob\"")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_range_longer_than_a_page_is_cut_into_pages() {
    let longest = Arc::new(std::sync::Mutex::new(0));
    let server = {
        let longest = Arc::clone(&longest);
        server(95, move |call| {
            let (begin, end) = asked(call);
            let mut longest = longest.lock().expect("is not poisoned");
            *longest = (end - begin + 1).max(*longest);
            Answer::Data(json!({}))
        })
        .await
    };
    let mut options = server.options();
    options.page_len = 10;
    let slots = source(options)
        .slots(&alice(), &"si_alice_bob".into(), SeqRange::new(1, 95))
        .await
        .expect("answers");
    assert_eq!(slots.len(), 95);
    assert_eq!(*longest.lock().expect("is not poisoned"), 10);
}

#[tokio::test]
async fn a_connection_that_breaks_in_mid_answer_is_made_again() {
    let server = server(1, {
        let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        move |_| {
            if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 {
                return Answer::Cut;
            }
            Answer::Data(json!({"msgs": {"si_alice_bob": {"Msgs": [message(1)]}}}))
        }
    })
    .await;
    let slots = server
        .source()
        .slots(&alice(), &"si_alice_bob".into(), SeqRange::new(1, 1))
        .await
        .expect("answers");
    assert!(slots[0].message().is_some());
    assert_eq!(server.calls(PULL).len(), 3);
}

#[tokio::test]
async fn the_full_view_cannot_be_had() {
    let server = server(1, |_| Answer::Data(json!({}))).await;
    let source = server.source();
    let id = ConversationId::new("si_alice_bob");
    let ids = std::slice::from_ref(&id);
    let range = SeqRange::new(1, 1);
    let outcomes = [
        source.slots(&View::Full, &id, range).await.map(|_| ()),
        source.bounds(&View::Full, ids).await.map(|_| ()),
        source.newest(&View::Full, ids, 1).await.map(|_| ()),
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Error::NotSupported { .. })));
    }
}

#[tokio::test]
async fn time_narrows_nothing() {
    let server = server(1, |_| Answer::Data(json!({}))).await;
    let source = server.source();
    let id = ConversationId::new("si_alice_bob");
    let time = crate::model::TimeRange::ALL;
    let within = SeqRange::new(3, 9);
    let ranges = source.seqs_in_time(&id, within, time).await;
    assert_eq!(ranges.expect("answers"), [within]);
    let ranges = source.seqs_in_time(&id, SeqRange::EMPTY, time).await;
    assert!(ranges.expect("answers").is_empty());
}
