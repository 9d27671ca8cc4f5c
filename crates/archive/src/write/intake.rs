//! What happens to slots in memory: new messages go to files in the making, the rest waits for what
//! the tables say of it. No waiting here, only work.

use std::collections::HashMap;
use std::mem;

use openim_history_client::model::Slot;

use super::ledger::{Ledger, Month};
use super::writer::Counts;
use crate::error::Result;
use crate::index::{Entry, IndexWriter};
use crate::row::{Key, Outcome, Row, Seen, merge, month};
use crate::tables::messages::part::{Effort, Finished, Part};

/// What was taken in and is not committed.
pub(super) struct Intake {
    pub(super) ledger: Ledger,
    /// `None` where the archive is written without one.
    pub(super) index: Option<IndexWriter>,
    parts: HashMap<String, Part>,
    full: Vec<Finished>,
    /// Rows in `parts` and `full`.
    rows: u64,
    /// What was seen of messages the archive has: to be compared with what it has of them.
    pub(super) again: HashMap<Key, Vec<(Slot, Seen)>>,
    pub(super) counts: Counts,
}

impl Intake {
    pub(super) fn new(ledger: Ledger, index: Option<IndexWriter>) -> Self {
        Self {
            ledger,
            index,
            parts: HashMap::new(),
            full: Vec::new(),
            rows: 0,
            again: HashMap::new(),
            counts: Counts::default(),
        }
    }

    /// Takes in slots.
    pub(super) fn take(&mut self, slots: Vec<Slot>, seen: Seen) -> Result<()> {
        let mut added: Vec<(Row, String)> = Vec::new();
        for slot in slots {
            let (conversation, seq) = match &slot {
                Slot::Message(message) => (&message.conversation_id, message.seq),
                Slot::Hole(hole) => (&hole.conversation_id, hole.seq),
            };
            if self.ledger.has(conversation, seq) {
                let key = Key {
                    conversation_id: conversation.clone(),
                    seq,
                };
                self.again.entry(key).or_default().push((slot, seen));
            } else {
                match merge(None, slot, seen) {
                    Outcome::New(row) => {
                        let text = row.text();
                        self.add(&row, &text)?;
                        added.push((row, text));
                    }
                    _ => self.counts.holes += 1,
                }
            }
        }
        if let Some(index) = &mut self.index {
            index.insert(entries(&added))?;
        }
        Ok(())
    }

    /// Takes in a row the archive does not have.
    fn add(&mut self, row: &Row, text: &str) -> Result<()> {
        let month = month(row.message.send_time);
        self.ledger.put(
            &row.message.conversation_id,
            row.message.seq,
            Month::parse(&month),
        );
        self.push(&month, row, text)?;
        self.counts.new += 1;
        Ok(())
    }

    /// Takes in rows in place of those that files rewritten in the same commit no longer have.
    pub(super) fn replace(&mut self, rows: Vec<Row>) -> Result<()> {
        let mut replaced = Vec::with_capacity(rows.len());
        for row in rows {
            let text = row.text();
            let month = month(row.message.send_time);
            self.ledger.put(
                &row.message.conversation_id,
                row.message.seq,
                Month::parse(&month),
            );
            self.push(&month, &row, &text)?;
            self.counts.changed += 1;
            replaced.push((row, text));
        }
        if let Some(index) = &mut self.index {
            index.put(entries(&replaced))?;
        }
        Ok(())
    }

    fn push(&mut self, month: &str, row: &Row, text: &str) -> Result<()> {
        self.rows += 1;
        let part = match self.parts.get_mut(month) {
            Some(part) => part,
            None => {
                let part = Part::new(month.to_owned(), Effort::Quick)?;
                self.parts.entry(month.to_owned()).or_insert(part)
            }
        };
        part.push(row, text)?;
        if part.is_large()
            && let Some(part) = self.parts.remove(month)
        {
            self.full.push(part.finish()?);
        }
        Ok(())
    }

    /// Returns how many rows wait for a commit.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns about how many bytes the files in the making take.
    pub(super) fn memory(&mut self) -> usize {
        let parts: usize = self.parts.values_mut().map(Part::memory).sum();
        parts + self.full.iter().map(Finished::size).sum::<usize>()
    }

    /// Hands out the largest files, until what is left takes half of so many bytes of memory. Small ones go on:
    /// a file for each handful of messages would have to be put together later.
    pub(super) fn largest(&mut self, memory: usize) -> Result<Vec<Finished>> {
        let mut files = mem::take(&mut self.full);
        let mut months: Vec<(usize, String)> = self
            .parts
            .iter_mut()
            .map(|(month, part)| (part.memory(), month.clone()))
            .collect();
        months.sort_unstable();
        let mut left: usize = months.iter().map(|(memory, _)| memory).sum();
        while left > memory / 2
            && let Some((memory, month)) = months.pop()
        {
            left -= memory;
            if let Some(part) = self.parts.remove(&month) {
                files.push(part.finish()?);
            }
        }
        // Written, they wait for their commit elsewhere.
        self.rows -= files.iter().map(Finished::rows).sum::<u64>();
        Ok(files)
    }

    /// Hands out the files, and begins anew.
    pub(super) fn files(&mut self) -> Result<Vec<Finished>> {
        self.rows = 0;
        let mut files = mem::take(&mut self.full);
        for (_, part) in self.parts.drain() {
            files.push(part.finish()?);
        }
        Ok(files)
    }
}

fn entries(rows: &[(Row, String)]) -> impl Iterator<Item = Entry<'_>> {
    rows.iter().map(|(row, text)| Entry::with_text(row, text))
}
