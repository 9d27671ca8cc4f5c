//! What should be in a folder, against what is.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::folder::{AskedRecord, ExportManifest, FileRecord, Folder, file_sums_with, hex};
use super::super::format::ExportFormat;
use super::super::privacy;
use super::super::walk::{Job, Planned, field};
use super::super::writer::{Part, Setting};
use super::Run;
use super::next::Becomes;
use crate::error::{Error, Result};
use crate::progress::{NoProgress, Progress, apart};

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

    /// Compares what should be there with what is; `None` where it was told to stop.
    pub(super) async fn compare(
        &self,
        folder: &Folder,
        before: Option<&ExportManifest>,
        parts: &[Vec<Planned>],
        setting: &Setting,
        progress: &dyn Progress,
    ) -> Result<Option<Work>> {
        let old = Old::new(folder, before);
        let all = self.wanted(parts, setting);
        let same = all.iter().filter(|(_, job)| old.is_same(job));
        let same = same.flat_map(|(_, job)| old.with_beside(&job.part.path));
        let Some(whole) = whole(folder, same.collect(), progress).await? else {
            return Ok(None);
        };
        let mut work = Work::default();
        for (place, job) in all {
            let path = &job.part.path;
            let is_same = old.is_same(&job);
            let files = old.with_beside(path);
            if is_same && files.iter().all(|file| whole.contains(&file.path)) {
                work.kept.extend(files);
                continue;
            }
            let becomes = match old.record(path) {
                None => {
                    refuse_occupied(folder, path)?;
                    Becomes::New
                }
                Some(_) if is_same => Becomes::Repaired,
                Some(_) => Becomes::Updated,
            };
            work.becomes.insert(path.clone(), becomes);
            work.jobs.entry(place).or_default().push(job);
        }
        Ok(Some(work))
    }

    /// Returns the files that should be there, each with its layout and part.
    fn wanted(&self, parts: &[Vec<Planned>], setting: &Setting) -> Vec<((usize, usize), Job)> {
        let base = base(&self.asked, setting);
        let mut wanted = Vec::new();
        for (layout_at, layout) in self.layouts.iter().enumerate() {
            for format in &layout.formats {
                let files = files(*format, &parts[layout_at]);
                for (at, (part, next)) in files.into_iter().enumerate() {
                    let planned = &parts[layout_at][at];
                    let job = Job {
                        fingerprint: fingerprint(*format, planned, &part, next.as_ref(), &base),
                        format: *format,
                        part,
                        next,
                        staged: PathBuf::new(),
                    };
                    wanted.push(((layout_at, at), job));
                }
            }
        }
        wanted
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

    /// Whether a file was made from the same as it would be now.
    fn is_same(&self, job: &Job) -> bool {
        let held = self.record(&job.part.path);
        held.and_then(|held| held.holds.as_ref())
            .is_some_and(|holds| holds.fingerprint == job.fingerprint)
    }

    /// Whether a small file is on the disk as it was written.
    pub(super) fn is_whole(&self, path: &str) -> bool {
        self.record(path)
            .is_some_and(|record| is_whole(&self.root.join(path), record, &NoProgress))
    }
}

/// Returns which of some files are on the disk as their records say; `None` where it was told to stop.
pub(in crate::export) async fn whole(
    folder: &Folder,
    records: Vec<FileRecord>,
    progress: &dyn Progress,
) -> Result<Option<HashSet<String>>> {
    if records.is_empty() {
        return Ok(Some(HashSet::new()));
    }
    let root = folder.root().to_owned();
    apart(
        "look at the files of the export",
        progress,
        move |progress| {
            progress.begin(
                "comparing files",
                Some(records.iter().map(|record| record.bytes).sum()),
            );
            let mut whole = HashSet::new();
            for record in records {
                if is_whole(&root.join(&record.path), &record, progress) {
                    whole.insert(record.path);
                }
                if progress.stops() {
                    return Ok(None);
                }
            }
            Ok(Some(whole))
        },
    )
    .await
}

fn is_whole(path: &Path, record: &FileRecord, progress: &dyn Progress) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() == record.bytes)
        && file_sums_with(path, progress)
            .is_ok_and(|sums| sums.is_some_and(|sums| sums.sha256 == record.sha256))
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

/// Returns what all files of an export are made with. Who asked, and what the names of the query were taken to mean,
/// stands in the manifest and in no file: somebody new of a name that is asked for changes only the files his
/// messages are in.
fn base(asked: &AskedRecord, setting: &Setting) -> String {
    let mut asked = asked.clone();
    asked.asked.by = None;
    asked.asked.names.clear();
    let mut digest = Sha256::new();
    field(
        &mut digest,
        serde_json::to_string(&asked).unwrap_or_default().as_bytes(),
    );
    field(&mut digest, setting.title.as_bytes());
    if asked.redact {
        digest.update(privacy::VERSION.to_le_bytes());
    }
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
