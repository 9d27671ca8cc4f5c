//! An export with everything a chat can hold.

use openim_history_client::model::{
    ContentType, ConversationId, Lang, Revoked, Seq, Timestamp, UserId,
};
use serde_json::{Value, json};

use super::media::{png, wav};
use super::{Export, group, part, row, says};
use crate::export::writer::{Chat, Part};
use crate::row::{Change, PurgeCause, Row, What};

/// The message that is quoted and replied to.
pub(super) const QUOTED: i64 = 2;

/// Makes the export: a group's history on two pages, a pair's on one, and a page with two conversations.
pub(super) fn sample(lang: Lang) -> Export {
    let mut export = Export::new(lang);
    export.setting.title = match lang {
        Lang::En => "History of the project".into(),
        Lang::Zh => "项目聊天记录".into(),
    };
    export
        .setting
        .names
        .users
        .insert("bob".into(), "Bob".into());
    export.attach(
        "http://media/roof.png",
        "media/3f/roof.png",
        "image/png",
        &png(300, 160, [90, 150, 235], [250, 190, 130]),
    );
    export.attach(
        "http://media/voice.wav",
        "media/5a/voice.wav",
        "audio/wav",
        &wav(),
    );
    export.attach(
        "http://media/plan.pdf",
        "media/77/plan.pdf",
        "application/pdf",
        &[b'%'; 482_133],
    );
    let team = group(
        "sg_1001",
        if lang == Lang::Zh {
            "合同项目组"
        } else {
            "Contract team 合同"
        },
    );
    let (first, second) = (
        path("合同项目组/2026-11.html", 1),
        path("合同项目组/2026-12.html", 2),
    );
    let rows = team_rows(&team);
    let rows: Vec<_> = rows.into_iter().map(|row| (&team, row)).collect();
    export.page(&first, Some(&second), &rows);
    let late: Vec<_> = (201..=320)
        .map(|seq| {
            let mut row = says(
                &team,
                seq,
                ["Alice 爱丽丝", "Bob", "王芳"][seq as usize % 3],
                &format!("第 {seq} 条：一切就绪"),
            );
            row.message.send_time = at(seq + 20_000);
            (&team, row)
        })
        .collect();
    export.page(&second, None, &late);
    let pair = Chat {
        conversation_id: ConversationId::new("si_alice_bob"),
        title: "Alice 爱丽丝 · Bob".into(),
        is_group: false,
    };
    let talk: Vec<_> = pair_rows(&pair)
        .into_iter()
        .map(|row| (&pair, row))
        .collect();
    export.page(&part("Alice 爱丽丝 · Bob.html"), None, &talk);
    let (one, two) = (group("sg_2", "行政通知"), group("sg_3", "Weekend hikes"));
    let mixed = [
        (&one, says(&one, 1, "王芳", "明天九点大会议室开会")),
        (&one, says(&one, 2, "王芳", "请带上合同原件")),
        (
            &two,
            says(&two, 1, "Zoë", "Saturday, 8:00 at the east gate?"),
        ),
        (&two, says(&two, 2, "Bob", "👍 I bring the tea")),
    ];
    export.page(&part("2026-11-24.html"), None, &mixed);
    export.finish();
    export
}

fn path(path: &str, number: u32) -> Part {
    Part {
        path: path.into(),
        number,
        previous: (number > 1).then(|| "合同项目组/2026-11.html".into()),
    }
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_795_482_000_000 + minutes * 60_000)
}

fn pair_rows(pair: &Chat) -> Vec<Row> {
    let say = |seq: i64, from: &str, text: &str| {
        let mut row = says(
            pair,
            seq,
            if from == "alice" {
                "Alice 爱丽丝"
            } else {
                "Bob"
            },
            text,
        );
        row.message.send_id = UserId::new(from);
        row.message.recv_id = UserId::new(if from == "alice" { "bob" } else { "alice" });
        row
    };
    vec![
        say(1, "alice", "Did you see the new drawings?"),
        say(2, "bob", "Just opened them. The roof is much better now."),
        say(3, "bob", "I will bring the ｃｏｎｔｒａｃｔ tomorrow."),
        say(4, "alice", "好的，明天见！"),
    ]
}

fn team_rows(team: &Chat) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut seq = 0;
    let mut add = |minute: i64, sender: &str, content_type: ContentType, content: Value| -> usize {
        seq += 1;
        let mut row = row(team, seq, sender, content_type, &content);
        row.message.send_time = at(minute);
        rows.push(row);
        rows.len() - 1
    };
    let text = |text: &str| json!({ "content": text });
    add(
        0,
        "imAdmin",
        ContentType::MEMBER_INVITED,
        json!({"detail": json!({
        "group": {"groupID": "1001", "groupName": "合同项目组"},
        "opUser": {"userID": "a", "nickname": "王芳"},
        "inviterUser": {"userID": "a", "nickname": "王芳"},
        "invitedUserList": [{"userID": "b", "nickname": "Bob"}, {"userID": "c", "nickname": "Zoë"}],
    }).to_string()}),
    );
    add(
        1,
        "王芳",
        ContentType::TEXT,
        text("大家早上好，合同初稿已经发到共享盘了，请今天之内看完。"),
    );
    add(
        2,
        "王芳",
        ContentType::TEXT,
        text(
            "重点看第三条和第七条：https://example.com/contracts/2026/draft-3?lang=zh#clause-7，有意见直接在群里说",
        ),
    );
    add(
        9,
        "Alice 爱丽丝",
        ContentType::QUOTE,
        json!({"text": "收到，我上午看 👀", "quoteMessage": {
        "clientMsgID": "client-2", "seq": 2, "sendID": "王芳", "senderNickname": "王芳", "contentType": 101,
        "textElem": {"content": "大家早上好，合同初稿已经发到共享盘了，请今天之内看完。"}}}),
    );
    add(
        10,
        "Alice 爱丽丝",
        ContentType::FILE,
        json!({"fileName": "合同初稿 v3 (final).pdf", "fileSize": 482_133, "sourceUrl": "http://media/plan.pdf"}),
    );
    add(
        26,
        "Bob",
        ContentType::AT_TEXT,
        json!({"text": "@wangfang @Zoë the roof photo from this morning, clause 7 is about exactly this corner", "atUserList": ["wangfang", "zoe"],
        "atUsersInfo": [{"atUserID": "wangfang", "groupNickname": "王芳"}, {"atUserID": "zoe", "groupNickname": "Zoë"}]}),
    );
    add(
        26,
        "Bob",
        ContentType::PICTURE,
        json!({"sourcePicture": {"url": "http://media/roof.png", "width": 300, "height": 160, "size": 40_000, "type": "png"}}),
    );
    add(
        31,
        "王芳",
        ContentType::VOICE,
        json!({"sourceUrl": "http://media/voice.wav", "duration": 12, "dataSize": 8044}),
    );
    let revoked = add(33, "Bob", ContentType::TEXT, text("那就按旧价格签吧"));
    add(
        40,
        "王芳",
        ContentType::MERGER,
        json!({"title": "客户群的聊天记录", "abstractList": ["客户: 第七条能不能放宽？", "王芳: 我们内部讨论一下", "客户: 好的，等您消息"], "multiMessage": [
        {"sendID": "x", "senderNickname": "客户", "contentType": 101, "sendTime": 1_795_478_000_000_i64, "textElem": {"content": "第七条能不能放宽？"}},
        {"sendID": "y", "senderNickname": "王芳", "contentType": 101, "sendTime": 1_795_478_300_000_i64, "textElem": {"content": "我们内部讨论一下"}},
        {"sendID": "x", "senderNickname": "客户", "contentType": 107, "sendTime": 1_795_478_500_000_i64, "mergeElem": {"title": "更早的记录", "abstractList": ["a: 1"], "multiMessage": [
            {"sendID": "z", "senderNickname": "Zoë", "contentType": 101, "textElem": {"content": "nested within nested"}}]}}]}),
    );
    add(
        44,
        "Zoë",
        ContentType::LOCATION,
        json!({"description": json!({"name": "滨江大厦", "addr": "上海市黄浦区中山东二路 8 号"}).to_string(), "longitude": 121.4956, "latitude": 31.2304}),
    );
    add(
        45,
        "Zoë",
        ContentType::CARD,
        json!({"userID": "li.lei", "nickname": "李磊"}),
    );
    let replaced = add(
        58,
        "Alice 爱丽丝",
        ContentType::TEXT,
        text("改好了，第七条改为十五个工作日"),
    );
    add(
        60,
        "Alice 爱丽丝",
        ContentType::CUSTOM,
        json!({"data": json!({"type": "approval", "order": "A-7", "steps": [{"who": "wangfang", "ok": true}]}).to_string(), "description": "审批单 A-7"}),
    );
    let deleted = add(
        61,
        "Bob",
        ContentType::TEXT,
        text("I will be late tomorrow, please start without me"),
    );
    let purged = add(
        62,
        "Bob",
        ContentType::TEXT,
        text("(phone number in the other chat)"),
    );
    add(
        63,
        "Bob",
        ContentType::PICTURE,
        json!({"sourcePicture": {"url": "https://media.example.com/2026/11/large-panorama.jpg", "width": 4032, "height": 3024, "size": 3_812_345}}),
    );
    add(
        64,
        "Bob",
        ContentType::VIDEO,
        json!({"videoUrl": "https://media.example.com/2026/11/walk.mp4", "videoSize": 18_812_345, "duration": 83}),
    );
    add(
        90,
        "王芳",
        ContentType::OA_NOTIFICATION,
        json!({"detail": json!({"notificationName": "系统通知", "text": "服务器将于今晚 23:00 维护。", "url": "https://example.com/status"}).to_string()}),
    );
    add(
        91,
        "王芳",
        ContentType(7777),
        json!({"anything": ["newer", {"than": "this version"}]}),
    );
    add(
        92,
        "王芳",
        ContentType::FACE,
        json!({"index": 3, "data": ""}),
    );
    add(
        93,
        "王芳",
        ContentType::TEXT,
        text(&"这是一条很长的消息，会被折叠，但一个字也不会少。".repeat(200)),
    );
    add(1500, "Zoë", ContentType::TEXT, text("早！合同今天签"));
    add(1501, "王芳", ContentType::TEXT, text("好的，下午两点见"));
    rows[revoked].message.revoked = Some(Box::new(Revoked {
        user_id: "bob".into(),
        nickname: "Bob".into(),
        role: 20,
        time: at(34),
    }));
    let mut before = rows[replaced].message.clone();
    before.content = json!({"content": "改好了，第七条改为十个工作日"}).to_string();
    rows[replaced].changes.push(Change {
        seen: at(300),
        what: What::Replaced {
            before: Box::new(before),
        },
    });
    rows[deleted].message.deleted_for = vec!["bob".into(), "u_3".into()];
    rows[purged].purged_at = Some(at(900));
    rows[purged].purge_cause = Some(PurgeCause::Emptied);
    assert_eq!(rows[1].message.seq, Seq(QUOTED));
    rows
}
