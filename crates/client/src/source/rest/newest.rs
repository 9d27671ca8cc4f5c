//! The newest messages over many conversations.

use std::cmp::Reverse;

use futures::stream::{self, StreamExt, TryStreamExt};

use super::RestSource;
use super::heads::{Head, viewer};
use super::pull::Stretch;
use crate::error::{Error, Result};
use crate::model::{
    Bounds, ConversationId, ConversationKind, Message, Seq, SeqRange, Timestamp, UserId,
};
use crate::source::{Newest, View};

/// How many numbers are pulled from the end of a conversation at a time.
const TAIL: u64 = 20;

/// By how much the clocks of the server's machines, and messages sent side by side, may be out of
/// order before the merge misses one.
const TOLERANCE_MS: i64 = 10_000;

/// A conversation from its end downwards.
#[derive(Clone)]
struct Tail {
    conversation_id: ConversationId,
    /// What has not been pulled yet.
    left: SeqRange,
    /// No message in `left` is newer than this, as far as one can tell; `None` for unknown, which
    /// may be the newest of all.
    bound: Option<Timestamp>,
}

impl Tail {
    fn new(head: &Head) -> Self {
        Self {
            conversation_id: head.conversation_id.clone(),
            left: head.range,
            bound: head.time,
        }
    }
}

/// How far the search has come.
struct Search {
    newest: Best,
    /// What may hold more of the newest.
    tails: Vec<Tail>,
    /// What is asked for and not answered yet, as it was before it was asked for.
    under_way: Vec<Tail>,
    unsettled: Vec<Head>,
}

impl Search {
    /// Returns what was found, and names what may hold others that belong among it.
    fn broken_off(self, failure: Error) -> Result<Newest> {
        if self.newest.messages.is_empty() {
            return Err(failure);
        }
        let threshold = self.newest.threshold();
        let left = self.under_way.into_iter().chain(self.tails);
        let mut missing: Vec<Bounds> = left
            .filter(|tail| may_beat(tail.bound, threshold))
            .map(|tail| Bounds {
                conversation_id: tail.conversation_id,
                range: tail.left,
            })
            .collect();
        missing.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
        Ok(Newest {
            messages: self.newest.messages,
            // What is left may have been found to be too old meanwhile.
            failure: (!missing.is_empty()).then(|| Error::incomplete(missing, failure)),
        })
    }
}

impl RestSource {
    pub(super) async fn newest_of(
        &self,
        view: &View,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Newest> {
        let user = viewer(view)?;
        if limit == 0 || conversations.is_empty() {
            return Ok(Newest::default());
        }
        let mut heads: Vec<Head> = self.heads(user, conversations).await?;
        heads.retain(|head| !head.range.is_empty());
        let mut search = Search {
            newest: Best::new(limit),
            tails: heads.iter().map(Tail::new).collect(),
            under_way: Vec::new(),
            unsettled: heads,
        };
        loop {
            match self.next_round(user, &mut search).await {
                Ok(()) if search.tails.is_empty() => return Ok(search.newest.messages.into()),
                Ok(()) => {}
                Err(failure) => return search.broken_off(failure),
            }
        }
    }

    /// Looks at those conversations that may be newest. Those that cannot beat what was found are
    /// let go of.
    async fn next_round(&self, user: &UserId, search: &mut Search) -> Result<()> {
        let round = self.take_round(&mut search.tails, search.newest.threshold());
        search.under_way.clone_from(&round);
        // Only what is pulled has to settle, and each head only once.
        let unsettled = std::mem::take(&mut search.unsettled);
        let (young, rest): (Vec<_>, Vec<_>) = unsettled.into_iter().partition(|head| {
            round
                .iter()
                .any(|tail| tail.conversation_id == head.conversation_id)
        });
        search.unsettled = rest;
        self.settle(&young).await?;
        let mut answers = stream::iter(self.batches(round, search.newest.limit))
            .map(|batch| self.pull_tails(user, batch))
            .buffer_unordered(self.options.concurrency.max(1));
        while let Some((pulled, messages)) = answers.try_next().await? {
            search.newest.extend(messages);
            search.under_way.retain(|under_way| {
                let id = &under_way.conversation_id;
                pulled.iter().all(|tail| tail.conversation_id != *id)
            });
            let left = pulled.into_iter().filter(|tail| !tail.left.is_empty());
            search.tails.extend(left);
        }
        Ok(())
    }

    /// Takes out the conversations to look at next: those that may be newest, as long as they may
    /// still beat what was found.
    fn take_round(&self, tails: &mut Vec<Tail>, threshold: Option<Timestamp>) -> Vec<Tail> {
        tails.retain(|tail| may_beat(tail.bound, threshold));
        tails.sort_by_key(|tail| Reverse((tail.bound.is_none(), tail.bound)));
        let timeless = tails.iter().take_while(|tail| tail.bound.is_none()).count();
        let batch = self.conversations_per_call();
        // What cannot be ruled out must be looked at anyway: several calls at once.
        let len = timeless
            .min(batch.saturating_mul(self.options.concurrency.max(1)))
            .max(batch)
            .min(tails.len());
        tails.drain(..len).collect()
    }

    fn conversations_per_call(&self) -> usize {
        usize::try_from(u64::from(self.options.page_len) / TAIL)
            .unwrap_or(1)
            .max(1)
    }

    /// Splits a round into calls. A log has one to itself.
    fn batches(&self, round: Vec<Tail>, limit: usize) -> Vec<Vec<(Tail, SeqRange)>> {
        let len = TAIL
            .min(limit as u64)
            .min(u64::from(self.options.page_len))
            .max(1);
        let mut batches: Vec<Vec<(Tail, SeqRange)>> = Vec::new();
        let mut open = Vec::new();
        for tail in round {
            let range = tail.left.newest(len);
            if tail.conversation_id.kind() == ConversationKind::Log {
                batches.push(vec![(tail, range)]);
                continue;
            }
            open.push((tail, range));
            if open.len() == self.conversations_per_call() {
                batches.push(std::mem::take(&mut open));
            }
        }
        if !open.is_empty() {
            batches.push(open);
        }
        batches
    }

    async fn pull_tails(
        &self,
        user: &UserId,
        batch: Vec<(Tail, SeqRange)>,
    ) -> Result<(Vec<Tail>, Vec<Message>)> {
        let stretches = batch
            .iter()
            .map(|(tail, range)| Stretch {
                conversation_id: tail.conversation_id.clone(),
                range: *range,
            })
            .collect();
        let mut tails: Vec<Tail> = Vec::with_capacity(batch.len());
        for (mut tail, range) in batch {
            tail.left.last = range.first.previous();
            tails.push(tail);
        }
        let mut found = Vec::new();
        for (id, slots) in self.pull_stretches(user, stretches).await? {
            let messages: Vec<Message> = slots
                .into_iter()
                .filter_map(crate::model::Slot::into_message)
                .collect();
            let tail = tails.iter_mut().find(|tail| tail.conversation_id == id);
            if let (Some(tail), Some(older)) = (tail, older(&messages)) {
                tail.bound = Some(tail.bound.map_or(older, |bound| bound.min(older)));
            }
            found.extend(messages);
        }
        Ok((tails, found))
    }
}

/// Returns what everything below these messages is older than, as far as one can tell. The older
/// half decides together: one message whose sender set it back does not hide those below it.
fn older(messages: &[Message]) -> Option<Timestamp> {
    messages[..messages.len().div_ceil(2)]
        .iter()
        .map(|message| message.send_time)
        .max()
}

/// Whether something no newer than `bound` may be newer than `threshold`.
fn may_beat(bound: Option<Timestamp>, threshold: Option<Timestamp>) -> bool {
    match (bound, threshold) {
        (Some(bound), Some(threshold)) => {
            bound.as_millis().saturating_add(TOLERANCE_MS) >= threshold.as_millis()
        }
        _ => true,
    }
}

/// The newest messages so far, never many more than asked for.
struct Best {
    limit: usize,
    messages: Vec<Message>,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            messages: Vec::new(),
        }
    }

    fn extend(&mut self, messages: Vec<Message>) {
        self.messages.extend(messages);
        self.messages.sort_by(|a, b| key(b).cmp(&key(a)));
        self.messages.truncate(self.limit);
    }

    /// Returns the time to beat, once there are enough.
    fn threshold(&self) -> Option<Timestamp> {
        if self.messages.len() < self.limit {
            return None;
        }
        self.messages.last().map(|message| message.send_time)
    }
}

fn key(message: &Message) -> (Timestamp, Reverse<&ConversationId>, Seq) {
    (
        message.send_time,
        Reverse(&message.conversation_id),
        message.seq,
    )
}
