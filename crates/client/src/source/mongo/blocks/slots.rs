//! What lies at a range of numbers.

use std::collections::BTreeMap;

use bson::doc;

use super::tails::block_id;
use crate::error::Result;
use crate::model::{ConversationId, Hole, HoleCause, Seq, SeqRange, Slot, UserId};
use crate::source::View;
use crate::source::mongo::query::{Reader, whole};
use crate::source::mongo::wire::{self, BlockName, block_of};
use crate::source::view::{self, Limits};

/// Blocks asked for in one query: 10,000 numbers.
const BLOCKS_AT_ONCE: i64 = 100;

impl Reader {
    /// See [`Source::slots`](crate::source::Source::slots).
    pub(in crate::source::mongo) async fn slots(
        &self,
        view: &View,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>> {
        let range = SeqRange {
            first: range.first.max(Seq::FIRST),
            last: range.last,
        };
        if range.is_empty() {
            return Ok(Vec::new());
        }
        // Reading and asking for the limits go on at once, unless the range may be far longer
        // than what is there.
        let (early, limits) = if range.len() <= 100 * BLOCKS_AT_ONCE.unsigned_abs() {
            let (slots, limits) = futures::try_join!(
                self.stored(conversation, range),
                self.limits_of(view, conversation)
            )?;
            (Some(slots), limits)
        } else {
            (None, self.limits_of(view, conversation).await?)
        };
        let Some(limits) = limits else {
            return Ok(Vec::new());
        };
        // Most pages lie in the middle: what they hold shows that neither end is near.
        let filled = early.as_ref().is_some_and(|slots| {
            let first = slots.first().map(Slot::seq);
            let last = slots.last().and_then(Slot::message);
            first == Some(range.first) && last.is_some_and(|last| last.seq == range.last)
        });
        let bounds = if filled {
            limits.of(range.last)
        } else {
            let ids = std::slice::from_ref(conversation);
            match self.bounds(view, ids).await?.first() {
                Some(bounds) => bounds.range,
                None => return Ok(Vec::new()),
            }
        };
        let range = range.intersection(&bounds);
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut slots = match early {
            Some(slots) => slots,
            None => self.stored(conversation, range).await?,
        };
        slots.retain(|slot| range.contains(slot.seq()));
        let slots = with_missing_blocks(conversation, range, slots);
        match view {
            View::Full => Ok(slots),
            View::As(user) => self.seen_by(user, conversation, slots).await,
        }
    }

    /// Returns what limits a view of the conversation, `None` where it has none of it.
    async fn limits_of(
        &self,
        view: &View,
        conversation: &ConversationId,
    ) -> Result<Option<Limits>> {
        let View::As(user) = view else {
            return Ok(Some(Limits::default()));
        };
        let ids = std::slice::from_ref(conversation);
        Ok(self.limits(user, ids).await?.remove(conversation))
    }

    /// Reads the stored slots of a range, ascending; what lies in missing blocks is left out.
    pub(super) async fn stored(
        &self,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>> {
        let mut slots = Vec::new();
        let (mut next, last) = (block_of(range.first), block_of(range.last));
        while next <= last {
            let end = last.min(next.saturating_add(BLOCKS_AT_ONCE - 1));
            let names: Vec<_> = (next..=end)
                .map(|number| BlockName::doc_id(conversation, number))
                .collect();
            let filter = doc! { "doc_id": { "$in": names } };
            self.find("msg", filter, whole(), |document| {
                let id = block_id(document)?;
                wire::read_block(&id, document, range, &mut slots);
                Some(())
            })
            .await?;
            next = end.saturating_add(1);
        }
        // The index hands out blocks by name: 10 before 9.
        slots.sort_by_key(Slot::seq);
        Ok(slots)
    }

    /// Turns stored slots into what the user sees, reading the quoted messages that takes.
    pub(super) async fn seen_by(
        &self,
        user: &UserId,
        conversation: &ConversationId,
        slots: Vec<Slot>,
    ) -> Result<Vec<Slot>> {
        let quoted = view::quoted_seqs(user, &slots);
        let mut originals: BTreeMap<Seq, Slot> = BTreeMap::new();
        let mut elsewhere: Vec<Seq> = Vec::new();
        for seq in quoted {
            match slots.binary_search_by_key(&seq, Slot::seq) {
                Ok(at) => {
                    originals.insert(seq, slots[at].clone());
                }
                Err(_) => elsewhere.push(seq),
            }
        }
        for of_block in elsewhere.chunk_by(|a, b| block_of(*a) == block_of(*b)) {
            let (Some(first), Some(last)) = (of_block.first(), of_block.last()) else {
                continue;
            };
            let found = self
                .stored(conversation, SeqRange::new(*first, *last))
                .await?;
            originals.extend(
                found
                    .into_iter()
                    .filter(|slot| of_block.contains(&slot.seq()))
                    .map(|slot| (slot.seq(), slot)),
            );
        }
        Ok(slots
            .into_iter()
            .map(|slot| view::seen_by(user, slot, &originals))
            .collect())
    }
}

/// Fills in the numbers nothing was read for.
fn with_missing_blocks(
    conversation: &ConversationId,
    range: SeqRange,
    slots: Vec<Slot>,
) -> Vec<Slot> {
    if u64::try_from(slots.len()) == Ok(range.len()) {
        return slots;
    }
    let mut out = Vec::with_capacity(slots.len());
    let mut next = range.first;
    let missing = |from: Seq, to: Seq| {
        (from.0..to.0).map(|seq| {
            Slot::Hole(Hole {
                conversation_id: conversation.clone(),
                seq: Seq(seq),
                cause: HoleCause::NoBlock,
            })
        })
    };
    for slot in slots {
        out.extend(missing(next, slot.seq()));
        next = slot.seq().next();
        out.push(slot);
    }
    out.extend(missing(next, range.last.next()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Message;

    #[test]
    fn numbers_of_missing_blocks_become_holes_on_all_sides() {
        let id = ConversationId::new("si_a_b");
        let message = |seq| {
            Slot::Message(Message {
                seq: Seq(seq),
                ..Message::default()
            })
        };
        let out = with_missing_blocks(&id, SeqRange::new(2, 7), vec![message(4), message(5)]);
        let seqs: Vec<_> = out.iter().map(|slot| slot.seq().0).collect();
        assert_eq!(seqs, [2, 3, 4, 5, 6, 7]);
        assert_eq!(
            out.iter().filter(|slot| slot.message().is_some()).count(),
            2
        );
    }
}
