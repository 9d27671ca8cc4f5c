//! Files in the making, one for each month under way, and the index beside them. No waiting here, only work, shared
//! among the cores.

use std::collections::{BTreeMap, HashMap};
use std::mem;

use rayon::prelude::*;

use super::ledger::Month;
use crate::error::Result;
use crate::index::{Entry, IndexWriter};
use crate::row::Row;
use crate::tables::messages::Effort;
use crate::tables::messages::part::{Finished, Part};

/// Rows that all months under way together may hold in columns, about.
const HELD: usize = 49_152;

/// A row on its way into a file and the index.
pub(super) struct Added {
    month: Month,
    row: Row,
    text: String,
}

impl Added {
    pub(super) fn new(month: Month, row: Row) -> Self {
        let text = row.text();
        Self { month, row, text }
    }
}

impl<'a> From<&'a Added> for Entry<'a> {
    fn from(added: &'a Added) -> Self {
        Self::with_text(&added.row, &added.text)
    }
}

/// Rows that are not in the table yet.
pub(super) struct Drafts {
    /// `None` where the archive is written without one.
    index: Option<IndexWriter>,
    parts: HashMap<Month, Part>,
    full: Vec<Finished>,
}

impl Drafts {
    pub(super) fn new(index: Option<IndexWriter>) -> Self {
        Self {
            index,
            parts: HashMap::new(),
            full: Vec::new(),
        }
    }

    /// Takes in new rows.
    pub(super) fn add(&mut self, added: Vec<Added>) -> Result<()> {
        self.push(&added)?;
        if let Some(index) = &mut self.index {
            index.insert(added.iter().map(Entry::from))?;
        }
        drop_beside(added);
        Ok(())
    }

    /// Takes in rows in place of those that files rewritten in the same commit no longer have.
    pub(super) fn replace(&mut self, replaced: &[Added]) -> Result<()> {
        self.push(replaced)?;
        if let Some(index) = &mut self.index {
            index.put(replaced.iter().map(Entry::from))?;
        }
        Ok(())
    }

    /// Puts rows into the files of their months, several months at once.
    fn push(&mut self, added: &[Added]) -> Result<()> {
        let mut by_month: BTreeMap<Month, Vec<&Added>> = BTreeMap::new();
        for added in added {
            by_month.entry(added.month).or_default().push(added);
        }
        for month in by_month.keys() {
            if !self.parts.contains_key(month) {
                let part = Part::new(month.to_string(), Effort::Quick)?;
                self.parts.insert(*month, part);
            }
        }
        let hold = HELD / self.parts.len().max(1);
        self.parts.par_iter_mut().try_for_each(|(month, part)| {
            let Some(here) = by_month.get(month) else {
                return Ok(());
            };
            part.hold(hold);
            here.iter()
                .try_for_each(|added| part.push(&added.row, &added.text))
        })?;
        let large = self.parts.iter().filter(|(_, part)| part.is_large());
        let large: Vec<Month> = large.map(|(month, _)| *month).collect();
        let large = large.iter().filter_map(|month| self.parts.remove(month));
        self.full.extend(finished(large.collect())?);
        Ok(())
    }

    /// Returns about how many bytes the files in the making take.
    pub(super) fn memory(&self) -> usize {
        self.parts.values().map(Part::memory).sum()
    }

    /// Hands out the largest files, until what is left takes half of so many bytes of memory. Small ones go on:
    /// a file for each handful of messages would have to be put together later.
    pub(super) fn largest(&mut self, memory: usize) -> Result<Vec<Finished>> {
        let mut months: Vec<(usize, Month)> = self
            .parts
            .iter()
            .map(|(month, part)| (part.memory(), *month))
            .collect();
        months.sort_unstable();
        let mut left: usize = months.iter().map(|(memory, _)| memory).sum();
        let mut largest = Vec::new();
        while left > memory / 2
            && let Some((memory, month)) = months.pop()
        {
            left -= memory;
            largest.extend(self.parts.remove(&month));
        }
        let mut files = mem::take(&mut self.full);
        files.extend(finished(largest)?);
        Ok(files)
    }

    /// Hands out the files, and begins anew.
    pub(super) fn files(&mut self) -> Result<Vec<Finished>> {
        let mut files = mem::take(&mut self.full);
        files.extend(finished(
            self.parts.drain().map(|(_, part)| part).collect(),
        )?);
        Ok(files)
    }

    /// Lets the index say which version of the table it covers.
    pub(super) fn cover(&mut self, version: u64) -> Result<()> {
        match &mut self.index {
            Some(index) => Ok(index.commit(version)?),
            None => Ok(()),
        }
    }

    /// Ends the writing of the index. What was not committed is forgotten.
    pub(super) fn close(self) -> Result<()> {
        match self.index {
            Some(index) => Ok(index.finish()?),
            None => Ok(()),
        }
    }
}

/// Ends files, several at once.
fn finished(parts: Vec<Part>) -> Result<Vec<Finished>> {
    parts.into_par_iter().map(Part::finish).collect()
}

/// Gives memory back while others go on: a row is a dozen texts.
fn drop_beside(added: Vec<Added>) {
    rayon::spawn(move || added.into_par_iter().for_each(drop));
}
