//! `sync --follow`: told to stop, it has committed everything.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use bson::{Document, doc};
use openim_history_standin::mongod::Mode;
use serde_json::Value;

use crate::archive::{json, recorded_mongod};
use crate::mongo::runtime;
use crate::run::{Place, server};

/// Asks `status` until it says what is waited for.
pub(crate) fn until(place: &Place, follower: &mut Child, said: impl Fn(&Value) -> bool) -> Value {
    loop {
        if let Some(code) = follower.try_wait().expect("a child") {
            let mut text = String::new();
            if let Some(stderr) = &mut follower.stderr {
                let _ = stderr.read_to_string(&mut text);
            }
            panic!("the follower ended with {code}: {text}");
        }
        let output = place.command().args(["status", "--json"]).output();
        let output = output.expect("the program runs");
        if let Ok(status) = serde_json::from_slice(&output.stdout)
            && said(&status)
        {
            return status;
        }
    }
}

pub(crate) fn is_following(status: &Value) -> bool {
    status["alive"] == true && status["follow"]["state"] == "following"
}

pub(crate) fn follow(place: &Place, args: &[&str]) -> Child {
    place
        .command()
        .args(["sync", "--follow"])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs")
}

pub(crate) fn terminate(follower: Child) -> (Option<i32>, String) {
    let sent = Command::new("kill")
        .args(["-TERM", &follower.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
    let output = follower.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stderr).expect("text");
    (output.status.code(), said)
}

#[test]
fn a_follower_that_is_told_to_stop_has_everything_committed() {
    let (mongod, place) = recorded_mongod(Mode::ReplicaSet);
    let mut follower = follow(&place, &[]);
    let status = until(&place, &mut follower, is_following);
    let before = status["messages"].as_u64().expect("a number");
    let locked = place.run(&["sync"]);
    assert!(locked.starts_with("exit 1"), "{locked}");
    assert!(locked.contains(&format!("is being written by process {}", follower.id())));
    assert!(
        locked.contains("stop it; reading goes on meanwhile"),
        "{locked}"
    );
    runtime().block_on(async {
        let client = mongod.client().await.expect("connected");
        let msg = client.database("openim_v3").collection::<Document>("msg");
        let slots = (1..=100_i64).map(|seq| {
            if seq > 40 {
                return doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
            }
            let message = doc! {
                "send_id": "甲", "recv_id": "乙", "group_id": "", "session_type": 1, "msg_from": 100,
                "client_msg_id": format!("live-{seq}"), "server_msg_id": format!("server-{seq}"),
                "content_type": 101, "content": "{\"content\":\"合同\"}", "seq": seq, "status": 2,
                "send_time": 1_790_000_000_000_i64 + seq, "create_time": 1_790_000_000_000_i64 + seq,
            };
            doc! {"msg": message, "revoke": null, "del_list": [], "is_read": false}
        });
        let block = doc! {"doc_id": "si_甲_乙:0", "msgs": slots.collect::<Vec<_>>()};
        msg.insert_one(block).await.expect("inserts");
    });
    let status = until(&place, &mut follower, |status| {
        status["messages"] == before + 40 && status["follow"]["counts"]["new"] == before + 40
    });
    let told = &status["follow"];
    assert!(told["lag_seconds"].as_f64() >= Some(0.0), "{status}");
    assert!(told["events_per_second"].as_f64() >= Some(0.0), "{status}");
    assert!(told["last_commit"].is_string(), "{status}");
    assert!(told["counts"]["holes"].is_u64(), "{status}");
    let shown = place.run(&["status"]);
    for what in [
        "STATE",
        "LAG",
        "EVENTS/S",
        "LAST COMMIT",
        "NO MESSAGE",
        "MESSAGES",
    ] {
        assert!(shown.contains(what), "{what}: {shown}");
    }
    let (code, said) = terminate(follower);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("following") && said.contains(" changed since it began"));
    let (status, _) = json(&place, &["status", "--json"]);
    assert_eq!(status["alive"], false);
    assert_eq!(status["follow"]["state"], "stopped");
    let (again, _) = json(&place, &["sync", "--json"]);
    assert_eq!(again["messages"]["new"], 0, "{again}");
    let (checked, code) = json(&place, &["verify", "--full", "--json"]);
    assert_eq!(code, Some(0), "{checked}");
}

#[test]
fn rest_is_followed_too() {
    let server = server();
    let place = Place::new().server(&server);
    let mut follower = follow(&place, &[]);
    until(&place, &mut follower, is_following);
    let (code, said) = terminate(follower);
    assert_eq!(code, Some(0), "{said}");
}
