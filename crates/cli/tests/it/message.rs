//! `message`.

use insta::assert_snapshot;

use crate::run::{Place, server};

#[test]
fn a_message_is_shown_with_all_its_fields() {
    let server = server();
    let place = Place::new().server(&server);
    let args = ["message", "--conversation", "si_alice_bob"];
    assert_snapshot!(place.run(&[&args[..], &["--seq", "1"]].concat()), @r#"
    exit 0
    --- stdout
    CONVERSATION  si_alice_bob
    SEQ           1
    SENT          2026-11-24 10:49:33.630 +00:00
    CREATED       2026-11-24 10:49:33.629 +00:00
    SENDER        alice (Alice)
    TO            bob
    DEVICE        5 web
    CONTENT TYPE  2101 revoke
    TEXT          [Alice 爱丽丝 recalled this message]
    CONTENT       {"detail":"{\"revokerID\":\"alice\",\"revokerRole\":0,\"clientMsgID\":\"6010d6de7d8005fae9b09d4f463fb7f8\",\"revokerNickname\":\"Alice 爱丽丝\",\"revokeTime\":1795517380419,\"sourceMessageSendTime\":1795517373630,\"sourceMessageSendID\":\"alice\",\"sourceMessageSenderNickname\":\"Alice\",\"sessionType\":1,\"seq\":1,\"ex\":\"\"}"}
    RECALLED BY   alice (Alice 爱丽丝), 2026-11-24 10:49:40.419 +00:00
    STATUS        0 sent_by_api
    CLIENT ID     6010d6de7d8005fae9b09d4f463fb7f8
    SERVER ID     b515e09900ea55910c48239a7af1155c
    --- stderr
    from the REST API
    "#);
}

#[test]
fn every_id_finds_the_same_message() {
    let server = server();
    let place = Place::new().server(&server);
    let find = |which: &[&str]| {
        let args = [
            "message",
            "--between",
            "alice",
            "bob",
            "--format",
            "json",
            "--quiet",
        ];
        place.run(&[&args[..], which].concat())
    };
    let by_seq = find(&["--seq", "2"]);
    let json = by_seq.strip_prefix("exit 0\n--- stdout\n").expect("found");
    let message: serde_json::Value = serde_json::from_str(json).expect("an object");
    let id = |key: &str| message[key].as_str().expect("an id").to_owned();
    assert_eq!(find(&["--client-id", &id("client_msg_id")]), by_seq);
    assert_eq!(find(&["--server-id", &id("server_msg_id")]), by_seq);
}

#[test]
fn what_is_not_there_says_why() {
    let server = server();
    let place = Place::new().server(&server);
    let args = ["message", "--conversation", "si_alice_bob"];
    assert_snapshot!(place.run(&[&args[..], &["--seq", "9000"]].concat()), @r"
    exit 1
    --- stderr
    Error: message 9000 in si_alice_bob not found
    Caused by: it holds the numbers 1..7
    ");
    assert_snapshot!(place.run(&[&args[..], &["--client-id", "none"]].concat()), @r#"
    exit 1
    --- stderr
    Error: message with client id "none" in si_alice_bob not found
    "#);
}
