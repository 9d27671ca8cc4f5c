//! Keeping the table handy: many small files become few, and files nobody needs are removed.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};

use super::writer::Writer;
use crate::error::Result;
use crate::tables::file::DataFile;
use crate::tables::messages::lookup::Keys;
use crate::tables::messages::rewrite::merged;
use crate::tables::small;
use crate::tables::table::Purpose;

/// Files below these sizes are put together once there are that many of a month. Each message is
/// rewritten at most once on each step.
const STEPS: [(u64, usize); 3] = [(1 << 20, 24), (8 << 20, 12), (32 << 20, 6)];

/// Bytes put together at once while others wait for their messages to be found: some tenths of a second.
const AT_ONCE: u64 = 8 << 20;

/// Months whose files are put together beside each other.
const MONTHS_AT_ONCE: usize = 2;

/// Files alike in size, below these sizes, that are worth putting together at the end of a copy.
const FEW: [(u64, usize); 2] = [(8 << 20, 12), (1 << 20, 4)];

impl Writer {
    /// Puts small files together where there are many, and returns how many went. `all` does so with fewer
    /// already, in every month: for the end of a copy. Otherwise it goes about one month only, and little at once.
    pub async fn compact(&mut self, all: bool) -> Result<usize> {
        self.begin()?;
        let outcome = self.put_together(all).await;
        self.end(outcome)
    }

    async fn put_together(&mut self, all: bool) -> Result<usize> {
        let mut months: BTreeMap<String, Vec<DataFile>> = BTreeMap::new();
        for file in self.table.files() {
            let month = file.month.clone().unwrap_or_default();
            months.entry(month).or_default().push(file.clone());
        }
        let chosen = months
            .into_iter()
            .filter_map(|(month, files)| Some((month, choose(files, all)?)));
        // Where others wait, the other months have their turn later.
        let most = if all { usize::MAX } else { 1 };
        let place = &self.place;
        let mut merging = stream::iter(chosen.take(most))
            .map(|(month, files)| async move {
                let merging = merged(place, &month, &files, &Keys::new()).await;
                merging.map(|merged| (files, merged))
            })
            .buffer_unordered(MONTHS_AT_ONCE);
        let (mut actions, mut gone) = (Vec::new(), 0);
        while let Some((files, merged)) = merging.try_next().await? {
            for file in merged {
                actions.push(file.write(place).await?.action(false));
            }
            actions.extend(files.iter().map(|file| file.removal(false)));
            gone += files.len();
        }
        drop(merging);
        if gone > 0 {
            self.check_lock()?;
            let version = self.table.commit(actions, Purpose::Compact, None).await?;
            self.cover(version).await?;
        }
        Ok(gone)
    }

    /// Removes files of the messages and of the small tables that were replaced longer ago than the options say, or
    /// left behind by a writer that was killed, and returns how many. The small tables must not be written meanwhile.
    pub async fn vacuum(&mut self) -> Result<usize> {
        // What is written and not yet committed looks like what was left behind.
        if self.has_uncommitted_files() {
            return Ok(0);
        }
        self.begin()?;
        let outcome = self.clean().await;
        self.end(outcome)
    }

    async fn clean(&mut self) -> Result<usize> {
        self.check_lock()?;
        let before = self.table.version();
        let retention = self.options.retention;
        let gone = self.table.vacuum(retention).await?;
        if self.table.version() != before {
            self.cover(self.table.version()).await?;
        }
        Ok(gone + small::vacuum(&self.place, retention).await?)
    }
}

/// Chooses the files of a month to put together, if it is worth it.
fn choose(mut files: Vec<DataFile>, all: bool) -> Option<Vec<DataFile>> {
    files.sort_by_key(|file| file.size);
    let below = |size: u64| files.iter().take_while(|file| file.size < size).count();
    if all {
        // A large file is not rewritten for the sake of a small one: as long as each is at most twice what goes
        // before it, a message is rewritten a few times in its life and not with every copy.
        let alike = |size: u64| {
            let mut sum = 0;
            let alike = files.iter().take(below(size)).take_while(|file| {
                let is_alike = sum == 0 || file.size <= 2 * sum;
                sum += file.size;
                is_alike
            });
            alike.count()
        };
        let worth = FEW.iter().find_map(|(size, least)| {
            let alike = alike(*size);
            (alike >= *least).then_some(alike)
        });
        return worth.map(|alike| files.drain(..alike).collect());
    }
    let step = STEPS.iter().rev().find_map(|(size, least)| {
        let small = below(*size);
        (small >= *least).then_some(small)
    });
    let mut sum = 0;
    let at_once = files.iter().take(step?).take_while(|file| {
        sum += file.size;
        sum <= AT_ONCE
    });
    let at_once = at_once.count();
    (at_once > 1).then(|| files.drain(..at_once).collect())
}
