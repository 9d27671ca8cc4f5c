//! Finding: hits in order, and how many there are.

use std::cmp::Ordering;
use std::sync::Arc;

use openim_history_client::model::{ConversationId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use tantivy::collector::{Collector, Count, SegmentCollector};
use tantivy::query::EnableScoring;
use tantivy::{DocId, SegmentReader};

use crate::row::{Key, month};

use super::view::{Columns, View};
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
        let view = self.view();
        let searcher = &view.searcher;
        query
            .compile(self.fields(), searcher)
            .and_then(|query| {
                let collector = Ranked {
                    view: Arc::clone(&view),
                    order,
                    limit,
                    after: after.cloned().map(Arc::new),
                };
                searcher.search_with_executor(
                    query.as_ref(),
                    &collector,
                    self.tantivy().search_executor(),
                    EnableScoring::disabled_from_searcher(searcher),
                )
            })
            .map_err(|error| self.read_error(error))
    }

    /// Returns how many messages there are.
    pub fn count(&self, query: &Query) -> Result<u64, IndexError> {
        let view = self.view();
        let searcher = &view.searcher;
        query
            .compile(self.fields(), searcher)
            .and_then(|query| searcher.search(query.as_ref(), &Count))
            .map(|count| u64::try_from(count).unwrap_or(u64::MAX))
            .map_err(|error| self.read_error(error))
    }
}

/// Collects the first hits of an order, and counts all.
struct Ranked {
    view: Arc<View>,
    order: Order,
    limit: usize,
    after: Option<Arc<Hit>>,
}

impl Collector for Ranked {
    type Fruit = Found;
    type Child = RankedSegment;

    fn for_segment(&self, ord: u32, _: &SegmentReader) -> tantivy::Result<RankedSegment> {
        Ok(RankedSegment {
            view: Arc::clone(&self.view),
            part: usize::try_from(ord).unwrap_or(usize::MAX),
            order: self.order,
            limit: self.limit,
            after: self.after.clone(),
            total: 0,
            first: Vec::new(),
            worst: None,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<PartFound>) -> tantivy::Result<Found> {
        let total = parts.iter().map(|part| part.total).sum();
        let mut first: Vec<Match> = parts.into_iter().flat_map(|part| part.first).collect();
        // Ids are looked up for the page alone, and for what may belong to it by number.
        first.sort_unstable();
        if let Some(last) = self.limit.checked_sub(1).and_then(|last| first.get(last)) {
            let last = (last.time, last.seq);
            first.truncate(first.partition_point(|found| (found.time, found.seq) <= last));
        }
        let mut hits = Vec::with_capacity(first.len());
        for found in first {
            let columns = &self.view.columns[found.part];
            let conversation_id = columns.conversation_id(found.doc)?;
            hits.push(columns.hit(found.doc, conversation_id));
        }
        hits.sort_by(|a, b| self.order.compare(&a.rank(), &b.rank()));
        hits.truncate(self.limit);
        Ok(Found { total, hits })
    }
}

impl Order {
    fn compare<T: Ord + ?Sized>(self, a: &T, b: &T) -> Ordering {
        match self {
            Self::Newest => b.cmp(a),
            Self::Oldest => a.cmp(b),
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

/// A match by numbers alone, in the wanted order: ordinals of a part are in the order of the ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    time: i64,
    seq: i64,
    conversation: i64,
    part: usize,
    doc: DocId,
}

/// What one part of the index has.
struct PartFound {
    total: u64,
    first: Vec<Match>,
}

/// How many matches are always kept before looking which are the first.
const MANY: usize = 256;

struct RankedSegment {
    view: Arc<View>,
    part: usize,
    order: Order,
    limit: usize,
    after: Option<Arc<Hit>>,
    total: u64,
    /// The first ones seen so far, and others.
    first: Vec<Match>,
    /// The time behind which none can be one of the first.
    worst: Option<i64>,
}

impl RankedSegment {
    fn columns(&self) -> &Columns {
        &self.view.columns[self.part]
    }

    /// Whether a match comes behind the page before.
    fn is_behind(&self, time: i64, doc: DocId) -> bool {
        let Some(after) = &self.after else {
            return true;
        };
        let (after_time, after_seq, after_id) = after.rank();
        match self.order.compare(&time, &after_time) {
            Ordering::Equal => {}
            order => return order == Ordering::Greater,
        }
        match self
            .order
            .compare(&self.columns().seq.get_val(doc), &after_seq)
        {
            Ordering::Equal => {}
            order => return order == Ordering::Greater,
        }
        // Hardly ever: another conversation's message with the same number and millisecond.
        self.columns()
            .conversation_id(doc)
            .is_ok_and(|id| self.order.compare(id.as_str(), after_id) == Ordering::Greater)
    }

    fn take(&mut self, doc: DocId) {
        let time = self.columns().send_time.get_val(doc);
        let ranked = self.order.ranked(time);
        if self.worst.is_some_and(|worst| ranked > worst) || !self.is_behind(time, doc) {
            return;
        }
        let ord = i64::try_from(self.columns().conversation_ord(doc)).unwrap_or(i64::MAX);
        self.first.push(Match {
            time: ranked,
            seq: self.order.ranked(self.columns().seq.get_val(doc)),
            conversation: self.order.ranked(ord),
            part: self.part,
            doc,
        });
        if self.first.len() >= self.limit.saturating_mul(2).max(MANY) {
            self.leave_the_first();
        }
    }

    /// Forgets all but the first ones. Done now and then, it costs less for each match than
    /// keeping them sorted would: they mostly come with the newest last.
    fn leave_the_first(&mut self) {
        if self.first.len() > self.limit {
            let (_, last, _) = self.first.select_nth_unstable(self.limit - 1);
            self.worst = Some(last.time);
            self.first.truncate(self.limit);
        }
    }
}

impl SegmentCollector for RankedSegment {
    type Fruit = PartFound;

    fn collect(&mut self, doc: DocId, _: f32) {
        self.total += 1;
        if self.limit > 0 {
            self.take(doc);
        }
    }

    fn harvest(mut self) -> PartFound {
        self.leave_the_first();
        PartFound {
            total: self.total,
            first: self.first,
        }
    }
}
