//! Which messages of the archive an export is made of.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use openim_history_client::model::ConversationId;

use super::super::walk::Scope;
use crate::error::Result;
use crate::index::{Matches, SeqSet};
use crate::tables::messages::read::by_conversation;

/// Which messages are wanted.
#[derive(Clone)]
pub(super) struct Wanted {
    /// Those the index found; all where nothing was asked.
    asked: Option<Arc<Matches>>,
    /// Only those of these conversations.
    conversations: Option<Arc<BTreeSet<ConversationId>>>,
    /// Whether logs beside chats are among them.
    logs: bool,
}

/// Whether a conversation is the log beside a chat, as its id says.
pub(super) fn is_log(conversation: &str) -> bool {
    conversation.starts_with("n_")
}

impl Wanted {
    pub(super) fn new(asked: Option<Arc<Matches>>, logs: bool) -> Self {
        Self {
            asked,
            conversations: None,
            logs,
        }
    }

    /// Returns the same with logs.
    pub(super) fn with_logs(&self) -> Self {
        Self {
            logs: true,
            ..self.clone()
        }
    }

    /// Returns those of a scope.
    pub(super) fn within(&self, scope: &Scope) -> Self {
        Self {
            conversations: scope.conversations.clone().map(Arc::new),
            ..self.clone()
        }
    }

    fn chooses(&self) -> bool {
        self.asked.is_some() || self.conversations.is_some()
    }

    /// Returns the columns that messages are chosen by before the others are decoded: none where most are wanted,
    /// for leaving out a few costs more than decoding them.
    pub(super) fn by(&self) -> &'static [&'static str] {
        if self.chooses() {
            &["conversation_id", "seq"]
        } else {
            &[]
        }
    }

    /// Says of each row whether it is wanted.
    pub(super) fn among(&self, batch: &RecordBatch) -> BooleanArray {
        by_conversation(
            batch,
            |conversation| self.of(conversation),
            |of, seq| match of {
                Of::All => true,
                Of::Some(seqs) => seqs.contains(seq),
                Of::None => false,
            },
        )
    }

    fn of(&self, conversation: &str) -> Of<'_> {
        if !self.logs && is_log(conversation) {
            return Of::None;
        }
        let id = ConversationId::new(conversation);
        let is_named = self
            .conversations
            .as_ref()
            .is_none_or(|ids| ids.contains(&id));
        match &self.asked {
            _ if !is_named => Of::None,
            None => Of::All,
            Some(asked) => asked.of(&id).map_or(Of::None, Of::Some),
        }
    }

    /// Leaves out what is not wanted, where that was not done on reading.
    pub(super) fn only(&self, batch: RecordBatch) -> Result<RecordBatch> {
        if self.chooses() || self.logs {
            return Ok(batch);
        }
        Ok(filter_record_batch(&batch, &self.among(&batch))?)
    }
}

/// Which messages of a conversation are wanted.
enum Of<'a> {
    All,
    Some(SeqSet<'a>),
    None,
}
