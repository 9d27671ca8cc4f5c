//! The next state of a folder: its manifest, what gets a name, and what goes.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::super::folder::{ExportManifest, FileRecord};
use super::super::report::ExportReport;
use super::super::walk::Staged;
use super::compare::Work;

/// What a file that is written counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::export) enum Becomes {
    New,
    Updated,
    Repaired,
}

/// A file of an export that holds no messages.
pub(in crate::export) struct Extra {
    pub(in crate::export) record: FileRecord,
    /// Where it waits for its name, and what it counts as; `None` where it is there already.
    pub(in crate::export) staged: Option<(PathBuf, Becomes)>,
}

impl ExportReport {
    pub(super) fn count(&mut self, becomes: Becomes) {
        match becomes {
            Becomes::New => self.files.new += 1,
            Becomes::Updated => self.files.updated += 1,
            Becomes::Repaired => self.files.repaired += 1,
        }
    }
}

/// The next state of a folder.
pub(super) struct Next {
    pub(super) manifest: ExportManifest,
    pub(super) moves: Vec<(PathBuf, String)>,
    pub(super) gone: Vec<String>,
    pub(super) report: ExportReport,
}

impl Next {
    pub(super) fn new(
        mut manifest: ExportManifest,
        before: Option<&ExportManifest>,
        work: Work,
        staged: Vec<Staged>,
        extras: Vec<Extra>,
    ) -> Self {
        let mut report = ExportReport::default();
        let mut moves = Vec::new();
        let mut files = work.kept;
        report.files.reused = files.len() as u64;
        for file in staged {
            for (from, record) in file.records {
                let main = record.of.as_ref().unwrap_or(&record.path);
                report.count(work.becomes.get(main).copied().unwrap_or(Becomes::New));
                moves.push((from, record.path.clone()));
                files.push(record);
            }
        }
        for extra in extras {
            match extra.staged {
                None => report.files.reused += 1,
                Some((staged, becomes)) => {
                    report.count(becomes);
                    moves.push((staged, extra.record.path.clone()));
                }
            }
            files.push(extra.record);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let now: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let held = before.map_or(&[][..], |before| &before.files);
        let gone: Vec<String> = held
            .iter()
            .filter(|file| !now.contains(file.path.as_str()))
            .map(|file| file.path.clone())
            .collect();
        report.files.removed = gone.len() as u64;
        report.bytes = files.iter().map(|file| file.bytes).sum();
        let holds = || files.iter().filter_map(|file| file.holds.as_ref());
        report.cut_cells = holds().map(|holds| holds.cut).sum();
        // Each message is in every format: those of one tell how much was blackened.
        let format = manifest.asked.formats.first().cloned();
        let mut redacted: BTreeMap<String, u64> = BTreeMap::new();
        for file in files.iter().filter(|file| file.format == format) {
            for (what, count) in file.holds.iter().flat_map(|holds| &holds.redacted) {
                *redacted.entry(what.clone()).or_default() += count;
            }
        }
        manifest.totals.redacted = redacted;
        manifest.last_run = report.files;
        manifest.files = files;
        report.totals = manifest.totals.clone();
        Self {
            manifest,
            moves,
            gone,
            report,
        }
    }
}
