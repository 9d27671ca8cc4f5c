//! Reading a conversation by number.
//!
//! A page costs what its messages cost, however long the conversation is: the numbers are in
//! blocks of a hundred, each a term of its own, and the dictionary has them in order.

use std::collections::HashSet;
use std::sync::Arc;

use openim_history_client::model::{ConversationId, Seq};
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, SegmentReader};

use crate::row::Key;

use super::schema::{Fields, block, block_key, block_prefix};
use super::view::{Columns, View};
use super::{Hit, Index, IndexError};

/// Where a page of a conversation lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// The last messages.
    Newest,
    /// The last messages below this number.
    Before(Seq),
    /// The first messages above this number.
    After(Seq),
    /// The messages with this number and next to it: half of them below, the rest from it on, and
    /// more on one side where there are fewer on the other.
    At(Seq),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

impl Index {
    /// Returns up to `limit` messages of a conversation, in the order of their numbers.
    pub fn page(
        &self,
        conversation: &ConversationId,
        around: Around,
        limit: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        let view = self.view();
        let pager = Pager {
            view: &view,
            fields: self.fields(),
            conversation,
        };
        pager
            .page(around, limit)
            .map_err(|error| self.read_error(error))
    }

    /// Returns the ids of all conversations it has messages of, in no particular order.
    pub fn conversations(&self) -> Result<HashSet<ConversationId>, IndexError> {
        self.list_conversations()
            .map_err(|error| self.read_error(error))
    }

    fn list_conversations(&self) -> tantivy::Result<HashSet<ConversationId>> {
        let mut ids = HashSet::new();
        for segment in self.view().searcher.segment_readers() {
            let terms = segment.inverted_index(self.fields().conversation_id)?;
            let mut terms = terms.terms().stream()?;
            while terms.advance() {
                ids.insert(String::from_utf8_lossy(terms.key()).as_ref().into());
            }
        }
        Ok(ids)
    }

    /// Returns the message with that key, if the index has it.
    pub fn get(&self, key: &Key) -> Result<Option<Hit>, IndexError> {
        let page = self.page(&key.conversation_id, Around::At(key.seq), 1)?;
        Ok(page.into_iter().find(|hit| hit.key() == *key))
    }
}

struct Pager<'a> {
    view: &'a View,
    fields: &'a Fields,
    conversation: &'a ConversationId,
}

impl Pager<'_> {
    fn page(&self, around: Around, limit: usize) -> tantivy::Result<Vec<Hit>> {
        let mut page = match around {
            Around::Newest => self.walk(Direction::Down, Seq(i64::MAX), limit)?,
            Around::Before(Seq(i64::MIN)) | Around::After(Seq(i64::MAX)) => Vec::new(),
            Around::Before(seq) => self.walk(Direction::Down, seq.previous(), limit)?,
            Around::After(seq) => self.walk(Direction::Up, seq.next(), limit)?,
            Around::At(seq) => {
                let from = self.walk(Direction::Up, seq, limit)?;
                let mut page = if seq == Seq(i64::MIN) {
                    Vec::new()
                } else {
                    self.walk(Direction::Down, seq.previous(), limit)?
                };
                let above = from.len().min(limit - (limit / 2).min(page.len()));
                page.truncate(limit - above);
                page.extend(from.into_iter().take(above));
                page
            }
        };
        page.sort_by_key(|hit| hit.seq);
        Ok(page)
    }

    /// Returns the first `limit` messages from `start` on, in that direction.
    fn walk(&self, direction: Direction, start: Seq, limit: usize) -> tantivy::Result<Vec<Hit>> {
        let mut parts = Vec::new();
        let segments = self.view.searcher.segment_readers();
        for (segment, columns) in segments.iter().zip(&self.view.columns) {
            parts.push(Part {
                segment,
                columns,
                index: segment.inverted_index(self.fields.block)?,
                ord: 0,
                block: None,
            });
        }
        let start_block = block_key(self.conversation, block(start));
        let prefix = block_prefix(self.conversation);
        for part in &mut parts {
            part.go_to(&start_block, &prefix, direction)?;
        }
        let mut hits = Vec::new();
        while hits.len() < limit {
            let keys = parts.iter().filter_map(|part| part.block.as_deref());
            let nearest = match direction {
                Direction::Up => keys.min(),
                Direction::Down => keys.max(),
            };
            let Some(nearest) = nearest.map(<[u8]>::to_vec) else {
                break;
            };
            let from = hits.len();
            for part in &mut parts {
                if part.block.as_ref() == Some(&nearest) {
                    part.read(self.conversation, &mut hits)?;
                    part.step(&prefix, direction)?;
                }
            }
            order(&mut hits, from, direction, start);
        }
        hits.truncate(limit);
        Ok(hits)
    }
}

/// Orders the hits of a block, and leaves out those on the other side of `start`.
fn order(hits: &mut Vec<Hit>, from: usize, direction: Direction, start: Seq) {
    let mut block = hits.split_off(from);
    block.retain(|hit| match direction {
        Direction::Up => hit.seq >= start,
        Direction::Down => hit.seq <= start,
    });
    block.sort_by_key(|hit| hit.seq);
    if direction == Direction::Down {
        block.reverse();
    }
    hits.append(&mut block);
}

/// A part of the index, with what a page needs of it.
struct Part<'a> {
    segment: &'a SegmentReader,
    columns: &'a Columns,
    index: Arc<InvertedIndexReader>,
    /// Where it is in the dictionary.
    ord: u64,
    /// The conversation's block there; `None` behind the last.
    block: Option<Vec<u8>>,
}

impl Part<'_> {
    /// Goes to the block `start`, or the next one there is.
    ///
    /// Going down by the dictionary's own backward stream would begin at its very end; going to
    /// the ordinal before takes a step.
    fn go_to(&mut self, start: &[u8], prefix: &[u8], direction: Direction) -> tantivy::Result<()> {
        let terms = self.index.terms();
        let range = terms.range();
        let mut behind = match direction {
            Direction::Up => range.ge(start),
            Direction::Down => range.gt(start),
        }
        .into_stream()?;
        self.ord = if behind.advance() {
            behind.term_ord()
        } else {
            u64::try_from(terms.num_terms()).unwrap_or(u64::MAX)
        };
        drop(behind);
        match direction {
            Direction::Up => self.look(prefix),
            Direction::Down => self.step(prefix, direction),
        }
    }

    /// Goes on to the next block.
    fn step(&mut self, prefix: &[u8], direction: Direction) -> tantivy::Result<()> {
        let next = match direction {
            Direction::Up => self.ord.checked_add(1),
            Direction::Down => self.ord.checked_sub(1),
        };
        match next {
            Some(next) => {
                self.ord = next;
                self.look(prefix)
            }
            None => {
                self.block = None;
                Ok(())
            }
        }
    }

    fn look(&mut self, prefix: &[u8]) -> tantivy::Result<()> {
        let mut block = self.block.take().unwrap_or_default();
        block.clear();
        if self.index.terms().ord_to_term(self.ord, &mut block)? && block.starts_with(prefix) {
            self.block = Some(block);
        }
        Ok(())
    }

    /// Adds the messages of the block.
    fn read(&self, conversation: &ConversationId, hits: &mut Vec<Hit>) -> tantivy::Result<()> {
        let Some(block) = &self.block else {
            return Ok(());
        };
        let Some(block) = self.index.terms().get(block)? else {
            return Ok(());
        };
        let mut postings = self
            .index
            .read_block_postings_from_terminfo(&block, IndexRecordOption::Basic)?;
        while !postings.docs().is_empty() {
            for doc in postings.docs() {
                if self.segment.is_deleted(*doc) {
                    continue;
                }
                hits.push(self.columns.hit(*doc, conversation.clone()));
            }
            postings.advance();
        }
        Ok(())
    }
}
