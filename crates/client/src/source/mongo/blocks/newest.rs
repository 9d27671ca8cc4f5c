//! The newest messages over many conversations together.
//!
//! No index knows of time, and ten thousand tail blocks are hundreds of megabytes. So the server
//! is asked for names only: which tail blocks hold a message at least as new as a floor, the
//! floor guessed from a sample. Only the blocks that win are fetched.
//!
//! Blocks of a conversation are taken to follow each other in time. Senders may choose their
//! times, so that a message sent "in 2100" deep in a conversation is missed here; one among the
//! last few blocks is not.

use std::collections::{HashMap, HashSet};

use bson::{Document, doc};

use super::tails::{WINDOW, block_id, top, window};
use crate::error::Result;
use crate::model::ConversationId;
use crate::source::mongo::query::{Reader, distinct, only};
use crate::source::mongo::wire::{BlockName, block_of};
use crate::source::{Newest, View};

/// Conversations looked at to guess how new the newest messages are.
const SAMPLE: usize = 256;

/// A block that may hold one of the newest messages, and how new its newest is at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) time: i64,
    pub(super) conversation: ConversationId,
    pub(super) number: i64,
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
