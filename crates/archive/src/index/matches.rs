//! Every key a query finds, kept small.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use openim_history_client::model::{ConversationId, Seq, Timestamp};
use roaring::RoaringTreemap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::EnableScoring;
use tantivy::{DocId, SegmentReader};

use super::view::{Columns, View};
use super::{Index, IndexError, Query};
use crate::row::month;

/// The keys of all messages a query finds.
///
/// A message takes a bit or two where a conversation's numbers lie close together, and never more than a few
/// bytes: all of ten million messages fit in a few megabytes.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    conversations: HashMap<ConversationId, RoaringTreemap>,
    months: BTreeSet<String>,
}

impl Matches {
    /// Returns how many messages there are.
    pub fn len(&self) -> u64 {
        self.conversations.values().map(RoaringTreemap::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.conversations.is_empty()
    }

    /// Whether a message is among them.
    pub fn contains(&self, conversation: &ConversationId, seq: Seq) -> bool {
        self.of(conversation).is_some_and(|seqs| seqs.contains(seq))
    }

    /// Returns the numbers of one conversation that are among them: who asks for many rows of it looks
    /// it up once.
    pub fn of(&self, conversation: &ConversationId) -> Option<SeqSet<'_>> {
        self.conversations.get(conversation).map(SeqSet)
    }

    /// Lists the conversations that have any, in no particular order.
    pub fn conversations(&self) -> impl Iterator<Item = (&ConversationId, u64)> {
        let all = self.conversations.iter();
        all.map(|(conversation, seqs)| (conversation, seqs.len()))
    }

    /// Returns the months their rows are kept under, oldest first.
    pub fn months(&self) -> impl Iterator<Item = &str> {
        self.months.iter().map(String::as_str)
    }

    /// Takes in what another part of the index has.
    fn take(&mut self, part: Self) {
        for (conversation, seqs) in part.conversations {
            *self.conversations.entry(conversation).or_default() |= seqs;
        }
        self.months.extend(part.months);
    }
}

/// Numbers of one conversation.
#[derive(Clone, Copy, Debug)]
pub struct SeqSet<'a>(&'a RoaringTreemap);

impl SeqSet<'_> {
    /// Whether a number is among them.
    pub fn contains(&self, seq: Seq) -> bool {
        self.0.contains(bits(seq))
    }
}

/// Numbers below zero, which only a damaged server has, have their place at the end.
fn bits(seq: Seq) -> u64 {
    seq.0.cast_unsigned()
}

impl Index {
    /// Returns the keys of everything a query finds.
    pub fn matches(&self, query: &Query) -> Result<Matches, IndexError> {
        let view = self.view();
        let searcher = &view.searcher;
        let collector = Gathering {
            view: Arc::clone(&view),
        };
        query
            .compile(self.fields(), searcher)
            .and_then(|query| {
                searcher.search_with_executor(
                    query.as_ref(),
                    &collector,
                    self.tantivy().search_executor(),
                    EnableScoring::disabled_from_searcher(searcher),
                )
            })
            .map_err(|error| self.read_error(error))
    }
}

struct Gathering {
    view: Arc<View>,
}

/// Which months were seen. Most messages are of the day of the one before, and no day has two months.
#[derive(Default)]
struct Months {
    seen: BTreeSet<String>,
    last_day: Option<i64>,
}

impl Months {
    fn see(&mut self, millis: i64) {
        const DAY: i64 = 86_400_000;
        let day = millis.div_euclid(DAY);
        if self.last_day.replace(day) != Some(day) {
            self.seen.insert(month(Timestamp::from_millis(millis)));
        }
    }
}

/// What was found in one part of the index: by the ordinal of the conversation there.
struct Part {
    view: Arc<View>,
    part: usize,
    seqs: HashMap<u64, RoaringTreemap>,
    months: Months,
}

impl Part {
    fn columns(&self) -> &Columns {
        &self.view.columns[self.part]
    }
}

impl Collector for Gathering {
    type Fruit = Matches;
    type Child = Part;

    fn for_segment(&self, ord: u32, _: &SegmentReader) -> tantivy::Result<Part> {
        Ok(Part {
            view: Arc::clone(&self.view),
            part: usize::try_from(ord).unwrap_or(usize::MAX),
            seqs: HashMap::new(),
            months: Months::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<tantivy::Result<Matches>>) -> tantivy::Result<Matches> {
        let mut all = Matches::default();
        for part in parts {
            all.take(part?);
        }
        Ok(all)
    }
}

impl SegmentCollector for Part {
    type Fruit = tantivy::Result<Matches>;

    fn collect(&mut self, doc: DocId, _: f32) {
        let (conversation, seq, time) = {
            let columns = self.columns();
            (
                columns.conversation_ord(doc),
                columns.seq.get_val(doc),
                columns.send_time.get_val(doc),
            )
        };
        self.months.see(time);
        let seqs = self.seqs.entry(conversation).or_default();
        seqs.insert(bits(Seq(seq)));
    }

    fn harvest(self) -> tantivy::Result<Matches> {
        let mut found = Matches {
            months: self.months.seen,
            ..Matches::default()
        };
        for (ord, seqs) in self.seqs {
            let id = self.view.columns[self.part].id_of(ord)?;
            found.conversations.insert(id, seqs);
        }
        Ok(found)
    }
}
