//! Messages and slots as BSON, field by field in the order OpenIM writes them.

use bson::oid::ObjectId;
use bson::raw::cstr;
use bson::{DateTime, RawArrayBuf, RawBson, RawDocumentBuf};

use crate::corpus::content::{Envelope, Message};

/// Options of a notification that only goes to a log.
const LOG_OPTIONS: [(&str, bool); 11] = [
    ("history", true),
    ("persistent", true),
    ("offlinePush", false),
    ("unreadCount", false),
    ("conversationUpdate", false),
    ("senderSync", true),
    ("notPrivate", false),
    ("senderConversationUpdate", false),
    ("reactionFromCache", false),
    ("isNotNotification", false),
    ("isSendMsg", false),
];

/// What lies in a slot beside the message.
#[derive(Clone, Debug, Default)]
pub(super) struct SlotState<'a> {
    /// Role, user, nickname and time of a revoke.
    pub(super) revoke: Option<(i32, &'a str, &'a str, i64)>,
    pub(super) deleted_by: Option<&'a str>,
    pub(super) is_read: bool,
}

/// Returns the slot of a message that is there.
pub(super) fn slot(message: &Message<'_>, state: &SlotState<'_>) -> RawDocumentBuf {
    let mut slot = RawDocumentBuf::new();
    slot.append(cstr!("msg"), msg(message));
    match state.revoke {
        None => slot.append(cstr!("revoke"), RawBson::Null),
        Some((role, user, nickname, time)) => {
            let mut revoke = RawDocumentBuf::new();
            revoke.append(cstr!("role"), role);
            revoke.append(cstr!("user_id"), user);
            revoke.append(cstr!("nickname"), nickname);
            revoke.append(cstr!("time"), time);
            slot.append(cstr!("revoke"), revoke);
        }
    }
    slot.append(
        cstr!("del_list"),
        state.deleted_by.iter().copied().collect::<RawArrayBuf>(),
    );
    slot.append(cstr!("is_read"), state.is_read);
    slot
}

/// Returns a slot nothing was ever put into.
pub(super) fn padding() -> RawDocumentBuf {
    let mut slot = RawDocumentBuf::new();
    slot.append(cstr!("msg"), RawBson::Null);
    slot.append(cstr!("revoke"), RawBson::Null);
    slot.append(cstr!("del_list"), RawArrayBuf::new());
    slot.append(cstr!("is_read"), false);
    slot
}

/// Returns what is left of a slot after its message was deleted for everybody; reading the chat
/// later may set the flag again.
pub(super) fn emptied(read_later: bool) -> RawDocumentBuf {
    let mut slot = RawDocumentBuf::new();
    slot.append(cstr!("msg"), RawBson::Null);
    if read_later {
        slot.append(cstr!("is_read"), true);
    }
    slot
}

/// Returns a document of `msg`.
pub(super) fn block(
    id: ObjectId,
    conversation: &str,
    number: u64,
    slots: RawArrayBuf,
) -> RawDocumentBuf {
    let mut block = RawDocumentBuf::new();
    block.append(cstr!("_id"), id);
    block.append(cstr!("doc_id"), format!("{conversation}:{number}"));
    block.append(cstr!("msgs"), slots);
    block
}

/// Returns a date of that many milliseconds since 1970.
pub(super) fn date(millis: i64) -> RawBson {
    RawBson::DateTime(DateTime::from_millis(millis))
}

fn msg(message: &Message<'_>) -> RawDocumentBuf {
    let mut msg = RawDocumentBuf::new();
    msg.append(cstr!("send_id"), message.send_id);
    msg.append(cstr!("recv_id"), message.recv_id);
    msg.append(cstr!("group_id"), message.group_id);
    msg.append(cstr!("client_msg_id"), message.client_msg_id.as_str());
    msg.append(cstr!("server_msg_id"), message.server_msg_id.as_str());
    msg.append(cstr!("sender_platform_id"), message.platform_id);
    msg.append(cstr!("sender_nickname"), message.sender_nickname);
    msg.append(cstr!("sender_face_url"), message.sender_face_url);
    msg.append(cstr!("session_type"), message.session_type);
    msg.append(cstr!("msg_from"), message.msg_from);
    msg.append(cstr!("content_type"), message.content_type);
    msg.append(cstr!("content"), message.content.as_str());
    msg.append(cstr!("seq"), message.seq);
    msg.append(cstr!("send_time"), message.send_time);
    msg.append(cstr!("create_time"), message.create_time);
    msg.append(cstr!("status"), message.status);
    msg.append(cstr!("is_read"), false);
    msg.append(cstr!("options"), options(message));
    msg.append(cstr!("offline_push"), offline_push(message));
    let at: RawBson = match &message.at_user_ids {
        Some(ids) => RawBson::Array(ids.iter().map(String::as_str).collect()),
        None => RawBson::Null,
    };
    msg.append(cstr!("at_user_id_list"), at);
    msg.append(cstr!("attached_info"), attached_info(message));
    msg.append(cstr!("ex"), "");
    msg
}

fn options(message: &Message<'_>) -> RawBson {
    let mut options = RawDocumentBuf::new();
    match (message.envelope, message.content_type) {
        (Envelope::Log, _) => {
            for (name, value) in LOG_OPTIONS {
                // None of the names holds a zero byte.
                if let Ok(name) = <&bson::raw::CStr>::try_from(name) {
                    options.append(name, value);
                }
            }
        }
        (Envelope::Line, _) => {
            options.append(cstr!("offlinePush"), false);
            options.append(cstr!("unreadCount"), true);
        }
        (_, 119) => {
            options.append(cstr!("unreadCount"), false);
            options.append(cstr!("offlinePush"), false);
            options.append(cstr!("conversationUpdate"), false);
            options.append(cstr!("senderConversationUpdate"), false);
        }
        _ => return RawBson::Null,
    }
    RawBson::Document(options)
}

fn offline_push(message: &Message<'_>) -> RawBson {
    let (title, desc, sound, badge) = match message.envelope {
        Envelope::Api if message.content_type == 1400 => return RawBson::Null,
        Envelope::Api => ("", "", "default", true),
        Envelope::Client => ("你有一条新消息", "", "+1", true),
        Envelope::Line => (
            "group notification title",
            "group notification desc",
            "",
            false,
        ),
        Envelope::Log => ("", "", "", false),
    };
    let mut push = RawDocumentBuf::new();
    push.append(cstr!("title"), title);
    push.append(cstr!("desc"), desc);
    push.append(cstr!("ex"), "");
    push.append(cstr!("ios_push_sound"), sound);
    push.append(cstr!("ios_badge_count"), badge);
    RawBson::Document(push)
}

/// Clients keep notes of their own there; the server hands them on.
fn attached_info(message: &Message<'_>) -> &'static str {
    if message.envelope == Envelope::Client && message.session_type == 1 {
        r#"{"isPrivateChat":false,"burnDuration":0,"hasReadTime":0,"isEncryption":false,"inEncryptStatus":false}"#
    } else {
        ""
    }
}
