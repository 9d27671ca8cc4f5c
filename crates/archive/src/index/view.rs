//! The index as it stands after a commit, with its columns open.

use std::collections::HashMap;
use std::sync::Arc;

use openim_history_client::model::{ConversationId, Seq, Timestamp};
use tantivy::columnar::{ColumnValues, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentReader};

use super::Hit;
use super::schema::{CONVERSATION_ID, SEND_TIME, SEQ};

/// The parts of the index and their columns, in the same order.
pub(super) struct View {
    pub(super) searcher: Searcher,
    pub(super) columns: Vec<Columns>,
}

impl View {
    /// Opens the columns of the parts that `before` did not have: a part never changes, and
    /// opening its columns takes longer than reading a page from them.
    pub(super) fn new(searcher: Searcher, before: Option<&Self>) -> tantivy::Result<Self> {
        let mut known: HashMap<SegmentId, &Columns> = HashMap::new();
        if let Some(before) = before {
            let segments = before.searcher.segment_readers();
            known.extend(
                segments
                    .iter()
                    .map(SegmentReader::segment_id)
                    .zip(&before.columns),
            );
        }
        let mut columns = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            columns.push(match known.get(&segment.segment_id()) {
                Some(columns) => (*columns).clone(),
                None => Columns::open(segment)?,
            });
        }
        Ok(Self { searcher, columns })
    }
}

/// What tells the messages of a part of the index apart.
#[derive(Clone)]
pub(super) struct Columns {
    pub(super) seq: Arc<dyn ColumnValues<i64>>,
    pub(super) send_time: Arc<dyn ColumnValues<i64>>,
    conversations: Option<StrColumn>,
}

impl Columns {
    pub(super) fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        Ok(Self {
            seq: fast.column_first_or_default(SEQ)?,
            send_time: fast.column_first_or_default(SEND_TIME)?,
            conversations: fast.str(CONVERSATION_ID)?,
        })
    }

    /// Returns how many conversations there are in this part.
    pub(super) fn conversations(&self) -> usize {
        self.conversations
            .as_ref()
            .map_or(0, |column| column.num_terms())
    }

    /// Returns the ordinal of a message's conversation: those of one part are in the order of
    /// the ids.
    pub(super) fn conversation_ord(&self, doc: DocId) -> u64 {
        self.conversations
            .as_ref()
            .and_then(|conversations| conversations.ords().first(doc))
            .unwrap_or_default()
    }

    pub(super) fn conversation_id(&self, doc: DocId) -> tantivy::Result<ConversationId> {
        self.id_of(self.conversation_ord(doc))
    }

    /// Returns the id of a conversation of that ordinal.
    pub(super) fn id_of(&self, ord: u64) -> tantivy::Result<ConversationId> {
        let mut id = String::new();
        if let Some(conversations) = &self.conversations {
            conversations.ord_to_str(ord, &mut id)?;
        }
        Ok(id.into())
    }

    pub(super) fn hit(&self, doc: DocId, conversation_id: ConversationId) -> Hit {
        Hit {
            conversation_id,
            seq: Seq(self.seq.get_val(doc)),
            send_time: Timestamp::from_millis(self.send_time.get_val(doc)),
        }
    }
}
