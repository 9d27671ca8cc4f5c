//! Finding: hits in order, and how many there are.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use openim_history_client::model::{ConversationId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use tantivy::collector::{Collector, Count, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::columnar::StrColumn;
use tantivy::query::EnableScoring;
use tantivy::{DocId, SegmentReader};

use crate::row::{Key, month};

use super::schema::{CONVERSATION_ID, SEND_TIME, SEQ};
use super::{Index, IndexError, Query};

/// A message that was found. It is its own place in the order: give it to the next
/// [`Index::find`] to go on behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The conversation it is in.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
    /// When it was sent.
    pub send_time: Timestamp,
}

impl Hit {
    /// Returns what identifies it.
    pub fn key(&self) -> Key {
        Key {
            conversation_id: self.conversation_id.clone(),
            seq: self.seq,
        }
    }

    /// Returns the month its row is kept under.
    pub fn month(&self) -> String {
        month(self.send_time)
    }

    fn rank(&self) -> (i64, i64, &str) {
        (
            self.send_time.as_millis(),
            self.seq.0,
            self.conversation_id.as_str(),
        )
    }
}

/// Which hits come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Those sent last; of those sent at once, the higher number, then the conversation.
    #[default]
    Newest,
    /// Those sent first; exactly the other way round.
    Oldest,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many there are, exactly, wherever the page begins.
    pub total: u64,
    /// Those of this page, in order.
    pub hits: Vec<Hit>,
}

impl Index {
    /// Returns the first `limit` hits behind `after`, and how many there are at all.
    ///
    /// The work grows with the number of matches, the memory with `limit`. Messages that come
    /// between two pages neither repeat nor skip a hit.
    pub fn find(
        &self,
        query: &Query,
        order: Order,
        limit: usize,
        after: Option<&Hit>,
    ) -> Result<Found, IndexError> {
        let searcher = self.searcher();
        query
            .compile(self.fields(), &searcher)
            .and_then(|query| {
                let collector = Ranked {
                    order,
                    limit,
                    after: after.cloned().map(Arc::new),
                };
                let scoring = EnableScoring::disabled_from_searcher(&searcher);
                searcher.search_with_executor(
                    query.as_ref(),
                    &collector,
                    self.tantivy().search_executor(),
                    scoring,
                )
            })
            .map_err(|error| self.read_error(error))
    }

    /// Returns how many messages there are.
    pub fn count(&self, query: &Query) -> Result<u64, IndexError> {
        let searcher = self.searcher();
        query
            .compile(self.fields(), &searcher)
            .and_then(|query| searcher.search(query.as_ref(), &Count))
            .map(|count| u64::try_from(count).unwrap_or(u64::MAX))
            .map_err(|error| self.read_error(error))
    }
}

/// Collects the first hits of an order, and counts all.
struct Ranked {
    order: Order,
    limit: usize,
    after: Option<Arc<Hit>>,
}

impl Collector for Ranked {
    type Fruit = Found;
    type Child = RankedSegment;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> tantivy::Result<RankedSegment> {
        let fast = segment.fast_fields();
        Ok(RankedSegment {
            order: self.order,
            limit: self.limit,
            after: self.after.clone(),
            send_time: fast.column_first_or_default(SEND_TIME)?,
            seq: fast.column_first_or_default(SEQ)?,
            conversations: fast.str(CONVERSATION_ID)?,
            total: 0,
            first: BinaryHeap::new(),
            worst: None,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Found>>) -> tantivy::Result<Found> {
        let mut found = Found::default();
        for segment in segments {
            let segment = segment?;
            found.total += segment.total;
            found.hits.extend(segment.hits);
        }
        found
            .hits
            .sort_by(|a, b| self.order.compare(a.rank(), b.rank()));
        found.hits.truncate(self.limit);
        Ok(found)
    }
}

impl Order {
    fn compare<T: Ord>(self, a: T, b: T) -> Ordering {
        match self {
            Self::Newest => b.cmp(&a),
            Self::Oldest => a.cmp(&b),
        }
    }

    /// Returns a number that is smaller for what comes first.
    fn ranked(self, number: i64) -> i64 {
        match self {
            Self::Newest => !number,
            Self::Oldest => number,
        }
    }
}

/// A match by numbers alone: ordinals of a part are in the order of the ids.
type Rank = (i64, i64, i64, DocId);

struct RankedSegment {
    order: Order,
    limit: usize,
    after: Option<Arc<Hit>>,
    send_time: Arc<dyn ColumnValues<i64>>,
    seq: Arc<dyn ColumnValues<i64>>,
    conversations: Option<StrColumn>,
    total: u64,
    /// The first ones seen so far, the last of them on top.
    first: BinaryHeap<Rank>,
    /// The time of the last of them, once there are enough.
    worst: Option<i64>,
}

impl RankedSegment {
    fn ord(&self, doc: DocId) -> u64 {
        self.conversations
            .as_ref()
            .and_then(|conversations| conversations.ords().first(doc))
            .unwrap_or(0)
    }

    fn conversation(&self, ord: u64) -> tantivy::Result<String> {
        let mut id = String::new();
        if let Some(conversations) = &self.conversations {
            conversations.ord_to_str(ord, &mut id)?;
        }
        Ok(id)
    }

    /// Whether a match comes behind the page before.
    fn is_behind(&self, time: i64, doc: DocId) -> bool {
        let Some(after) = &self.after else {
            return true;
        };
        let (after_time, after_seq, after_id) = after.rank();
        match self.order.compare(time, after_time) {
            Ordering::Equal => {}
            order => return order == Ordering::Greater,
        }
        match self.order.compare(self.seq.get_val(doc), after_seq) {
            Ordering::Equal => {}
            order => return order == Ordering::Greater,
        }
        // Hardly ever: another conversation's message with the same number and millisecond.
        self.conversation(self.ord(doc))
            .is_ok_and(|id| self.order.compare(id.as_str(), after_id) == Ordering::Greater)
    }

    fn take(&mut self, doc: DocId) {
        let time = self.send_time.get_val(doc);
        let ranked = self.order.ranked(time);
        if self.worst.is_some_and(|worst| ranked > worst) || !self.is_behind(time, doc) {
            return;
        }
        let ord = i64::try_from(self.ord(doc)).unwrap_or(i64::MAX);
        self.first.push((
            ranked,
            self.order.ranked(self.seq.get_val(doc)),
            self.order.ranked(ord),
            doc,
        ));
        if self.first.len() > self.limit {
            self.first.pop();
        }
        if self.first.len() == self.limit {
            self.worst = self.first.peek().map(|(time, ..)| *time);
        }
    }
}

impl SegmentCollector for RankedSegment {
    type Fruit = tantivy::Result<Found>;

    fn collect(&mut self, doc: DocId, _: f32) {
        self.total += 1;
        if self.limit > 0 {
            self.take(doc);
        }
    }

    fn harvest(self) -> tantivy::Result<Found> {
        let mut hits = Vec::with_capacity(self.first.len());
        for (.., doc) in &self.first {
            hits.push(Hit {
                conversation_id: self.conversation(self.ord(*doc))?.into(),
                seq: Seq(self.seq.get_val(*doc)),
                send_time: Timestamp::from_millis(self.send_time.get_val(*doc)),
            });
        }
        Ok(Found {
            total: self.total,
            hits,
        })
    }
}
