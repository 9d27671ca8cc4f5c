//! Where looking back for a time stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ReadOptions;
use super::pages::Span;
use crate::model::{Seq, Slot, Timestamp};
use crate::source::{Origin, Source};

/// Says where looking back for [`TimeRange::since`](crate::model::TimeRange::since) stopped; see
/// [`ReadOptions::lookback`]. It is known once the slots have ended.
#[derive(Clone, Debug, Default)]
pub struct Lookback {
    stopped: Arc<AtomicU64>,
}

impl Lookback {
    /// Returns in how many conversations the rest was taken to be older without being looked at.
    pub fn stopped_in(&self) -> u64 {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// When a walk back through a conversation ends.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    since: Timestamp,
    /// So many numbers in a row that are older end it.
    stop: u64,
    lookback: Lookback,
}

impl Rule {
    /// Returns the rule where there is one. Only REST answers "I cannot tell" for a span of time;
    /// there, looking back from the newest message saves reading a conversation from its
    /// beginning.
    pub(super) fn of(
        source: &dyn Source,
        options: ReadOptions,
        lookback: &Lookback,
    ) -> Option<Self> {
        let stop = options
            .lookback
            .filter(|_| source.origin() == Origin::Api)?;
        Some(Self {
            since: options.time.since?,
            stop,
            lookback: lookback.clone(),
        })
    }

    /// Begins the walk back through a span.
    pub(super) fn walk(&self, span: &Span) -> Walk {
        Walk {
            rule: self.clone(),
            end: span
                .ranges
                .first()
                .map_or(Seq(i64::MAX), |range| range.first),
            in_a_row: 0,
        }
    }
}

/// A walk back through one conversation.
#[derive(Debug)]
pub(super) struct Walk {
    rule: Rule,
    /// The lowest number there is.
    end: Seq,
    in_a_row: u64,
}

impl Walk {
    /// Whether the last slot was too old, or said nothing of time.
    pub(super) fn is_among_older(&self) -> bool {
        self.in_a_row > 0
    }

    /// Whether the walk goes on to this slot. The first that it does not go on to ends it.
    pub(super) fn reaches(&mut self, slot: &Slot) -> bool {
        match slot {
            Slot::Message(message) if self.rule.since <= message.send_time => self.in_a_row = 0,
            // A hole says nothing of time, but a long stretch of them must end too.
            _ => self.in_a_row += 1,
        }
        let goes_on = self.in_a_row <= self.rule.stop;
        // At the very end nothing is left that was not looked at.
        if !goes_on && self.end < slot.seq() {
            self.rule.lookback.stopped.fetch_add(1, Ordering::Relaxed);
        }
        goes_on
    }
}
