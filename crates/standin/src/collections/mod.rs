//! An OpenIM database in memory: the collections history needs, and the facts OpenIM keeps only in Redis.
//!
//! Messages are held packed, a few hundred bytes each; the small collections as BSON documents.

mod block;
mod change;
mod interner;
mod message;
mod redis;
mod slot;
mod table;

use std::collections::HashMap;
use std::sync::mpsc;

use bson::{Bson, Document, RawDocumentBuf};

use crate::corpus::{Collection, Corpus};

pub use self::change::{ChangeError, set_path};
pub use self::message::Message;
pub use self::redis::RedisFacts;
pub use self::slot::{Revoke, Slot};
pub use self::table::Table;

use self::block::Blocks;

/// The collections kept besides `msg`, with the fields that identify a row.
const TABLES: [(&str, &[&str], &str); 9] = [
    (
        "conversation",
        &["owner_user_id", "conversation_id"],
        "owner_user_id",
    ),
    ("conversation_version", &["d_id"], "d_id"),
    ("user", &["user_id"], "user_id"),
    ("group", &["group_id"], "group_id"),
    ("group_join_version", &["d_id"], "d_id"),
    ("group_member", &["group_id", "user_id"], "group_id"),
    ("group_member_version", &["d_id"], "d_id"),
    ("seq", &["conversation_id"], "conversation_id"),
    ("seq_user", &["user_id", "conversation_id"], "user_id"),
];

/// An OpenIM database in memory.
///
/// A copy made with `clone` is independent: a test may keep a state and come back to it.
#[derive(Debug, Clone)]
pub struct Collections {
    blocks: Blocks,
    tables: HashMap<&'static str, Table>,
    /// What OpenIM keeps only in Redis.
    pub redis: RedisFacts,
}

impl Default for Collections {
    fn default() -> Self {
        Self::new()
    }
}

impl Collections {
    /// Returns an empty database.
    pub fn new() -> Self {
        Self {
            blocks: Blocks::default(),
            tables: TABLES
                .iter()
                .map(|(name, key, group)| (*name, Table::new(key, group)))
                .collect(),
            redis: RedisFacts::default(),
        }
    }

    /// Adds a document to a collection, replacing a row of the same identity. `msg` takes whole blocks.
    ///
    /// Documents without an `_id` get one, in the order of insertion.
    pub fn insert(&mut self, collection: &str, document: Document) -> Result<(), ChangeError> {
        if collection == "msg" {
            return self.blocks.insert(&RawDocumentBuf::try_from(&document)?);
        }
        self.table_mut(collection)?.insert(document);
        Ok(())
    }

    /// Stores one message in its slot, creating the block of 100 when it is the block's first, as OpenIM does.
    ///
    /// The document is the `msg` of a slot (`send_id`, `content`, `seq`, ..).
    pub fn insert_message(
        &mut self,
        conversation_id: &str,
        message: &Document,
    ) -> Result<(), ChangeError> {
        self.blocks.insert_message(conversation_id, message)
    }

    /// Adds every line of an extended JSON export to a collection.
    pub fn load(&mut self, collection: &str, jsonl: &str) -> Result<(), ChangeError> {
        for line in jsonl.lines().filter(|line| !line.trim().is_empty()) {
            let document: Document = serde_json::from_str(line).map_err(ChangeError::Json)?;
            self.insert(collection, document)?;
        }
        Ok(())
    }

    /// Adds a generated history. No message is kept twice on the way: a few documents are made ahead, by another
    /// thread.
    pub fn fill(&mut self, corpus: &Corpus) -> Result<(), ChangeError> {
        const AHEAD: usize = 64;
        std::thread::scope(|scope| {
            let (sender, documents) = mpsc::sync_channel(AHEAD);
            // Whoever stops taking them, after a mistake, ends the making.
            scope.spawn(move || corpus.documents().try_for_each(|made| sender.send(made)));
            for (collection, raw) in documents {
                match collection {
                    Collection::Msg => self.blocks.insert(&raw)?,
                    rows => self.insert(rows.name(), Document::try_from(raw.as_ref())?)?,
                }
            }
            Ok(())
        })
    }

    /// Copies a collection out as MongoDB would hold it, in insertion order; empty when there is no such collection.
    pub fn documents(&self, collection: &str) -> Vec<Document> {
        self.each_document(collection).collect()
    }

    /// Like [`Self::documents`], one document at a time, for corpora that do not fit twice into memory.
    pub fn each_document<'a>(
        &'a self,
        collection: &str,
    ) -> Box<dyn Iterator<Item = Document> + Send + 'a> {
        if collection == "msg" {
            return Box::new(self.blocks.documents());
        }
        match self.table(collection) {
            Some(table) => Box::new(table.rows().cloned()),
            None => Box::new(std::iter::empty()),
        }
    }

    /// Names every collection kept.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once("msg").chain(TABLES.iter().map(|(name, ..)| *name))
    }

    /// Returns a collection of documents by name; `msg` is not one of them.
    pub fn table(&self, collection: &str) -> Option<&Table> {
        self.tables.get(collection)
    }

    fn table_mut(&mut self, collection: &str) -> Result<&mut Table, ChangeError> {
        self.tables
            .get_mut(collection)
            .ok_or_else(|| ChangeError::UnknownCollection(collection.to_owned()))
    }

    /// Finds a row by the fields that identify it, in their order.
    pub fn find(&self, collection: &str, key: &[&str]) -> Option<&Document> {
        self.table(collection)?.find(key)
    }

    /// Lists the rows of one owner, group, user or conversation, whichever the collection is grouped by.
    pub fn rows_of(&self, collection: &str, group: &str) -> Vec<&Document> {
        self.table(collection)
            .map(|table| table.rows_of(group))
            .unwrap_or_default()
    }

    /// Returns the slot of a seq, if its block exists.
    pub fn slot(&self, conversation_id: &str, seq: i64) -> Option<Slot<'_>> {
        self.blocks.slot(conversation_id, seq)
    }

    /// Returns the send time of the nearest stored message before a seq, 0 when there is none.
    pub fn send_time_before(&self, conversation_id: &str, seq: i64) -> i64 {
        self.blocks.send_time_before(conversation_id, seq)
    }

    /// Visits every slot of every block in the order of the blocks' `_id`, as a scan of the collection does.
    ///
    /// `wanted` decides by conversation; `visit` gets the conversation, the seq and the slot.
    pub fn scan(&self, wanted: impl Fn(&str) -> bool, mut visit: impl FnMut(&str, i64, Slot<'_>)) {
        self.blocks.scan(wanted, &mut visit);
    }

    /// Returns the newest seq OpenIM would report for a conversation.
    ///
    /// That is the newest slot a message was ever stored in, unless [`RedisFacts::heads`] says more. A cleared or
    /// retired conversation stays where its lower bound is.
    pub fn head(&self, conversation_id: &str) -> i64 {
        let cleared = self
            .find("seq", &[conversation_id])
            .map_or(0, |row| integer(row, "min_seq"))
            - 1;
        let set = self
            .redis
            .heads
            .get(conversation_id)
            .copied()
            .unwrap_or_default();
        self.blocks.newest(conversation_id).max(set).max(cleared)
    }

    /// Returns when the newest seq was handed out: as set in [`RedisFacts::allocated`], else the newest message's
    /// send time.
    pub fn head_time(&self, conversation_id: &str) -> i64 {
        if let Some(time) = self.redis.allocated.get(conversation_id) {
            return *time;
        }
        let newest = self.blocks.newest(conversation_id);
        self.send_time_before(conversation_id, newest + 1)
    }

    /// Returns a user's read position in a conversation: the farther of Redis and `seq_user`.
    pub fn read_seq(&self, user_id: &str, conversation_id: &str) -> i64 {
        let stored = self
            .find("seq_user", &[user_id, conversation_id])
            .map_or(0, |row| integer(row, "read_seq"));
        self.redis
            .read(user_id, conversation_id)
            .unwrap_or_default()
            .max(stored)
    }
}

/// Reads an integer of any BSON width, 0 when absent; OpenIM mixes int32 and int64.
pub fn integer(row: &Document, field: &str) -> i64 {
    match row.get(field) {
        Some(Bson::Int32(value)) => i64::from(*value),
        Some(Bson::Int64(value)) => *value,
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole numbers written by a shell"
        )]
        Some(Bson::Double(value)) => *value as i64,
        _ => 0,
    }
}

/// Reads a text, empty when absent.
pub fn text<'a>(row: &'a Document, field: &str) -> &'a str {
    row.get_str(field).unwrap_or_default()
}

/// Reads a truth value, false when absent.
pub fn truth(row: &Document, field: &str) -> bool {
    row.get_bool(field).unwrap_or_default()
}

/// Reads a date as milliseconds, 0 when absent.
pub fn date_ms(row: &Document, field: &str) -> i64 {
    row.get_datetime(field)
        .map(|date| date.timestamp_millis())
        .unwrap_or_default()
}
