//! The newest messages out of the tail blocks, fetched from the newest down.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};

use bson::doc;

use super::newest::Candidate;
use super::tails::block_id;
use crate::error::{Error, Result};
use crate::model::{Bounds, ConversationId, Message, Seq, SeqRange, Slot};
use crate::source::mongo::query::{Reader, distinct, whole};
use crate::source::mongo::wire::{self, BlockName, block_of, seqs_of};
use crate::source::view::{self, Limits};
use crate::source::{Newest, View};

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
    /// Fetches blocks from the newest down until `limit` messages are known to be the newest.
    pub(super) async fn merge(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn candidate(conversation: &str, time: i64, number: i64) -> Candidate {
        Candidate {
            time,
            conversation: conversation.into(),
            number,
        }
    }

    /// A merge that wants three and has found two, sent at 70 and 90.
    fn merge(floor: Option<i64>) -> Merge {
        let message = |time| Message {
            send_time: Timestamp::from_millis(time),
            ..Message::default()
        };
        Merge {
            limit: 3,
            floor,
            seen: HashSet::new(),
            waiting: BinaryHeap::new(),
            under_way: VecDeque::new(),
            limits: HashMap::new(),
            found: vec![message(70), message(90)],
        }
    }

    fn broken_off(merge: Merge) -> (Vec<i64>, Vec<String>) {
        let failure = Error::Unreachable {
            what: "the database".into(),
            source: None,
        };
        let ids = ["si_a_b".into(), "si_a_c".into()];
        let newest = merge
            .broken_off(&ids, failure)
            .expect("something was found");
        let times = newest.messages.iter();
        let times = times.map(|message| message.send_time.as_millis());
        let missing = match newest.failure {
            Some(Error::Incomplete { missing, .. }) => missing,
            _ => Vec::new(),
        };
        let missing = missing
            .iter()
            .map(|bounds| format!("{} {}", bounds.conversation_id, bounds.range));
        (times.collect(), missing.collect())
    }

    #[test]
    fn the_newest_candidate_waits_at_the_front() {
        let candidate = |time, number| candidate("si_a_b", time, number);
        let mut waiting = BinaryHeap::from(vec![candidate(1, 9), candidate(3, 0), candidate(2, 5)]);
        let times: Vec<_> = std::iter::from_fn(|| waiting.pop())
            .map(|next| next.time)
            .collect();
        assert_eq!(times, [3, 2, 1]);
    }

    #[test]
    fn what_broke_off_names_the_blocks_that_may_hold_more_and_all_below_them() {
        let mut merge = merge(None);
        merge.under_way.push_back(candidate("si_a_b", 60, 2));
        merge.waiting.push(candidate("si_a_b", 50, 0));
        merge.waiting.push(candidate("si_a_c", 10, 1));
        // Of one the user has no part in, nothing is missing.
        merge.waiting.push(candidate("si_x_y", 80, 1));
        merge.limits.insert("si_x_y".into(), None);
        let limits = Limits {
            user_min: Seq(150),
            ..Limits::default()
        };
        merge.limits.insert("si_a_c".into(), Some(limits));
        let (times, missing) = broken_off(merge);
        assert_eq!(times, [90, 70]);
        assert_eq!(missing, ["si_a_b 1..300", "si_a_c 150..200"]);
    }

    #[test]
    fn what_broke_off_with_enough_found_only_names_what_may_be_newer() {
        let mut merge = merge(None);
        merge.limit = 2;
        merge.waiting.push(candidate("si_a_b", 80, 0));
        merge.waiting.push(candidate("si_a_c", 10, 0));
        assert_eq!(broken_off(merge).1, ["si_a_b 1..100"]);
    }

    #[test]
    fn below_a_floor_nothing_is_sure_and_everything_may_be_missing() {
        let (times, missing) = broken_off(merge(Some(80)));
        assert_eq!(times, [90]);
        let everything = format!("1..{}", i64::MAX);
        assert_eq!(
            missing,
            [
                format!("si_a_b {everything}"),
                format!("si_a_c {everything}")
            ]
        );
    }
}
