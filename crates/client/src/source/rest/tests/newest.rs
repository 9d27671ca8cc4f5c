//! The newest messages over many conversations.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};

use super::server::{Answer, Call, Server, source};
use crate::error::Error;
use crate::model::ConversationId;
use crate::source::{Newest, Source, View};

const PULL: &str = "/msg/pull_msg_by_seq";

/// Conversation number `n` has `len` messages, the last one sent at minute `n`, each a second
/// after the one before.
struct World {
    conversations: i64,
    len: i64,
    knows_times: bool,
}

impl World {
    fn time(&self, n: i64, seq: i64) -> i64 {
        (n * 60 - (self.len - seq)) * 1000
    }

    fn ids(&self) -> Vec<ConversationId> {
        let ids = (1..=self.conversations).map(|n| ConversationId::from(format!("si_a_{n}")));
        ids.collect()
    }

    fn answer(&self, call: &Call) -> Answer {
        let number = |id: &str| id.rsplit('_').next().and_then(|n| n.parse::<i64>().ok());
        match call.path.as_str() {
            "/msg/get_conversations_has_read_and_max_seq" => {
                let asked = call.body["conversationIDs"].as_array().expect("is a list");
                let seqs: Map<String, Value> = asked
                    .iter()
                    .map(|id| {
                        let id = id.as_str().expect("is text");
                        let n = number(id).expect("has a number");
                        let time = if self.knows_times {
                            self.time(n, self.len)
                        } else {
                            0
                        };
                        (id.into(), json!({"maxSeq": self.len, "maxSeqTime": time}))
                    })
                    .collect();
                Answer::Data(json!({"seqs": seqs}))
            }
            PULL => {
                let ranges = call.body["seqRanges"].as_array().expect("is a list");
                let asked: i64 = ranges
                    .iter()
                    .map(|range| range["num"].as_i64().expect("is a number"))
                    .sum();
                assert!(asked <= 500, "{asked} messages in one call");
                let messages: Map<String, Value> = ranges
                    .iter()
                    .map(|range| {
                        let id = range["conversationID"].as_str().expect("is text");
                        let n = number(id).expect("has a number");
                        let at = |key: &str| range[key].as_i64().expect("is a number");
                        let list: Vec<Value> = (at("begin")..=at("end"))
                            .map(|seq| {
                                json!({"seq": seq, "clientMsgID": "c", "serverMsgID": "s",
                                    "sendTime": self.time(n, seq)})
                            })
                            .collect();
                        (id.into(), json!({"Msgs": list}))
                    })
                    .collect();
                Answer::Data(json!({"msgs": messages}))
            }
            _ => super::pulls::around(call, self.len).expect("is known"),
        }
    }

    /// Returns what the newest must be.
    fn expected(&self, limit: usize) -> Vec<i64> {
        let mut times: Vec<i64> = (1..=self.conversations)
            .flat_map(|n| (1..=self.len).map(move |seq| (n, seq)))
            .map(|(n, seq)| self.time(n, seq))
            .collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        times.truncate(limit);
        times
    }
}

async fn check(world: World, limit: usize) -> usize {
    let expected = world.expected(limit);
    let ids = world.ids();
    let server = Server::with_token({
        let world = std::sync::Arc::new(world);
        move |call| world.answer(call)
    })
    .await;
    let newest = source(server.options())
        .newest(&View::As("a".into()), &ids, limit)
        .await
        .and_then(Newest::whole)
        .expect("answers");
    let times: Vec<i64> = newest
        .iter()
        .map(|message| message.send_time.as_millis())
        .collect();
    assert_eq!(times, expected);
    server.calls(PULL).len()
}

#[tokio::test]
async fn the_newest_are_found_without_looking_into_every_conversation() {
    let world = World {
        conversations: 1200,
        len: 30,
        knows_times: true,
    };
    let calls = check(world, 50).await;
    assert!(calls <= 4, "{calls} calls");
}

#[tokio::test]
async fn a_long_conversation_is_followed_down_as_far_as_it_takes() {
    let world = World {
        conversations: 3,
        len: 200,
        knows_times: true,
    };
    check(world, 150).await;
    let world = World {
        conversations: 2,
        len: 10,
        knows_times: true,
    };
    check(world, 1000).await;
}

#[tokio::test]
async fn conversations_of_unknown_time_are_not_ruled_out() {
    let world = World {
        conversations: 300,
        len: 5,
        knows_times: false,
    };
    check(world, 10).await;
}

/// The newest 150 of three conversations on a server that breaks for good at some pull.
async fn broken_at(pull: usize) -> crate::Result<Newest> {
    let world = Arc::new(World {
        conversations: 3,
        len: 200,
        knows_times: true,
    });
    let ids = world.ids();
    let pulls = Arc::new(AtomicUsize::new(0));
    let server = Server::with_token(move |call| {
        if call.path == PULL && pull <= pulls.fetch_add(1, Ordering::Relaxed) + 1 {
            return Answer::text(500, "text/plain", "it broke");
        }
        world.answer(call)
    })
    .await;
    let mut options = server.options();
    options.retries = 0;
    let view = View::As("a".into());
    source(options).newest(&view, &ids, 150).await
}

#[tokio::test]
async fn what_was_found_before_a_failure_is_kept_and_what_may_belong_among_it_is_named() {
    let newest = broken_at(2).await.expect("something was read");
    assert_eq!(newest.messages.len(), 60);
    assert!(
        newest
            .messages
            .windows(2)
            .all(|pair| pair[0].send_time >= pair[1].send_time)
    );
    let Some(Error::Incomplete { missing, source }) = newest.failure else {
        panic!("{:?}", newest.failure)
    };
    let missing: Vec<_> = missing
        .iter()
        .map(|b| format!("{} {}", b.conversation_id, b.range))
        .collect();
    assert_eq!(missing, ["si_a_1 1..180", "si_a_2 1..180", "si_a_3 1..180"]);
    assert!(matches!(*source, Error::Unreachable { .. }), "{source:?}");
}

#[tokio::test]
async fn a_failure_before_anything_was_read_is_that_of_the_call() {
    let failure = broken_at(1).await.expect_err("nothing was read");
    assert!(matches!(failure, Error::Unreachable { .. }), "{failure:?}");
}

#[tokio::test]
async fn nothing_is_asked_for_nothing() {
    let world = World {
        conversations: 1,
        len: 5,
        knows_times: true,
    };
    let ids = world.ids();
    let server = Server::with_token(|_| Answer::code(1001)).await;
    let source = server.source();
    let view = View::As("a".into());
    assert!(
        source
            .newest(&view, &ids, 0)
            .await
            .and_then(Newest::whole)
            .expect("answers")
            .is_empty()
    );
    assert!(
        source
            .newest(&view, &[], 9)
            .await
            .and_then(Newest::whole)
            .expect("answers")
            .is_empty()
    );
}
