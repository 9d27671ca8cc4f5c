//! The line of what people send and take back, in both languages.

use super::*;
use crate::model::{Revoked, Status};

#[test]
fn what_people_send() {
    for (content_type, content, english, chinese) in [
        (101, r#"{"content":" a\n\u202eb "}"#, "a b", "a b"),
        (102, r#"{}"#, "[Picture]", "[图片]"),
        (
            102,
            r#"{"sourcePicture":{"width":0,"height":0},"bigPicture":{"width":"12","height":8.0}}"#,
            "[Picture] 12×8",
            "[图片] 12×8",
        ),
        (103, r#"{"duration":"65"}"#, "[Voice] 1′05″", "[语音] 1′05″"),
        (
            104,
            r#"{"duration":3723}"#,
            "[Video] 1:02:03",
            "[视频] 1:02:03",
        ),
        (
            105,
            r#"{"fileName":"a.txt"}"#,
            "[File] a.txt",
            "[文件] a.txt",
        ),
        (105, r#"{"fileSize":1e3}"#, "[File] 1000 B", "[文件] 1000 B"),
        (
            106,
            r#"{"text":"@bob @bobby @bob_2 看","atUsersInfo":[{"atUserID":"bob","groupNickname":"Bob 鲍勃"},{"atUserID":"bobby","groupNickname":"Bobby"}]}"#,
            "@Bob 鲍勃 @Bobby @bob_2 看",
            "@Bob 鲍勃 @Bobby @bob_2 看",
        ),
        (
            106,
            r#"{"text":"@u1","quoteMessage":{"contentType":102,"senderNickname":"Eve","pictureElem":{"sourcePicture":{"width":1,"height":2}}}}"#,
            "@u1 [quoting Eve: [Picture] 1×2]",
            "@u1 [引用 Eve：[图片] 1×2]",
        ),
        (
            107,
            r#"{"title":"记录","multiMessage":[{"contentType":101},{"contentType":101}]}"#,
            "[Chat history] 记录 (2 messages)",
            "[聊天记录] 记录（2 条）",
        ),
        (108, r#"{"userID":"grace"}"#, "[Card] grace", "[名片] grace"),
        (
            109,
            r#"{"longitude":121.47,"latitude":"31.23"}"#,
            "[Location] 31.23, 121.47",
            "[位置] 31.23, 121.47",
        ),
        (
            110,
            r#"{"data":"{\"k\":1}","description":" "}"#,
            r#"[Custom] {"k":1}"#,
            r#"[自定义消息] {"k":1}"#,
        ),
        (
            119,
            r#"{"description":"q"}"#,
            "[Custom] q",
            "[自定义消息] q",
        ),
        (120, r#"{"data":7}"#, "[Custom] 7", "[自定义消息] 7"),
        (203, r#"{"data":"n"}"#, "[Custom] n", "[自定义消息] n"),
        (
            202,
            r#"{"call":1}"#,
            r#"[Custom] {"call":1}"#,
            r#"[自定义消息] {"call":1}"#,
        ),
        (
            114,
            r#"{"text":"好","quoteMessage":{"sendID":"bob","contentType":114,"quoteElem":{"text":"b","quoteMessage":{"sendID":"eve","contentType":101,"textElem":{"content":"e"}}}}}"#,
            "好 [quoting bob: b]",
            "好 [引用 bob：b]",
        ),
        // What the server makes of a quote whose original was taken back.
        (
            114,
            r#"{"text":"reply","quoteMessage":{"sendID":"","contentType":2101,"content":"{}"}}"#,
            "reply [quoting a recalled message]",
            "reply [引用 已撤回的消息]",
        ),
        (118, r#"{"content":"**b**"}"#, "**b**", "**b**"),
        (122, r#"[1]"#, "[Reaction]", "[回应]"),
        (
            112,
            r#"["id"]"#,
            r#"[Read receipt] ["id"]"#,
            r#"[已读回执] ["id"]"#,
        ),
        (102, "oops", "[Picture] oops", "[图片] oops"),
        (
            101,
            r#"{"content":{}}"#,
            r#"{"content":{}}"#,
            r#"{"content":{}}"#,
        ),
        (1999, "{}", "[Type 1999] {}", "[类型 1999] {}"),
        (101, "", "[empty]", "[空消息]"),
        (101, "null", "[empty]", "[空消息]"),
    ] {
        reads(&message(content_type, content), english, chinese);
    }
}

#[test]
fn what_was_taken_back_or_deleted_says_so() {
    let by = |user: &str, name: &str| {
        Some(Box::new(Revoked {
            user_id: user.into(),
            nickname: name.into(),
            ..Revoked::default()
        }))
    };
    let shown = told(
        r#"{"revokerID":"alice","revokerRole":0,"revokerNickname":"Alice","sourceMessageSendID":"alice","sourceMessageSenderNickname":"Alice","sessionType":1,"seq":1}"#,
    );
    reads(
        &message(2101, &shown),
        "[Alice recalled this message]",
        "[Alice 撤回了一条消息]",
    );
    // The source may have filled the state from the notice: it is the same message.
    let mut both = message(2101, &shown);
    both.revoked = by("alice", "Alice");
    reads(
        &both,
        "[Alice recalled this message]",
        "[Alice 撤回了一条消息]",
    );
    let others = told(
        r#"{"revokerID":"bob","revokerRole":100,"sourceMessageSendID":"alice","sourceMessageSenderNickname":"Alice"}"#,
    );
    reads(
        &message(2101, &others),
        "[bob recalled a message of Alice]",
        "[bob 撤回了 Alice 的一条消息]",
    );
    reads(&message(2101, "{}"), "[recalled message]", "[消息已撤回]");

    let mut kept = message(101, r#"{"content":"原文"}"#);
    kept.revoked = by("alice", "Alice");
    reads(&kept, "[recalled by Alice] 原文", "[已被 Alice 撤回] 原文");
    kept.content.clear();
    reads(
        &kept,
        "[Alice recalled this message]",
        "[Alice 撤回了一条消息]",
    );
    kept.revoked = by("bob", "");
    reads(
        &kept,
        "[bob recalled a message of Alice]",
        "[bob 撤回了 Alice 的一条消息]",
    );

    let mut deleted = message(101, "");
    deleted.status = Status::DELETED;
    reads(&deleted, "[deleted]", "[已删除]");
    deleted.content_type = ContentType::REVOKE;
    reads(&deleted, "[deleted]", "[已删除]");
}

#[test]
fn both_shapes_of_a_revoke_give_the_same_kind_of_fact() {
    let log = told(
        r#"{"revokerUserID":"imAdmin","clientMsgID":"c","revokeTime":1795517381033,"sesstionType":3,"seq":3,"conversationID":"sg_grp1","isAdminRevoke":true}"#,
    );
    let Content::Revoke(revoke) = parse(2101, &log) else {
        panic!("a revoke");
    };
    assert_eq!(revoke.by.user_id, "imAdmin");
    assert_eq!(revoke.time.as_millis(), 1_795_517_381_033);
    assert_eq!((revoke.session_type.0, revoke.seq.0), (3, 3));
    assert_eq!(revoke.conversation_id, "sg_grp1");
    assert!(revoke.by_admin);

    let old = r#"{"revokerID":"bob","revokerRole":100,"revokerNickname":"Bob","revokeTime":5}"#;
    for content in [parse(2101, &told(old)), parse(118, old), parse(111, old)] {
        let Content::Revoke(revoke) = content else {
            panic!("a revoke");
        };
        let revoked = Revoked::from(&*revoke);
        assert_eq!(revoked.user_id, "bob");
        assert_eq!(revoked.nickname, "Bob");
        assert_eq!((revoked.role, revoked.time.as_millis()), (100, 5));
    }
}
