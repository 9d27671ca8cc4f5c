//! Reading a conversation by number.
//!
//! A page costs what its messages cost, however long the conversation is: the numbers are in
//! blocks of a hundred, each a term of its own, and the dictionary has them in order.

use openim_history_client::model::{ConversationId, Seq, Timestamp};
use tantivy::columnar::Column;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, SegmentReader};

use crate::row::Key;

use super::schema::{Fields, SEND_TIME, SEQ, block, block_key, block_prefix};
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
        let searcher = self.searcher();
        let pager = Pager {
            searcher: &searcher,
            fields: self.fields(),
            conversation,
        };
        pager
            .page(around, limit)
            .map_err(|error| self.read_error(error))
    }

    /// Returns the message with that key, if the index has it.
    pub fn get(&self, key: &Key) -> Result<Option<Hit>, IndexError> {
        let page = self.page(&key.conversation_id, Around::At(key.seq), 1)?;
        Ok(page.into_iter().find(|hit| hit.key() == *key))
    }
}

struct Pager<'a> {
    searcher: &'a Searcher,
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
        for segment in self.searcher.segment_readers() {
            parts.push(Part::open(segment, self.fields)?);
        }
        let mut streams = Vec::with_capacity(parts.len());
        for part in &parts {
            let terms = part.index.terms().range();
            let start = block_key(self.conversation, block(start));
            let mut stream = match direction {
                Direction::Up => terms
                    .ge(start)
                    .le(block_key(self.conversation, i64::MAX))
                    .into_stream()?,
                Direction::Down => terms
                    .ge(block_prefix(self.conversation))
                    .le(start)
                    .backward()
                    .into_stream()?,
            };
            let next = stream
                .next()
                .map(|(key, info)| (key.to_vec(), info.clone()));
            streams.push((stream, next));
        }
        let mut hits = Vec::new();
        while hits.len() < limit {
            let keys = streams
                .iter()
                .filter_map(|(_, next)| Some(&next.as_ref()?.0));
            let nearest = match direction {
                Direction::Up => keys.min(),
                Direction::Down => keys.max(),
            };
            let Some(nearest) = nearest.cloned() else {
                break;
            };
            let from = hits.len();
            for ((stream, next), part) in streams.iter_mut().zip(&parts) {
                if let Some((_, info)) = next.take_if(|(key, _)| *key == nearest) {
                    part.read(&info, self.conversation, &mut hits)?;
                    *next = stream
                        .next()
                        .map(|(key, info)| (key.to_vec(), info.clone()));
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
    index: std::sync::Arc<tantivy::InvertedIndexReader>,
    seq: Column<i64>,
    send_time: Column<i64>,
}

impl<'a> Part<'a> {
    fn open(segment: &'a SegmentReader, fields: &Fields) -> tantivy::Result<Self> {
        Ok(Self {
            segment,
            index: segment.inverted_index(fields.block)?,
            seq: segment.fast_fields().i64(SEQ)?,
            send_time: segment.fast_fields().i64(SEND_TIME)?,
        })
    }

    /// Adds the messages of a block.
    fn read(
        &self,
        block: &TermInfo,
        conversation: &ConversationId,
        hits: &mut Vec<Hit>,
    ) -> tantivy::Result<()> {
        let mut postings = self
            .index
            .read_block_postings_from_terminfo(block, IndexRecordOption::Basic)?;
        while !postings.docs().is_empty() {
            for doc in postings.docs() {
                if self.segment.is_deleted(*doc) {
                    continue;
                }
                hits.push(Hit {
                    conversation_id: conversation.clone(),
                    seq: Seq(self.seq.first(*doc).unwrap_or_default()),
                    send_time: Timestamp::from_millis(
                        self.send_time.first(*doc).unwrap_or_default(),
                    ),
                });
            }
            postings.advance();
        }
        Ok(())
    }
}
