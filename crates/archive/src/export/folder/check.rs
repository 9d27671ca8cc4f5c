//! Whether an export's folder is what its manifest says. The archive is not needed for it.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use ::parquet::file::reader::FileReader;
use ::parquet::file::serialized_reader::SerializedFileReader;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::hash::file_sums_with;
use super::manifest::{ExportManifest, FileRecord, MANIFEST, SUMS};
use super::switch::{STAGING, is_unfinished};
use crate::error::{Error, Result};
use crate::progress::{Progress, apart};

/// What the bytes that are read are told to a progress as.
const CHECKING: &str = "checking files";

/// What was found of an export's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportCheck {
    /// Files that were looked at.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages that the manifest says are in the export.
    pub messages: u64,
    /// Messages that were counted in files, where the format allows it: each format has all of them.
    pub counted: u64,
    /// What is wrong, ordered by path.
    pub problems: Vec<ExportProblem>,
    /// Whether it was told to stop before it was through.
    pub stopped: bool,
}

impl ExportCheck {
    /// Whether everything is as the manifest says.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty() && !self.stopped
    }
}

/// Something that is not as the manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportProblem {
    /// The file.
    pub path: String,
    /// What is wrong with it.
    pub trouble: Trouble,
    /// More of it.
    pub detail: String,
}

/// What can be wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It is not there.
    Missing,
    /// Its bytes are others.
    Changed,
    /// It has another number of messages than the manifest says.
    Miscounted,
    /// The manifest does not name it.
    Foreign,
    /// The manifest does not agree with its sums or with itself.
    Manifest,
    /// A run was broken off in the middle of its switch: the next one finishes it.
    Unfinished,
}

/// Verifies an export's folder. Nothing is changed. Its bytes are told to `progress`.
pub async fn verify(folder: &Path, progress: &dyn Progress) -> Result<ExportCheck> {
    let folder = folder.to_owned();
    apart("verify the export", progress, move |progress| {
        check(&folder, progress)
    })
    .await
}

/// The same, in the thread that calls it.
pub(super) fn check(folder: &Path, progress: &dyn Progress) -> Result<ExportCheck> {
    let Some(manifest) = ExportManifest::read(folder)? else {
        return Err(Error::ForeignExport {
            folder: folder.display().to_string(),
            reason: format!("it has no {MANIFEST}"),
        });
    };
    let mut check = ExportCheck {
        messages: manifest.totals.included,
        ..ExportCheck::default()
    };
    if is_unfinished(folder) {
        check.problem(
            STAGING,
            Trouble::Unfinished,
            "run the export again: it finishes what was broken off",
        );
    }
    itself(folder, &manifest, &mut check)?;
    let bytes = manifest.files.iter().map(|file| file.bytes).sum();
    progress.begin(CHECKING, Some(bytes));
    for file in &manifest.files {
        one(folder, file, progress, &mut check);
        if progress.stops() {
            check.stopped = true;
            return Ok(check);
        }
    }
    foreign(folder, &manifest, &mut check)?;
    check.problems.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(check)
}

impl ExportCheck {
    fn problem(&mut self, path: &str, trouble: Trouble, detail: impl Into<String>) {
        self.problems.push(ExportProblem {
            path: path.to_owned(),
            trouble,
            detail: detail.into(),
        });
    }
}

/// Whether the manifest agrees with its sums and with itself.
fn itself(folder: &Path, manifest: &ExportManifest, check: &mut ExportCheck) -> Result<()> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path)
        .map_err(|error| Error::store(format!("read {}", path.display()), error))?;
    match fs::read_to_string(folder.join(SUMS)) {
        Ok(sums) if sums == manifest.sums(&text) => {}
        Ok(sums) => {
            let own = manifest.sums(&text);
            let detail = if sums.lines().next() == own.lines().next() {
                "it has other sums of files than the manifest"
            } else {
                "the manifest was changed: its sum is another one"
            };
            check.problem(SUMS, Trouble::Manifest, detail);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            check.problem(SUMS, Trouble::Missing, "");
        }
        Err(error) => check.problem(SUMS, Trouble::Manifest, error.to_string()),
    }
    let totals = &manifest.totals;
    let left: u64 = totals.left_out.iter().map(|left| left.messages).sum();
    if totals.included + left != totals.in_archive {
        check.problem(
            MANIFEST,
            Trouble::Manifest,
            format!(
                "{} messages in the archive are not {} in the export and {left} left out",
                totals.in_archive, totals.included
            ),
        );
    }
    let mut by_format: HashMap<&str, u64> = manifest
        .asked
        .formats
        .iter()
        .map(|format| (format.as_str(), 0))
        .collect();
    for file in &manifest.files {
        if let (Some(format), Some(holds)) = (&file.format, &file.holds) {
            *by_format.entry(format).or_default() += holds.messages;
        }
    }
    for (format, messages) in by_format {
        if messages != totals.included {
            check.problem(
                MANIFEST,
                Trouble::Manifest,
                format!(
                    "its files of {format} have {messages} messages and not {}",
                    totals.included
                ),
            );
        }
    }
    Ok(())
}

fn one(folder: &Path, file: &FileRecord, progress: &dyn Progress, check: &mut ExportCheck) {
    let path = folder.join(&file.path);
    let metadata = match fs::symlink_metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return check.problem(&file.path, Trouble::Missing, "");
        }
        Err(error) => return check.problem(&file.path, Trouble::Changed, error.to_string()),
    };
    if !metadata.is_file() {
        return check.problem(&file.path, Trouble::Changed, "it is no file");
    }
    check.files += 1;
    check.bytes += metadata.len();
    if metadata.len() != file.bytes {
        let detail = format!("it has {} bytes and not {}", metadata.len(), file.bytes);
        return check.problem(&file.path, Trouble::Changed, detail);
    }
    match file_sums_with(&path, progress) {
        Ok(None) => return,
        Ok(Some(sums)) if sums.sha256 == file.sha256 => {}
        Ok(Some(_)) => return check.problem(&file.path, Trouble::Changed, "its bytes are others"),
        Err(error) => return check.problem(&file.path, Trouble::Changed, error.to_string()),
    }
    let (Some(format), Some(holds)) = (file.format.as_deref(), &file.holds) else {
        return;
    };
    match count(&path, format, progress) {
        Ok(None) => {}
        Ok(Some(messages)) => {
            check.counted += messages;
            if messages != holds.messages {
                let detail = format!("it has {messages} messages and not {}", holds.messages);
                check.problem(&file.path, Trouble::Miscounted, detail);
            }
        }
        Err(error) => check.problem(&file.path, Trouble::Miscounted, error),
    }
}

/// Counts the messages of a file, where the format allows it and nobody says to stop.
fn count(path: &Path, format: &str, progress: &dyn Progress) -> Result<Option<u64>, String> {
    let said = |error: &dyn std::error::Error| error.to_string();
    match format {
        "jsonl" => {
            let mut file = BufReader::new(fs::File::open(path).map_err(|error| said(&error))?);
            let mut lines = 0;
            while !progress.stops() {
                let buffer = file.fill_buf().map_err(|error| said(&error))?;
                if buffer.is_empty() {
                    return Ok(Some(lines));
                }
                lines += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
                let read = buffer.len();
                file.consume(read);
            }
            Ok(None)
        }
        "csv" => {
            let mut file = ::csv::Reader::from_path(path).map_err(|error| said(&error))?;
            let mut record = ::csv::ByteRecord::new();
            let mut records = 0;
            while file
                .read_byte_record(&mut record)
                .map_err(|error| said(&error))?
            {
                records += 1;
                if progress.stops() {
                    return Ok(None);
                }
            }
            Ok(Some(records))
        }
        "parquet" => {
            let file = fs::File::open(path).map_err(|error| said(&error))?;
            let file = SerializedFileReader::new(file).map_err(|error| said(&error))?;
            Ok(u64::try_from(file.metadata().file_metadata().num_rows()).ok())
        }
        "sqlite" => {
            // As it lies there, with no file beside it being made.
            let address =
                url::Url::from_file_path(path.canonicalize().map_err(|error| said(&error))?)
                    .map_err(|()| "its path is no address".to_owned())?;
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            let rows = Connection::open_with_flags(format!("{address}?immutable=1"), flags)
                .and_then(|database| {
                    database.query_row("SELECT count(*) FROM messages", [], |row| {
                        row.get::<_, i64>(0)
                    })
                })
                .map_err(|error| said(&error))?;
            Ok(u64::try_from(rows).ok())
        }
        _ => Ok(None),
    }
}

/// Finds what lies in the folder and is not named.
fn foreign(folder: &Path, manifest: &ExportManifest, check: &mut ExportCheck) -> Result<()> {
    let named: std::collections::HashSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .chain([MANIFEST, SUMS])
        .collect();
    for path in listed(folder)? {
        if !named.contains(path.as_str()) {
            check.problem(&path, Trouble::Foreign, "");
        }
    }
    Ok(())
}

/// Lists the files of a folder and below it, with `/` between names; the staging folder is passed over.
pub(crate) fn listed(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders: Vec<(PathBuf, String)> = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let failed = |error| Error::store(format!("read {}", folder.display()), error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if prefix.is_empty() && name == STAGING {
                continue;
            }
            let path = format!("{prefix}{name}");
            // A link is foreign, wherever it leads: it is not followed.
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else {
                found.push(path);
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}
