//! The newest numbers of a conversation, which must not be looked at too early.
//!
//! A number is given out before its message can be read. Whoever pulls it in between gets a
//! placeholder, and the server keeps that placeholder for 24 hours: nobody reads the message over
//! REST until then. So a head is used only when it is old enough, by the server's clock.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::RestSource;
use super::heads::Head;
use crate::error::Result;
use crate::model::{Bounds, ConversationId, Seq, SeqRange, Timestamp, UserId};

/// How long bounds are used again before the server is asked anew.
const FRESH: Duration = Duration::from_secs(60);

/// How long a reading of the server's clock is carried forward with ours.
const CLOCK_FRESH: Duration = Duration::from_secs(600);

/// How many conversations are kept in mind, so that memory stays bounded.
const MOST_KEPT: usize = 20_000;

/// What was found to be settled.
#[derive(Default)]
pub(super) struct Settled {
    clock: tokio::sync::Mutex<Option<(Instant, Timestamp)>>,
    bounds: Mutex<HashMap<(UserId, ConversationId), (Instant, SeqRange)>>,
    /// Heads of conversations whose time the server does not know, once they were waited for.
    timeless: Mutex<HashMap<ConversationId, Seq>>,
}

impl Settled {
    /// Keeps bounds for the pulls that follow.
    pub(super) fn remember(&self, user: &UserId, bounds: &[Bounds]) {
        let now = Instant::now();
        let mut kept = self.bounds.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + bounds.len() > MOST_KEPT {
            kept.clear();
        }
        for bounds in bounds.iter().take(MOST_KEPT) {
            kept.insert(
                (user.clone(), bounds.conversation_id.clone()),
                (now, bounds.range),
            );
        }
    }

    /// Returns the bounds found a short while ago.
    fn recall(&self, user: &UserId, conversation: &ConversationId) -> Option<SeqRange> {
        let kept = self.bounds.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, range) = kept.get(&(user.clone(), conversation.clone()))?;
        (at.elapsed() < FRESH).then_some(*range)
    }

    fn is_known(&self, head: &Head) -> bool {
        let kept = self.timeless.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&head.conversation_id)
            .is_some_and(|settled| *settled >= head.range.last)
    }

    fn waited_for<'a>(&self, heads: impl Iterator<Item = &'a Head>) {
        let mut kept = self.timeless.lock().unwrap_or_else(PoisonError::into_inner);
        for head in heads.filter(|head| head.time.is_none()) {
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            let settled = kept.entry(head.conversation_id.clone()).or_default();
            *settled = (*settled).max(head.range.last);
        }
    }
}

impl RestSource {
    /// Returns the numbers of `range` that may be pulled.
    pub(super) async fn pullable(
        &self,
        user: &UserId,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<SeqRange> {
        if let Some(bounds) = self.settled.recall(user, conversation)
            && range.last <= bounds.last
        {
            return Ok(range.intersection(&bounds));
        }
        let view = crate::source::View::As(user.clone());
        let bounds = self
            .settled_bounds(&view, std::slice::from_ref(conversation))
            .await?;
        Ok(bounds
            .first()
            .map_or(SeqRange::EMPTY, |bounds| range.intersection(&bounds.range)))
    }

    /// Waits until every one of these heads is old enough. They are then good as they are:
    /// messages that came meanwhile lie above them.
    pub(super) async fn settle(&self, heads: &[Head]) -> Result<()> {
        let settle = self.options.settle;
        let heads: Vec<&Head> = heads.iter().filter(|head| !head.range.is_empty()).collect();
        if settle.is_zero() || heads.is_empty() {
            return Ok(());
        }
        let now = if heads.iter().any(|head| head.time.is_some()) {
            Some(self.now_at_server().await?)
        } else {
            None
        };
        let wait = heads
            .iter()
            .map(|head| match (head.time, now) {
                (Some(moved), Some(now)) => remaining(now, moved, settle),
                _ if self.settled.is_known(head) => Duration::ZERO,
                // It may have moved at the moment it was seen.
                _ => settle.saturating_sub(head.seen.elapsed()),
            })
            .max()
            .unwrap_or_default();
        if !wait.is_zero() {
            tracing::debug!(
                wait_ms = wait.as_millis(),
                "the newest number is too young to be pulled"
            );
            tokio::time::sleep(wait).await;
        }
        self.settled.waited_for(heads.into_iter());
        Ok(())
    }

    /// Returns the time by the server's clock, never ahead of it.
    async fn now_at_server(&self) -> Result<Timestamp> {
        let mut clock = self.settled.clock.lock().await;
        let (at, time) = match *clock {
            Some(read) if read.0.elapsed() < CLOCK_FRESH => read,
            _ => {
                let time = self.server_time().await?;
                *clock.insert((Instant::now(), time))
            }
        };
        let elapsed = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(Timestamp::from_millis(
            time.as_millis().saturating_add(elapsed),
        ))
    }
}

/// Returns how long it takes until a head that moved at `moved` is old enough; never longer than
/// `settle`, whatever the clocks of the server's machines say.
fn remaining(now: Timestamp, moved: Timestamp, settle: Duration) -> Duration {
    let age = now.as_millis().saturating_sub(moved.as_millis());
    settle.saturating_sub(Duration::from_millis(u64::try_from(age).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_head_waits_for_the_rest_of_the_time() {
        let settle = Duration::from_secs(2);
        for (now, moved, wait) in [
            (10_000, 10_000, 2_000),
            (10_000, 9_500, 1_500),
            (10_000, 8_000, 0),
            (10_000, 1, 0),
            (10_000, 99_000, 2_000),
            (i64::MAX, i64::MIN, 0),
        ] {
            let wait_for = remaining(
                Timestamp::from_millis(now),
                Timestamp::from_millis(moved),
                settle,
            );
            assert_eq!(wait_for, Duration::from_millis(wait), "{now} {moved}");
        }
    }
}
