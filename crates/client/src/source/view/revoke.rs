//! The notice that stands in for a revoked message.

use std::fmt::Write;

use super::go_json::push_string;
use crate::model::{Message, Revoked};

/// Returns the content the server builds for a revoked message: `NotificationElem` around
/// `sdkws.MessageRevokedContent`, in that struct's field order.
pub(super) fn notice(message: &Message, revoked: &Revoked) -> String {
    let mut detail = String::with_capacity(320);
    detail.push_str(r#"{"revokerID":"#);
    push_string(&mut detail, revoked.user_id.as_str());
    // Writing to a String cannot fail.
    let _ = write!(detail, r#","revokerRole":{},"clientMsgID":"#, revoked.role);
    push_string(&mut detail, message.client_msg_id.as_str());
    detail.push_str(r#","revokerNickname":"#);
    push_string(&mut detail, &revoked.nickname);
    let _ = write!(
        detail,
        r#","revokeTime":{},"sourceMessageSendTime":{},"sourceMessageSendID":"#,
        revoked.time.as_millis(),
        message.send_time.as_millis()
    );
    push_string(&mut detail, message.send_id.as_str());
    detail.push_str(r#","sourceMessageSenderNickname":"#);
    push_string(&mut detail, &message.sender_nickname);
    let _ = write!(
        detail,
        r#","sessionType":{},"seq":{},"ex":"#,
        message.session_type.0, message.seq
    );
    push_string(&mut detail, &message.ex);
    detail.push('}');

    let mut content = String::with_capacity(detail.len() + detail.len() / 4 + 16);
    content.push_str(r#"{"detail":"#);
    push_string(&mut content, &detail);
    content.push('}');
    content
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Seq, SessionType, Timestamp};

    #[test]
    fn the_notice_is_the_recorded_one() {
        // main/e.json, pull_after_alice, seq 1.
        let message = Message {
            seq: Seq(1),
            send_time: Timestamp::from_millis(1_795_517_010_203),
            send_id: "alice".into(),
            sender_nickname: "Alice".into(),
            session_type: SessionType::SINGLE,
            client_msg_id: "4ff1621782c633aae8af2ca8d1160a51".into(),
            ..Message::default()
        };
        let revoked = Revoked {
            user_id: "alice".into(),
            nickname: "Alice 爱丽丝".into(),
            role: 0,
            time: Timestamp::from_millis(1_795_517_064_226),
        };
        assert_eq!(
            notice(&message, &revoked),
            r#"{"detail":"{\"revokerID\":\"alice\",\"revokerRole\":0,\"clientMsgID\":\"4ff1621782c633aae8af2ca8d1160a51\",\"revokerNickname\":\"Alice 爱丽丝\",\"revokeTime\":1795517064226,\"sourceMessageSendTime\":1795517010203,\"sourceMessageSendID\":\"alice\",\"sourceMessageSenderNickname\":\"Alice\",\"sessionType\":1,\"seq\":1,\"ex\":\"\"}"}"#
        );
    }
}
