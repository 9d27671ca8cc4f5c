//! What a verification found.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use openim_history_client::model::{ConversationId, Seq, SeqRange};
use serde::Serialize;

/// Findings that are named one by one; the rest is only counted.
const NAMED: usize = 10_000;

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
}

impl Classes {
    /// Returns how many numbers there are in all.
    pub fn total(&self) -> u64 {
        self.archived()
            + self.emptied
            + self.below_min
            + self.block_removed
            + self.never_arrived
            + self.placeholder
            + self.unsettled
            + self.missing
    }

    /// Returns how many messages the archive has.
    pub fn archived(&self) -> u64 {
        self.normal + self.revoked + self.deleted_for_some + self.purged
    }
}

impl AddAssign for Classes {
    fn add_assign(&mut self, other: Self) {
        self.normal += other.normal;
        self.revoked += other.revoked;
        self.deleted_for_some += other.deleted_for_some;
        self.purged += other.purged;
        self.emptied += other.emptied;
        self.below_min += other.below_min;
        self.block_removed += other.block_removed;
        self.never_arrived += other.never_arrived;
        self.placeholder += other.placeholder;
        self.unsettled += other.unsettled;
        self.missing += other.missing;
    }
}

/// What was found of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConversationReport {
    /// Which.
    pub conversation_id: ConversationId,
    /// The greatest number in use.
    pub head: Seq,
    /// What became of its numbers.
    pub classes: Classes,
    /// The numbers that are not in the archive, and why.
    pub holes: Vec<Finding>,
}

/// Numbers, and what was found of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The first.
    pub first: Seq,
    /// The last.
    pub last: Seq,
    /// Their class, as it is called in [`Classes`], or `different`, or `behind`.
    pub class: &'static str,
}

/// Something that is wrong with the archive itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What: a file, the index, a table.
    pub what: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What a verification found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerifyReport {
    /// All conversations together.
    pub classes: Classes,
    /// Messages of which the server has something else now. Zero where contents were not compared.
    pub different: u64,
    /// Messages that are no longer on the server and not marked so yet.
    pub behind: u64,
    /// What is wrong with the archive itself.
    pub problems: Vec<Problem>,
    /// Each conversation, ordered by id.
    pub conversations: Vec<ConversationReport>,
    #[serde(skip)]
    pub(super) by_id: BTreeMap<ConversationId, ConversationReport>,
    #[serde(skip)]
    named: usize,
}

impl VerifyReport {
    /// Whether everything that should be there is there, and is what it should be. Differences that a
    /// sync would bring (`different`, `behind`) count as incomplete, too.
    pub fn is_complete(&self) -> bool {
        self.classes.missing == 0
            && self.different == 0
            && self.behind == 0
            && self.problems.is_empty()
    }

    pub(super) fn problem(&mut self, what: impl fmt::Display, reason: impl fmt::Display) {
        self.problems.push(Problem {
            what: format!("{what}"),
            reason: format!("{reason}"),
        });
    }

    pub(super) fn of(&mut self, conversation: &ConversationId) -> &mut ConversationReport {
        if !self.by_id.contains_key(conversation) {
            self.by_id.insert(
                conversation.clone(),
                ConversationReport {
                    conversation_id: conversation.clone(),
                    ..ConversationReport::default()
                },
            );
        }
        self.by_id.entry(conversation.clone()).or_default()
    }

    /// Notes numbers that are not in the archive, or not as they should be.
    pub(super) fn find(
        &mut self,
        conversation: &ConversationId,
        range: SeqRange,
        class: &'static str,
    ) {
        if range.is_empty() {
            return;
        }
        let count = range.len();
        let names = self.named < NAMED;
        let report = self.of(conversation);
        let classes = &mut report.classes;
        let mut extends = false;
        match class {
            "emptied" => classes.emptied += count,
            "below_min" => classes.below_min += count,
            "block_removed" => classes.block_removed += count,
            "never_arrived" => classes.never_arrived += count,
            "placeholder" => classes.placeholder += count,
            "unsettled" => classes.unsettled += count,
            "missing" => classes.missing += count,
            _ => {}
        }
        if let Some(last) = report.holes.last_mut()
            && last.class == class
            && last.last.next() == range.first
        {
            last.last = range.last;
            extends = true;
        }
        if !extends && names {
            report.holes.push(Finding {
                first: range.first,
                last: range.last,
                class,
            });
            self.named += 1;
        }
        match class {
            "different" => self.different += count,
            "behind" => self.behind += count,
            _ => {}
        }
    }

    /// Adds up.
    pub(super) fn finish(&mut self) {
        for (_, mut report) in std::mem::take(&mut self.by_id) {
            report.holes.sort_by_key(|finding| finding.first);
            self.classes += report.classes;
            self.conversations.push(report);
        }
    }
}
