//! Going through everything the index has.

use openim_history_client::model::{ConversationId, Seq, Timestamp};

use super::{Index, IndexError};

impl Index {
    /// Tells the conversation, the number and the send time of every message, in no order.
    pub(crate) fn each_message(
        &self,
        mut tell: impl FnMut(&ConversationId, Seq, Timestamp),
    ) -> Result<(), IndexError> {
        let view = self.view();
        let parts = view.searcher.segment_readers().iter().zip(&view.columns);
        for (part, columns) in parts {
            let mut ids: Vec<Option<ConversationId>> = vec![None; columns.conversations()];
            for doc in part.doc_ids_alive() {
                let ord = columns.conversation_ord(doc);
                let at = usize::try_from(ord).unwrap_or(usize::MAX);
                if ids.len() <= at {
                    // Only where nothing has a conversation.
                    ids.resize(at.saturating_add(1), None);
                }
                let id = match &mut ids[at] {
                    Some(id) => &*id,
                    none => {
                        let id = columns.id_of(ord).map_err(|error| self.read_error(error))?;
                        none.insert(id)
                    }
                };
                let seq = Seq(columns.seq.get_val(doc));
                let time = Timestamp::from_millis(columns.send_time.get_val(doc));
                tell(id, seq, time);
            }
        }
        Ok(())
    }
}
