//! Sequence numbers and ranges of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A message's number in its conversation, from 1 upwards; 0 stands for "none".
///
/// Numbers are not dense: the server hands them out in blocks and loses some.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl Seq {
    /// The first number a conversation hands out.
    pub const FIRST: Self = Self(1);

    /// Returns the number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the number before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<i64> for Seq {
    fn from(seq: i64) -> Self {
        Self(seq)
    }
}

/// The numbers from `first` to `last`, both included; empty where `last < first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SeqRange {
    /// The lowest number.
    pub first: Seq,
    /// The highest number.
    pub last: Seq,
}

impl SeqRange {
    /// A range of nothing.
    pub const EMPTY: Self = Self {
        first: Seq(1),
        last: Seq(0),
    };

    /// Returns the numbers from `first` to `last`, both included.
    pub fn new(first: impl Into<Seq>, last: impl Into<Seq>) -> Self {
        Self {
            first: first.into(),
            last: last.into(),
        }
    }

    /// How many numbers there are.
    pub fn len(&self) -> u64 {
        u64::try_from(self.last.0.saturating_sub(self.first.0).saturating_add(1)).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `seq` is one of them.
    pub fn contains(&self, seq: Seq) -> bool {
        self.first <= seq && seq <= self.last
    }

    /// Returns the numbers in both ranges.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self {
            first: self.first.max(other.first),
            last: self.last.min(other.last),
        }
    }

    /// Returns the last `n` numbers of the range.
    #[must_use]
    pub fn newest(&self, n: u64) -> Self {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        Self {
            first: self
                .first
                .max(Seq(self.last.0.saturating_sub(n).saturating_add(1))),
            last: self.last,
        }
    }

    /// Cuts the range into pages that end at multiples of `len`, in ascending order.
    ///
    /// Aligned pages make every reader ask for the same ranges, which a server's cache likes.
    /// A `len` of 0 counts as 1.
    pub fn pages(self, len: u32) -> impl DoubleEndedIterator<Item = Self> + Send {
        let len = i64::from(len.max(1));
        let page_of = move |seq: Seq| seq.0.saturating_sub(1).div_euclid(len);
        let pages = if self.is_empty() {
            0..0
        } else {
            page_of(self.first)..page_of(self.last) + 1
        };
        pages.map(move |page| {
            let whole = Self::new(
                page.saturating_mul(len).saturating_add(1),
                page.saturating_add(1).saturating_mul(len),
            );
            whole.intersection(&self)
        })
    }
}

impl fmt::Display for SeqRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_aligned_and_cover_the_range_once() {
        let pages: Vec<_> = SeqRange::new(95, 301).pages(100).collect();
        assert_eq!(
            pages,
            [
                SeqRange::new(95, 100),
                SeqRange::new(101, 200),
                SeqRange::new(201, 300),
                SeqRange::new(301, 301)
            ]
        );
        assert_eq!(SeqRange::new(5, 4).pages(100).count(), 0);
        assert_eq!(SeqRange::new(1, 3).pages(0).count(), 3);
    }

    #[test]
    fn extremes_do_not_overflow() {
        assert!(SeqRange::new(i64::MAX, i64::MIN).is_empty());
        assert_eq!(
            SeqRange::new(1, i64::MAX).newest(1),
            SeqRange::new(i64::MAX, i64::MAX)
        );
        assert_eq!(SeqRange::new(i64::MAX - 1, i64::MAX).pages(500).count(), 1);
    }
}
