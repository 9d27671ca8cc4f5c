//! Messages inside messages, field by field.

use super::super::{NestedMessage, Quote};
use super::*;
use crate::model::{MsgFrom, OfflinePush};

/// The quoted message of a reply.
fn quoted(message: &str) -> NestedMessage {
    let reply = format!(r#"{{"text":"t","quoteMessage":{message}}}"#);
    match parse(114, &reply) {
        Content::Quote(Quote {
            quoted: Some(quoted),
            ..
        }) => *quoted,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_quoted_message_keeps_every_field_the_sdk_writes() {
    let quoted = quoted(
        r#"{"clientMsgID":"c","serverMsgID":"s","createTime":1,"sendTime":2,"sessionType":1,
        "sendID":"bob","recvID":"alice","msgFrom":100,"contentType":101,"senderPlatformID":5,
        "senderNickname":"Bob","senderFaceUrl":"f","groupID":"","content":"","seq":7,
        "isRead":true,"status":2,"attachedInfo":"{\"isPrivateChat\":false}","ex":"e",
        "localEx":"l","textElem":{"content":"hi"},
        "offlinePush":{"title":"T","desc":"D","ex":"E","iOSPushSound":"S","iOSBadgeCount":true}}"#,
    );
    assert!(quoted.is_read);
    assert_eq!(quoted.msg_from, MsgFrom(100));
    assert_eq!(quoted.attached_info, r#"{"isPrivateChat":false}"#);
    assert_eq!((&*quoted.ex, &*quoted.local_ex), ("e", "l"));
    let push = OfflinePush {
        title: "T".into(),
        desc: "D".into(),
        ex: "E".into(),
        ios_push_sound: "S".into(),
        ios_badge_count: true,
    };
    assert_eq!(quoted.offline_push.as_deref(), Some(&push));
    assert_eq!(quoted.content, parse(101, r#"{"content":"hi"}"#));
}

#[test]
fn what_stands_beside_a_quoted_message_does_not_spoil_it() {
    let quoted = quoted(
        r#"{"contentType":101,"textElem":{"content":"hi"},"isRead":[],"msgFrom":{},
        "offlinePush":"none","attachedInfo":{"a":1},"localEx":7}"#,
    );
    assert_eq!(quoted.content, parse(101, r#"{"content":"hi"}"#));
    assert!(!quoted.is_read);
    assert_eq!(quoted.offline_push, None);
    assert_eq!(quoted.attached_info, r#"{"a":1}"#);
}
