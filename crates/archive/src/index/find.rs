//! Finding: hits in order, and how many there are.

use std::cmp::Ordering;
use std::sync::Arc;

use openim_history_client::model::{ConversationId, Seq, SeqRange, Timestamp};
use serde::{Deserialize, Serialize};
use tantivy::collector::{Collector, Count, SegmentCollector, TopDocs};
use tantivy::query::{BooleanQuery, ConstScoreQuery, EnableScoring, Occur};
use tantivy::{DocId, Score, Searcher, SegmentReader};

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
    /// Those that have most of what is asked for, and of it what is rarest, in the shortest texts (BM25); of
    /// those alike, the newest.
    Relevance,
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
    /// between two pages neither repeat nor skip a hit; by relevance they may, for what is rare changes with
    /// them.
    pub fn find(
        &self,
        query: &Query,
        order: Order,
        limit: usize,
        after: Option<&Hit>,
    ) -> Result<Found, IndexError> {
        let view = self.view();
        let searcher = &view.searcher;
        let compiled = query
            .compile(self.fields(), searcher)
            .map_err(|error| self.read_error(error))?;
        let after = match after {
            Some(hit) if order == Order::Relevance => {
                let score = self.score(query, hit, searcher);
                let score = score.map_err(|error| self.read_error(error))?;
                Some((scored(score), hit.clone()))
            }
            after => after.map(|hit| (UNSCORED, hit.clone())),
        };
        let collector = Ranked {
            view: Arc::clone(&view),
            order,
            limit,
            after: after.map(Arc::new),
        };
        let scoring = match order {
            Order::Relevance => EnableScoring::enabled_from_searcher(searcher),
            Order::Newest | Order::Oldest => EnableScoring::disabled_from_searcher(searcher),
        };
        let executor = self.tantivy().search_executor();
        searcher
            .search_with_executor(compiled.as_ref(), &collector, executor, scoring)
            .map_err(|error| self.read_error(error))
    }

    /// Returns how well a message fits a query; 0 where it does not.
    fn score(&self, query: &Query, hit: &Hit, searcher: &Searcher) -> tantivy::Result<Score> {
        let one = Query::And(vec![
            Query::Conversation(hit.conversation_id.clone()),
            Query::Seqs(SeqRange {
                first: hit.seq,
                last: hit.seq,
            }),
        ]);
        let clauses: Vec<(Occur, Box<dyn tantivy::query::Query>)> = vec![
            (Occur::Must, query.compile(self.fields(), searcher)?),
            (
                Occur::Must,
                Box::new(ConstScoreQuery::new(
                    one.compile(self.fields(), searcher)?,
                    0.0,
                )),
            ),
        ];
        let best = TopDocs::with_limit(1).order_by_score();
        let found = searcher.search(&BooleanQuery::new(clauses), &best)?;
        Ok(found.first().map_or(0.0, |(score, _)| *score))
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
    after: Option<Arc<(u32, Hit)>>,
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
        self.order == Order::Relevance
    }

    fn merge_fruits(&self, parts: Vec<PartFound>) -> tantivy::Result<Found> {
        let total = parts.iter().map(|part| part.total).sum();
        let mut first: Vec<Match> = parts.into_iter().flat_map(|part| part.first).collect();
        // Ids are looked up for the page alone, and for what may belong to it by number.
        first.sort_unstable();
        if let Some(last) = self.limit.checked_sub(1).and_then(|last| first.get(last)) {
            let last = (last.score, last.time, last.seq);
            let is_first = |found: &Match| (found.score, found.time, found.seq) <= last;
            first.truncate(first.partition_point(is_first));
        }
        let mut hits = Vec::with_capacity(first.len());
        for found in first {
            let columns = &self.view.columns[found.part];
            let conversation_id = columns.conversation_id(found.doc)?;
            hits.push((found.score, columns.hit(found.doc, conversation_id)));
        }
        hits.sort_by(|a, b| {
            let by_score = a.0.cmp(&b.0);
            by_score.then_with(|| self.order.compare(&a.1.rank(), &b.1.rank()))
        });
        hits.truncate(self.limit);
        let hits = hits.into_iter().map(|(_, hit)| hit).collect();
        Ok(Found { total, hits })
    }
}

impl Order {
    fn compare<T: Ord + ?Sized>(self, a: &T, b: &T) -> Ordering {
        match self {
            Self::Newest | Self::Relevance => b.cmp(a),
            Self::Oldest => a.cmp(b),
        }
    }

    /// Returns a number that is smaller for what comes first.
    fn ranked(self, number: i64) -> i64 {
        match self {
            Self::Newest | Self::Relevance => !number,
            Self::Oldest => number,
        }
    }
}

/// What all have where scores do not matter.
const UNSCORED: u32 = 0;

/// Returns a number that is smaller for what fits better.
fn scored(score: Score) -> u32 {
    // Numbers above zero sort as their bits do.
    !score.max(0.0).to_bits()
}

/// A match by numbers alone, in the wanted order: ordinals of a part are in the order of the ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    score: u32,
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
    after: Option<Arc<(u32, Hit)>>,
    total: u64,
    /// The first ones seen so far, and others.
    first: Vec<Match>,
    /// The score and time behind which none can be one of the first.
    worst: Option<(u32, i64)>,
}

impl RankedSegment {
    fn columns(&self) -> &Columns {
        &self.view.columns[self.part]
    }

    /// Whether a match comes behind the page before.
    fn is_behind(&self, score: u32, time: i64, doc: DocId) -> bool {
        let Some((after_score, after)) = self.after.as_deref() else {
            return true;
        };
        match score.cmp(after_score) {
            Ordering::Equal => {}
            order => return order == Ordering::Greater,
        }
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

    fn take(&mut self, doc: DocId, score: Score) {
        let score = match self.order {
            Order::Relevance => scored(score),
            Order::Newest | Order::Oldest => UNSCORED,
        };
        let time = self.columns().send_time.get_val(doc);
        let ranked = self.order.ranked(time);
        let is_late = self.worst.is_some_and(|worst| (score, ranked) > worst);
        if is_late || !self.is_behind(score, time, doc) {
            return;
        }
        let ord = i64::try_from(self.columns().conversation_ord(doc)).unwrap_or(i64::MAX);
        self.first.push(Match {
            score,
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
            self.worst = Some((last.score, last.time));
            self.first.truncate(self.limit);
        }
    }
}

impl SegmentCollector for RankedSegment {
    type Fruit = PartFound;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        if self.limit > 0 {
            self.take(doc, score);
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
