//! One stored message, about 130 bytes beside its content.

use bson::raw::{RawBsonRef, RawDocument};
use bson::{Bson, Document, error::Result};

use super::interner::Interner;

/// A message as stored, packed.
#[derive(Debug, Clone, Default)]
pub(super) struct Packed {
    client_msg_id: PackedId,
    server_msg_id: PackedId,
    content: Box<str>,
    send_time: i64,
    create_time: i64,
    seq: i64,
    send_id: u32,
    recv_id: u32,
    group_id: u32,
    sender_nickname: u32,
    sender_face_url: u32,
    attached_info: u32,
    ex: u32,
    options: u32,
    offline_push: u32,
    at_user_id_list: u32,
    sender_platform_id: i32,
    session_type: i32,
    msg_from: i32,
    content_type: i32,
    status: i32,
    is_read: bool,
}

/// Message ids are 32 hexadecimal digits unless a client chose otherwise.
#[derive(Debug, Clone)]
enum PackedId {
    Digest([u8; 16]),
    Other(Box<str>),
}

impl Default for PackedId {
    fn default() -> Self {
        Self::new("")
    }
}

impl PackedId {
    fn new(id: &str) -> Self {
        let mut digest = [0; 16];
        let packable = id.len() == 32
            && id
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !packable {
            return Self::Other(id.into());
        }
        for (place, pair) in digest.iter_mut().zip(id.as_bytes().chunks_exact(2)) {
            *place = nibble(pair[0]) << 4 | nibble(pair[1]);
        }
        Self::Digest(digest)
    }

    fn text(&self) -> String {
        match self {
            Self::Digest(digest) => {
                let mut text = String::with_capacity(32);
                for byte in digest {
                    for digit in [byte >> 4, byte & 15] {
                        text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
                    }
                }
                text
            }
            Self::Other(id) => id.to_string(),
        }
    }
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    }
}

impl Packed {
    /// Packs the `msg` of a slot. A field that is absent or of another type is empty, 0, false or null.
    pub(super) fn new(message: &RawDocument, interner: &mut Interner) -> Result<Self> {
        let mut packed = Self::default();
        for field in message {
            let (name, value) = field?;
            packed.set(name.as_str(), value, interner)?;
        }
        Ok(packed)
    }

    fn set(&mut self, name: &str, value: RawBsonRef<'_>, interner: &mut Interner) -> Result<()> {
        let text = value.as_str().unwrap_or_default();
        let narrow = || i32::try_from(whole(value)).unwrap_or_default();
        match name {
            "client_msg_id" => self.client_msg_id = PackedId::new(text),
            "server_msg_id" => self.server_msg_id = PackedId::new(text),
            "content" => self.content = text.into(),
            "send_time" => self.send_time = whole(value),
            "create_time" => self.create_time = whole(value),
            "seq" => self.seq = whole(value),
            "send_id" => self.send_id = interner.text(text),
            "recv_id" => self.recv_id = interner.text(text),
            "group_id" => self.group_id = interner.text(text),
            "sender_nickname" => self.sender_nickname = interner.text(text),
            "sender_face_url" => self.sender_face_url = interner.text(text),
            "attached_info" => self.attached_info = interner.text(text),
            "ex" => self.ex = interner.text(text),
            "options" => self.options = interner.value(value)?,
            "offline_push" => self.offline_push = interner.value(value)?,
            "at_user_id_list" => self.at_user_id_list = interner.value(value)?,
            "sender_platform_id" => self.sender_platform_id = narrow(),
            "session_type" => self.session_type = narrow(),
            "msg_from" => self.msg_from = narrow(),
            "content_type" => self.content_type = narrow(),
            "status" => self.status = narrow(),
            "is_read" => self.is_read = value.as_bool().unwrap_or_default(),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn send_time(&self) -> i64 {
        self.send_time
    }
}

/// Reads an integer of any BSON width, 0 when it is none.
pub(super) fn whole(value: RawBsonRef<'_>) -> i64 {
    match value {
        RawBsonRef::Int32(value) => i64::from(value),
        RawBsonRef::Int64(value) => value,
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole numbers written by a shell"
        )]
        RawBsonRef::Double(value) => value as i64,
        _ => 0,
    }
}

/// A stored message, read through its texts.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    packed: &'a Packed,
    interner: &'a Interner,
}

macro_rules! interned {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        pub fn $name(&self) -> &'a str {
            self.interner.text_at(self.packed.$name)
        })*
    };
}

macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident: $type:ty)*) => {
        $($(#[$doc])*
        pub fn $name(&self) -> $type {
            self.packed.$name
        })*
    };
}

macro_rules! values {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        pub fn $name(&self) -> &'a Bson {
            self.interner.value_at(self.packed.$name)
        })*
    };
}

impl<'a> Message<'a> {
    pub(super) fn new(packed: &'a Packed, interner: &'a Interner) -> Self {
        Self { packed, interner }
    }

    interned! {
        /// Returns the sender.
        send_id
        /// Returns the receiver; in groups empty or the group.
        recv_id
        /// Returns the group, empty in single chats.
        group_id
        /// Returns the sender's nickname when it was sent.
        sender_nickname
        /// Returns the sender's face when it was sent.
        sender_face_url
        /// Returns the client's own notes, a JSON text.
        attached_info
        /// Returns the application's text.
        ex
    }

    plain! {
        /// Returns when it was sent, in milliseconds.
        send_time: i64
        /// Returns the sending client's clock, in milliseconds.
        create_time: i64
        /// Returns its place in the conversation.
        seq: i64
        /// Returns the sending platform.
        sender_platform_id: i32
        /// Returns the session type: 1 single, 3 group, 4 notification account.
        session_type: i32
        /// Returns 100 for users, 200 for the system and REST.
        msg_from: i32
        /// Returns the content type.
        content_type: i32
        /// Returns the stored status.
        status: i32
        /// Returns the stored flag, which the server never sets: the slot has the real one.
        is_read: bool
    }

    values! {
        /// Returns the options, a document or null.
        options
        /// Returns the push texts, a document or null.
        offline_push
        /// Returns who was mentioned, an array or null.
        at_user_id_list
    }

    /// Returns the content as stored.
    pub fn content(&self) -> &'a str {
        &self.packed.content
    }

    /// Returns the id the client chose.
    pub fn client_msg_id(&self) -> String {
        self.packed.client_msg_id.text()
    }

    /// Returns the id the server chose.
    pub fn server_msg_id(&self) -> String {
        self.packed.server_msg_id.text()
    }

    /// Returns the message as MongoDB holds it, fields in the server's order.
    pub fn document(&self) -> Document {
        bson::doc! {
            "send_id": self.send_id(),
            "recv_id": self.recv_id(),
            "group_id": self.group_id(),
            "client_msg_id": self.client_msg_id(),
            "server_msg_id": self.server_msg_id(),
            "sender_platform_id": self.sender_platform_id(),
            "sender_nickname": self.sender_nickname(),
            "sender_face_url": self.sender_face_url(),
            "session_type": self.session_type(),
            "msg_from": self.msg_from(),
            "content_type": self.content_type(),
            "content": self.content(),
            "seq": self.seq(),
            "send_time": self.send_time(),
            "create_time": self.create_time(),
            "status": self.status(),
            "is_read": self.is_read(),
            "options": self.options().clone(),
            "offline_push": self.offline_push().clone(),
            "at_user_id_list": self.at_user_id_list().clone(),
            "attached_info": self.attached_info(),
            "ex": self.ex(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::{doc, rawdoc};

    use super::*;

    #[test]
    fn what_is_absent_or_of_another_type_is_empty() {
        let mut interner = Interner::default();
        interner.text("somebody else's");
        let stored = rawdoc! {
            "seq": 7_i32,
            "send_time": 1.5e12,
            "content": 5,
            "options": { "history": true },
        };
        let packed = Packed::new(&stored, &mut interner).expect("a document");
        let message = Message::new(&packed, &interner);
        assert_eq!((message.seq(), message.send_time()), (7, 1_500_000_000_000));
        assert_eq!(message.options(), &Bson::from(doc! { "history": true }));
        assert_eq!(message.offline_push(), &Bson::Null);
        let texts = [message.content(), message.send_id(), message.ex()];
        assert_eq!(texts, ["", "", ""]);
        assert_eq!(message.client_msg_id(), "");
    }
}
