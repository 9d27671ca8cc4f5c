//! The manifest: what was asked, what there is, and what was left out.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use openim_history_client::model::{ConversationId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::report::{FileCounts, Totals};
use super::super::request::Asked;
use super::hash::hex;
use crate::error::{Error, Result};

/// The manifest's name in an export's folder.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The file with the sums of all files and of the manifest, as `sha256sum -c` reads it.
pub(crate) const SUMS: &str = "manifest.sha256";

/// What marks a manifest as one.
const MARK: &str = "openim-history export";

/// The version of the manifest.
const VERSION: u32 = 1;

/// What an export's folder says of itself, in `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportManifest {
    /// `openim-history export`.
    pub kind: String,
    /// The version of the manifest: 1.
    pub version: u32,
    /// The program that made it.
    pub program: String,
    /// When it was last brought up to date.
    pub made: Timestamp,
    /// What was asked for.
    pub asked: AskedRecord,
    /// The archive it was made from.
    pub archive: ArchiveRecord,
    /// How many messages there are, and what became of each.
    pub totals: Totals,
    /// What became of the files in the last run.
    pub last_run: FileCounts,
    /// Every file but the manifest itself and its sums, ordered by path.
    pub files: Vec<FileRecord>,
}

/// What was asked for. Two runs that differ in any of it do not share a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRecord {
    /// The query and what its names were taken to mean. With pseudonyms it would name people: then a token of the
    /// query stands here, by which who has the key can tell whether it is the one he thinks of.
    #[serde(flatten)]
    pub asked: Asked,
    /// The title.
    pub title: String,
    /// The formats.
    pub formats: Vec<String>,
    /// The template of each format.
    pub templates: BTreeMap<String, String>,
    /// Where another file begins, if anywhere.
    pub split: Option<String>,
    /// `en` or `zh`.
    pub language: String,
    /// The zone of times, days and months.
    pub zone: String,
    /// Which key made the pseudonyms, if there are any.
    pub pseudonyms: Option<String>,
    /// Whether numbers of phones and the like are blackened.
    pub redact: bool,
    /// Whether attachments were to come along.
    pub media: bool,
    /// Whether the logs beside chats were to come along.
    pub logs: bool,
    /// Whether CSV begins with the mark of UTF-8.
    pub csv_bom: bool,
}

impl AskedRecord {
    /// Returns the first thing in which another request differs, and both sides of it.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let pairs = [
            ("query", self.asked.query.clone(), other.asked.query.clone()),
            ("formats", self.formats.join(","), other.formats.join(",")),
            (
                "templates",
                format!("{:?}", self.templates),
                format!("{:?}", other.templates),
            ),
            ("split", text(&self.split), text(&other.split)),
            ("language", self.language.clone(), other.language.clone()),
            ("zone", self.zone.clone(), other.zone.clone()),
            (
                "pseudonyms",
                text(&self.pseudonyms),
                text(&other.pseudonyms),
            ),
            ("redact", self.redact.to_string(), other.redact.to_string()),
            ("media", self.media.to_string(), other.media.to_string()),
            ("logs", self.logs.to_string(), other.logs.to_string()),
            (
                "csv_bom",
                self.csv_bom.to_string(),
                other.csv_bom.to_string(),
            ),
        ];
        let found = pairs.into_iter().find(|(_, ours, theirs)| ours != theirs);
        found.map(|(what, ours, theirs)| format!("{what} {ours:?} and not {theirs:?}"))
    }
}

/// The archive an export was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveRecord {
    /// Its id.
    pub id: String,
    /// The server it was made of.
    pub server: String,
    /// The version of its table of messages that was read.
    pub table_version: u64,
}

/// What a file of an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Messages.
    Messages,
    /// What belongs to a file of messages.
    Beside,
    /// A page that leads to others.
    Page,
    /// An attachment.
    Media,
}

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Where it lies below the folder, with `/` between names.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes.
    pub bytes: u64,
    /// Of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// The format, of messages and what belongs to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The file of messages it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What the messages in it are, for file of messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Holds>,
}

/// What is in a file of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// How many messages.
    pub messages: u64,
    /// Of how many conversations.
    pub conversations: u64,
    /// Of which one, where it is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Its number among the files of its conversation, or of the whole.
    pub part: u32,
    /// The earliest send time.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
    /// What was blackened in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub redacted: BTreeMap<String, u64>,
    /// Values that were too long for the format.
    #[serde(default, skip_serializing_if = "is_none")]
    pub cut: u64,
    /// What it was made from: as long as this stays the same, the file need not be written again.
    pub fingerprint: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for it this way"
)]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl ExportManifest {
    pub(crate) fn new(asked: AskedRecord, archive: ArchiveRecord, made: Timestamp) -> Self {
        Self {
            kind: MARK.to_owned(),
            version: VERSION,
            program: concat!("openim-history ", env!("CARGO_PKG_VERSION")).to_owned(),
            made,
            asked,
            archive,
            totals: Totals::default(),
            last_run: FileCounts::default(),
            files: Vec::new(),
        }
    }

    /// Reads the manifest of a folder; `None` where there is none.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(MANIFEST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::store(format!("read {}", path.display()), error)),
        };
        let damaged = |reason: &str, cause: Option<serde_json::Error>| {
            Error::damaged(path.display(), reason, cause.map(Into::into))
        };
        let value: serde_json::Value = serde_json::from_slice(&bytes)
            .map_err(|error| damaged("it is no JSON", Some(error)))?;
        if value.get("kind").and_then(serde_json::Value::as_str) != Some(MARK) {
            return Err(Error::Foreign {
                place: folder.display().to_string(),
                found: MANIFEST.to_owned(),
            });
        }
        let version = value
            .get("version")
            .and_then(serde_json::Value::as_u64)
            .unwrap_or_default();
        if version > u64::from(VERSION) {
            return Err(Error::Newer {
                place: folder.display().to_string(),
                found: u32::try_from(version).unwrap_or(u32::MAX),
                known: VERSION,
            });
        }
        let manifest: Self = serde_json::from_value(value)
            .map_err(|error| damaged("it is no manifest of an export", Some(error)))?;
        let strange = manifest.files.iter().find(|file| !is_inside(&file.path));
        match strange {
            Some(file) => Err(damaged(
                &format!("it names {:?}, which is not below its folder", file.path),
                None,
            )),
            None => Ok(Some(manifest)),
        }
    }

    /// Returns the manifest's text.
    pub(crate) fn text(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::store("write the manifest of the export", error))?;
        text.push('\n');
        Ok(text)
    }

    /// Returns the sums of all files and of the manifest's own text, as `sha256sum -c` reads them.
    pub(crate) fn sums(&self, text: &str) -> String {
        let mut sums = format!("{}  {MANIFEST}\n", hex(&Sha256::digest(text.as_bytes())));
        for file in &self.files {
            sums.push_str(&format!("{}  {}\n", file.sha256, file.path));
        }
        sums
    }
}

/// Whether a path of a manifest stays below its folder. A manifest may have been meddled with.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0', '\n', '\r'])
        && !path.contains(':')
        && path.split('/').all(|name| !matches!(name, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_is_seen() {
        for path in ["a", "a/b.html", "单聊/爱丽丝.html"] {
            assert!(is_inside(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "C:\\x",
            "C:x",
            "a\\..\\b",
        ] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
