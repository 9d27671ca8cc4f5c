//! What to bring up to date, and what came of it.

use openim_history_client::model::{Slot, Timestamp};
use serde::Serialize;

use super::filter::Filter;
use crate::tables::small::SmallCounts;
use crate::write::Counts;

/// What to bring up to date.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Which conversations.
    pub filter: Filter,
    /// Only messages sent then or later. What was copied before stays.
    pub since: Option<Timestamp>,
    /// Compares every block with the archive, those that look the same included.
    pub thorough: bool,
}

impl SyncOptions {
    /// Whether a slot is among what is wanted.
    pub(super) fn wants(&self, slot: &Slot) -> bool {
        match (self.since, slot) {
            (Some(since), Slot::Message(message)) => message.send_time >= since,
            _ => true,
        }
    }
}

/// What came of bringing an archive up to date.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SyncReport {
    /// Messages.
    pub messages: Counts,
    /// Blocks read from MongoDB, or pages over REST.
    pub read: u64,
    /// Conversations on the server that the options took.
    pub conversations: u64,
    /// The small tables.
    pub people: PeopleReport,
    /// Whether it was told to stop before it was through: the next run reads the rest.
    pub stopped: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What became of the small tables.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct PeopleReport {
    /// Users.
    pub users: SmallCounts,
    /// Groups.
    pub groups: SmallCounts,
    /// Members of groups.
    pub group_members: SmallCounts,
    /// Users' rows of conversations.
    pub conversations: SmallCounts,
    /// How far users have read.
    pub read_positions: SmallCounts,
    /// From where on users see conversations: rises where one is cleared.
    pub min_seqs: SmallCounts,
}
