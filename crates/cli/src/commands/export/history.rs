//! What became of saved exports: a line for each run, in the user's folder for such things.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use openim_history_archive::export::FileCounts;
use openim_history_client::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::folders;

/// One run of a saved export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    /// Its name.
    pub(super) job: String,
    /// The configuration it stands in: two of them may have one of that name.
    pub(super) file: String,
    pub(super) began: Timestamp,
    pub(super) elapsed_ms: u64,
    pub(super) outcome: Outcome,
    /// Messages in the export.
    #[serde(default)]
    pub(super) messages: u64,
    /// What became of its files.
    #[serde(default)]
    pub(super) files: FileCounts,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Done,
    Failed,
    Interrupted,
}

/// The file of all runs.
#[derive(Clone, Debug)]
pub(super) struct History(Option<PathBuf>);

impl History {
    /// Finds the file. Where there is no such folder, nothing is remembered.
    pub(super) fn of_user() -> Self {
        Self(folders::state().map(|folder| folder.join("exports.jsonl")))
    }

    /// Returns the last run of a job.
    pub(super) fn last(&self, file: &str, job: &str) -> Option<Run> {
        newest_first(&self.text(), file, job).next()
    }

    /// Returns all runs of a job, the newest first.
    pub(super) fn runs(&self, file: &str, job: &str) -> Vec<Run> {
        newest_first(&self.text(), file, job).collect()
    }

    fn text(&self) -> String {
        let read = self.0.as_ref().and_then(|path| fs::read(path).ok());
        String::from_utf8_lossy(&read.unwrap_or_default()).into_owned()
    }

    /// Adds a run.
    pub(super) fn add(&self, run: &Run) -> std::io::Result<()> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut line = serde_json::to_vec(run)?;
        line.push(b'\n');
        // One write of one line: two programs at once do not mix theirs.
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)?
            .write_all(&line)
    }
}

/// A line that cannot be read is passed over.
fn newest_first<'a>(text: &'a str, file: &'a str, job: &'a str) -> impl Iterator<Item = Run> + 'a {
    text.lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Run>(line).ok())
        .filter(move |run| run.file == file && run.job == job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_of_a_job_is_found_among_others_and_broken_lines() {
        let keep = tempfile::tempdir().expect("a folder");
        let history = History(Some(keep.path().join("a/exports.jsonl")));
        let run = |job: &str, outcome| Run {
            job: job.to_owned(),
            file: "f".to_owned(),
            began: Timestamp::from_millis(1),
            elapsed_ms: 2,
            outcome,
            messages: 3,
            files: FileCounts::default(),
            error: None,
        };
        assert_eq!(history.last("f", "a"), None);
        for (job, outcome) in [
            ("a", Outcome::Failed),
            ("b", Outcome::Done),
            ("a", Outcome::Done),
            ("b", Outcome::Failed),
        ] {
            history.add(&run(job, outcome)).expect("writes");
        }
        let path = keep.path().join("a/exports.jsonl");
        let mut text = fs::read_to_string(&path).expect("reads");
        text.push_str("{half");
        fs::write(&path, text).expect("writes");
        assert_eq!(
            history.last("f", "a").map(|run| run.outcome),
            Some(Outcome::Done)
        );
        assert_eq!(
            history.last("f", "b").map(|run| run.outcome),
            Some(Outcome::Failed)
        );
        assert_eq!(history.last("other", "b"), None);
        let outcomes: Vec<Outcome> = history
            .runs("f", "a")
            .into_iter()
            .map(|run| run.outcome)
            .collect();
        assert_eq!(outcomes, [Outcome::Done, Outcome::Failed]);
    }
}
