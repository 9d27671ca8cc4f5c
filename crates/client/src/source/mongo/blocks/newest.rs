//! The newest messages over many conversations together.
//!
//! No index knows of time, and ten thousand tail blocks are hundreds of megabytes. So the server
//! is asked for names only: which tail blocks hold a message at least as new as a floor, the
//! floor guessed from a sample. Only the blocks that win are fetched.
//!
//! Blocks of a conversation are taken to follow each other in time. Senders may choose their
//! times, so that a message sent "in 2100" deep in a conversation is missed here; one among the
//! last few blocks is not.

use std::collections::{BinaryHeap, HashMap, HashSet};

use bson::{Document, doc};

use super::tails::{WINDOW, block_id, top, window};
use crate::error::Result;
use crate::model::{ConversationId, Message, Slot};
use crate::source::View;
use crate::source::mongo::query::{Reader, distinct, only, whole};
use crate::source::mongo::wire::{self, BlockName, block_of, seqs_of};
use crate::source::view::{self, Limits};

/// Conversations looked at to guess how new the newest messages are.
const SAMPLE: usize = 256;

/// A block that may hold one of the newest messages, and how new its newest is at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    time: i64,
    conversation: ConversationId,
    number: i64,
}

impl Candidate {
    fn new((block, time): (BlockName, Option<i64>)) -> Option<Self> {
        Some(Self {
            time: time?,
            conversation: block.conversation,
            number: block.number,
        })
    }
}

impl Reader {
    /// See [`Source::newest`](crate::source::Source::newest).
    pub(in crate::source::mongo) async fn newest(
        &self,
        view: &View,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Vec<Message>> {
        let ids = distinct(conversations);
        if limit == 0 {
            return Ok(Vec::new());
        }
        for floor in self.floors(&ids, limit).await? {
            let tails = self
                .chunked(&ids, |ids| async move { self.tails(&ids, floor).await })
                .await?;
            let found = self.merge(view, tails, limit, floor).await?;
            let enough = found
                .get(limit - 1)
                .is_some_and(|last| floor.is_none_or(|floor| floor <= last.send_time.as_millis()));
            if enough || floor.is_none() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// Guesses from when the newest messages are: the likely floor, a safer one, and none at all.
    async fn floors(&self, ids: &[ConversationId], limit: usize) -> Result<Vec<Option<i64>>> {
        if ids.len() < 4 * SAMPLE {
            return Ok(vec![None]);
        }
        let sample: Vec<_> = ids.iter().step_by(ids.len() / SAMPLE).cloned().collect();
        // In pieces: the server's cores have nothing else to do yet.
        let pieces = sample.chunks(sample.len().div_ceil(self.concurrency.max(1)));
        let looked = pieces.map(|piece| self.tails(piece, None));
        let tails = futures::future::try_join_all(looked).await?;
        let mut times: HashMap<ConversationId, i64> = HashMap::new();
        for tail in tails.into_iter().flatten() {
            let newest = times.entry(tail.conversation).or_insert(tail.time);
            *newest = tail.time.max(*newest);
        }
        let mut times: Vec<i64> = times.into_values().collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        // As many conversations of the sample as stand for twice the limit, and two for luck.
        let likely = (2 * limit).saturating_mul(sample.len()) / ids.len() + 2;
        let mut floors: Vec<_> = [likely, likely.saturating_mul(8)]
            .into_iter()
            .filter_map(|rank| times.get(rank).copied())
            .map(Some)
            .collect();
        floors.push(None);
        Ok(floors)
    }

    /// Returns the last few blocks of each conversation that hold a message as new as the floor.
    async fn tails(&self, ids: &[ConversationId], floor: Option<i64>) -> Result<Vec<Candidate>> {
        let reserved = self.reserved(ids).await?;
        // All blocks a short conversation can have, the last few of a long one.
        let mut all: Vec<String> = Vec::with_capacity(ids.len() + ids.len() / 4);
        let mut last: Vec<String> = Vec::new();
        let mut long: Vec<&ConversationId> = Vec::new();
        let mut unsure: Vec<ConversationId> = Vec::new();
        for id in ids {
            match reserved.get(id) {
                None => unsure.push(id.clone()),
                Some(row) if block_of(row.max) < WINDOW => all.extend(window(id, row.max)),
                Some(row) => {
                    last.extend(window(id, row.max));
                    long.push(id);
                }
            }
        }
        if !long.is_empty() {
            let there = self.existing(&last).await?;
            let there: HashSet<_> = there.iter().map(|block| &block.conversation).collect();
            // Numbers were lost at the end: the tail lies deeper.
            unsure.extend(long.into_iter().filter(|id| !there.contains(id)).cloned());
        }
        if !unsure.is_empty() {
            let listed = self.listed(&unsure).await?;
            last.extend(listed.iter().flat_map(|(id, blocks)| top(id, blocks)));
        }
        let (all, last) = futures::try_join!(
            self.times(&all, newer(floor)),
            self.times(&last, newer_or_empty(floor))
        )?;
        let mut dark: HashSet<ConversationId> = HashSet::new();
        let mut candidates: Vec<Candidate> = Vec::new();
        candidates.extend(all.into_iter().filter_map(Candidate::new));
        for (block, time) in last {
            if time.is_none() {
                dark.insert(block.conversation.clone());
            }
            candidates.extend(Candidate::new((block, time)));
        }
        for candidate in &candidates {
            dark.remove(&candidate.conversation);
        }
        // Blocks without a message hide how new the one below is.
        let dark: Vec<_> = dark.into_iter().collect();
        for (id, blocks) in self.listed(&dark).await? {
            for blocks in blocks.rchunks(16) {
                let names: Vec<_> = blocks
                    .iter()
                    .map(|number| BlockName::doc_id(&id, *number))
                    .collect();
                let found = self.times(&names, Document::new()).await?;
                let before = candidates.len();
                candidates.extend(found.into_iter().filter_map(Candidate::new));
                if candidates.len() > before {
                    break;
                }
            }
        }
        Ok(candidates)
    }

    /// Returns those of the named blocks that fulfil `condition`, with the time of their newest
    /// message.
    async fn times(
        &self,
        names: &[String],
        condition: Document,
    ) -> Result<Vec<(BlockName, Option<i64>)>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut filter = doc! { "doc_id": { "$in": names } };
        filter.extend(condition);
        self.find(
            "msg",
            filter,
            only(&["doc_id", "msgs.msg.send_time"]),
            |row| {
                let slots = row.value("msgs")?.array()?;
                let time = slots
                    .filter_map(|(_, slot)| slot.document()?.value("msg.send_time")?.integer())
                    .max();
                Some((block_id(row)?, time))
            },
        )
        .await
    }

    /// Fetches blocks from the newest down until `limit` messages are known to be the newest.
    async fn merge(
        &self,
        view: &View,
        tails: Vec<Candidate>,
        limit: usize,
        floor: Option<i64>,
    ) -> Result<Vec<Message>> {
        let mut seen: HashSet<(ConversationId, i64)> = tails
            .iter()
            .map(|tail| (tail.conversation.clone(), tail.number))
            .collect();
        let mut waiting = BinaryHeap::from(tails);
        let mut limits: HashMap<ConversationId, Option<Limits>> = HashMap::new();
        let mut found: Vec<Message> = Vec::new();
        loop {
            let oldest = found
                .get(limit - 1)
                .map(|message| message.send_time.as_millis());
            let cutoff = oldest.max(floor);
            let mut batch: Vec<Candidate> = Vec::new();
            while batch.len() < limit.clamp(8, 64) {
                match waiting.peek() {
                    Some(next) if cutoff.is_none_or(|cutoff| cutoff <= next.time) => {
                        batch.extend(waiting.pop());
                    }
                    _ => break,
                }
            }
            if batch.is_empty() {
                break;
            }
            let (learnt, fetched) = futures::try_join!(
                self.limits_of_all(view, &batch, &limits),
                self.fetch(&batch)
            )?;
            limits.extend(learnt);
            for (candidate, slots) in fetched {
                let Candidate {
                    conversation,
                    number,
                    mut time,
                } = candidate;
                let Some(Some(limits)) = limits.get(&conversation) else {
                    continue;
                };
                let range = limits.of(seqs_of(number).last);
                if range.is_empty() {
                    continue;
                }
                let below = match slots {
                    // Above what this user may read.
                    _ if block_of(range.last) < number => Some(block_of(range.last)),
                    Some(mut slots) => {
                        slots.retain(|slot| range.contains(slot.seq()));
                        time = slots
                            .iter()
                            .filter_map(Slot::message)
                            .map(|message| message.send_time.as_millis())
                            .min()
                            .map_or(time, |oldest| oldest.min(time));
                        let slots = match view {
                            View::Full => slots,
                            View::As(user) => self.seen_by(user, &conversation, slots).await?,
                        };
                        found.extend(slots.into_iter().filter_map(Slot::into_message));
                        Some(number - 1)
                    }
                    None => {
                        let listed = self.listed(std::slice::from_ref(&conversation)).await?;
                        let blocks = listed.into_values().flatten();
                        blocks.filter(|block| *block < number).max()
                    }
                };
                let below = below.filter(|below| block_of(range.first) <= *below);
                if let Some(number) = below
                    && seen.insert((conversation.clone(), number))
                {
                    waiting.push(Candidate {
                        time,
                        conversation,
                        number,
                    });
                }
            }
            view::sort_newest_first(&mut found);
            found.truncate(limit);
        }
        Ok(found)
    }

    /// Returns what limits the view of the batch's conversations, for those not known yet; `None`
    /// beside one the view has nothing of.
    async fn limits_of_all(
        &self,
        view: &View,
        batch: &[Candidate],
        known: &HashMap<ConversationId, Option<Limits>>,
    ) -> Result<Vec<(ConversationId, Option<Limits>)>> {
        let unknown: Vec<_> = batch
            .iter()
            .map(|candidate| candidate.conversation.clone())
            .filter(|id| !known.contains_key(id))
            .collect();
        let unknown = distinct(&unknown);
        let View::As(user) = view else {
            let unlimited = |id| (id, Some(Limits::default()));
            return Ok(unknown.into_iter().map(unlimited).collect());
        };
        let mut limits = self.limits(user, &unknown).await?;
        Ok(unknown
            .into_iter()
            .map(|id| {
                let own = limits.remove(&id);
                (id, own)
            })
            .collect())
    }

    /// Fetches blocks; `None` beside one that is not there.
    async fn fetch(&self, wanted: &[Candidate]) -> Result<Vec<(Candidate, Option<Vec<Slot>>)>> {
        let names: Vec<_> = wanted
            .iter()
            .map(|candidate| BlockName::doc_id(&candidate.conversation, candidate.number))
            .collect();
        let filter = doc! { "doc_id": { "$in": names } };
        let documents = self
            .find("msg", filter, whole(), |document| {
                let id = block_id(document)?;
                let mut slots = Vec::new();
                wire::read_block(&id, document, seqs_of(id.number), &mut slots);
                Some(((id.conversation, id.number), slots))
            })
            .await?;
        let mut documents: HashMap<_, _> = documents.into_iter().collect();
        Ok(wanted
            .iter()
            .map(|candidate| {
                let key = (candidate.conversation.clone(), candidate.number);
                (candidate.clone(), documents.remove(&key))
            })
            .collect())
    }
}

fn sent_since(time: i64) -> Document {
    doc! { "msgs": { "$elemMatch": { "msg.send_time": { "$gte": time } } } }
}

/// A condition for blocks with a message as new as the floor.
fn newer(floor: Option<i64>) -> Document {
    floor.map(sent_since).unwrap_or_default()
}

/// A condition for those, and for blocks without any message.
fn newer_or_empty(floor: Option<i64>) -> Document {
    floor.map_or_else(Document::new, |floor| {
        doc! { "$or": [sent_since(floor), { "$nor": [sent_since(i64::MIN)] }] }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_candidate_waits_at_the_front() {
        let candidate = |time, number| Candidate {
            time,
            conversation: "si_a_b".into(),
            number,
        };
        let mut waiting = BinaryHeap::from(vec![candidate(1, 9), candidate(3, 0), candidate(2, 5)]);
        let times: Vec<_> = std::iter::from_fn(|| waiting.pop())
            .map(|next| next.time)
            .collect();
        assert_eq!(times, [3, 2, 1]);
    }
}
