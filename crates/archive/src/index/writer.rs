//! Writing: rows in, a commit that says which version of the tables it covers.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tantivy::indexer::{IndexWriterOptions, UserOperation};

use crate::row::{Key, Row};

use super::keys::KeysQuery;
use super::merging::Bounded;
use super::open::Index;
use super::schema::{FORMAT, can_have};
use super::{IndexError, writing};

/// A row and the text to find it by.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The row.
    pub row: &'a Row,
    /// What a person would search for in it.
    pub text: Cow<'a, str>,
}

impl<'a> Entry<'a> {
    /// Takes a text that is already known to be the row's: reading the content again costs as
    /// much as indexing it.
    pub fn with_text(row: &'a Row, text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            row,
            text: text.into(),
        }
    }
}

impl<'a> From<&'a Row> for Entry<'a> {
    fn from(row: &'a Row) -> Self {
        Self::with_text(row, row.text())
    }
}

/// What a commit says beside the messages.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) format: u32,
    pub(super) table_version: u64,
    /// Whether messages are found by sound too.
    #[serde(default)]
    pub(super) pinyin: bool,
}

/// The one writer of an index. Nothing it was given is found before the commit; dropping it
/// without one leaves the index as it was.
pub struct IndexWriter {
    index: Index,
    writer: tantivy::IndexWriter,
    pinyin: bool,
}

impl std::fmt::Debug for IndexWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexWriter")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl IndexWriter {
    pub(super) fn new(index: Index) -> Result<Self, IndexError> {
        let settings = index.settings();
        let threads = settings.writer_threads.clamp(1, 8);
        // Tantivy refuses less than 15 MB and more than 4 GB for a thread. One merge at a time: what is merged is mapped
        // into memory, and several at once took half of what a copy may take at all.
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(
                (settings.writer_memory / threads).clamp(15_000_000, 4_000_000_000),
            )
            .num_merge_threads(1)
            .build();
        let writer: tantivy::IndexWriter = index
            .tantivy()
            .writer_with_options(options)
            .map_err(|error| index.write_error(error))?;
        writing::note(index.folder());
        // A writer that was killed leaves files behind under names that are given again, and Tantivy
        // does not write over a file.
        writer
            .garbage_collect_files()
            .wait()
            .map_err(|error| index.write_error(error))?;
        writer.set_merge_policy(Box::new(Bounded::new(settings.largest_merge)));
        let pinyin = index.has_pinyin();
        Ok(Self {
            index,
            writer,
            pinyin,
        })
    }

    /// Puts rows in the place of those with the same key. Of several with one key the last stays.
    pub fn put<'a, E: Into<Entry<'a>>>(
        &mut self,
        entries: impl IntoIterator<Item = E>,
    ) -> Result<(), IndexError> {
        let mut entries: Vec<Entry<'a>> = entries.into_iter().map(Into::into).collect();
        let mut last: HashMap<Key, usize> = HashMap::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            last.insert(entry.row.key(), at);
        }
        if last.len() < entries.len() {
            let mut at = 0;
            entries.retain(|entry| {
                at += 1;
                last.get(&entry.row.key()) == Some(&(at - 1))
            });
        }
        self.remove(last.into_keys())?;
        self.insert(entries)
    }

    /// Adds rows of which the index has none with the same key, without looking: what was there
    /// would be found twice.
    pub fn insert<'a, E: Into<Entry<'a>>>(
        &mut self,
        entries: impl IntoIterator<Item = E>,
    ) -> Result<(), IndexError> {
        let mut entries = entries.into_iter().map(Into::into).peekable();
        while entries.peek().is_some() {
            let pinyin = self.pinyin;
            let batch: Vec<UserOperation> = entries
                .by_ref()
                .take(BATCH)
                .filter(is_possible)
                .map(|entry| UserOperation::Add(self.index.fields().document(&entry, pinyin)))
                .collect();
            self.writer
                .run(batch)
                .map_err(|error| self.index.write_error(error))?;
        }
        Ok(())
    }

    /// Takes rows out.
    pub fn remove(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<(), IndexError> {
        let mut keys = keys.into_iter().peekable();
        if keys.peek().is_some() {
            self.writer
                .delete_query(Box::new(KeysQuery::new(self.index.fields(), keys)))
                .map_err(|error| self.index.write_error(error))?;
        }
        Ok(())
    }

    /// Makes everything given so far last and be found, together with the version of the tables it
    /// brings the index to. Readers of the same [`Index`] see it at once.
    pub fn commit(&mut self, table_version: u64) -> Result<(), IndexError> {
        let payload = serde_json::json!(Payload {
            format: FORMAT,
            table_version,
            pinyin: self.pinyin,
        });
        self.writer
            .prepare_commit()
            .and_then(|mut commit| {
                commit.set_payload(&payload.to_string());
                commit.commit()
            })
            .map_err(|error| self.index.write_error(error))?;
        self.index.refresh()
    }

    /// Takes everything out, and says whether what comes now is found by sound too. Nothing is gone before
    /// the next commit.
    pub fn clear(&mut self, pinyin: bool) -> Result<(), IndexError> {
        self.pinyin = pinyin;
        self.writer
            .delete_all_documents()
            .map(drop)
            .map_err(|error| self.index.write_error(error))
    }

    /// Forgets what was given since the last commit.
    pub fn rollback(&mut self) -> Result<(), IndexError> {
        self.writer
            .rollback()
            .map(drop)
            .map_err(|error| self.index.write_error(error))
    }

    /// Ends writing once the merges under way are done. Dropping the writer leaves them undone,
    /// which costs nothing but the work.
    pub fn finish(self) -> Result<(), IndexError> {
        let Self { index, writer, .. } = self;
        writer
            .wait_merging_threads()
            .map_err(|error| index.write_error(error))?;
        index.refresh()
    }
}

/// A conversation with an id of tens of thousands of bytes is nobody's, and nothing to fail over.
fn is_possible(entry: &Entry<'_>) -> bool {
    let message = &entry.row.message;
    let is = can_have(&message.conversation_id);
    if !is {
        tracing::warn!(
            seq = message.seq.0,
            "left out of the index: its conversation's id is too long"
        );
    }
    is
}

/// How many documents are handed to an indexing thread at once.
const BATCH: usize = 256;
