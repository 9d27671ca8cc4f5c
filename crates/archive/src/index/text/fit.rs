//! How well a message fits a chain: BM25, as Tantivy works it out for terms and phrases.

use std::collections::HashMap;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight, Scorer};
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, InvertedIndexReader, Score, Searcher, SegmentReader, TERMINATED};

/// What is rare in the whole index, and the terms it was counted by.
pub(super) struct Fit {
    field: Field,
    /// One for each slot of the chain: a message gets the sum.
    slots: Vec<Bm25Weight>,
    /// The terms of each slot by the part of the index: looking them up may walk the dictionary.
    terms: HashMap<SegmentId, Vec<Vec<TermInfo>>>,
}

impl Fit {
    /// Counts the terms of every part of the index.
    pub(super) fn new(
        field: Field,
        searcher: &Searcher,
        statistics: &dyn Bm25StatisticsProvider,
        terms_of: impl Fn(&InvertedIndexReader) -> tantivy::Result<Vec<Vec<TermInfo>>>,
    ) -> tantivy::Result<Self> {
        let mut terms = HashMap::new();
        let mut frequencies: Vec<u64> = Vec::new();
        for segment in searcher.segment_readers() {
            let found = terms_of(&*segment.inverted_index(field)?)?;
            frequencies.resize(found.len(), 0);
            for (frequency, terms) in frequencies.iter_mut().zip(&found) {
                *frequency += terms
                    .iter()
                    .map(|term| u64::from(term.doc_freq))
                    .sum::<u64>();
            }
            terms.insert(segment.segment_id(), found);
        }
        let messages = statistics.total_num_docs()?;
        let average_length = statistics.total_num_tokens(field)? as Score / messages as Score;
        // A message with two of a slot's terms is counted twice: there may be more than there are messages.
        let slots = frequencies.into_iter().map(|frequency| {
            let frequency = frequency.min(messages);
            Bm25Weight::for_one_term_without_explain(frequency, messages, average_length)
        });
        Ok(Self {
            field,
            slots: slots.collect(),
            terms,
        })
    }

    /// Returns the terms of each slot in a part of the index.
    pub(super) fn terms(&self, segment: &SegmentReader) -> Option<&[Vec<TermInfo>]> {
        self.terms.get(&segment.segment_id()).map(Vec::as_slice)
    }
}

/// Adds up what is counted of the same message; those of one message stand together.
pub(super) fn count_by_doc(counts: impl IntoIterator<Item = (DocId, u32)>) -> Vec<(DocId, u32)> {
    let mut by_doc: Vec<(DocId, u32)> = Vec::new();
    for (doc, count) in counts {
        match by_doc.last_mut() {
            Some((last, sum)) if *last == doc => *sum = sum.saturating_add(count),
            _ => by_doc.push((doc, count)),
        }
    }
    by_doc
}

/// Messages with how often they have the chain, in order.
pub(super) struct Fitting {
    counts: Vec<(DocId, u32)>,
    at: usize,
    slots: Vec<Bm25Weight>,
    lengths: FieldNormReader,
}

impl Fitting {
    pub(super) fn new(
        counts: Vec<(DocId, u32)>,
        fit: &Fit,
        segment: &SegmentReader,
        boost: Score,
    ) -> tantivy::Result<Self> {
        Ok(Self {
            counts,
            at: 0,
            slots: fit.slots.iter().map(|slot| slot.boost_by(boost)).collect(),
            lengths: segment.get_fieldnorms_reader(fit.field)?,
        })
    }
}

impl DocSet for Fitting {
    fn advance(&mut self) -> DocId {
        self.at = self.at.saturating_add(1).min(self.counts.len());
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.at += self.counts[self.at..].partition_point(|(doc, _)| *doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.counts.get(self.at).map_or(TERMINATED, |(doc, _)| *doc)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.counts.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Fitting {
    fn score(&mut self) -> Score {
        let Some((doc, count)) = self.counts.get(self.at) else {
            return 0.0;
        };
        let length = self.lengths.fieldnorm_id(*doc);
        let slots = self.slots.iter();
        slots.map(|slot| slot.score(length, *count)).sum()
    }
}
