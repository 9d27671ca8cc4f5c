//! Who holds a lock.

use std::{fmt, fs};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who writes, as it said itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process; 0 where it did not say.
    pub process: u32,
    /// The machine it runs on; empty where it did not say.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.process == 0 {
            return f.write_str("another process");
        }
        write!(f, "process {}", self.process)?;
        if !self.host.is_empty() {
            write!(f, " on {}", self.host)?;
        }
        write!(f, " since {}", self.since)
    }
}

impl Holder {
    pub(crate) fn this_process() -> Self {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self {
            process: std::process::id(),
            host: host.trim().to_owned(),
            since: Timestamp::now(),
        }
    }

    /// Reads what the holder wrote. Without it, only less is known.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }
}
