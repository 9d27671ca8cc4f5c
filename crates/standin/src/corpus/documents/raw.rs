//! Blocks, slots and messages as BSON, field by field in the order OpenIM writes them.

use bson::oid::ObjectId;
use bson::{DateTime, RawBson, RawDocumentBuf};

use super::writer::{Open, Writer};
use crate::corpus::content::{Envelope, Message};

/// Room for a block of ordinary messages, so that its buffer seldom grows.
const USUAL_LEN: usize = 96 << 10;

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

/// Options of a line in a chat.
const LINE_OPTIONS: [(&str, bool); 2] = [("offlinePush", false), ("unreadCount", true)];

/// Options of a message that is not to bring its chat to the top.
const QUIET_OPTIONS: [(&str, bool); 4] = [
    ("unreadCount", false),
    ("offlinePush", false),
    ("conversationUpdate", false),
    ("senderConversationUpdate", false),
];

/// What lies in a slot beside the message.
#[derive(Clone, Debug, Default)]
pub(super) struct SlotState<'a> {
    /// Role, user, nickname and time of a revoke.
    pub(super) revoke: Option<(i32, &'a str, &'a str, i64)>,
    pub(super) deleted_by: Option<&'a str>,
    pub(super) is_read: bool,
}

/// A document of `msg` that is being filled, slot after slot.
#[derive(Debug)]
pub(super) struct Block {
    writer: Writer,
    slots: Open,
    len: u64,
}

impl Block {
    /// Begins a block of a conversation.
    pub(super) fn new(conversation: &str, number: u64) -> Self {
        let mut writer = Writer::new(USUAL_LEN);
        writer.string("doc_id", &format!("{conversation}:{number}"));
        let slots = writer.array("msgs");
        Self {
            writer,
            slots,
            len: 0,
        }
    }

    /// Returns how many slots were added.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Ends the block.
    pub(super) fn finish(mut self, id: ObjectId) -> RawDocumentBuf {
        self.writer.close(self.slots);
        self.writer.finish(id)
    }

    /// Adds the slot of a message that is there.
    pub(super) fn message(&mut self, message: &Message<'_>, state: &SlotState<'_>) {
        let slot = self.slot();
        let out = &mut self.writer;
        write_message(out, message);
        match state.revoke {
            None => out.null("revoke"),
            Some((role, user, nickname, time)) => {
                let revoke = out.document("revoke");
                out.int32("role", role);
                out.string("user_id", user);
                out.string("nickname", nickname);
                out.int64("time", time);
                out.close(revoke);
            }
        }
        write_strings(out, "del_list", state.deleted_by.iter().copied());
        out.boolean("is_read", state.is_read);
        out.close(slot);
    }

    /// Adds a slot nothing was ever put into.
    pub(super) fn padding(&mut self) {
        let slot = self.slot();
        let out = &mut self.writer;
        out.null("msg");
        out.null("revoke");
        write_strings(out, "del_list", [].into_iter());
        out.boolean("is_read", false);
        out.close(slot);
    }

    /// Adds what is left of a slot after its message was deleted for everybody; reading the chat
    /// later may set the flag again.
    pub(super) fn emptied(&mut self, read_later: bool) {
        let slot = self.slot();
        self.writer.null("msg");
        if read_later {
            self.writer.boolean("is_read", true);
        }
        self.writer.close(slot);
    }

    fn slot(&mut self) -> Open {
        let slot = self.writer.document(&self.len.to_string());
        self.len += 1;
        slot
    }
}

/// Returns a date of that many milliseconds since 1970.
pub(super) fn date(millis: i64) -> RawBson {
    RawBson::DateTime(DateTime::from_millis(millis))
}

fn write_message(out: &mut Writer, message: &Message<'_>) {
    let msg = out.document("msg");
    out.string("send_id", message.send_id);
    out.string("recv_id", message.recv_id);
    out.string("group_id", message.group_id);
    out.string("client_msg_id", &message.client_msg_id);
    out.string("server_msg_id", &message.server_msg_id);
    out.int32("sender_platform_id", message.platform_id);
    out.string("sender_nickname", message.sender_nickname);
    out.string("sender_face_url", message.sender_face_url);
    out.int32("session_type", message.session_type);
    out.int32("msg_from", message.msg_from);
    out.int32("content_type", message.content_type);
    out.string("content", &message.content);
    out.int64("seq", message.seq);
    out.int64("send_time", message.send_time);
    out.int64("create_time", message.create_time);
    out.int32("status", message.status);
    out.boolean("is_read", false);
    write_options(out, message);
    write_offline_push(out, message);
    match &message.at_user_ids {
        Some(ids) => write_strings(out, "at_user_id_list", ids.iter().map(String::as_str)),
        None => out.null("at_user_id_list"),
    }
    out.string("attached_info", attached_info(message));
    out.string("ex", "");
    out.close(msg);
}

fn write_strings<'s>(out: &mut Writer, key: &str, strings: impl Iterator<Item = &'s str>) {
    let array = out.array(key);
    for (at, string) in strings.enumerate() {
        out.string(&at.to_string(), string);
    }
    out.close(array);
}

fn write_options(out: &mut Writer, message: &Message<'_>) {
    let options: &[(&str, bool)] = match (message.envelope, message.content_type) {
        (Envelope::Log, _) => &LOG_OPTIONS,
        (Envelope::Line, _) => &LINE_OPTIONS,
        (_, 119) => &QUIET_OPTIONS,
        _ => return out.null("options"),
    };
    let document = out.document("options");
    for (name, value) in options {
        out.boolean(name, *value);
    }
    out.close(document);
}

fn write_offline_push(out: &mut Writer, message: &Message<'_>) {
    let (title, desc, sound, badge) = match message.envelope {
        Envelope::Api if message.content_type == 1400 => return out.null("offline_push"),
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
    let push = out.document("offline_push");
    out.string("title", title);
    out.string("desc", desc);
    out.string("ex", "");
    out.string("ios_push_sound", sound);
    out.boolean("ios_badge_count", badge);
    out.close(push);
}

/// Clients keep notes of their own there; the server hands them on.
fn attached_info(message: &Message<'_>) -> &'static str {
    if message.envelope == Envelope::Client && message.session_type == 1 {
        r#"{"isPrivateChat":false,"burnDuration":0,"hasReadTime":0,"isEncryption":false,"inEncryptStatus":false}"#
    } else {
        ""
    }
}
