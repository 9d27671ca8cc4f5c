//! One place of a block: a message, and what happened to it.

use bson::raw::{RawBsonRef, RawDocument};
use bson::{Bson, Document, error::Result};

use super::interner::Interner;
use super::message::{Message, Packed, whole};

/// Who took a message back, and when.
#[derive(Debug, Clone, Default)]
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

impl Revoke {
    fn new(stored: &RawDocument) -> Result<Self> {
        let mut revoke = Self::default();
        for field in stored {
            let (name, value) = field?;
            let text = || value.as_str().unwrap_or_default().to_owned();
            match name.as_str() {
                "role" => revoke.role = i32::try_from(whole(value)).unwrap_or_default(),
                "user_id" => revoke.user_id = text(),
                "nickname" => revoke.nickname = text(),
                "time" => revoke.time = whole(value),
                _ => {}
            }
        }
        Ok(revoke)
    }
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

    pub(super) fn new(slot: &RawDocument, interner: &mut Interner) -> Result<Self> {
        let mut stored = Self {
            bare: true,
            ..Self::default()
        };
        for field in slot {
            let (name, value) = field?;
            stored.bare &= name != "del_list";
            stored.set(name.as_str(), value, interner)?;
        }
        Ok(stored)
    }

    pub(super) fn set(
        &mut self,
        field: &str,
        value: RawBsonRef<'_>,
        interner: &mut Interner,
    ) -> Result<()> {
        match field {
            "msg" => {
                let message = value
                    .as_document()
                    .map(|message| Packed::new(message, interner));
                self.message = message.transpose()?.map(Box::new);
            }
            "revoke" => {
                let revoke = value.as_document().map(Revoke::new);
                self.revoke = revoke.transpose()?.map(Box::new);
            }
            "del_list" => {
                let mut users = Vec::new();
                for user in value.as_array().into_iter().flatten() {
                    users.extend(user?.as_str().map(str::to_owned));
                }
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
        Ok(())
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
