//! Every message that the recorded servers stored.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::super::{GroupAction, Kind};
use super::*;
use crate::model::{Revoked, Timestamp};

/// The messages of a recorded collection, by (conversation, seq).
fn messages(server: &str) -> BTreeMap<(String, i64), Message> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../standin/recorded")
        .join(server)
        .join("mongo/msg.jsonl");
    let lines = std::fs::read_to_string(&path).expect("the recorded collection is there");
    let mut messages = BTreeMap::new();
    for line in lines.lines() {
        let block: Value = serde_json::from_str(line).expect("a block is JSON");
        let doc_id = block["doc_id"].as_str().expect("a block has an id");
        let (conversation, _) = doc_id.rsplit_once(':').expect("it ends in a number");
        for slot in block["msgs"].as_array().expect("slots") {
            let msg = &slot["msg"];
            if !msg.is_object() {
                continue;
            }
            let message = Message {
                content_type: ContentType(
                    i32::try_from(number(&msg["content_type"])).expect("i32"),
                ),
                content: msg["content"].as_str().expect("content").to_owned(),
                send_id: msg["send_id"].as_str().expect("sender").into(),
                revoked: slot["revoke"].is_object().then(|| revoked(&slot["revoke"])),
                ..Message::default()
            };
            messages.insert((conversation.to_owned(), number(&msg["seq"])), message);
        }
    }
    messages
}

fn revoked(revoke: &Value) -> Box<Revoked> {
    Box::new(Revoked {
        user_id: revoke["user_id"].as_str().expect("who").into(),
        nickname: revoke["nickname"].as_str().expect("name").into(),
        role: 0,
        time: Timestamp::from_millis(number(&revoke["time"])),
    })
}

/// Reads a number of canonical extended JSON.
fn number(value: &Value) -> i64 {
    let digits = value["$numberLong"]
        .as_str()
        .or(value["$numberInt"].as_str());
    digits.expect("a number").parse().expect("an integer")
}

#[test]
fn every_stored_message_is_understood_but_those_made_to_be_foreign() {
    let mut foreign = Vec::new();
    let mut understood = BTreeMap::new();
    for server in ["release", "main"] {
        for ((conversation, seq), message) in messages(server) {
            let parsed = message.parsed();
            if parsed.kind() == Kind::Other {
                foreign.push((server, conversation, seq, parsed));
            } else {
                assert_eq!(
                    parsed.kind(),
                    message.content_type.kind(),
                    "{server} {conversation} {seq}"
                );
                *understood.entry(message.content_type.0).or_insert(0) += 1;
            }
        }
    }
    let unknown = || Content::Unknown {
        content_type: ContentType(150),
        content: r#"{"anything":1}"#.to_owned(),
    };
    let raw = || Content::Raw {
        content_type: ContentType::TEXT,
        content: "plain, not json".to_owned(),
    };
    assert_eq!(
        foreign,
        [
            ("release", "sg_grp2".to_owned(), 21, unknown()),
            ("release", "sg_grp2".to_owned(), 22, raw()),
            ("release", "si_erin_frank".to_owned(), 18, unknown()),
            ("release", "si_erin_frank".to_owned(), 19, raw()),
        ]
    );
    let types: Vec<i32> = understood.into_keys().collect();
    assert_eq!(
        types,
        [
            101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 113, 114, 115, 117, 118, 119, 121,
            1400, 1501, 1504, 1508, 1509, 2101, 2102, 2200
        ]
    );
}

#[test]
fn stored_messages_read_as_a_person_would_say_them() {
    let release = messages("release");
    let main = messages("main");
    for (server, conversation, seq, english, chinese) in [
        (
            &release,
            "si_erin_frank",
            1,
            "文字 text 😀 第二行",
            "文字 text 😀 第二行",
        ),
        (
            &release,
            "si_erin_frank",
            2,
            "[Picture] 640×480",
            "[图片] 640×480",
        ),
        (&release, "si_erin_frank", 3, "[Voice] 7″", "[语音] 7″"),
        (&release, "si_erin_frank", 4, "[Video] 12″", "[视频] 12″"),
        (
            &release,
            "si_erin_frank",
            5,
            "[File] 合同.pdf (12.1 KB)",
            "[文件] 合同.pdf (12.1 KB)",
        ),
        (
            &release,
            "si_erin_frank",
            6,
            "[Chat history] Erin和Frank的聊天记录 (1 message)",
            "[聊天记录] Erin和Frank的聊天记录（1 条）",
        ),
        (&release, "si_erin_frank", 7, "[Card] Grace", "[名片] Grace"),
        (
            &release,
            "si_erin_frank",
            8,
            "[Location] 上海 外滩",
            "[位置] 上海 外滩",
        ),
        (&release, "si_erin_frank", 9, "[Custom] d", "[自定义消息] d"),
        (&release, "si_erin_frank", 10, "[Typing]", "[正在输入]"),
        (
            &release,
            "si_erin_frank",
            11,
            "引用回复 [quoting Erin 艾琳: 文字 text 😀 第二行]",
            "引用回复 [引用 Erin 艾琳：文字 text 😀 第二行]",
        ),
        (&release, "si_erin_frank", 13, "[Sticker]", "[表情]"),
        (
            &release,
            "si_erin_frank",
            14,
            "hello #tag http://127.0.0.1",
            "hello #tag http://127.0.0.1",
        ),
        (
            &release,
            "si_erin_frank",
            15,
            "# 标题 **bold**",
            "# 标题 **bold**",
        ),
        (&release, "si_erin_frank", 17, "[Reaction]", "[回应]"),
        (
            &release,
            "si_erin_frank",
            18,
            r#"[Type 150] {"anything":1}"#,
            r#"[类型 150] {"anything":1}"#,
        ),
        (
            &release,
            "si_erin_frank",
            19,
            "plain, not json",
            "plain, not json",
        ),
        (
            &release,
            "sg_grp2",
            1,
            "imAdmin created the group 二组 with Erin 艾琳, Frank and Grace",
            "imAdmin 创建了群聊“二组”，成员：Erin 艾琳、Frank、Grace",
        ),
        (&release, "sg_grp2", 8, "@所有人 开会", "@所有人 开会"),
        (
            &release,
            "sg_grp3",
            5,
            "imAdmin removed gap2 from the group 三组",
            "imAdmin 将 gap2 移出了群聊“三组”",
        ),
        (
            &release,
            "sg_grp3",
            9,
            "imAdmin invited gap2 to the group 三组",
            "imAdmin 邀请 gap2 加入了群聊“三组”",
        ),
        (
            &main,
            "sg_grp1",
            6,
            "Carol 卡罗 left the group 项目组 Project",
            "Carol 卡罗 退出了群聊“项目组 Project”",
        ),
        (
            &main,
            "sg_grp1",
            3,
            "[recalled by Bob] 群消息 0",
            "[已被 Bob 撤回] 群消息 0",
        ),
        (
            &release,
            "sn_frank_sysnotice",
            1,
            "[Notice] 系统通知: OA 通知",
            "[通知] 系统通知：OA 通知",
        ),
        // The main server's caller posted an empty object as what is quoted.
        (&main, "si_alice_bob", 8, "reply", "reply"),
        (
            &main,
            "n_alice_bob",
            1,
            "[alice recalled message 1]",
            "[alice 撤回了第 1 条消息]",
        ),
        (
            &main,
            "n_alice_bob",
            3,
            "bob read up to message 8",
            "bob 已读至第 8 条消息",
        ),
        (
            &main,
            "n_alice_bob",
            4,
            "alice deleted message 5",
            "alice 删除了第 5 条消息",
        ),
    ] {
        let message = &server[&(conversation.to_owned(), seq)];
        assert_eq!(message.summary(Lang::En), english, "{conversation} {seq}");
        assert_eq!(message.summary(Lang::Zh), chinese, "{conversation} {seq}");
    }
}

#[test]
fn stored_messages_are_found_by_their_words() {
    let release = messages("release");
    for (conversation, seq, text) in [
        ("si_erin_frank", 1, "文字 text 😀\n第二行"),
        ("si_erin_frank", 2, ""),
        ("si_erin_frank", 5, "合同.pdf"),
        (
            "si_erin_frank",
            6,
            "Erin和Frank的聊天记录\n文字 text 😀\n第二行",
        ),
        ("si_erin_frank", 8, "上海\n外滩"),
        ("si_erin_frank", 11, "引用回复\n文字 text 😀\n第二行"),
        ("si_alice_bob", 1, "你好 Bob, hello from Alice"),
        ("sn_frank_sysnotice", 1, "系统通知\nOA 通知"),
        ("sg_grp2", 1, "二组\nimAdmin\nErin 艾琳\nFrank\nGrace"),
        ("n_alice_bob", 1, ""),
    ] {
        let message = &release[&(conversation.to_owned(), seq)];
        assert_eq!(message.text(), text, "{conversation} {seq}");
    }
}

#[test]
fn a_stored_quote_and_a_stored_group_keep_their_facts() {
    let release = messages("release");
    let Content::Quote(quote) = release[&("sg_grp2".to_owned(), 14)].parsed() else {
        panic!("a quote");
    };
    let quoted = quote.quoted.expect("it quotes");
    assert_eq!(quoted.seq.0, 2);
    assert_eq!(quoted.send_id, "erin");
    assert_eq!(quoted.sender_nickname, "Erin 艾琳");
    assert_eq!(quoted.client_msg_id, "d4bb51ba1ee9b7d304895625eb45e058");
    assert_eq!(
        quoted.content,
        parse(101, r#"{"content":"文字 text 😀\n第二行"}"#)
    );

    let Content::Group(event) = release[&("sg_grp2".to_owned(), 1)].parsed() else {
        panic!("a group's event");
    };
    assert_eq!(event.group_id, "grp2");
    assert_eq!(event.by.user_id, "imAdmin");
    let GroupAction::Created { owner, members } = &event.action else {
        panic!("created");
    };
    assert_eq!(owner.user_id, "erin");
    let roles: Vec<_> = members.iter().map(|member| member.role_level.0).collect();
    assert_eq!(roles, [100, 60, 20]);
    let written = serde_json::to_value(&*event).expect("serializes");
    assert_eq!(written["action"], "created");
    assert_eq!(written["members"][1]["nickname"], "Frank");
}
