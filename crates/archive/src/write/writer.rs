//! The writer: takes slots in, commits them.

use std::path::PathBuf;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use openim_history_client::model::{Slot, Timestamp};
use serde::{Deserialize, Serialize};

use super::beside::{Beside, broken};
use super::cursor::Cursor;
use super::drafts::Drafts;
use super::heal::Healed;
use super::intake::Intake;
use super::ledger::Ledger;
use crate::error::{Error, Result};
use crate::index::{IndexSettings, IndexWriter};
use crate::place::{LEASE, Lock, Place};
use crate::row::{RowSource, Seen};
use crate::tables::messages::part::{Finished, Written};
use crate::tables::table::{Purpose, Table};

/// How a writer works.
#[derive(Clone, Debug)]
pub struct WriterOptions {
    /// New messages after which it commits by itself.
    pub commit_rows: u64,
    /// Bytes of memory for files in the making; beyond it they are written out.
    pub memory: usize,
    /// Where the search index lies. Where this is `None`, it lies in the archive's own folder, or, of an
    /// archive that is not on this machine, nowhere.
    pub index_folder: Option<PathBuf>,
    /// How the search index is written; `None` for not at all: it is brought up to date by the next writer
    /// or searcher.
    pub index: Option<IndexSettings>,
    /// How long files that were replaced are kept, for readers that began before; and those that a
    /// writer that was killed left behind.
    pub retention: Duration,
    /// After how long without a sign of life a writer of an archive that is not on this machine counts
    /// as gone, and another may take over. Signs are given six times as often.
    pub lease: Duration,
    /// Tells the time.
    pub clock: fn() -> Timestamp,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            commit_rows: 2_000_000,
            memory: 128 << 20,
            index_folder: None,
            index: Some(IndexSettings::default()),
            retention: Duration::from_secs(24 * 60 * 60),
            lease: LEASE,
            clock: || jiff::Timestamp::now().into(),
        }
    }
}

/// What became of the slots that were taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Messages the archive did not have.
    pub new: u64,
    /// Messages of which something new was seen.
    pub changed: u64,
    /// Messages seen again as they were.
    pub unchanged: u64,
    /// Numbers without a message, of which the archive has none either.
    pub holes: u64,
}

impl Counts {
    /// Returns what came since an earlier count.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            new: self.new - before.new,
            changed: self.changed - before.changed,
            unchanged: self.unchanged - before.unchanged,
            holes: self.holes - before.holes,
        }
    }
}

/// The one way into an archive. There is only one at a time.
pub struct Writer {
    pub(super) place: Place,
    pub(super) table: Table,
    /// Gone for good once something failed: what is in memory and what is on disk may differ then.
    pub(super) intake: Beside<Intake>,
    /// Rows are put into files while the next ones are taken in.
    pub(super) drafts: Beside<Drafts>,
    /// Files that are written and not committed.
    written: Vec<Written>,
    /// New rows that are not committed, wherever they are.
    uncommitted: u64,
    /// The cursor that holds, and its number.
    cursor: Cursor,
    number: u64,
    /// Whether every row that the ledger and the index were told of is on its way into the table. No
    /// more so once something failed, or was broken off in its midst: then a later commit would leave
    /// out rows that count as there.
    sound: bool,
    lock: Lock,
    healed: Option<Healed>,
    server: String,
    pub(super) options: WriterOptions,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("table", &self.table)
            .field("cursor", &self.number)
            .finish_non_exhaustive()
    }
}

/// Seen messages that wait for a look into the tables: more are looked up at once.
const MOST_AGAIN: usize = 20_000;

/// Files that are written beside each other.
const FILES_AT_ONCE: usize = 2;

impl Writer {
    /// Opens what is there. The lock must be taken before the table is read.
    pub(crate) async fn new(
        place: Place,
        table: Table,
        index: Option<IndexWriter>,
        healed: Option<Healed>,
        server: String,
        lock: Lock,
        options: WriterOptions,
    ) -> Result<Self> {
        let ledger = Ledger::read(&place, table.files()).await?;
        let number = table.cursor().await?.unwrap_or_default();
        let cursor = match number {
            0 => Cursor::default(),
            number => match Cursor::read(&place, number).await {
                Ok(cursor) => cursor,
                // Only where to go on was lost: without it, everything is compared.
                Err(error @ Error::Damaged { .. }) => {
                    tracing::warn!(%error, "the next sync compares everything");
                    Cursor::default()
                }
                Err(error) => return Err(error),
            },
        };
        Ok(Self {
            place,
            table,
            intake: Beside::new(Intake::new(ledger)),
            drafts: Beside::new(Drafts::new(index)),
            written: Vec::new(),
            uncommitted: 0,
            cursor,
            number,
            sound: true,
            lock,
            healed,
            server,
            options,
        })
    }

    /// Returns where the archive lies.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns the server the archive was made of, as it was named then.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Returns what had to be done to the search index when the archive was opened, if anything.
    pub fn healed(&self) -> Option<&Healed> {
        self.healed.as_ref()
    }

    /// Returns what time it is.
    pub(crate) fn now(&self) -> Timestamp {
        (self.options.clock)()
    }

    /// Returns who sees something just now.
    pub(crate) fn seen(&self, source: RowSource) -> Seen {
        Seen {
            source,
            at: self.now(),
        }
    }

    /// Returns the cursor that holds.
    pub(crate) fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Returns which numbers the archive has, those not committed yet included.
    pub(crate) fn ledger(&self) -> Result<&Ledger> {
        let intake = self.intake.get().ok_or_else(broken)?;
        Ok(&intake.ledger)
    }

    /// Returns what became of everything taken in so far.
    pub fn counts(&self) -> Counts {
        self.intake
            .get()
            .map(|intake| intake.counts)
            .unwrap_or_default()
    }

    /// Takes slots in. Nothing is certain before [`Writer::commit_rows`]; what is too much for memory is
    /// committed on the way, under the cursor that holds.
    ///
    /// Once this or a commit failed, nothing works any more: what was committed before is there, and the
    /// archive must be opened again.
    pub async fn take(&mut self, slots: Vec<Slot>, seen: Seen) -> Result<()> {
        if slots.is_empty() {
            return Ok(());
        }
        self.begin()?;
        let outcome = self.take_in(slots, seen).await;
        self.end(outcome)
    }

    async fn take_in(&mut self, slots: Vec<Slot>, seen: Seen) -> Result<()> {
        let taken = self.intake.work(move |intake| Ok(intake.take(slots, seen)));
        let added = taken.await?;
        let memory = self.options.memory;
        if self.drafts.settle().await?.memory() > memory {
            let largest = self.drafts.work(move |drafts| drafts.largest(memory));
            let files = largest.await?;
            self.write_files(files).await?;
        }
        self.uncommitted += added.len() as u64;
        self.drafts.start(move |drafts| drafts.add(added)).await?;
        if self.waiting() > MOST_AGAIN || self.uncommitted >= self.options.commit_rows {
            self.commit_under(self.cursor.clone()).await?;
        }
        Ok(())
    }

    /// Makes everything taken in so far certain, with the cursor that covers it.
    pub(crate) async fn commit(&mut self, mut cursor: Cursor) -> Result<()> {
        cursor.written = self.now();
        self.begin()?;
        let outcome = self.commit_under(cursor).await;
        self.end(outcome)
    }

    /// Makes everything taken in so far certain.
    pub async fn commit_rows(&mut self) -> Result<()> {
        self.begin()?;
        let outcome = self.commit_under(self.cursor.clone()).await;
        self.end(outcome)
    }

    /// Begins something that must not be left half done.
    pub(super) fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.sound, false) {
            Ok(())
        } else {
            Err(broken())
        }
    }

    /// Ends what was begun.
    pub(super) fn end<T>(&mut self, outcome: Result<T>) -> Result<T> {
        self.sound = outcome.is_ok();
        outcome
    }

    /// Whether it still works: nothing failed so far but the source.
    pub(crate) fn is_sound(&self) -> bool {
        self.sound
    }

    /// Makes new messages certain and leaves messages seen again for later, for they may have files
    /// rewritten. Returns whether any of these are left: only then the cursor stays where it was.
    pub(crate) async fn commit_new(&mut self, mut cursor: Cursor) -> Result<bool> {
        let waiting = self.waiting() > 0;
        if waiting {
            cursor = self.cursor.clone();
        } else {
            cursor.written = self.now();
        }
        self.begin()?;
        let outcome = self.append_under(cursor).await;
        self.end(outcome)?;
        Ok(waiting)
    }

    async fn append_under(&mut self, cursor: Cursor) -> Result<()> {
        if self.uncommitted == 0 {
            return Ok(());
        }
        let actions = self.new_files().await?;
        self.seal(actions, Purpose::Append, cursor).await
    }

    async fn commit_under(&mut self, cursor: Cursor) -> Result<()> {
        if self.waiting() == 0 {
            self.append_under(cursor.clone()).await?;
        } else {
            // What was seen again may be among the new ones, and must lie in the table to be compared.
            self.append_under(self.cursor.clone()).await?;
            let actions = self.changes().await?;
            if !actions.is_empty() {
                self.seal(actions, Purpose::Change, cursor.clone()).await?;
            }
        }
        if !self.cursor.same_place(&cursor) {
            self.seal(Vec::new(), Purpose::Append, cursor).await?;
        }
        Ok(())
    }

    /// How many messages seen again wait to be compared.
    pub(crate) fn waiting(&self) -> usize {
        self.intake.get().map_or(0, |intake| intake.again.len())
    }

    /// Writes the files in the making out, and returns the actions that bring all new files in.
    pub(super) async fn new_files(&mut self) -> Result<Vec<deltalake_core::kernel::Action>> {
        self.write_out().await?;
        self.uncommitted = 0;
        let written = std::mem::take(&mut self.written);
        Ok(written.into_iter().map(|file| file.action(true)).collect())
    }

    async fn write_out(&mut self) -> Result<()> {
        let files = self.drafts.work(Drafts::files).await?;
        self.write_files(files).await
    }

    async fn write_files(&mut self, files: Vec<Finished>) -> Result<()> {
        let writing = files.into_iter().map(|file| file.write(&self.place));
        let mut writing = stream::iter(writing).buffer_unordered(FILES_AT_ONCE);
        while let Some(written) = writing.try_next().await? {
            self.written.push(written);
        }
        Ok(())
    }

    /// The one point where rows and cursor become true together.
    async fn seal(
        &mut self,
        actions: Vec<deltalake_core::kernel::Action>,
        purpose: Purpose,
        cursor: Cursor,
    ) -> Result<()> {
        self.check_lock()?;
        let last = self.number;
        let number = cursor.write(&self.place, last).await?;
        let version = self.table.commit(actions, purpose, Some(number)).await?;
        self.number = number;
        self.cursor = cursor;
        self.cover(version).await?;
        Cursor::forget_before(&self.place, last, number).await
    }

    /// Fails where another writer took over.
    pub(super) fn check_lock(&self) -> Result<()> {
        self.lock.check(&self.place)
    }

    /// Whether files lie there that no commit names yet.
    pub(super) fn has_uncommitted_files(&self) -> bool {
        !self.written.is_empty()
    }

    /// Lets the index say which version of the table it covers.
    pub(super) async fn cover(&mut self, version: u64) -> Result<()> {
        self.drafts.work(move |drafts| drafts.cover(version)).await
    }

    /// Ends the writing. What was not committed is forgotten.
    pub async fn close(self) -> Result<()> {
        if let Some(drafts) = self.drafts.into_inner().await {
            tokio::task::spawn_blocking(move || drafts.close())
                .await
                .map_err(|error| Error::store("close the search index", error))??;
        }
        self.lock.release().await;
        Ok(())
    }
}
