//! What a verification found.

use std::collections::BTreeMap;
use std::fmt;

use openim_history_client::model::{ConversationId, Seq, SeqRange};
use serde::Serialize;

use super::classes::Classes;
use crate::error::{Error, with_causes};
use crate::tables::damage::Damage;
use crate::tables::file::DataFile;

/// What was found of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConversationReport {
    /// Which.
    pub conversation_id: ConversationId,
    /// The greatest number in use.
    pub head: Seq,
    /// What became of its numbers.
    pub classes: Classes,
    /// Messages of which the server has something else now.
    pub different: u64,
    /// Messages that are no longer on the server and not marked so yet.
    pub behind: u64,
    /// The numbers that are not in the archive, or not as they should be, and why: as many as are named.
    pub holes: Vec<Finding>,
    #[serde(skip)]
    last: Option<Finding>,
}

impl ConversationReport {
    /// Whether a sync would bring something.
    pub fn is_wrong(&self) -> bool {
        self.classes.missing > 0 || self.different > 0 || self.behind > 0
    }
}

/// Numbers, and what was found of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The first.
    pub first: Seq,
    /// The last.
    pub last: Seq,
    /// Their class, as it is called in [`Classes`], or `different`, or `behind`.
    pub class: &'static str,
}

/// Something that is wrong with the archive itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Of which kind it is.
    pub part: Part,
    /// What: a file, the index, a table.
    pub what: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A part of the archive: what it takes to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A data file of messages: what the server still has of them can be fetched again.
    Messages,
    /// A data file of a small table: written anew from the server.
    SmallTable,
    /// A data file of the table of attachments: its addresses are looked for again in the messages.
    Attachments,
    /// An attachment: fetched again, if the server still has it.
    Media,
    /// The search index: built anew from the tables.
    Index,
    /// A table as a whole, its log or what its files say: nothing here mends it.
    Table,
}

/// A file that is lost, or is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamagedFile {
    /// What it is a file of.
    pub part: Part,
    /// Where it lies inside the archive.
    pub path: String,
    /// The month of its messages.
    pub month: Option<String>,
    /// Its rows; none in an attachment.
    pub rows: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// What a verification found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerifyReport {
    /// All conversations together.
    pub classes: Classes,
    /// Messages of which the server has something else now. Zero where contents were not compared.
    pub different: u64,
    /// Messages that are no longer on the server and not marked so yet.
    pub behind: u64,
    /// Findings in all conversations, the named ones and those that are only counted.
    pub findings: u64,
    /// Findings that are named.
    pub findings_named: u64,
    /// What is wrong with the archive itself: as many problems as are named.
    pub problems: Vec<Problem>,
    /// How many problems there are.
    pub problems_found: u64,
    /// The data files of tables, and the attachments that are there, that are not what was written.
    pub damaged_files: Vec<DamagedFile>,
    /// Each conversation, ordered by id.
    pub conversations: Vec<ConversationReport>,
    #[serde(skip)]
    by_id: BTreeMap<ConversationId, ConversationReport>,
    /// How many findings may be named.
    #[serde(skip)]
    most: u64,
}

impl VerifyReport {
    /// Begins a report that names so many findings.
    pub(super) fn naming(most: u64) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// Whether everything that should be there is there, and is what it should be. Differences that a
    /// sync would bring (`different`, `behind`) count as incomplete, too.
    pub fn is_complete(&self) -> bool {
        self.classes.missing == 0
            && self.different == 0
            && self.behind == 0
            && self.problems_found == 0
    }

    pub(super) fn problem(
        &mut self,
        part: Part,
        what: impl fmt::Display,
        reason: impl fmt::Display,
    ) {
        if self.problems_found < self.most {
            self.problems.push(Problem {
                part,
                what: format!("{what}"),
                reason: format!("{reason}"),
            });
        }
        self.problems_found += 1;
    }

    /// Notes a table that cannot be opened.
    pub(super) fn unreadable_table(&mut self, name: &str, error: &Error) {
        self.problem(
            Part::Table,
            format_args!("table {name}"),
            with_causes(error),
        );
    }

    /// Notes a data file of a table.
    pub(super) fn damaged_file(
        &mut self,
        part: Part,
        table: &'static str,
        file: &DataFile,
        damage: Damage,
    ) {
        let path = file.location(table).to_string();
        let rows = file.rows;
        let reason = match &file.month {
            Some(month) => format!("{damage}; {rows} messages of {month} were in it"),
            None => format!("{damage}; {rows} rows were in it"),
        };
        self.problem(part, &path, &reason);
        self.damaged_files.push(DamagedFile {
            part,
            path,
            month: file.month.clone(),
            rows,
            reason,
        });
    }

    /// Notes an attachment.
    pub(super) fn damaged_attachment(&mut self, path: String, damage: Damage) {
        self.problem(Part::Media, &path, damage);
        // One that is lost is fetched again by itself, and there may be many.
        if damage != Damage::Gone {
            self.damaged_files.push(DamagedFile {
                part: Part::Media,
                path,
                month: None,
                rows: 0,
                reason: damage.to_string(),
            });
        }
    }

    pub(super) fn of(&mut self, conversation: &ConversationId) -> &mut ConversationReport {
        if !self.by_id.contains_key(conversation) {
            self.by_id.insert(
                conversation.clone(),
                ConversationReport {
                    conversation_id: conversation.clone(),
                    ..ConversationReport::default()
                },
            );
        }
        self.by_id.entry(conversation.clone()).or_default()
    }

    /// Notes numbers that are not in the archive, or not as they should be.
    pub(super) fn find(
        &mut self,
        conversation: &ConversationId,
        range: SeqRange,
        class: &'static str,
    ) {
        if range.is_empty() {
            return;
        }
        let names = self.findings_named < self.most;
        let report = self.of(conversation);
        let count = match class {
            "different" => Some(&mut report.different),
            "behind" => Some(&mut report.behind),
            class => report.classes.hole(class),
        };
        if let Some(count) = count {
            *count = count.saturating_add(range.len());
        }
        let mut finding = Finding {
            first: range.first,
            last: range.last,
            class,
        };
        match report.last {
            // The same goes on. It is named if its beginning is.
            Some(before) if before.class == class && before.last.next() == range.first => {
                finding.first = before.first;
                report.last = Some(finding);
                if let Some(named) = report.holes.last_mut()
                    && *named == before
                {
                    *named = finding;
                }
            }
            _ => {
                report.last = Some(finding);
                if names {
                    report.holes.push(finding);
                }
                self.findings += 1;
                self.findings_named += u64::from(names);
            }
        }
    }

    /// Adds up.
    pub(super) fn finish(&mut self) {
        for (_, mut report) in std::mem::take(&mut self.by_id) {
            report.holes.sort_by_key(|finding| finding.first);
            self.classes += report.classes;
            self.different += report.different;
            self.behind += report.behind;
            self.conversations.push(report);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_counted() {
        let mut report = VerifyReport::naming(2);
        let chat = ConversationId::new("si_a_b");
        let other = ConversationId::new("si_a_c");
        for (chat, first, last, class) in [
            (&chat, 1, 1, "emptied"),
            (&chat, 2, 2, "emptied"),
            (&chat, 3, 3, "missing"),
            (&chat, 5, 5, "missing"),
            (&chat, 6, 8, "missing"),
            (&chat, 9, 9, "behind"),
            (&other, 1, 1, "missing"),
        ] {
            report.find(chat, SeqRange::new(first, last), class);
        }
        report.finish();
        assert_eq!((report.findings, report.findings_named), (5, 2));
        assert_eq!(report.classes.emptied, 2);
        assert_eq!(report.classes.missing, 6);
        assert_eq!(report.behind, 1);
        let [of, other] = &*report.conversations else {
            panic!("{:?}", report.conversations);
        };
        let named: Vec<_> = (of.holes.iter())
            .map(|hole| (hole.first.0, hole.last.0, hole.class))
            .collect();
        assert_eq!(named, [(1, 2, "emptied"), (3, 3, "missing")]);
        assert!(other.holes.is_empty() && other.is_wrong());
    }
}
