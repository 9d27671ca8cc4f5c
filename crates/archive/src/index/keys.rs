//! Messages by what identifies them, for replacing them.

use std::collections::BTreeMap;
use std::sync::Arc;

use tantivy::query::{
    BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, DocSet, SegmentReader, TantivyError};

use crate::row::Key;

use super::schema::{Fields, block, block_key};
use super::view::Columns;

/// The messages with one of many keys.
///
/// A key has no term of its own: ten million of them would be most of the dictionary. Its block
/// has one, and at most a hundred messages to look through.
#[derive(Clone, Debug)]
pub(super) struct KeysQuery {
    field: Field,
    /// Sorted keys by the terms of their blocks.
    blocks: Arc<BTreeMap<Vec<u8>, Vec<Key>>>,
}

impl KeysQuery {
    pub(super) fn new(fields: &Fields, keys: impl IntoIterator<Item = Key>) -> Self {
        let mut blocks: BTreeMap<Vec<u8>, Vec<Key>> = BTreeMap::new();
        for key in keys {
            let term = block_key(&key.conversation_id, block(key.seq));
            blocks.entry(term).or_default().push(key);
        }
        Self {
            field: fields.block,
            blocks: Arc::new(blocks),
        }
    }
}

impl Query for KeysQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(KeysWeight(self.clone())))
    }
}

struct KeysWeight(KeysQuery);

impl Weight for KeysWeight {
    fn scorer(&self, reader: &SegmentReader, boost: f32) -> tantivy::Result<Box<dyn Scorer>> {
        let index = reader.inverted_index(self.0.field)?;
        let mut columns = None;
        let mut docs = BitSet::with_max_value(reader.max_doc());
        for (term, keys) in self.0.blocks.iter() {
            let Some(info) = index.terms().get(term)? else {
                continue;
            };
            // Most parts have none of the keys: only now.
            let columns = match &mut columns {
                Some(columns) => columns,
                none => none.insert(Columns::open(reader)?),
            };
            let mut postings =
                index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                for doc in postings.docs() {
                    let seq = columns.seq.get_val(*doc);
                    // The block's term says the conversation.
                    if keys.iter().any(|key| key.seq.0 == seq) {
                        docs.insert(*doc);
                    }
                }
                postings.advance();
            }
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(docs), boost)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.doc() == doc || (scorer.doc() < doc && scorer.seek(doc) == doc) {
            Ok(Explanation::new("one of the keys", 1.0))
        } else {
            Err(TantivyError::InvalidArgument(format!(
                "document {doc} does not match"
            )))
        }
    }
}
