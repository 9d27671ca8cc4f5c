//! Where conversations begin and end.
//!
//! The newest message is found in `msg`, never in `seq`: numbers are reserved there in advance,
//! and lost when Redis forgets them. What is reserved tells where to look, though, because the
//! ids of blocks do not sort by number and only their exact names can be asked for cheaply.

use std::collections::{HashMap, HashSet};

use bson::{Document, doc};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::error::Result;
use crate::model::{Bounds, ConversationId, Seq, SeqRange, UserId};
use crate::source::View;
use crate::source::mongo::query::{Reader, distinct, only, rows, strings};
use crate::source::mongo::wire::{self, BlockName, Fields, block_of, seqs_of};
use crate::source::view::{self, Limits};

/// How many blocks below the end of the reserved numbers usually hold the newest message: at most
/// 200 numbers are reserved at once.
pub(super) const WINDOW: i64 = 3;

/// How many of a conversation's last blocks are looked at first where there is no such number.
pub(super) const TOP: usize = 3;

/// A conversation's row of `seq`.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::mongo) struct Reserved {
    pub(super) max: Seq,
    pub(super) min: Seq,
}

/// What the collections say of a user's part in a conversation.
pub(super) type UserLimits = HashMap<ConversationId, Limits>;

/// A user's rows of `conversation` and `seq_user`.
struct Parts {
    rows: UserLimits,
    positions: UserLimits,
}

impl Parts {
    fn limits(
        &self,
        ids: &[ConversationId],
        reserved: &HashMap<ConversationId, Reserved>,
    ) -> UserLimits {
        ids.iter()
            .filter_map(|id| {
                let needs_row = view::needs_row(id);
                let row = self.rows.get(id).copied();
                if needs_row && row.is_none() {
                    return None;
                }
                let row = row.unwrap_or_default();
                let position = self.positions.get(id).copied().unwrap_or_default();
                Some((
                    id.clone(),
                    Limits {
                        conversation_min: reserved.get(id).map_or(Seq(0), |row| row.min),
                        user_min: row.user_min.max(position.user_min),
                        // The server takes one for chats and the other for logs.
                        user_max: if needs_row {
                            row.user_max
                        } else {
                            position.user_max
                        },
                    },
                ))
            })
            .collect()
    }
}

impl Reader {
    /// Returns the rows of `seq`; servers before v3.8 have none.
    pub(in crate::source::mongo) async fn reserved(
        &self,
        ids: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Reserved>> {
        let rows = self
            .chunked(ids, |ids| async move {
                let filter = doc! { "conversation_id": { "$in": strings(&ids) } };
                // Rows are as small as a projection of them, and quicker.
                self.find("seq", filter, rows(), |row| Some(wire::seq_row(row)))
                    .await
            })
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, max, min)| (id, Reserved { max, min }))
            .collect())
    }

    /// Returns those of the named blocks that exist. Answered from the index alone.
    pub(super) async fn existing(&self, names: &[String]) -> Result<Vec<BlockName>> {
        self.chunked(names, |names| async move {
            let filter = doc! { "doc_id": { "$in": names } };
            self.find("msg", filter, only(&["doc_id"]), block_id).await
        })
        .await
    }

    /// Lists all blocks of the conversations, ascending; those without any are left out. Answered
    /// from the index alone.
    pub(super) async fn listed(
        &self,
        ids: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Vec<i64>>> {
        let blocks = self
            .chunked(ids, |ids| async move {
                let ranges: Vec<Document> = ids.iter().map(blocks_of).collect();
                self.find("msg", doc! { "$or": ranges }, only(&["doc_id"]), block_id)
                    .await
            })
            .await?;
        let mut listed: HashMap<ConversationId, Vec<i64>> = HashMap::new();
        for block in blocks {
            listed
                .entry(block.conversation)
                .or_default()
                .push(block.number);
        }
        // An id that holds a ':' itself lies in the range of a shorter one.
        let wanted: HashSet<_> = ids.iter().collect();
        listed.retain(|id, _| wanted.contains(id));
        for numbers in listed.values_mut() {
            numbers.sort_unstable();
        }
        Ok(listed)
    }

    /// Returns the highest number of each conversation that holds a message, or held one that was
    /// deleted for everybody; conversations without any are left out.
    pub(in crate::source::mongo) async fn heads(
        &self,
        ids: &[ConversationId],
        reserved: &HashMap<ConversationId, Reserved>,
    ) -> Result<HashMap<ConversationId, Seq>> {
        let likely: Vec<String> = ids
            .iter()
            .filter_map(|id| Some((id, reserved.get(id)?)))
            .flat_map(|(id, reserved)| window(id, reserved.max))
            .collect();
        let mut heads = HashMap::with_capacity(ids.len());
        for (id, head) in self.last_messages(&likely).await? {
            let known = heads.entry(id).or_insert(head);
            *known = head.max(*known);
        }
        let others: Vec<_> = ids
            .iter()
            .filter(|id| !heads.contains_key(*id))
            .cloned()
            .collect();
        if others.is_empty() {
            return Ok(heads);
        }
        // The reserved numbers are no help: downwards through the blocks there are, first the
        // last few of all, then the rest of those that need it.
        let listed = self.listed(&others).await?;
        let names: Vec<_> = listed
            .iter()
            .flat_map(|(id, blocks)| top(id, blocks))
            .collect();
        for (id, head) in self.last_messages(&names).await? {
            let known = heads.entry(id).or_insert(head);
            *known = head.max(*known);
        }
        for (id, blocks) in listed {
            if heads.contains_key(&id) || blocks.len() <= TOP {
                continue;
            }
            for blocks in blocks[..blocks.len() - TOP].rchunks(16) {
                let names: Vec<_> = blocks
                    .iter()
                    .map(|number| BlockName::doc_id(&id, *number))
                    .collect();
                let found = self.last_messages(&names).await?;
                if let Some(head) = found.into_iter().map(|(_, head)| head).max() {
                    heads.insert(id, head);
                    break;
                }
            }
        }
        Ok(heads)
    }

    /// Returns what bounds the user's part in each of the conversations. Those the user has no
    /// part in are left out.
    pub(super) async fn limits(&self, user: &UserId, ids: &[ConversationId]) -> Result<UserLimits> {
        let (reserved, parts) = futures::try_join!(self.reserved(ids), self.parts(user, ids))?;
        Ok(parts.limits(ids, &reserved))
    }

    /// Returns the rows a user's bounds are made from.
    async fn parts(&self, user: &UserId, ids: &[ConversationId]) -> Result<Parts> {
        let (rows, positions) = futures::try_join!(
            self.chunked(ids, |ids| async move {
                let filter =
                    doc! { "owner_user_id": user.as_str(), "conversation_id": { "$in": strings(&ids) } };
                let fields = only(&["conversation_id", "min_seq", "max_seq"]);
                // The two rows name their bounds alike.
                self.find("conversation", filter, fields, |row| Some(wire::read_row(row)))
                    .await
            }),
            self.positions(user, ids)
        )?;
        let by_id = |rows: Vec<(ConversationId, Limits, Seq)>| {
            rows.into_iter()
                .map(|(id, limits, _)| (id, limits))
                .collect()
        };
        Ok(Parts {
            rows: by_id(rows),
            positions: by_id(positions),
        })
    }

    /// Returns a user's rows of `seq_user`.
    pub(in crate::source::mongo) async fn positions(
        &self,
        user: &UserId,
        ids: &[ConversationId],
    ) -> Result<Vec<(ConversationId, Limits, Seq)>> {
        self.chunked(ids, |ids| async move {
            let filter =
                doc! { "user_id": user.as_str(), "conversation_id": { "$in": strings(&ids) } };
            let fields = only(&["conversation_id", "min_seq", "max_seq", "read_seq"]);
            self.find("seq_user", filter, fields, |row| Some(wire::read_row(row)))
                .await
        })
        .await
    }

    /// See [`Source::bounds`](crate::source::Source::bounds).
    pub(in crate::source::mongo) async fn bounds(
        &self,
        view: &View,
        ids: &[ConversationId],
    ) -> Result<Vec<Bounds>> {
        let ids = distinct(ids);
        let ranges = match view {
            View::As(user) => {
                let (reserved, parts) =
                    futures::try_join!(self.reserved(&ids), self.parts(user, &ids))?;
                let limits = parts.limits(&ids, &reserved);
                let known: Vec<_> = ids
                    .iter()
                    .filter(|id| limits.contains_key(*id))
                    .cloned()
                    .collect();
                let heads = self.heads(&known, &reserved).await?;
                known
                    .into_iter()
                    .filter_map(|id| {
                        let head = heads.get(&id).copied();
                        // A log without a message and without a reserved number does not exist.
                        let exists =
                            view::needs_row(&id) || head.is_some() || reserved.contains_key(&id);
                        exists.then(|| (id.clone(), limits[&id].of(head.unwrap_or_default())))
                    })
                    .collect()
            }
            View::Full => self.full_ranges(ids).await?,
        };
        Ok(ranges
            .into_iter()
            .map(|(conversation_id, range)| Bounds {
                conversation_id,
                range,
            })
            .collect())
    }

    /// Everything from the lowest number that is stored, or could be by the server's own account.
    async fn full_ranges(
        &self,
        ids: Vec<ConversationId>,
    ) -> Result<Vec<(ConversationId, SeqRange)>> {
        let reserved = self.reserved(&ids).await?;
        let first_blocks: Vec<_> = ids.iter().map(|id| BlockName::doc_id(id, 0)).collect();
        let (heads, whole) =
            futures::try_join!(self.heads(&ids, &reserved), self.existing(&first_blocks))?;
        let whole: HashSet<_> = whole.into_iter().map(|block| block.conversation).collect();
        stream::iter(ids)
            .map(|id| {
                let head = heads.get(&id).copied();
                let row = reserved.get(&id).copied();
                let whole = whole.contains(&id);
                async move {
                    let lowest = match head {
                        Some(_) if whole => Some(0),
                        Some(_) => {
                            let listed = self.listed(std::slice::from_ref(&id)).await?;
                            listed.values().flatten().next().copied()
                        }
                        None => None,
                    };
                    let stored = lowest.map(|block| seqs_of(block).first);
                    let accounted = row.map(|row| row.min.max(Seq::FIRST));
                    let first = stored.into_iter().chain(accounted).min();
                    let exists = head.is_some() || row.is_some() || whole;
                    Ok(exists.then(|| {
                        let range = SeqRange {
                            first: first.unwrap_or(Seq::FIRST),
                            last: head.unwrap_or_default(),
                        };
                        (id, view::normal(range))
                    }))
                }
            })
            .buffered(self.concurrency.max(1))
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await
    }
}

/// Returns the names of the blocks in which the newest message probably lies.
pub(super) fn window(id: &ConversationId, reserved: Seq) -> impl Iterator<Item = String> {
    let last = block_of(reserved);
    ((last - WINDOW + 1).max(0)..=last).map(move |number| BlockName::doc_id(id, number))
}

/// Returns a filter for all blocks of a conversation; the index has them side by side.
pub(super) fn blocks_of(id: &ConversationId) -> Document {
    // ';' follows ':' in ASCII.
    doc! { "doc_id": { "$gte": format!("{id}:"), "$lt": format!("{id};") } }
}

/// Returns the names of a conversation's last few blocks.
pub(super) fn top(id: &ConversationId, blocks: &[i64]) -> impl Iterator<Item = String> {
    blocks
        .iter()
        .rev()
        .take(TOP)
        .map(move |number| BlockName::doc_id(id, *number))
}

pub(super) fn block_id(row: Fields<'_>) -> Option<BlockName> {
    BlockName::parse(&row.text("doc_id"))
}
