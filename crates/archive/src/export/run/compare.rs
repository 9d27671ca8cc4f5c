//! What should be in a folder, against what is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::folder::{AskedRecord, ExportManifest, FileRecord, Folder, file_sums, hex};
use super::super::format::ExportFormat;
use super::super::walk::{Job, Planned, field};
use super::super::writer::{Part, Setting};
use super::Run;
use super::next::Becomes;
use crate::error::{Error, Result};

/// What is to be done about the files of an export.
#[derive(Default)]
pub(super) struct Work {
    /// Files to write, by layout and part.
    pub(super) jobs: HashMap<(usize, usize), Vec<Job>>,
    /// Records of files that stay, those beside them included.
    pub(super) kept: Vec<FileRecord>,
    /// What each file that is written will count as.
    pub(super) becomes: HashMap<String, Becomes>,
}

impl Run<'_> {
    /// Returns the manifest of an earlier run of the same request; fails where the folder is another's.
    pub(super) fn own(&self, folder: &Folder) -> Result<Option<ExportManifest>> {
        let Some(before) = folder.manifest()? else {
            return Ok(None);
        };
        let refuse = |reason: String| {
            Err(Error::ForeignExport {
                folder: folder.root().display().to_string(),
                reason,
            })
        };
        if before.archive.id != self.from.archive.id {
            return refuse(format!("it is of the archive of {}", before.archive.server));
        }
        match before.asked.difference(&self.asked) {
            Some(difference) => refuse(format!("it was made with {difference}")),
            None => Ok(Some(before)),
        }
    }

    /// Compares what should be there with what is.
    pub(super) fn compare(
        &self,
        folder: &Folder,
        before: Option<&ExportManifest>,
        parts: &[Vec<Planned>],
        setting: &Setting,
    ) -> Result<Work> {
        let mut work = Work::default();
        let base = base(&self.asked, setting);
        let old = Old::new(folder, before);
        for (layout_at, layout) in self.layouts.iter().enumerate() {
            for format in &layout.formats {
                let files = files(*format, &parts[layout_at]);
                for (at, (part, next)) in files.iter().enumerate() {
                    let fingerprint =
                        fingerprint(*format, &parts[layout_at][at], part, next.as_ref(), &base);
                    let held = old.record(&part.path);
                    let is_same = held
                        .and_then(|held| held.holds.as_ref())
                        .is_some_and(|holds| holds.fingerprint == fingerprint);
                    if is_same && old.is_whole(&part.path) {
                        work.kept.extend(old.with_beside(&part.path));
                        continue;
                    }
                    if held.is_none() {
                        refuse_occupied(folder, &part.path)?;
                    }
                    let becomes = match (held, is_same) {
                        (None, _) => Becomes::New,
                        (Some(_), true) => Becomes::Repaired,
                        (Some(_), false) => Becomes::Updated,
                    };
                    work.becomes.insert(part.path.clone(), becomes);
                    work.jobs.entry((layout_at, at)).or_default().push(Job {
                        format: *format,
                        part: part.clone(),
                        next: next.clone(),
                        staged: PathBuf::new(),
                        fingerprint,
                    });
                }
            }
        }
        Ok(work)
    }
}

/// The files of the state before, as they lie on the disk.
pub(super) struct Old<'a> {
    root: PathBuf,
    by_path: HashMap<&'a str, &'a FileRecord>,
    beside: HashMap<&'a str, Vec<&'a FileRecord>>,
}

impl<'a> Old<'a> {
    pub(super) fn new(folder: &Folder, before: Option<&'a ExportManifest>) -> Self {
        let files = before.map_or(&[][..], |before| &before.files);
        let mut beside: HashMap<&str, Vec<&FileRecord>> = HashMap::new();
        for file in files {
            if let Some(of) = &file.of {
                beside.entry(of).or_default().push(file);
            }
        }
        Self {
            root: folder.root().to_owned(),
            by_path: files
                .iter()
                .map(|file| (file.path.as_str(), file))
                .collect(),
            beside,
        }
    }

    pub(super) fn record(&self, path: &str) -> Option<&'a FileRecord> {
        self.by_path.get(path).copied()
    }

    fn with_beside(&self, path: &str) -> Vec<FileRecord> {
        let beside = self.beside.get(path).into_iter().flatten().copied();
        self.record(path)
            .into_iter()
            .chain(beside)
            .cloned()
            .collect()
    }

    /// Whether a file and what lies beside it are on the disk as they were written.
    pub(super) fn is_whole(&self, path: &str) -> bool {
        self.with_beside(path)
            .iter()
            .all(|file| is_whole(&self.root.join(&file.path), file))
    }
}

/// Whether a file is on the disk as its record says.
pub(in crate::export) fn is_whole(path: &Path, record: &FileRecord) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() == record.bytes)
        && file_sums(path).is_ok_and(|sums| sums.sha256 == record.sha256)
}

/// What lies where a file is to go and is no part of the export is left alone.
pub(super) fn refuse_occupied(folder: &Folder, path: &str) -> Result<()> {
    if folder.root().join(path).symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Error::ForeignExport {
        folder: folder.root().display().to_string(),
        reason: format!("{path} is in the way, which no export made"),
    })
}

/// Returns the files of a format, each with the one that follows it.
pub(super) fn files(format: ExportFormat, parts: &[Planned]) -> Vec<(Part, Option<Part>)> {
    let mut files: Vec<(Part, Option<Part>)> = Vec::with_capacity(parts.len());
    for planned in parts {
        let path = format!("{}.{}", planned.stem, format.extension());
        let mut part = Part {
            path,
            number: planned.number,
            previous: None,
        };
        if planned.number > 1
            && let Some((before, next)) = files.last_mut()
        {
            part.previous = Some(before.path.clone());
            *next = Some(part.clone());
        }
        files.push((part, None));
    }
    files
}

/// Returns what all files of an export are made with.
fn base(asked: &AskedRecord, setting: &Setting) -> String {
    let mut digest = Sha256::new();
    field(
        &mut digest,
        serde_json::to_string(asked).unwrap_or_default().as_bytes(),
    );
    field(&mut digest, setting.title.as_bytes());
    hex(&digest.finalize())
}

/// Returns what a file is made from: as long as it is the same, so is the file.
fn fingerprint(
    format: ExportFormat,
    planned: &Planned,
    part: &Part,
    next: Option<&Part>,
    base: &str,
) -> String {
    let mut digest = Sha256::new();
    field(&mut digest, base.as_bytes());
    field(&mut digest, format.name().as_bytes());
    digest.update(format.version().to_le_bytes());
    field(&mut digest, &planned.print);
    if format.is_linked() {
        digest.update(part.number.to_le_bytes());
        field(
            &mut digest,
            part.previous.as_deref().unwrap_or_default().as_bytes(),
        );
        field(&mut digest, next.map_or("", |next| &next.path).as_bytes());
    }
    hex(&digest.finalize())
}
