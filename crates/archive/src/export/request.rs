//! What is wanted of an export: every choice once.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use openim_history_client::model::{Lang, Timestamp};
use serde::{Deserialize, Serialize};

use super::format::{ExportFormat, FormatOptions};
use super::privacy::Pseudonyms;
use crate::error::{Error, Result};
use crate::index::Query;

/// What is wanted of an export. Nothing below it reads options.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// The folder: new, empty, or one that an earlier run of the same request made.
    pub folder: PathBuf,
    /// Which messages; all of them, if there is none.
    pub query: Option<Query>,
    /// How that was put, for the manifest.
    pub asked: Asked,
    /// The formats, each once.
    pub formats: Vec<ExportFormat>,
    /// Switches of single formats.
    pub options: FormatOptions,
    /// How files are named; each format has its own way where this says nothing.
    pub template: Option<String>,
    /// Where to begin another file.
    pub split: Option<Split>,
    /// The language of labels and summaries.
    pub lang: Lang,
    /// The zone of times, days and months.
    pub zone: TimeZone,
    /// What it is called, for headings.
    pub title: String,
    /// The time of the run.
    pub now: Timestamp,
    /// The key by which people become tokens, if they are to.
    pub pseudonyms: Option<Pseudonyms>,
    /// Whether numbers of phones, cards and the like are blackened.
    pub redact: bool,
    /// Whether attachments that the archive has come along.
    pub media: bool,
    /// Whether the logs beside chats (`n_…`), which the server keeps for its clients, come along.
    pub logs: bool,
    /// How many bytes the sorting of messages may take before it goes to the disk.
    pub memory: usize,
}

/// How an export was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The query as it was written; empty for everything.
    pub query: String,
    /// What its names were taken to mean.
    pub names: Vec<Resolved>,
    /// Who asked, if they said so.
    pub by: Option<String>,
}

/// What a name in a query was taken to mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The name as it was written, with its field: `from:alice`.
    pub written: String,
    /// The ids it stands for.
    pub ids: Vec<String>,
}

/// Where another file begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Behind so many messages.
    Count(u64),
    /// Behind so many bytes of messages. A message weighs the same for every format: its content, its text, and
    /// 256 bytes for the rest.
    Size(u64),
    /// With each day.
    Day,
    /// With each month.
    Month,
}

impl Split {
    /// Reads `day`, `month`, a number of messages, or a size such as `10MB`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::Invalid(format!(
                "{text:?} is no way to split: write day, month, a number of messages such as 10000, or a size such as 50MB"
            ))
        };
        match text {
            "day" => return Ok(Self::Day),
            "month" => return Ok(Self::Month),
            _ => {}
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let scale: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" => 0,
            "kb" | "k" => 1 << 10,
            "mb" | "m" => 1 << 20,
            "gb" | "g" => 1 << 30,
            _ => return Err(wrong()),
        };
        match (number, scale) {
            (0, _) => Err(wrong()),
            (number, 0) => Ok(Self::Count(number)),
            (number, scale) => number.checked_mul(scale).map(Self::Size).ok_or_else(wrong),
        }
    }
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Size(bytes) => write!(f, "{}KB", bytes >> 10),
            Self::Day => f.write_str("day"),
            Self::Month => f.write_str("month"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_a_word_a_count_or_a_size() {
        let read = |text| Split::parse(text).map_err(|error| error.to_string());
        assert_eq!(read("day"), Ok(Split::Day));
        assert_eq!(read("month"), Ok(Split::Month));
        assert_eq!(read("10000"), Ok(Split::Count(10_000)));
        assert_eq!(read("50MB"), Ok(Split::Size(50 << 20)));
        assert_eq!(read("8k"), Ok(Split::Size(8 << 10)));
        for text in [
            "",
            "0",
            "week",
            "-1",
            "5x",
            "99999999999999999999",
            "99999999999999GB",
        ] {
            assert!(
                read(text).is_err_and(|error| error.contains("no way to split")),
                "{text}"
            );
        }
    }
}
