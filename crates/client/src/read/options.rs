//! What to read, and in which order.

use crate::model::{SeqRange, TimeRange};

/// What to read of the conversations, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Only these numbers.
    pub seqs: Option<SeqRange>,
    /// Only messages sent in this span.
    pub time: TimeRange,
    /// Only the newest so many messages of what is left; holes do not count.
    pub last: Option<usize>,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// Over REST a span of time can only be found by reading backwards, in each conversation by
    /// itself. After this many numbers in a row older than `time.since` the rest of it is taken to
    /// be older too; [`Reading::lookback`](super::Reading::lookback) tells where that happened.
    /// Senders may set a send time, so a message among older ones can be missed; `None` reads
    /// everything and misses nothing.
    pub lookback: Option<u64>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            seqs: None,
            time: TimeRange::ALL,
            last: None,
            newest_first: false,
            lookback: Some(2_000),
        }
    }
}
