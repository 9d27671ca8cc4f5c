//! Terms at consecutive positions, some of which may be one of many.
//!
//! Tantivy's own phrase query takes one term for each position, and its phrase of regular
//! expressions walks the whole dictionary for each; here only words are walked, and only for an
//! end of the piece that is in the middle of one.

use std::ops::Range;

use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::query::{
    BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    BitSet, DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED, TantivyError,
};

use super::WORD;
use super::contains::Slot;
use super::fit::{Fit, Fitting, count_by_doc};

/// Messages that have the slots' terms, each at its offset from a common place.
#[derive(Clone, Debug)]
pub(super) struct ChainQuery {
    field: Field,
    slots: Vec<(usize, Slot)>,
}

impl ChainQuery {
    pub(super) fn new(field: Field, slots: Vec<(usize, Slot)>) -> Self {
        Self { field, slots }
    }

    /// Returns the terms of a segment for each slot.
    fn terms(&self, index: &InvertedIndexReader) -> tantivy::Result<Vec<Vec<TermInfo>>> {
        self.slots
            .iter()
            .map(|(_, slot)| slot.terms(index))
            .collect()
    }
}

impl Query for ChainQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let fit = match scoring {
            EnableScoring::Enabled {
                searcher,
                statistics_provider,
            } => Some(Fit::new(
                self.field,
                searcher,
                statistics_provider,
                |index| self.terms(index),
            )?),
            EnableScoring::Disabled { .. } => None,
        };
        Ok(Box::new(ChainWeight {
            query: self.clone(),
            fit,
        }))
    }
}

struct ChainWeight {
    query: ChainQuery,
    /// How well messages fit; `None` where nobody asks.
    fit: Option<Fit>,
}

impl Weight for ChainWeight {
    fn scorer(&self, reader: &SegmentReader, boost: f32) -> tantivy::Result<Box<dyn Scorer>> {
        let index = reader.inverted_index(self.query.field)?;
        let known = self.fit.as_ref().and_then(|fit| fit.terms(reader));
        let terms = match known {
            Some(terms) => terms.to_vec(),
            None => self.query.terms(&index)?,
        };
        if terms.iter().any(Vec::is_empty) {
            return Ok(Box::new(EmptyScorer));
        }
        let offsets = self.query.slots.iter().map(|(offset, _)| *offset);
        let columns: Vec<Column> = offsets
            .zip(terms)
            .map(|(offset, terms)| Column {
                offset: u32::try_from(offset).unwrap_or(u32::MAX),
                postings: terms.iter().map(|term| u64::from(term.doc_freq)).sum(),
                terms,
            })
            .collect();
        if let Some(fit) = &self.fit {
            let counts = match columns.as_slice() {
                [column] => column.counts(&index)?,
                _ => count_by_doc(places(columns, &index)?.iter().map(|place| (place.doc, 1))),
            };
            return Ok(Box::new(Fitting::new(counts, fit, reader, boost)?));
        }
        let mut docs = BitSet::with_max_value(reader.max_doc());
        if let [column] = columns.as_slice() {
            column.fill(&index, &mut docs)?;
        } else {
            for place in places(columns, &index)? {
                docs.insert(place.doc);
            }
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(docs), boost)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.doc() == doc || (scorer.doc() < doc && scorer.seek(doc) == doc) {
            Ok(Explanation::new("contains", scorer.score()))
        } else {
            Err(TantivyError::InvalidArgument(format!(
                "document {doc} does not match"
            )))
        }
    }
}

impl Slot {
    /// Returns the terms of a segment that may stand here.
    fn terms(&self, index: &InvertedIndexReader) -> tantivy::Result<Vec<TermInfo>> {
        match self {
            Self::Exact(term) => Ok(index.terms().get(term)?.into_iter().collect()),
            Self::Prefix(prefix) => terms_with_prefix(index, prefix, |_| true),
            Self::WordSuffix(suffix) => {
                let word = WORD.to_string();
                terms_with_prefix(index, &word, |rest| rest.ends_with(suffix.as_bytes()))
            }
            Self::WordInfix(infix) => {
                let word = WORD.to_string();
                let infix = infix.as_bytes();
                terms_with_prefix(index, &word, |rest| {
                    rest.windows(infix.len()).any(|part| part == infix)
                })
            }
        }
    }
}

/// Returns the terms that begin with `prefix` and whose rest is wanted.
fn terms_with_prefix(
    index: &InvertedIndexReader,
    prefix: &str,
    is_wanted: impl Fn(&[u8]) -> bool,
) -> tantivy::Result<Vec<TermInfo>> {
    // The first that is behind all of them: no byte of UTF-8 is the highest.
    let mut behind = prefix.as_bytes().to_vec();
    if let Some(last) = behind.last_mut() {
        *last += 1;
    }
    let mut stream = index.terms().range().ge(prefix).lt(behind).into_stream()?;
    let mut terms = Vec::new();
    while stream.advance() {
        if is_wanted(&stream.key()[prefix.len()..]) {
            terms.push(stream.value().clone());
        }
    }
    Ok(terms)
}

/// The terms of a segment that may stand at one offset.
struct Column {
    offset: u32,
    terms: Vec<TermInfo>,
    /// How many messages they have, those counted twice that have two.
    postings: u64,
}

impl Column {
    /// Adds the messages that have one of the terms.
    fn fill(&self, index: &InvertedIndexReader, docs: &mut BitSet) -> tantivy::Result<()> {
        for term in &self.terms {
            let mut postings =
                index.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                for doc in postings.docs() {
                    docs.insert(*doc);
                }
                postings.advance();
            }
        }
        Ok(())
    }

    /// Returns how often each message has the terms, in the order of the messages.
    fn counts(&self, index: &InvertedIndexReader) -> tantivy::Result<Vec<(DocId, u32)>> {
        let mut found = Vec::new();
        for term in &self.terms {
            let mut postings =
                index.read_block_postings_from_terminfo(term, IndexRecordOption::WithFreqs)?;
            while !postings.docs().is_empty() {
                let docs = postings.docs().iter().copied();
                found.extend(docs.zip(postings.freqs().iter().copied()));
                postings.advance();
            }
        }
        // Terms come one after the other, and each in the order of the messages.
        found.sort_by_key(|(doc, _)| *doc);
        Ok(count_by_doc(found))
    }
}

/// Where a chain may begin: a message and a position in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    doc: DocId,
    start: u32,
}

/// Returns the places at which the whole chain stands, the rarest terms looked at first.
fn places(mut columns: Vec<Column>, index: &InvertedIndexReader) -> tantivy::Result<Vec<Place>> {
    columns.sort_by_key(|column| column.postings);
    let Some((rarest, others)) = columns.split_first() else {
        return Ok(Vec::new());
    };
    let mut places = first_places(rarest, others, index)?;
    for column in others {
        if places.is_empty() {
            break;
        }
        let mut stands = vec![false; places.len()];
        for term in &column.terms {
            mark(&places, &mut stands, column.offset, open(index, term)?);
        }
        let mut stands = stands.into_iter();
        places.retain(|_| stands.next().unwrap_or(false));
    }
    Ok(places)
}

/// Returns every place of the rarest column, sorted. Where another column has a single term, only
/// messages that have it: a rare column may still be a large part of all messages.
fn first_places(
    rarest: &Column,
    others: &[Column],
    index: &InvertedIndexReader,
) -> tantivy::Result<Vec<Place>> {
    let mut beside = Vec::new();
    for column in others {
        if let [term] = column.terms.as_slice() {
            beside.push(term);
        }
    }
    let mut places = Vec::new();
    let mut positions = Vec::new();
    for term in &rarest.terms {
        let mut postings = open(index, term)?;
        let mut filters = Vec::with_capacity(beside.len());
        for term in &beside {
            filters.push(index.read_postings_from_terminfo(term, IndexRecordOption::Basic)?);
        }
        let mut doc = postings.doc();
        'docs: while doc != TERMINATED {
            for filter in &mut filters {
                let at = seek(filter, doc);
                if at != doc {
                    doc = seek(&mut postings, at);
                    continue 'docs;
                }
            }
            postings.positions(&mut positions);
            places.extend(
                positions
                    .iter()
                    .filter_map(|position| position.checked_sub(rarest.offset))
                    .map(|start| Place { doc, start }),
            );
            doc = postings.advance();
        }
    }
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// Marks the places at whose `offset` the term stands.
fn mark(places: &[Place], stands: &mut [bool], offset: u32, mut postings: SegmentPostings) {
    let mut positions = Vec::new();
    let mut at = 0;
    while at < places.len() {
        let doc = seek(&mut postings, places[at].doc);
        if doc == TERMINATED {
            break;
        }
        if doc > places[at].doc {
            at += places[at..].partition_point(|place| place.doc < doc);
            continue;
        }
        let same = of_doc(places, at);
        postings.positions(&mut positions);
        for place in same.clone() {
            let wanted = places[place].start.saturating_add(offset);
            stands[place] |= positions.binary_search(&wanted).is_ok();
        }
        at = same.end;
    }
}

/// Returns the places from `at` on that are in the same message.
fn of_doc(places: &[Place], at: usize) -> Range<usize> {
    let doc = places[at].doc;
    let count = places[at..]
        .iter()
        .take_while(|place| place.doc == doc)
        .count();
    at..at + count
}

fn open(index: &InvertedIndexReader, term: &TermInfo) -> tantivy::Result<SegmentPostings> {
    Ok(index.read_postings_from_terminfo(term, IndexRecordOption::WithFreqsAndPositions)?)
}

/// Goes to the first message from `target` on; staying where it is already there or behind.
fn seek(postings: &mut SegmentPostings, target: DocId) -> DocId {
    if postings.doc() >= target {
        postings.doc()
    } else {
        postings.seek(target)
    }
}
