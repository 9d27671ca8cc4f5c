//! What happens to slots in memory: new messages go to files in the making, the rest waits for what
//! the tables say of it. No waiting here, only work, shared among the cores.

use std::collections::{HashMap, HashSet};
use std::mem;

use openim_history_client::model::{Slot, Timestamp};
use rayon::prelude::*;

use super::ledger::{Ledger, Month};
use super::writer::Counts;
use crate::error::Result;
use crate::index::{Entry, IndexWriter};
use crate::row::{Key, Outcome, Row, Seen, merge, month};
use crate::tables::messages::Effort;
use crate::tables::messages::part::{Finished, Part};

/// Rows that all months under way together may hold in columns, about.
const HELD: usize = 65_536;

/// What was taken in and is not committed.
pub(super) struct Intake {
    pub(super) ledger: Ledger,
    /// `None` where the archive is written without one.
    pub(super) index: Option<IndexWriter>,
    /// By month.
    parts: HashMap<Month, Part>,
    calendar: Calendar,
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
            calendar: Calendar::default(),
            full: Vec::new(),
            rows: 0,
            again: HashMap::new(),
            counts: Counts::default(),
        }
    }

    /// Takes in slots.
    pub(super) fn take(&mut self, slots: Vec<Slot>, seen: Seen) -> Result<()> {
        let mut fresh: Vec<(Month, Slot)> = Vec::with_capacity(slots.len());
        for slot in slots {
            let (conversation, seq, time) = match &slot {
                Slot::Message(message) => (
                    &message.conversation_id,
                    message.seq,
                    Some(message.send_time),
                ),
                Slot::Hole(hole) => (&hole.conversation_id, hole.seq, None),
            };
            if self.ledger.has(conversation, seq) {
                let key = Key {
                    conversation_id: conversation.clone(),
                    seq,
                };
                self.again.entry(key).or_default().push((slot, seen));
            } else if let Some(time) = time {
                let month = self.calendar.month(time);
                self.ledger.put(conversation, seq, month);
                fresh.push((month, slot));
            } else {
                self.counts.holes += 1;
            }
        }
        let added: Vec<Added> = fresh
            .into_par_iter()
            .filter_map(|(month, slot)| match merge(None, slot, seen) {
                Outcome::New(row) => Some(Added::new(month, row)),
                _ => None,
            })
            .collect();
        self.counts.new += added.len() as u64;
        self.push(&added)?;
        if let Some(index) = &mut self.index {
            index.insert(added.iter().map(Entry::from))?;
        }
        Ok(())
    }

    /// Takes in rows in place of those that files rewritten in the same commit no longer have.
    pub(super) fn replace(&mut self, rows: Vec<Row>) -> Result<()> {
        let mut replaced = Vec::with_capacity(rows.len());
        for row in rows {
            let month = self.calendar.month(row.message.send_time);
            let message = &row.message;
            self.ledger
                .put(&message.conversation_id, message.seq, month);
            replaced.push(Added::new(month, row));
        }
        self.counts.changed += replaced.len() as u64;
        self.push(&replaced)?;
        if let Some(index) = &mut self.index {
            index.put(replaced.iter().map(Entry::from))?;
        }
        Ok(())
    }

    /// Puts rows into the files of their months, several months at once.
    fn push(&mut self, added: &[Added]) -> Result<()> {
        self.rows += added.len() as u64;
        let months: HashSet<Month> = added.iter().map(|added| added.month).collect();
        for month in &months {
            if !self.parts.contains_key(month) {
                let part = Part::new(month.to_string(), Effort::Quick)?;
                self.parts.insert(*month, part);
            }
        }
        let hold = HELD / self.parts.len().max(1);
        let touched = self.parts.par_iter_mut();
        touched
            .filter(|(month, _)| months.contains(month))
            .try_for_each(|(month, part)| {
                part.hold(hold);
                let here = added.iter().filter(|added| added.month == *month);
                here.into_iter()
                    .try_for_each(|added| part.push(&added.row, &added.text))
            })?;
        for month in months {
            if self.parts.get(&month).is_some_and(Part::is_large)
                && let Some(part) = self.parts.remove(&month)
            {
                self.full.push(part.finish()?);
            }
        }
        Ok(())
    }

    /// Returns how many rows wait for a commit.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns about how many bytes the files in the making take.
    pub(super) fn memory(&self) -> usize {
        let parts: usize = self.parts.values().map(Part::memory).sum();
        parts + self.full.iter().map(Finished::size).sum::<usize>()
    }

    /// Hands out the largest files, until what is left takes half of so many bytes of memory. Small ones go on:
    /// a file for each handful of messages would have to be put together later.
    pub(super) fn largest(&mut self, memory: usize) -> Result<Vec<Finished>> {
        let mut files = mem::take(&mut self.full);
        let mut months: Vec<(usize, Month)> = self
            .parts
            .iter()
            .map(|(month, part)| (part.memory(), *month))
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

/// A row on its way into a file and the index.
struct Added {
    month: Month,
    row: Row,
    text: String,
}

impl Added {
    fn new(month: Month, row: Row) -> Self {
        let text = row.text();
        Self { month, row, text }
    }
}

impl<'a> From<&'a Added> for Entry<'a> {
    fn from(added: &'a Added) -> Self {
        Self::with_text(&added.row, &added.text)
    }
}

/// Tells the month of a time. Messages next to each other are mostly of one day, and no day has two months.
#[derive(Default)]
struct Calendar {
    last: Option<(i64, Month)>,
}

impl Calendar {
    fn month(&mut self, time: Timestamp) -> Month {
        const DAY: i64 = 24 * 60 * 60 * 1_000;
        let day = time.as_millis().div_euclid(DAY);
        match self.last {
            Some((last, month)) if last == day => month,
            _ => {
                let month = Month::parse(&month(time));
                self.last = Some((day, month));
                month
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_says_what_a_rows_month_says() {
        let mut calendar = Calendar::default();
        let mut random = fastrand::Rng::with_seed(7);
        let mut millis = 1_700_000_000_000;
        for _ in 0..10_000 {
            millis += random.i64(-40_000_000..60_000_000);
            let time = Timestamp::from_millis(millis);
            assert_eq!(calendar.month(time).to_string(), month(time));
        }
        for millis in [i64::MIN, -1, 0, i64::MAX] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(calendar.month(time).to_string(), month(time));
        }
    }
}
