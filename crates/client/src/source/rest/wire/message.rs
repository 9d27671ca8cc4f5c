//! Messages: `sdkws.MsgData` as a pull answers it, and `ChatLog` as a search does.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use smol_str::SmolStr;

use super::lenient::{Int, List, wire};
use crate::model::{
    ClientMsgId, ContentType, ConversationId, ConversationKind, GroupId, Hole, HoleCause, Message,
    MsgFrom, OfflinePush, PlatformId, Revoked, Seq, ServerMsgId, SessionType, Slot, Status, UserId,
};

/// Go pads; whoever does not is understood too.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

wire! {
    /// Answer of `/msg/pull_msg_by_seq`.
    WirePull {
        "msgs" messages: HashMap<ConversationId, Option<WirePulled>>,
        "notificationMsgs" notifications: HashMap<ConversationId, Option<WirePulled>>,
    }

    /// One conversation's part of a pull. `isEnd` and `endSeq` are not to be relied on.
    WirePulled {
        "Msgs" messages: List<WireMessage>,
    }

    /// `MsgData`. `content` is base64.
    WireMessage {
        "sendID" send_id: UserId,
        "recvID" recv_id: UserId,
        "groupID" group_id: GroupId,
        "clientMsgID" client_msg_id: ClientMsgId,
        "serverMsgID" server_msg_id: ServerMsgId,
        "senderPlatformID" sender_platform_id: Int,
        "senderNickname" sender_nickname: SmolStr,
        "senderFaceURL" sender_face_url: SmolStr,
        "sessionType" session_type: Int,
        "msgFrom" msg_from: Int,
        "contentType" content_type: Int,
        "content" content: String,
        "seq" seq: Int,
        "sendTime" send_time: Int,
        "createTime" create_time: Int,
        "status" status: Int,
        "isRead" is_read: bool,
        "options" options: BTreeMap<SmolStr, bool>,
        "offlinePushInfo" offline_push: Option<WireOfflinePush>,
        "atUserIDList" at_user_ids: List<UserId>,
        "attachedInfo" attached_info: String,
        "ex" ex: String,
    }

    WireOfflinePush {
        "title" title: String,
        "desc" desc: String,
        "ex" ex: String,
        "iOSPushSound" ios_push_sound: String,
        "iOSBadgeCount" ios_badge_count: bool,
    }

    /// Answer of `/msg/search_msg`.
    WireSearch {
        "chatLogsNum" total: Int,
        "chatLogs" hits: List<WireHit>,
    }

    WireHit {
        "chatLog" message: WireChatLog,
        "isRevoked" is_revoked: bool,
    }

    /// `ChatLog`. `content` is plain.
    WireChatLog {
        "sendID" send_id: UserId,
        "recvID" recv_id: UserId,
        "groupID" group_id: GroupId,
        "clientMsgID" client_msg_id: ClientMsgId,
        "serverMsgID" server_msg_id: ServerMsgId,
        "senderPlatformID" sender_platform_id: Int,
        "senderNickname" sender_nickname: SmolStr,
        "senderFaceURL" sender_face_url: SmolStr,
        "sessionType" session_type: Int,
        "msgFrom" msg_from: Int,
        "contentType" content_type: Int,
        "content" content: String,
        "seq" seq: Int,
        "sendTime" send_time: Int,
        "createTime" create_time: Int,
        "status" status: Int,
        "ex" ex: String,
    }

    /// The content of every notification: JSON in a string in JSON.
    WireNotification {
        "detail" detail: String,
    }

    /// `MessageRevokedContent`, which a pull puts in the place of a revoked message's content.
    WireRevoked {
        "revokerID" revoker_id: UserId,
        "revokerRole" revoker_role: Int,
        "revokerNickname" revoker_nickname: SmolStr,
        "revokeTime" revoke_time: Int,
    }
}

impl WirePull {
    /// Takes out what was answered for one conversation, wherever it stands.
    pub(in crate::source::rest) fn take(
        &mut self,
        conversation: &ConversationId,
    ) -> Vec<WireMessage> {
        let mut messages = Vec::new();
        for part in [&mut self.messages, &mut self.notifications] {
            if let Some(Some(pulled)) = part.remove(conversation) {
                messages.extend(pulled.messages.0);
            }
        }
        messages
    }
}

impl WireMessage {
    pub(in crate::source::rest) fn seq(&self) -> Seq {
        Seq(self.seq.i64())
    }

    /// Returns what it says, as `viewer` sees it.
    pub(in crate::source::rest) fn into_slot(
        self,
        conversation: &ConversationId,
        viewer: &UserId,
    ) -> Slot {
        let status = Status(self.status.i32());
        if status == Status::DELETED
            && self.client_msg_id.is_empty()
            && self.server_msg_id.is_empty()
            && self.content.is_empty()
        {
            return Slot::Hole(Hole {
                conversation_id: conversation.clone(),
                seq: self.seq(),
                cause: HoleCause::Placeholder,
            });
        }
        let seq = self.seq();
        let content_type = ContentType(self.content_type.i32());
        let content = plain(self.content);
        // In the log beside a chat, this type is the event and not a message that was revoked.
        let revoked = if content_type == ContentType::REVOKE
            && conversation.kind() != ConversationKind::Log
        {
            revoked(&content)
        } else {
            None
        };
        // What a user deleted for themselves keeps its ids and loses its content. The content
        // decides, because a sender may choose the status.
        let deleted = status == Status::DELETED && (content.is_empty() || revoked.is_some());
        Slot::Message(Message {
            conversation_id: conversation.clone(),
            seq,
            send_time: self.send_time.time(),
            create_time: self.create_time.time(),
            send_id: self.send_id,
            recv_id: self.recv_id,
            group_id: self.group_id,
            session_type: SessionType(self.session_type.i32()),
            content_type,
            content,
            client_msg_id: self.client_msg_id,
            server_msg_id: self.server_msg_id,
            sender_nickname: self.sender_nickname,
            sender_face_url: self.sender_face_url,
            sender_platform_id: PlatformId(self.sender_platform_id.i32()),
            msg_from: MsgFrom(self.msg_from.i32()),
            status,
            is_read: self.is_read,
            options: self.options,
            offline_push: self.offline_push.map(|push| Box::new(push.into())),
            at_user_ids: self.at_user_ids.0,
            attached_info: self.attached_info,
            ex: self.ex,
            revoked: revoked.map(Box::new),
            deleted_for: if deleted {
                vec![viewer.clone()]
            } else {
                Vec::new()
            },
        })
    }
}

/// Undoes the base64. What is none stays as it is: it is data, not an error.
fn plain(content: String) -> String {
    match BASE64.decode(&content) {
        Ok(bytes) => String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        Err(_) => content,
    }
}

fn revoked(content: &str) -> Option<Revoked> {
    let notification: WireNotification = serde_json::from_str(content).ok()?;
    let revoked: WireRevoked = serde_json::from_str(&notification.detail).ok()?;
    (!revoked.revoker_id.is_empty()).then(|| Revoked {
        user_id: revoked.revoker_id,
        nickname: revoked.revoker_nickname,
        role: revoked.revoker_role.i32(),
        time: revoked.revoke_time.time(),
    })
}

impl From<WireOfflinePush> for OfflinePush {
    fn from(push: WireOfflinePush) -> Self {
        Self {
            title: push.title,
            desc: push.desc,
            ex: push.ex,
            ios_push_sound: push.ios_push_sound,
            ios_badge_count: push.ios_badge_count,
        }
    }
}

impl From<WireHit> for Message {
    fn from(hit: WireHit) -> Self {
        let log = hit.message;
        let session_type = SessionType(log.session_type.i32());
        let in_group = !log.group_id.is_empty();
        // The answer does not name the conversation.
        let conversation_id = match session_type {
            SessionType::GROUP => ConversationId::group(&log.group_id),
            SessionType::WRITE_GROUP => ConversationId::from(format!("g_{}", log.group_id)),
            SessionType::NOTIFICATION => ConversationId::notification(&log.send_id, &log.recv_id),
            _ => ConversationId::single(&log.send_id, &log.recv_id),
        };
        Self {
            conversation_id,
            seq: Seq(log.seq.i64()),
            send_time: log.send_time.time(),
            create_time: log.create_time.time(),
            send_id: log.send_id,
            recv_id: log.recv_id,
            group_id: log.group_id,
            session_type,
            content_type: ContentType(log.content_type.i32()),
            content: log.content,
            client_msg_id: log.client_msg_id,
            server_msg_id: log.server_msg_id,
            sender_nickname: log.sender_nickname,
            // In a group the server writes the group's picture over the sender's.
            sender_face_url: if in_group {
                SmolStr::default()
            } else {
                log.sender_face_url
            },
            sender_platform_id: PlatformId(log.sender_platform_id.i32()),
            msg_from: MsgFrom(log.msg_from.i32()),
            status: Status(log.status.i32()),
            ex: log.ex,
            revoked: hit.is_revoked.then(Box::default),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(json: &str, conversation: &str) -> Slot {
        let message: WireMessage = serde_json::from_str(json).expect("decodes");
        message.into_slot(&conversation.into(), &"alice".into())
    }

    fn message(json: &str, conversation: &str) -> Message {
        slot(json, conversation)
            .into_message()
            .expect("is a message")
    }

    #[test]
    fn a_placeholder_is_a_hole_and_a_message_deleted_for_oneself_is_not() {
        let hole = slot(
            r#"{"seq":5,"status":4,"clientMsgID":"","content":null,"sendTime":9}"#,
            "si_alice_bob",
        );
        assert!(matches!(
            hole,
            Slot::Hole(Hole {
                seq: Seq(5),
                cause: HoleCause::Placeholder,
                ..
            })
        ));
        let deleted = message(
            r#"{"seq":4,"status":4,"clientMsgID":"c","serverMsgID":"s","contentType":103,"content":null}"#,
            "si_alice_bob",
        );
        assert_eq!(deleted.deleted_for, [UserId::new("alice")]);
        assert_eq!(deleted.content, "");
    }

    #[test]
    fn a_sender_who_claims_the_status_deleted_deletes_nothing() {
        let message = message(
            r#"{"seq":4,"status":4,"clientMsgID":"","serverMsgID":"s","content":"aGk="}"#,
            "si_alice_bob",
        );
        assert_eq!(message.content, "hi");
        assert!(message.deleted_for.is_empty());
    }

    #[test]
    fn content_that_is_no_base64_stays_verbatim() {
        for (wire, content) in [
            ("aGk=", "hi"),
            ("aGk", "hi"),
            ("{\\\"a\\\":1}", "{\"a\":1}"),
            ("/w==", "\u{fffd}"),
            ("", ""),
        ] {
            let json = format!(r#"{{"seq":1,"clientMsgID":"c","content":"{wire}"}}"#);
            assert_eq!(message(&json, "si_a_b").content, content);
        }
    }

    #[test]
    fn a_revoke_tells_who_took_it_back_in_a_chat_and_is_an_event_in_the_log() {
        let detail =
            r#"{"revokerID":"alice","revokerRole":60,"revokerNickname":"Alice","revokeTime":7}"#;
        let content = serde_json::json!({ "detail": detail }).to_string();
        let json = serde_json::json!({
            "seq": 1, "clientMsgID": "c", "contentType": 2101, "content": BASE64.encode(content)
        })
        .to_string();
        let revoked = message(&json, "si_alice_bob").revoked.expect("is revoked");
        assert_eq!(revoked.user_id, "alice");
        assert_eq!((revoked.role, revoked.time.as_millis()), (60, 7));
        assert_eq!(message(&json, "n_alice_bob").revoked, None);
    }
}
