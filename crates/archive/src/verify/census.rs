//! Counting what the tables hold.

use std::collections::HashMap;

use openim_history_client::model::{ConversationId, Seq};

use super::VerifyOptions;
use super::classes::Classes;
use super::report::{Part, VerifyReport};
use crate::archive::Archive;
use crate::error::{Result, with_causes};
use crate::progress::Progress;
use crate::tables::damage::Damage;
use crate::tables::file::DataFile;
use crate::tables::messages::NAME;
use crate::tables::messages::read::{State, each_state};
use crate::write::{Ledger, Month};

/// What the tables hold: which numbers, and how many of each conversation in which state.
#[derive(Debug, Default)]
pub(super) struct Census {
    /// The files that can be read.
    pub(super) files: Vec<DataFile>,
    /// Whether these are all.
    pub(super) is_whole: bool,
    pub(super) ledger: Ledger,
    counts: HashMap<ConversationId, Classes>,
    /// Which numbers are marked as purged.
    pub(super) purged: Ledger,
    twice: u64,
    first_twice: Option<String>,
}

impl Census {
    /// Reads the keys and states of files. What lies in a file that cannot be read does not count as
    /// there. A key that is there twice is a problem.
    pub(super) async fn take(
        archive: &Archive,
        mut files: Vec<DataFile>,
        progress: &dyn Progress,
        report: &mut VerifyReport,
    ) -> Result<Self> {
        let mut census = loop {
            let rows = files.iter().map(|file| file.rows).sum();
            progress.begin("tables", Some(rows));
            let mut census = Self::default();
            let mut bad = Vec::new();
            for file in &files {
                match census.count(archive, file).await {
                    Ok(()) => progress.advance(file.rows),
                    Err(error) => {
                        let reason = Damage::of(archive.place(), NAME, file, true).await?;
                        match reason {
                            Some(damage) => {
                                report.damaged_file(Part::Messages, NAME, file, damage);
                            }
                            None => {
                                let reason = with_causes(&error);
                                report.problem(Part::Table, file.location(NAME), reason);
                            }
                        }
                        bad.push(file.path.clone());
                    }
                }
            }
            if bad.is_empty() {
                break census;
            }
            // A part of what they hold was counted: begun anew without them.
            files.retain(|file| !bad.contains(&file.path));
        };
        if let Some(example) = &census.first_twice {
            report.problem(
                Part::Table,
                "table messages",
                format_args!(
                    "{} messages are there twice, for example {example}",
                    census.twice
                ),
            );
        }
        census.is_whole = files.len() == archive.messages.files().len();
        census.files = files;
        Ok(census)
    }

    async fn count(&mut self, archive: &Archive, file: &DataFile) -> Result<()> {
        let month = Month::parse(file.month.as_deref().unwrap_or_default());
        each_state(archive.place(), file, |conversation, seq, state| {
            let id = ConversationId::new(conversation);
            let seq = Seq(seq);
            if !self.ledger.put(&id, seq, month) {
                self.twice += 1;
                self.first_twice
                    .get_or_insert_with(|| format!("{id} {seq}"));
                return;
            }
            let counts = self.counts.entry(id.clone()).or_default();
            match state {
                State::Normal => counts.normal += 1,
                State::Revoked => counts.revoked += 1,
                State::DeletedForSome => counts.deleted_for_some += 1,
                State::Purged => {
                    counts.purged += 1;
                    self.purged.put(&id, seq, month);
                }
            }
        })
        .await
    }

    /// Puts the counts into the report.
    pub(super) fn report(&self, options: &VerifyOptions, report: &mut VerifyReport) {
        for (conversation, classes) in &self.counts {
            if options.filter.takes(conversation) {
                let of = report.of(conversation);
                of.classes += *classes;
                let head = self.ledger.head(conversation).unwrap_or_default();
                of.head = of.head.max(head);
            }
        }
    }
}
