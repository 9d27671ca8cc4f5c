//! How far conversations go, and how far a user has read.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::RestSource;
use super::lists::pages::{CHUNK, unique};
use super::wire::{Heads, OfUser, WireHeads, WireNewest};
use crate::error::{Error, Result};
use crate::model::{
    Bounds, ConversationId, ConversationKind, ReadPosition, Seq, SeqRange, Timestamp, UserId,
};
use crate::source::{Origin, View};

/// What a user can read of a conversation, as the server says now.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) conversation_id: ConversationId,
    pub(super) range: SeqRange,
    /// When the newest number was given out, where the server still knows.
    pub(super) time: Option<Timestamp>,
    /// When it was seen, by our clock.
    pub(super) seen: Instant,
}

impl RestSource {
    /// Returns the newest number of each of a user's conversations and of the logs beside them,
    /// as the server counts: of a group the user has left, it is the group's.
    pub async fn newest_seqs(&self, user: &UserId) -> Result<BTreeMap<ConversationId, Seq>> {
        let request = OfUser { user_id: user };
        let answer: WireNewest = self.transport.call("/msg/newest_seq", &request).await?;
        Ok(answer
            .heads
            .into_iter()
            .map(|(id, seq)| (id, Seq(seq.i64())))
            .collect())
    }

    pub(super) async fn positions(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<ReadPosition>> {
        if conversations.is_empty() {
            // To the server, no ids means all of the user's.
            return self.ask_positions(user, &[]).await;
        }
        let ids = self.visible(user, conversations).await?;
        let mut positions = Vec::with_capacity(ids.len());
        for chunk in unique(&ids).chunks(CHUNK) {
            positions.extend(self.ask_positions(user, chunk).await?);
        }
        positions.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
        Ok(positions)
    }

    /// Returns what the user can read of each conversation. No head is settled yet.
    pub(super) async fn heads(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<Head>> {
        let (logs, chats): (Vec<_>, Vec<_>) = conversations
            .iter()
            .cloned()
            .partition(|id| id.kind() == ConversationKind::Log);
        let rows = self.rows(user, &chats).await?;
        let mut ids: Vec<ConversationId> = rows.keys().cloned().chain(logs).collect();
        ids.sort();
        let mut heads = Vec::with_capacity(ids.len());
        for chunk in unique(&ids).chunks(CHUNK) {
            for position in self.ask_positions(user, chunk).await? {
                let mut range = SeqRange::new(Seq::FIRST, position.max_seq);
                match rows.get(&position.conversation_id) {
                    Some(row) => {
                        range.first = range.first.max(row.min_seq);
                        if row.max_seq > Seq(0) {
                            range.last = range.last.min(row.max_seq);
                        }
                    }
                    // Nobody owns a row of a log: without a number, there is no such log.
                    None if range.is_empty() => continue,
                    None => {}
                }
                heads.push(Head {
                    conversation_id: position.conversation_id,
                    range: if range.is_empty() {
                        SeqRange::EMPTY
                    } else {
                        range
                    },
                    time: position.max_seq_time,
                    seen: Instant::now(),
                });
            }
        }
        Ok(heads)
    }

    /// Returns what can be read now without spoiling it, waiting for heads that just moved.
    pub(super) async fn settled_bounds(
        &self,
        view: &View,
        conversations: &[ConversationId],
    ) -> Result<Vec<Bounds>> {
        let user = viewer(view)?;
        let heads = self.heads(user, conversations).await?;
        self.settle(&heads).await?;
        let bounds: Vec<Bounds> = heads
            .into_iter()
            .map(|head| Bounds {
                conversation_id: head.conversation_id,
                range: head.range,
            })
            .collect();
        self.settled.remember(user, &bounds);
        Ok(bounds)
    }

    /// Returns those of the conversations that the user has a row of, and the logs.
    async fn visible(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<ConversationId>> {
        let (logs, chats): (Vec<_>, Vec<_>) = conversations
            .iter()
            .cloned()
            .partition(|id| id.kind() == ConversationKind::Log);
        let rows = self.rows(user, &chats).await?;
        Ok(rows.into_keys().chain(logs).collect())
    }

    async fn ask_positions(
        &self,
        user: &UserId,
        conversations: &[&ConversationId],
    ) -> Result<Vec<ReadPosition>> {
        let request = Heads {
            user_id: user,
            conversation_ids: conversations,
            return_pinned: false,
        };
        let answer: WireHeads = self
            .transport
            .call("/msg/get_conversations_has_read_and_max_seq", &request)
            .await?;
        Ok(answer
            .heads
            .into_iter()
            .map(|(id, head)| (id, head.unwrap_or_default()))
            .filter(|(id, _)| conversations.is_empty() || conversations.contains(&id))
            .map(|(conversation_id, head)| ReadPosition {
                user_id: user.clone(),
                conversation_id,
                has_read_seq: Seq(head.has_read_seq.i64()),
                max_seq: Seq(head.max_seq.i64()),
                max_seq_time: head.max_seq_time.time().known(),
            })
            .collect())
    }
}

/// Returns whose view it is; REST has no other.
pub(super) fn viewer(view: &View) -> Result<&UserId> {
    match view {
        View::As(user) => Ok(user),
        View::Full => Err(Error::NotSupported {
            what: "the full view of a conversation".into(),
            origin: Origin::Api,
        }),
    }
}
