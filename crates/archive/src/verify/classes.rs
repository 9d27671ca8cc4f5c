//! The classes of numbers.

use std::ops::AddAssign;

use openim_history_client::model::{Message, Timestamp};
use serde::Serialize;

/// How new a message must be for its absence to mean nothing, in milliseconds.
const SETTLE: i64 = 10_000;

/// Returns the class of a message that the server has and the archive has not.
pub(super) fn absent(message: &Message, now: Timestamp) -> &'static str {
    let settled = now.as_millis().saturating_sub(SETTLE);
    match message.send_time.as_millis() > settled {
        true => "unsettled",
        false => "missing",
    }
}

/// What became of the numbers of a conversation, from 1 to the greatest in use. Each is in one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Classes {
    /// In the archive, and nothing was done to it.
    pub normal: u64,
    /// In the archive, taken back since.
    pub revoked: u64,
    /// In the archive, deleted by some for themselves.
    pub deleted_for_some: u64,
    /// In the archive, and no longer on the server.
    pub purged: u64,
    /// Emptied on the server before we saw it: deleted for everybody.
    pub emptied: u64,
    /// Below the number from which on the server still has messages.
    pub below_min: u64,
    /// Removed from the server with its block before we saw it.
    pub block_removed: u64,
    /// Given out by the server and never stored: lost inside the server.
    pub never_arrived: u64,
    /// Shown to nobody whose eyes were lent: over REST the reason cannot be told.
    pub placeholder: u64,
    /// Too new to be judged.
    pub unsettled: u64,
    /// On the server and not in the archive.
    pub missing: u64,
    /// Not in the archive, and nobody was asked who could tell why: against itself the archive asks no
    /// server, and over REST no user's view reaches there.
    pub unknown: u64,
}

impl Classes {
    /// Returns how many numbers there are in all.
    pub fn total(&self) -> u64 {
        let holes = [
            self.emptied,
            self.below_min,
            self.block_removed,
            self.never_arrived,
            self.placeholder,
            self.unsettled,
            self.missing,
            self.unknown,
        ];
        holes.into_iter().fold(self.archived(), u64::saturating_add)
    }

    /// Returns how many messages the archive has.
    pub fn archived(&self) -> u64 {
        self.normal + self.revoked + self.deleted_for_some + self.purged
    }

    /// Returns the count of a class of numbers that are not in the archive; none where `class` is no such.
    pub(super) fn hole(&mut self, class: &str) -> Option<&mut u64> {
        Some(match class {
            "emptied" => &mut self.emptied,
            "below_min" => &mut self.below_min,
            "block_removed" => &mut self.block_removed,
            "never_arrived" => &mut self.never_arrived,
            "placeholder" => &mut self.placeholder,
            "unsettled" => &mut self.unsettled,
            "missing" => &mut self.missing,
            "unknown" => &mut self.unknown,
            _ => return None,
        })
    }
}

impl AddAssign for Classes {
    fn add_assign(&mut self, other: Self) {
        let add = |to: &mut u64, more: u64| *to = to.saturating_add(more);
        add(&mut self.normal, other.normal);
        add(&mut self.revoked, other.revoked);
        add(&mut self.deleted_for_some, other.deleted_for_some);
        add(&mut self.purged, other.purged);
        add(&mut self.emptied, other.emptied);
        add(&mut self.below_min, other.below_min);
        add(&mut self.block_removed, other.block_removed);
        add(&mut self.never_arrived, other.never_arrived);
        add(&mut self.placeholder, other.placeholder);
        add(&mut self.unsettled, other.unsettled);
        add(&mut self.missing, other.missing);
        add(&mut self.unknown, other.unknown);
    }
}
