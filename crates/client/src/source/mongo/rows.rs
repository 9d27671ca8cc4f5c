//! Small collections as a whole, for copies.

use bson::doc;
use futures::Stream;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::query::{Reader, documents, rows};
use super::wire::Fields;
use crate::error::{Error, Result};
use crate::model::{ConversationId, Seq, UserId};

/// A user's place in a conversation: a row of `seq_user`. Servers before v3.8 have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSeqs {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// The lowest number the user may read; 0 for no bound.
    pub min_seq: Seq,
    /// The highest number the user may read; 0 for no bound.
    pub max_seq: Seq,
    /// The last number read; 0 for none. The server writes it down with a delay.
    pub read_seq: Seq,
}

/// A conversation's numbers: a row of `seq`. Servers before v3.8 have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationSeqs {
    /// Which.
    pub conversation_id: ConversationId,
    /// The lowest number anybody may read; 0 for no bound.
    pub min_seq: Seq,
    /// The end of the numbers reserved (`max_seq`): no number above it has been given out, but
    /// many below it may never be.
    pub reserved: Seq,
}

impl Reader {
    /// Walks through a collection, a few thousand rows at a time.
    pub(super) fn all<T: Send + 'static>(
        &self,
        collection: &'static str,
        read: fn(Fields<'_>) -> T,
    ) -> impl Stream<Item = Result<Vec<T>>> + Send + Unpin + use<T> {
        let reader = self.clone();
        let batches = async move {
            let cursor = reader.cursor(collection, doc! {}, rows()).await?;
            Ok::<_, Error>(cursor.map(move |batch| {
                let batch = batch
                    .map_err(|error| reader.failure(&format!("find in {collection}"), &error))?;
                Ok(documents(&batch).map(read).collect())
            }))
        };
        let stream: BoxStream<'static, _> = stream::once(batches).try_flatten().boxed();
        stream
    }
}

pub(super) fn user_seqs(row: Fields<'_>) -> UserSeqs {
    let (user_id, conversation_id, limits, read_seq) = super::wire::seq_user(row);
    UserSeqs {
        user_id,
        conversation_id,
        min_seq: limits.user_min,
        max_seq: limits.user_max,
        read_seq,
    }
}

pub(super) fn conversation_seqs(row: Fields<'_>) -> ConversationSeqs {
    let (conversation_id, reserved, min_seq) = super::wire::seq_row(row);
    ConversationSeqs {
        conversation_id,
        min_seq,
        reserved,
    }
}
