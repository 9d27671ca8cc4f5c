//! What came of an export.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What came of an export, or would come of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ExportReport {
    /// The messages.
    pub totals: Totals,
    /// The files.
    pub files: FileCounts,
    /// Bytes of all files together.
    pub bytes: u64,
    /// Cells of spreadsheets that were too long for one, and were cut off with a remark.
    pub cut_cells: u64,
    /// Whether it was told to stop before it was through: the folder is as it was before.
    pub stopped: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// How many messages there are, and what became of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Messages in the archive.
    pub in_archive: u64,
    /// Those the request finds.
    pub found: u64,
    /// Those in the export: each once in every format.
    pub included: u64,
    /// The rest, and why. `in_archive` is `included` and all of these.
    pub left_out: Vec<LeftOut>,
    /// Conversations with a message in the export.
    pub conversations: u64,
    /// Messages whose content nobody knows: over REST a revoked message comes without.
    pub without_content: u64,
    /// Numbers between the first and the last message of each conversation that hold none. Only counted where
    /// nothing but whole conversations was asked for.
    pub numbers_without_message: Option<u64>,
    /// What was blackened, by what it was.
    pub redacted: BTreeMap<String, u64>,
    /// Attachments in the export, if they were asked for.
    pub media: Option<u64>,
    /// Addresses of attachments in its messages whose content the archive does not have.
    pub media_missing: Option<u64>,
}

/// Messages that are in the archive and not in the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// `not_asked_for`, or `log`: in a log beside a chat, which repeats what stands in the messages themselves.
    pub why: String,
    /// How many.
    pub messages: u64,
}

/// What became of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCounts {
    /// That were not there.
    pub new: u64,
    /// That say something else now.
    pub updated: u64,
    /// That were left as they are.
    pub reused: u64,
    /// That were missing or damaged on the disk, and are whole again.
    pub repaired: u64,
    /// That belonged to the export and do not any more.
    pub removed: u64,
}

impl FileCounts {
    /// Returns how many files there are now.
    pub fn total(&self) -> u64 {
        self.new + self.updated + self.reused + self.repaired
    }

    /// Whether nothing had to be written or removed.
    pub fn is_unchanged(&self) -> bool {
        self.total() == self.reused && self.removed == 0
    }
}
