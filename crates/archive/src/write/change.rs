//! Messages seen again: what the tables have of them, and what becomes of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use deltalake_core::kernel::Action;
use openim_history_client::model::Slot;

use super::ledger::Month;
use super::writer::Writer;
use crate::error::Result;
use crate::row::{Key, Outcome, Row, Seen, merge};
use crate::tables::file::DataFile;
use crate::tables::messages::lookup::{find, keys};
use crate::tables::messages::rewrite::merged;

impl Writer {
    /// Compares what was seen again with the tables, and returns the actions that replace the files
    /// whose rows changed. Every new row must be committed before.
    pub(super) async fn changes(&mut self) -> Result<Vec<Action>> {
        let again = self
            .intake
            .work(|intake| Ok(std::mem::take(&mut intake.again)))
            .await?;
        let found = self.find(again.keys()).await?;
        let mut outcome = compare(again, found);
        let mut actions = Vec::new();
        let mut by_month: BTreeMap<String, Vec<DataFile>> = BTreeMap::new();
        for file in outcome.files.drain(..) {
            actions.push(file.removal(true));
            let month = file.month.clone().unwrap_or_default();
            by_month.entry(month).or_default().push(file);
        }
        let without = keys(outcome.replaced.iter());
        for (month, files) in by_month {
            for file in merged(&self.place, &month, &files, &without).await? {
                let written = file.write(&self.place).await?;
                actions.push(written.action(true));
            }
        }
        let unchanged = outcome.unchanged;
        let rows = outcome.rows;
        let replaced = self.intake.work(move |intake| {
            intake.counts.unchanged += unchanged;
            Ok(intake.replace(rows))
        });
        let replaced = replaced.await?;
        self.drafts
            .work(move |drafts| drafts.replace(&replaced))
            .await?;
        actions.extend(self.new_files().await?);
        Ok(actions)
    }

    /// Looks up committed rows; those the archive does not have are left out.
    pub(crate) async fn rows_of(&self, wanted: &[Key]) -> Result<Vec<Row>> {
        let found = self.find(wanted.iter()).await?;
        Ok(found.into_iter().flat_map(|(_, rows)| rows).collect())
    }

    /// Looks up rows, and the files they lie in.
    async fn find<'a>(
        &self,
        wanted: impl Iterator<Item = &'a Key> + Clone,
    ) -> Result<Vec<(DataFile, Vec<Row>)>> {
        let ledger = self.ledger()?;
        let mut by_months: HashMap<(Month, Month), Vec<&Key>> = HashMap::new();
        for key in wanted {
            if let Some(months) = ledger.months(key) {
                by_months.entry(months).or_default().push(key);
            }
        }
        let wanted = self.table.files().iter().map(|file| {
            let month = Month::parse(file.month.as_deref().unwrap_or_default());
            let here = by_months
                .iter()
                .filter(|((first, last), _)| (*first..=*last).contains(&month))
                .flat_map(|(_, keys)| keys.iter().copied());
            let here = Arc::new(keys(here));
            (file.clone(), here)
        });
        find(&self.place, wanted.collect()).await
    }
}

/// What a comparison came to.
#[derive(Default)]
struct Comparison {
    /// Files that hold a row that changed.
    files: Vec<DataFile>,
    /// The keys of the rows that changed.
    replaced: Vec<Key>,
    /// What they are now.
    rows: Vec<Row>,
    unchanged: u64,
}

fn compare(
    mut again: HashMap<Key, Vec<(Slot, Seen)>>,
    found: Vec<(DataFile, Vec<Row>)>,
) -> Comparison {
    let mut outcome = Comparison::default();
    for (file, rows) in found {
        let mut touched = false;
        for row in rows {
            let key = row.key();
            let Some(sights) = again.remove(&key) else {
                continue;
            };
            match sights.into_iter().fold((row, false), see) {
                (row, true) => {
                    touched = true;
                    outcome.replaced.push(key);
                    outcome.rows.push(row);
                }
                (_, false) => outcome.unchanged += 1,
            }
        }
        if touched {
            outcome.files.push(file);
        }
    }
    // The ledger is read from the tables: what it knows lies there.
    debug_assert!(again.is_empty(), "{} rows were not found", again.len());
    outcome
}

fn see((row, changed): (Row, bool), (slot, seen): (Slot, Seen)) -> (Row, bool) {
    match merge(Some(row.clone()), slot, seen) {
        Outcome::New(row) | Outcome::Changed(row) => (row, true),
        Outcome::Unchanged | Outcome::Hole => (row, changed),
    }
}
