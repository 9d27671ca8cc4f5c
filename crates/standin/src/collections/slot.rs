//! One place of a block: a message, and what happened to it.

use bson::{Bson, Document};

use super::interner::Interner;
use super::message::{Message, Packed};
use super::{integer, text};

/// Who took a message back, and when.
#[derive(Debug, Clone)]
pub struct Revoke {
    /// The revoker's role in the group, 0 in single chats.
    pub role: i32,
    /// The revoker.
    pub user_id: String,
    /// The revoker's nickname.
    pub nickname: String,
    /// When, in milliseconds.
    pub time: i64,
}

/// One place of a block, read-only.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    pub(super) stored: &'a StoredSlot,
    pub(super) interner: &'a Interner,
}

impl<'a> Slot<'a> {
    /// Returns the message, absent in padding and after physical deletion.
    pub fn message(&self) -> Option<Message<'a>> {
        self.stored
            .message
            .as_deref()
            .map(|packed| Message::new(packed, self.interner))
    }

    /// Returns the revocation, if any.
    pub fn revoke(&self) -> Option<&'a Revoke> {
        self.stored.revoke.as_deref()
    }

    /// Returns whether a user deleted the message for himself.
    pub fn deleted_by(&self, user_id: &str) -> bool {
        self.stored
            .del_list
            .as_deref()
            .is_some_and(|users| users.iter().any(|user| user == user_id))
    }

    /// Returns whether the receiver of a single chat has read it.
    pub fn is_read(&self) -> bool {
        self.stored.is_read == Some(true)
    }
}

/// A slot as stored. `None` in the last three with `bare` set means the key is absent: what physical deletion leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct StoredSlot {
    pub(super) message: Option<Box<Packed>>,
    revoke: Option<Box<Revoke>>,
    #[expect(
        clippy::box_collection,
        reason = "one pointer in two million slots, nearly all of them empty"
    )]
    del_list: Option<Box<Vec<String>>>,
    is_read: Option<bool>,
    pub(super) bare: bool,
}

impl StoredSlot {
    pub(super) fn padding() -> Self {
        Self {
            is_read: Some(false),
            ..Self::default()
        }
    }

    pub(super) fn new(slot: &Document, interner: &mut Interner) -> Self {
        let mut stored = Self {
            bare: !slot.contains_key("del_list"),
            ..Self::default()
        };
        for (field, value) in slot {
            stored.set(field, value, interner);
        }
        stored
    }

    pub(super) fn set(&mut self, field: &str, value: &Bson, interner: &mut Interner) {
        match field {
            "msg" => {
                self.message = value
                    .as_document()
                    .map(|message| Box::new(Packed::new(message, interner)));
            }
            "revoke" => {
                self.revoke = value.as_document().map(|revoke| {
                    Box::new(Revoke {
                        role: i32::try_from(integer(revoke, "role")).unwrap_or_default(),
                        user_id: text(revoke, "user_id").to_owned(),
                        nickname: text(revoke, "nickname").to_owned(),
                        time: integer(revoke, "time"),
                    })
                });
            }
            "del_list" => {
                let users: Vec<String> = value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|user| user.as_str().map(str::to_owned))
                    .collect();
                self.del_list = (!users.is_empty()).then(|| Box::new(users));
            }
            "is_read" => self.is_read = value.as_bool(),
            _ => {
                // `del_list.K`: how newer MongoDB versions log an appended user.
                if field.starts_with("del_list.")
                    && let Some(user) = value.as_str()
                {
                    self.del_list.get_or_insert_default().push(user.to_owned());
                }
            }
        }
    }

    pub(super) fn document(&self, interner: &Interner) -> Document {
        let message = self.message.as_deref().map_or(Bson::Null, |packed| {
            Message::new(packed, interner).document().into()
        });
        let mut slot = bson::doc! { "msg": message };
        if !self.bare || self.revoke.is_some() {
            let revoke = self.revoke.as_deref().map_or(Bson::Null, |revoke| {
                bson::doc! {
                    "role": revoke.role,
                    "user_id": &revoke.user_id,
                    "nickname": &revoke.nickname,
                    "time": revoke.time,
                }
                .into()
            });
            slot.insert("revoke", revoke);
        }
        if !self.bare || self.del_list.is_some() {
            let users = self.del_list.as_deref().cloned().unwrap_or_default();
            slot.insert("del_list", users);
        }
        if !self.bare || self.is_read.is_some() {
            slot.insert("is_read", self.is_read.unwrap_or_default());
        }
        slot
    }
}
