//! The newest messages over many conversations together.
//!
//! No index knows of time, and ten thousand tail blocks are hundreds of megabytes. So the server
//! is asked for names only: which tail blocks hold a message at least as new as a floor, the
//! floor guessed from a sample. Only the blocks that win are fetched.
//!
//! Blocks of a conversation are taken to follow each other in time. Senders may choose their
//! times, so that a message sent "in 2100" deep in a conversation is missed here; one among the
//! last few blocks is not.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};

use bson::{Document, doc};

use super::tails::{WINDOW, block_id, top, window};
use crate::error::{Error, Result};
use crate::model::{Bounds, ConversationId, Message, Seq, SeqRange, Slot};
use crate::source::mongo::query::{Reader, distinct, only, whole};
use crate::source::mongo::wire::{self, BlockName, block_of, seqs_of};
use crate::source::view::{self, Limits};
use crate::source::{Newest, View};

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

/// How far the merge of the newest blocks has come.
struct Merge {
    limit: usize,
    floor: Option<i64>,
    /// Blocks that have been in line.
    seen: HashSet<(ConversationId, i64)>,
    waiting: BinaryHeap<Candidate>,
    /// Blocks that are fetched, and not taken yet.
    under_way: VecDeque<Candidate>,
    /// What limits the view; `None` beside a conversation it has nothing of.
    limits: HashMap<ConversationId, Option<Limits>>,
    found: Vec<Message>,
}

impl Merge {
    /// Whether a block may hold one of the newest still.
    fn may_win(&self) -> impl Fn(&Candidate) -> bool + use<> {
        let oldest = self.found.get(self.limit - 1);
        let oldest = oldest.map(|message| message.send_time.as_millis());
        let cutoff = oldest.max(self.floor);
        move |candidate| cutoff.is_none_or(|cutoff| cutoff <= candidate.time)
    }

    fn take_batch(&mut self) -> Vec<Candidate> {
        let may_win = self.may_win();
        let mut batch = Vec::new();
        while batch.len() < self.limit.clamp(8, 64) && self.waiting.peek().is_some_and(&may_win) {
            batch.extend(self.waiting.pop());
        }
        batch
    }

    fn keep_newest(&mut self) {
        view::sort_newest_first(&mut self.found);
        self.found.truncate(self.limit);
    }

    /// Returns what was found in `ids`, and names what may hold others that belong among it.
    fn broken_off(mut self, ids: &[ConversationId], failure: Error) -> Result<Newest> {
        self.keep_newest();
        if let Some(floor) = self.floor {
            self.found
                .retain(|message| floor <= message.send_time.as_millis());
        }
        if self.found.is_empty() {
            return Err(failure);
        }
        let may_win = self.may_win();
        let left = self.under_way.iter().chain(&self.waiting);
        let mut missing: BTreeMap<ConversationId, SeqRange> = BTreeMap::new();
        for candidate in left.filter(|candidate| may_win(candidate)) {
            let limits = self.limits.get(&candidate.conversation);
            let limits = limits.map_or_else(|| Some(Limits::default()), |known| *known);
            let Some(limits) = limits else { continue };
            // With all that lies below it: a block is put in line when the one above it is taken.
            let range = limits.of(seqs_of(candidate.number).last);
            if !range.is_empty() {
                let known = missing
                    .entry(candidate.conversation.clone())
                    .or_insert(range);
                known.last = known.last.max(range.last);
            }
        }
        if self.floor.is_some() && self.found.len() < self.limit {
            // What is older than the floor was never in line, wherever it lies.
            let anything = SeqRange::new(Seq::FIRST, i64::MAX);
            missing.extend(ids.iter().map(|id| (id.clone(), anything)));
        }
        let missing: Vec<_> = missing
            .into_iter()
            .map(|(conversation_id, range)| Bounds {
                conversation_id,
                range,
            })
            .collect();
        Ok(Newest {
            messages: self.found,
            // What is left may have been found to be too old meanwhile.
            failure: (!missing.is_empty()).then(|| Error::incomplete(missing, failure)),
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
    ) -> Result<Newest> {
        let ids = distinct(conversations);
        if limit == 0 {
            return Ok(Newest::default());
        }
        for floor in self.floors(&ids, limit).await? {
            let tails = self
                .chunked(&ids, |ids| async move { self.tails(&ids, floor).await })
                .await?;
            let found = self.merge(view, &ids, tails, limit, floor).await?;
            let oldest = found.messages.get(limit - 1);
            let enough = oldest
                .is_some_and(|last| floor.is_none_or(|floor| floor <= last.send_time.as_millis()));
            if enough || floor.is_none() || found.failure.is_some() {
                return Ok(found);
            }
        }
        Ok(Newest::default())
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
        ids: &[ConversationId],
        tails: Vec<Candidate>,
        limit: usize,
        floor: Option<i64>,
    ) -> Result<Newest> {
        let mut merge = Merge {
            limit,
            floor,
            seen: tails
                .iter()
                .map(|tail| (tail.conversation.clone(), tail.number))
                .collect(),
            waiting: BinaryHeap::from(tails),
            under_way: VecDeque::new(),
            limits: HashMap::new(),
            found: Vec::new(),
        };
        loop {
            match self.merge_batch(view, &mut merge).await {
                Ok(true) => {}
                Ok(false) => return Ok(merge.found.into()),
                Err(failure) => return merge.broken_off(ids, failure),
            }
        }
    }

    /// Fetches the next blocks, and puts in line what lies below them. Returns whether there were
    /// any.
    async fn merge_batch(&self, view: &View, merge: &mut Merge) -> Result<bool> {
        let batch = merge.take_batch();
        if batch.is_empty() {
            return Ok(false);
        }
        merge.under_way = batch.iter().cloned().collect();
        let (learnt, fetched) = futures::try_join!(
            self.limits_of_all(view, &batch, &merge.limits),
            self.fetch(&batch)
        )?;
        merge.limits.extend(learnt);
        for (candidate, slots) in fetched {
            let below = self.take_block(view, merge, candidate, slots).await?;
            merge.under_way.pop_front();
            if let Some(below) = below
                && merge
                    .seen
                    .insert((below.conversation.clone(), below.number))
            {
                merge.waiting.push(below);
            }
        }
        merge.keep_newest();
        Ok(true)
    }

    /// Takes what the view shows of a block, and returns the one to look at below it.
    async fn take_block(
        &self,
        view: &View,
        merge: &mut Merge,
        candidate: Candidate,
        slots: Option<Vec<Slot>>,
    ) -> Result<Option<Candidate>> {
        let Candidate {
            conversation,
            number,
            mut time,
        } = candidate;
        let Some(Some(limits)) = merge.limits.get(&conversation) else {
            return Ok(None);
        };
        let range = limits.of(seqs_of(number).last);
        if range.is_empty() {
            return Ok(None);
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
                let messages = slots.into_iter().filter_map(Slot::into_message);
                merge.found.extend(messages);
                Some(number - 1)
            }
            None => {
                let listed = self.listed(std::slice::from_ref(&conversation)).await?;
                let blocks = listed.into_values().flatten();
                blocks.filter(|block| *block < number).max()
            }
        };
        let below = below.filter(|below| block_of(range.first) <= *below);
        Ok(below.map(|number| Candidate {
            time,
            conversation,
            number,
        }))
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
