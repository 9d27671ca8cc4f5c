//! Bounds, read positions, settling and viewers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::server::{Answer, Call, Server, source};
use crate::model::{Bounds, ConversationId, SeqRange, UserId};
use crate::source::{Source, View};

const HEADS: &str = "/msg/get_conversations_has_read_and_max_seq";

fn ids(ids: &[&str]) -> Vec<ConversationId> {
    ids.iter().map(ConversationId::new).collect()
}

fn alice() -> View {
    View::As("alice".into())
}

fn names(call: &Call, key: &str) -> Vec<String> {
    let list = call.body[key].as_array().expect("is a list");
    list.iter()
        .map(|id| id.as_str().expect("is text").to_owned())
        .collect()
}

/// Alice owns rows of some conversations, with bounds of her own in two.
fn alices(call: &Call) -> Answer {
    let rows = json!([
        {"ownerUserID": "alice", "conversationID": "sg_left", "minSeq": 0, "maxSeq": 5},
        {"ownerUserID": "alice", "conversationID": "si_cleared", "minSeq": 8, "maxSeq": 0},
        {"ownerUserID": "alice", "conversationID": "si_alice_bob", "minSeq": 0, "maxSeq": 0},
        {"ownerUserID": "alice", "conversationID": "si_silent", "minSeq": 0, "maxSeq": 0},
    ]);
    match call.path.as_str() {
        "/conversation/get_conversations" => {
            let asked = names(call, "conversationIDs");
            let rows: Vec<_> = rows
                .as_array()
                .expect("is a list")
                .iter()
                .filter(|row| asked.iter().any(|id| row["conversationID"] == **id))
                .collect();
            Answer::Data(json!({"conversations": rows}))
        }
        HEADS => {
            let asked = names(call, "conversationIDs");
            let all = json!({
                "sg_left": {"maxSeq": 8, "hasReadSeq": 2, "maxSeqTime": 5},
                "si_cleared": {"maxSeq": 7, "hasReadSeq": 7, "maxSeqTime": 5},
                "si_alice_bob": {"maxSeq": 7, "hasReadSeq": 3, "maxSeqTime": 9},
                "si_silent": {"maxSeq": 0, "hasReadSeq": 0, "maxSeqTime": 0},
                "si_bob_carol": {"maxSeq": 70, "hasReadSeq": 0, "maxSeqTime": 5},
                "n_alice_bob": {"maxSeq": 4, "hasReadSeq": 0, "maxSeqTime": 5},
                "n_nobody": {"maxSeq": 0, "hasReadSeq": 0, "maxSeqTime": 0},
            });
            let all = all.as_object().expect("is an object");
            let seqs: serde_json::Map<_, _> = all
                .iter()
                .filter(|(id, _)| asked.is_empty() || asked.contains(id))
                .map(|(id, head)| (id.clone(), head.clone()))
                .collect();
            Answer::Data(json!({"seqs": seqs, "pinnedConversationIDs": null}))
        }
        _ => Answer::code(1001),
    }
}

#[tokio::test]
async fn bounds_are_what_the_user_may_read() {
    let server = Server::with_token(alices).await;
    let asked = ids(&[
        "si_alice_bob",
        "sg_left",
        "si_cleared",
        "si_silent",
        "si_bob_carol",
        "n_alice_bob",
        "n_nobody",
        "si_alice_bob",
    ]);
    let bounds = server
        .source()
        .bounds(&alice(), &asked)
        .await
        .expect("answers");
    let of = |id: &str, range| Bounds {
        conversation_id: id.into(),
        range,
    };
    assert_eq!(
        bounds,
        [
            of("n_alice_bob", SeqRange::new(1, 4)),
            of("sg_left", SeqRange::new(1, 5)),
            of("si_alice_bob", SeqRange::new(1, 7)),
            of("si_cleared", SeqRange::EMPTY),
            of("si_silent", SeqRange::EMPTY),
        ]
    );
}

#[tokio::test]
async fn no_conversations_asks_nothing() {
    let server = Server::with_token(alices).await;
    let source = server.source();
    assert!(
        source
            .bounds(&alice(), &[])
            .await
            .expect("answers")
            .is_empty()
    );
    let nothing = source.bounds(&alice(), &ids(&["si_bob_carol", ""])).await;
    assert!(nothing.expect("answers").is_empty());
    // To the server, an empty list means all of them.
    assert!(server.calls(HEADS).is_empty());
}

#[tokio::test]
async fn read_positions_of_all_or_of_some() {
    let server = Server::with_token(alices).await;
    let source = server.source();
    let user = UserId::new("alice");
    let all = source.read_positions(&user, &[]).await.expect("answers");
    assert_eq!(all.len(), 7);
    let some = ids(&["si_bob_carol", "si_alice_bob"]);
    let some = source.read_positions(&user, &some).await.expect("answers");
    assert_eq!(some.len(), 1);
    assert_eq!(some[0].conversation_id, "si_alice_bob");
    assert_eq!((some[0].has_read_seq.0, some[0].max_seq.0), (3, 7));
    assert_eq!(some[0].max_seq_time.map(|time| time.as_millis()), Some(9));
}

/// A conversation whose head moves with every look, at a time the server says.
async fn moving(time: impl Fn() -> i64 + Clone + Send + Sync + 'static) -> Server {
    let head = Arc::new(AtomicI64::new(10));
    Server::with_token(move |call| match call.path.as_str() {
        "/msg/get_server_time" => Answer::Data(json!({"serverTime": 1_000_000})),
        HEADS => {
            let head = head.fetch_add(1, Ordering::SeqCst);
            Answer::Data(json!({"seqs": {"n_a": {"maxSeq": head, "maxSeqTime": time()}}}))
        }
        _ => Answer::Data(json!({})),
    })
    .await
}

#[tokio::test]
async fn a_head_that_just_moved_is_waited_for_and_taken_as_it_was() {
    // Just now, in the future by some other machine's clock, and unknown.
    for time in [1_000_000, 9_000_000, 0] {
        let server = moving(move || time).await;
        let mut options = server.options();
        options.settle = Duration::from_millis(40);
        let source = source(options);
        let started = std::time::Instant::now();
        let bounds = source
            .bounds(&alice(), &ids(&["n_a"]))
            .await
            .expect("answers");
        // However slow the machine is, it cannot be quicker.
        assert!(started.elapsed() >= Duration::from_millis(40), "{time}");
        assert_eq!(bounds[0].range, SeqRange::new(1, 10));
        let slots = source
            .slots(&alice(), &"n_a".into(), SeqRange::new(1, 10))
            .await;
        assert_eq!(slots.expect("answers").len(), 10);
        // The pull did not look at the head again.
        assert_eq!(server.calls(HEADS).len(), 1);
    }
}

#[tokio::test]
async fn an_old_head_is_not_waited_for() {
    let server = moving(|| 1).await;
    let mut options = server.options();
    options.settle = Duration::from_secs(900);
    let bounds = source(options).bounds(&alice(), &ids(&["n_a"])).await;
    assert_eq!(bounds.expect("answers")[0].range, SeqRange::new(1, 10));
}

#[tokio::test]
async fn a_head_of_unknown_age_is_waited_for_once() {
    let server = Server::with_token(|call| match call.path.as_str() {
        HEADS => Answer::Data(json!({"seqs": {"n_a": {"maxSeq": 3}}})),
        _ => Answer::Data(json!({})),
    })
    .await;
    let mut options = server.options();
    options.settle = Duration::from_millis(30);
    let source = source(options);
    source
        .bounds(&alice(), &ids(&["n_a"]))
        .await
        .expect("answers");
    let heads = source
        .heads(&"alice".into(), &ids(&["n_a"]))
        .await
        .expect("answers");
    // Ready at once: a second wait would not be.
    let second = futures::FutureExt::now_or_never(source.settle(&heads));
    second.expect("does not wait").expect("settles");
    // Nobody asks for the time where none is to be compared with it.
    assert!(server.calls("/msg/get_server_time").is_empty());
}

/// A server that knows these users, members and owners of rows.
async fn inhabited(
    users: &'static [&'static str],
    members: &'static [(&'static str, i32)],
    owners: &'static [&'static str],
) -> Server {
    Server::with_token(move |call| match call.path.as_str() {
        "/user/get_users_info" => {
            let asked = names(call, "userIDs");
            let known = users.iter().filter(|id| asked.iter().any(|a| a == *id));
            let infos: Vec<_> = known
                .map(|id| json!({"userID": id, "appMangerLevel": if *id == "sys" { 3 } else { 0 }}))
                .collect();
            Answer::Data(json!({"usersInfo": infos}))
        }
        "/group/get_group_member_list" => {
            let list: Vec<_> = members
                .iter()
                .map(|(id, role)| json!({"userID": id, "roleLevel": role}))
                .collect();
            Answer::Data(json!({"total": list.len(), "members": list}))
        }
        "/group/get_groups_info" => Answer::Data(json!({"groupInfos": [
            {"groupID": call.body["groupIDs"][0], "ownerUserID": "founder", "status": 2}
        ]})),
        "/conversation/get_conversations" => {
            let owner = call.body["ownerUserID"].as_str().expect("is text");
            let rows: Vec<_> = names(call, "conversationIDs")
                .into_iter()
                .filter(|_| owners.contains(&owner))
                .map(|id| json!({"ownerUserID": owner, "conversationID": id}))
                .collect();
            Answer::Data(json!({"conversations": rows}))
        }
        _ => Answer::code(1001),
    })
    .await
}

async fn viewers(server: &Server, conversation: &str) -> Vec<String> {
    let viewers = server.source().viewers(&conversation.into()).await;
    let viewers = viewers.expect("answers");
    viewers.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_id_of_two_is_read_in_every_way_and_owners_decide() {
    let server = inhabited(&["a_b", "c", "a"], &[], &["a_b", "c"]).await;
    assert_eq!(viewers(&server, "si_a_b_c").await, ["a_b", "c"]);
    let server = inhabited(&["frank", "sys"], &[], &["frank", "sys"]).await;
    assert_eq!(viewers(&server, "sn_frank_sys").await, ["frank", "sys"]);
    let server = inhabited(&["u"], &[], &["u"]).await;
    assert_eq!(viewers(&server, "si_u_u").await, ["u"]);
    let server = inhabited(&["a", "b"], &[], &[]).await;
    assert!(viewers(&server, "si_a_b").await.is_empty());
}

#[tokio::test]
async fn a_group_is_seen_through_its_owner_first() {
    let members = &[
        ("m1", 20),
        ("boss", 100),
        ("aide", 60),
        ("m2", 20),
        ("m3", 20),
    ];
    let server = inhabited(&[], members, &["m1", "m2", "m3", "boss", "aide"]).await;
    assert_eq!(
        viewers(&server, "sg_g1").await,
        ["boss", "aide", "m1", "m2"]
    );
    // A dismissed group has no members, but its owner still owns a row.
    let server = inhabited(&[], &[], &["founder"]).await;
    assert_eq!(viewers(&server, "sg_g1").await, ["founder"]);
}

#[tokio::test]
async fn a_log_is_seen_through_anybody_likely() {
    let server = inhabited(&["alice", "bob"], &[], &[]).await;
    assert_eq!(viewers(&server, "n_alice_bob").await[..2], ["alice", "bob"]);
    let server = inhabited(&[], &[("m1", 20)], &[]).await;
    assert_eq!(viewers(&server, "n_g1").await[0], "m1");
    assert!(viewers(&server, "what").await.is_empty());
}
