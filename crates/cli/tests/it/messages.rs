//! `messages` over the REST API.

use bson::doc;
use insta::assert_snapshot;
use openim_history_standin::recorded;

use crate::run::{Place, server, server_of};

#[test]
fn the_newest_of_a_pair_are_a_table_with_its_source_behind_it() {
    let server = server();
    let place = Place::new().server(&server);
    assert_snapshot!(place.run(&["messages", "--between", "alice", "bob", "--last", "4"]), @r"
    exit 0
    --- stdout
    TIME                 SEQ  SENDER  TEXT
    2026-11-24 10:49:33    3  Alice   [Picture] 640×480
    2026-11-24 10:49:33    4  Alice   [deleted]
    2026-11-24 10:49:33    6  Alice   [File] 合同.pdf (12.1 KB)
    2026-11-24 10:49:33    7  Alice   [Custom] custom
    --- stderr
    4 messages of si_alice_bob, seen as alice, from the REST API
    1 number holds no message
    4 of at most 6 shown; --last 8 or --seq 1..2 shows more
    ");
}

#[test]
fn a_users_messages_name_their_conversation_in_either_language_and_order() {
    let server = server();
    let place = Place::new().server(&server);
    let args = [
        "messages",
        "--user",
        "Erin 艾琳",
        "--last",
        "4",
        "--reverse",
    ];
    let display = ["--lang", "zh", "--tz", "Asia/Shanghai"];
    assert_snapshot!(place.run(&[&args[..], &display].concat()), @r#"
    exit 0
    --- stdout
    时间                 会话     序号  发送者     内容
    2100-01-01 08:00:00  sg_grp2    24  Erin 艾琳  sendTime 2100
    2026-11-24 18:51:42  sg_grp2    28  Erin 艾琳  status 3 attached
    2026-11-24 18:51:42  sg_grp2    27  Erin 艾琳  same clientMsgID twice
    2026-11-24 18:51:42  sg_grp2    26  Erin 艾琳  same clientMsgID twice
    --- stderr
    "Erin 艾琳" 是用户 erin（Erin 艾琳）
    erin 的 4 个会话：4 条消息，erin 的视图，来自 REST API
    至多 59 条，显示了 4 条；用 --last 8，或 --last 4 --until 2026-11-24T10:51:42.988Z 显示更多
    "#);
}

#[test]
fn what_is_said_to_show_more_shows_the_very_next() {
    let server = server();
    let place = Place::new().server(&server);
    let seqs = |args: &[&str]| -> Vec<i64> {
        let shown =
            place.run(&[&["messages", "--group", "grp1", "--format", "jsonl"], args].concat());
        let rows = shown.lines().filter(|line| line.starts_with('{'));
        rows.map(|row| {
            let row: serde_json::Value = serde_json::from_str(row).expect("an object a line");
            row["seq"].as_i64().expect("a number")
        })
        .collect()
    };
    let shown = place.run(&["messages", "--group", "grp1", "--last", "3"]);
    let (_, said) = shown.split_once("or --seq ").expect("how to go on");
    let (next, _) = said.split_once(' ').expect("a range");
    let newest = seqs(&["--last", "3"]);
    let before = seqs(&["--seq", next]);
    let all = seqs(&["--seq", "1.."]);
    assert!(!before.is_empty());
    assert_eq!(
        [before.clone(), newest].concat(),
        all[all.len() - before.len() - 3..]
    );
}

#[test]
fn a_span_of_time_holds_only_what_was_sent_in_it() {
    let server = server();
    let place = Place::new().server(&server);
    let args = [
        "messages",
        "--conversation",
        "si_alice_bob",
        "--format",
        "csv",
    ];
    let span = [
        "--since",
        "2026-11-24T10:49:30Z",
        "--until",
        "2026-11-24T10:49:40Z",
    ];
    assert_snapshot!(place.run(&[&args[..], &span].concat()), @r#"
    exit 0
    --- stdout
    conversation_id,seq,send_time,send_id,sender_nickname,recv_id,group_id,session_type,content_type,kind,text,content,client_msg_id,server_msg_id,create_time,msg_from,status,is_read,revoked_by,revoked_time,deleted_for,ex
    si_alice_bob,1,2026-11-24T10:49:33.630Z,alice,Alice,bob,,1,2101,revoke,,"{""detail"":""{\""revokerID\"":\""alice\"",\""revokerRole\"":0,\""clientMsgID\"":\""6010d6de7d8005fae9b09d4f463fb7f8\"",\""revokerNickname\"":\""Alice 爱丽丝\"",\""revokeTime\"":1795517380419,\""sourceMessageSendTime\"":1795517373630,\""sourceMessageSendID\"":\""alice\"",\""sourceMessageSenderNickname\"":\""Alice\"",\""sessionType\"":1,\""seq\"":1,\""ex\"":\""\""}""}",6010d6de7d8005fae9b09d4f463fb7f8,b515e09900ea55910c48239a7af1155c,2026-11-24T10:49:33.629Z,200,0,false,alice,2026-11-24T10:49:40.419Z,,
    si_alice_bob,2,2026-11-24T10:49:33.647Z,bob,Bob,alice,,1,101,text,Hi Alice! 我们明天开会讨论合同,"{""content"":""Hi Alice! 我们明天开会讨论合同""}",568fec469286f5b077cacd2d4ee14345,bf2241f50c5a534064f84534a575bf78,2026-11-24T10:49:33.645Z,200,0,false,,,,
    si_alice_bob,3,2026-11-24T10:49:33.664Z,alice,Alice,bob,,1,102,picture,,"{""bigPicture"":{""height"":480,""size"":1024,""type"":""png"",""url"":""http://127.0.0.1:9/p.png"",""uuid"":""u1"",""width"":640},""snapshotPicture"":{""height"":48,""size"":128,""type"":""png"",""url"":""http://127.0.0.1:9/ps.png"",""uuid"":""u1s"",""width"":64},""sourcePath"":"""",""sourcePicture"":{""height"":480,""size"":1024,""type"":""png"",""url"":""http://127.0.0.1:9/p.png"",""uuid"":""u1"",""width"":640}}",364fc5c5d16ee0a1c759e3ac635d413c,c3519e8ce1264582bc14d068179a2dcc,2026-11-24T10:49:33.664Z,200,0,true,,,,
    si_alice_bob,4,2026-11-24T10:49:33.673Z,alice,Alice,bob,,1,103,voice,,,de5f79edc9070d646a325508ff97bf92,49b0596046b4f17a912596ef4326cf0d,2026-11-24T10:49:33.672Z,200,4,true,,,alice,
    si_alice_bob,6,2026-11-24T10:49:33.702Z,alice,Alice,bob,,1,105,file,合同.pdf,"{""fileName"":""合同.pdf"",""filePath"":"""",""fileSize"":12345,""sourceUrl"":""http://127.0.0.1:9/合同.pdf"",""uuid"":""f1""}",f5feda8eb5c9ee58d84400dc61f1783c,b0b3a8cd9b63ca16dbb30ef0259b8925,2026-11-24T10:49:33.702Z,200,0,true,,,,
    si_alice_bob,7,2026-11-24T10:49:33.734Z,alice,Alice,bob,,1,110,custom,"custom
    e","{""data"":""{\""k\"":1}"",""description"":""custom"",""extension"":""e""}",b329ba899e76c59a6d5cc1461a5ff588,e21ca836d34aa212bc8d3ef691bca3b0,2026-11-24T10:49:33.734Z,200,0,true,,,,
    --- stderr
    6 messages of si_alice_bob, seen as alice, from the REST API
    "#);
    assert_snapshot!(place.run(&[&args[..], &["--until", "2020-01-01"]].concat()), @r"
    exit 0
    --- stdout
    conversation_id,seq,send_time,send_id,sender_nickname,recv_id,group_id,session_type,content_type,kind,text,content,client_msg_id,server_msg_id,create_time,msg_from,status,is_read,revoked_by,revoked_time,deleted_for,ex
    --- stderr
    no messages of si_alice_bob, seen as alice, from the REST API
    ");
}

#[test]
fn json_is_one_array_even_of_nothing() {
    let server = server();
    let place = Place::new().server(&server);
    let args = [
        "messages",
        "--conversation",
        "si_alice_bob",
        "--format",
        "json",
        "--quiet",
    ];
    assert_snapshot!(place.run(&[&args[..], &["--seq", "1"]].concat()), @r#"
    exit 0
    --- stdout
    [
    {"conversation_id":"si_alice_bob","seq":1,"send_time":"2026-11-24T10:49:33.630Z","create_time":"2026-11-24T10:49:33.629Z","send_id":"alice","recv_id":"bob","group_id":"","session_type":1,"content_type":2101,"content":"{\"detail\":\"{\\\"revokerID\\\":\\\"alice\\\",\\\"revokerRole\\\":0,\\\"clientMsgID\\\":\\\"6010d6de7d8005fae9b09d4f463fb7f8\\\",\\\"revokerNickname\\\":\\\"Alice 爱丽丝\\\",\\\"revokeTime\\\":1795517380419,\\\"sourceMessageSendTime\\\":1795517373630,\\\"sourceMessageSendID\\\":\\\"alice\\\",\\\"sourceMessageSenderNickname\\\":\\\"Alice\\\",\\\"sessionType\\\":1,\\\"seq\\\":1,\\\"ex\\\":\\\"\\\"}\"}","client_msg_id":"6010d6de7d8005fae9b09d4f463fb7f8","server_msg_id":"b515e09900ea55910c48239a7af1155c","sender_nickname":"Alice","sender_face_url":"","sender_platform_id":5,"msg_from":200,"status":0,"is_read":false,"offline_push":{"title":"","desc":"","ex":"","ios_push_sound":"default","ios_badge_count":true},"attached_info":"","ex":"","revoked":{"user_id":"alice","nickname":"Alice 爱丽丝","role":0,"time":"2026-11-24T10:49:40.419Z"},"kind":"revoke","text":""}
    ]
    "#);
    assert_snapshot!(place.run(&[&args[..], &["--seq", "9000.."]].concat()), @r"
    exit 0
    --- stdout
    []
    ");
}

#[test]
fn what_does_not_exist_is_an_error_and_not_an_empty_list() {
    let server = server();
    let place = Place::new().server(&server);
    assert_snapshot!(place.run(&["messages", "--user", "nobody"]), @r#"
    exit 1
    --- stderr
    Error: user "nobody" not found
    Hint: `openim-history users --name TEXT` finds users by nickname
    "#);
    assert_snapshot!(place.run(&["messages", "--conversation", "si_a_b"]), @r#"
    exit 1
    --- stderr
    Error: conversation "si_a_b", or a participant who can see it, not found
    Hint: `openim-history conversations --user ID` lists a user's conversations
    "#);
    assert_snapshot!(place.run(&["messages", "--user", "alice", "--view", "nobody"]), @r#"
    exit 1
    --- stderr
    Error: user "nobody" not found
    Hint: `openim-history users --name TEXT` finds users by nickname
    "#);
    assert_snapshot!(place.run(&["messages", "--user", "alice", "--view", "full"]), @r"
    exit 1
    --- stderr
    Error: the full view of a conversation cannot be had from the REST API
    Hint: the REST API only shows what one user sees: name a user with --view, or configure MongoDB
    ");
}

#[test]
fn numbers_outside_are_told_beside_those_that_are_there() {
    let server = server();
    let place = Place::new().server(&server);
    let said = |seqs: &str, lang: &str| {
        let args = ["messages", "--conversation", "si_alice_bob", "--seq", seqs];
        let shown = place.run(&[&args[..], &["--lang", lang, "--format", "csv"]].concat());
        let (_, said) = shown.split_once("--- stderr\n").expect("something is said");
        said.to_owned()
    };
    assert_snapshot!(said("5..500", "en"), @r"
    2 messages of si_alice_bob, seen as alice, from the REST API
    1 number holds no message
    si_alice_bob holds the numbers 1..7, not 8..500
    ");
    assert_snapshot!(said("5..500", "zh"), @r"
    si_alice_bob：2 条消息，alice 的视图，来自 REST API
    1 个序号没有消息
    si_alice_bob 的序号为 1..7，不含 8..500
    ");
    for inside in ["5..7", "5.."] {
        assert!(!said(inside, "en").contains("not "), "{inside}");
    }
}

#[test]
fn where_looking_back_for_a_time_stopped_is_told() {
    let mut history = recorded::release();
    let begin = 1_795_517_000_000_i64;
    for seq in 1..=2_300_i64 {
        let message = doc! {
            "send_id": "alice", "recv_id": "zed", "group_id": "", "client_msg_id": format!("c{seq}"),
            "server_msg_id": format!("s{seq}"), "sender_platform_id": 5, "sender_nickname": "",
            "sender_face_url": "", "session_type": 1, "msg_from": 100, "content_type": 101,
            "content": format!("{{\"content\":\"{seq}\"}}"), "seq": seq, "status": 2,
            "send_time": begin + seq * 1_000, "create_time": begin + seq * 1_000, "is_read": false,
            "attached_info": "", "ex": "",
        };
        history
            .insert_message("si_alice_zed", &message)
            .expect("well-formed");
    }
    let row = doc! {
        "owner_user_id": "alice", "conversation_id": "si_alice_zed", "conversation_type": 1,
        "user_id": "zed", "group_id": "", "min_seq": 0_i64, "max_seq": 0_i64,
    };
    history.insert("conversation", row).expect("well-formed");
    let server = server_of(history);
    let place = Place::new().server(&server);
    let since = ["--since", "2026-11-24T11:21:39Z"];
    let one = [&["messages", "--conversation", "si_alice_zed"][..], &since].concat();
    assert_snapshot!(place.run(&one), @r"
    exit 0
    --- stdout
    TIME                  SEQ  SENDER  TEXT
    2026-11-24 11:21:39  2299  alice   2299
    2026-11-24 11:21:40  2300  alice   2300
    --- stderr
    2 messages of si_alice_zed, seen as alice, from the REST API
    looking back stopped after 2,000 numbers in a row that are too old; --exact reads on
    ");
    let exact = place.run(&[&one[..], &["--exact"]].concat());
    assert!(!exact.contains("looking back"), "{exact}");
    let all = [&["messages", "--user", "alice"][..], &since].concat();
    assert_snapshot!(place.run(&[&all[..], &["--lang", "zh"]].concat()), @r"
    exit 0
    --- stdout
    时间                 会话          序号  发送者  内容
    2026-11-24 11:21:39  si_alice_zed  2299  alice   2299
    2026-11-24 11:21:40  si_alice_zed  2300  alice   2300
    --- stderr
    alice 的 7 个会话：2 条消息，alice 的视图，来自 REST API
    连续 2,000 个序号都过早，已停止向前查找；用 --exact 继续
    ");
}
