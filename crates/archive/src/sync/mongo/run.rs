//! Reading what the plan says, into the archive.

use std::time::Instant;

use futures::TryStreamExt;
use openim_history_client::model::{Hole, HoleCause, Slot, Timestamp};
use openim_history_client::source::View;
use openim_history_client::source::mongo::{MongoSource, ScanOptions, ScanScope};

use super::plan::MongoPlan;
use crate::error::Result;
use crate::progress::Progress;
use crate::row::RowSource;
use crate::sync::log::News;
use crate::sync::options::{PeopleReport, SyncOptions, SyncReport};
use crate::sync::people;
use crate::sync::same;
use crate::sync::seen::SeenBlocks;
use crate::write::{BlockKey, Cursor, Early, Writer};

/// Blocks and messages after which what they weighed is written down: what is read again after a crash, at most. Each
/// time, the files of all months under way are ended: more often would mean many small ones.
const NOTE_BLOCKS: u64 = 100_000;
const NOTE_MESSAGES: u64 = 2_000_000;

/// How far our clock may be ahead of the server's, in milliseconds.
const CLOCKS_DIFFER: i64 = 60 * 60 * 1_000;

/// Brings an archive up to date with a server's MongoDB.
#[derive(Debug)]
pub struct MongoSync<'a> {
    source: MongoSource,
    writer: &'a mut Writer,
    options: SyncOptions,
    seen: SeenBlocks,
    early: Early,
}

impl<'a> MongoSync<'a> {
    /// Prepares to bring the writer's archive up to date.
    pub async fn new(
        source: MongoSource,
        writer: &'a mut Writer,
        options: SyncOptions,
    ) -> Result<Self> {
        let seen = SeenBlocks::read(writer.place()).await?;
        let early = writer.cursor().early.clone();
        Ok(Self {
            source,
            writer,
            options,
            seen,
            early,
        })
    }

    /// Looks what there is to read. The server weighs its blocks for it; nothing is transferred.
    pub async fn plan(&self) -> Result<MongoPlan> {
        let ledger = self.writer.ledger()?;
        let sample = self.writer.rows_of(&same::sample(ledger)).await?;
        let (place, server) = (self.writer.place(), self.writer.server());
        same::check(&self.source, true, sample, place, server).await?;
        MongoPlan::make(&self.source, &self.options, &self.seen, ledger).await
    }

    /// Reads it. What was read when something fails is committed, and not read again.
    pub async fn perform(
        mut self,
        plan: &MongoPlan,
        progress: &dyn Progress,
    ) -> Result<SyncReport> {
        let started = Instant::now();
        let before = self.writer.counts();
        progress.begin("messages", Some(plan.bytes));
        let read = self.read(plan, progress).await;
        // Whatever was taken in is worth keeping, and only then worth noting.
        // Where the archive itself failed, that is what is to be told.
        if self.writer.is_sound() {
            self.writer.commit_rows().await?;
            self.seen.write(self.writer.place()).await?;
        }
        let read = read?;
        let stopped = read < plan.to_read && progress.stops();
        let mut people = PeopleReport::default();
        if !stopped {
            progress.begin("users, groups and conversations", None);
            let (place, now) = (self.writer.place().clone(), self.writer.now());
            let people_read = people::from_mongo(&place, &self.source, now);
            (people, _) = tokio::try_join!(people_read, self.writer.compact(true))?;
            // The small tables too, so not while they are written.
            self.writer.vacuum().await?;
        }
        Ok(SyncReport {
            messages: self.writer.counts().since(before),
            read,
            conversations: plan.conversations,
            people,
            stopped,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// Reads what the plan says, and returns how many blocks that were.
    async fn read(&mut self, plan: &MongoPlan, progress: &dyn Progress) -> Result<u64> {
        for key in &plan.gone {
            let seen = self.writer.seen(RowSource::Mongo);
            let holes = removed(self.writer.ledger()?, key);
            self.writer.take(holes, seen).await?;
            self.seen.forget(key);
        }
        let scope = if plan.everything {
            ScanScope::All
        } else {
            ScanScope::Blocks(plan.read.clone())
        };
        let mut scan = self.source.scan(ScanOptions {
            scope,
            ..ScanOptions::default()
        });
        let mut weighed: Vec<(BlockKey, u64)> = Vec::new();
        // Where everything is read, what happened before is seen as it is.
        let mut news = match plan.everything {
            true => News::since(Timestamp::from_millis(
                // Of a clock that is far off, too.
                self.writer.now().as_millis().saturating_sub(CLOCKS_DIFFER),
            )),
            false => News::default(),
        };
        let (mut since_note, mut messages) = (0, 0);
        let mut read = 0;
        while !progress.stops()
            && let Some(blocks) = scan.try_next().await?
        {
            let seen = self.writer.seen(RowSource::Mongo);
            let mut bytes = 0;
            let mut slots = Vec::with_capacity(blocks.len() * 100);
            for block in blocks {
                let key = block.key;
                if !self.options.filter.takes(&key.conversation_id) {
                    continue;
                }
                bytes += block.size;
                since_note += 1;
                read += 1;
                let key = BlockKey {
                    conversation_id: key.conversation_id,
                    number: key.number,
                };
                self.early
                    .see(&key.conversation_id, key.number, &block.early);
                weighed.push((key, block.size));
                slots.extend(block.slots);
            }
            let ledger = self.writer.ledger()?;
            news.hold(&View::Full, &mut slots, &self.options, ledger);
            slots.retain(|slot| self.options.wants(slot));
            messages += slots.len() as u64;
            self.writer.take(slots, seen).await?;
            progress.advance(bytes);
            if news.is_full() {
                news.settle(&self.source, self.writer, RowSource::Mongo)
                    .await?;
            }
            if since_note >= NOTE_BLOCKS || messages >= NOTE_MESSAGES {
                (since_note, messages) = (0, 0);
                news.settle(&self.source, self.writer, RowSource::Mongo)
                    .await?;
                self.commit().await?;
                self.note(&mut weighed);
                self.seen.write(self.writer.place()).await?;
            }
        }
        news.settle(&self.source, self.writer, RowSource::Mongo)
            .await?;
        self.commit().await?;
        self.note(&mut weighed);
        Ok(read)
    }

    async fn commit(&mut self) -> Result<()> {
        let cursor = Cursor {
            early: self.early.clone(),
            ..self.writer.cursor().clone()
        };
        self.writer.commit(cursor).await
    }

    /// Notes what was read, once it is committed. A copy of some time only must not keep another
    /// from reading the rest.
    fn note(&mut self, weighed: &mut Vec<(BlockKey, u64)>) {
        for (key, size) in weighed.drain(..) {
            if self.options.since.is_none() {
                self.seen.put(key, size);
            }
        }
    }
}

/// Returns what the archive has of a block as numbers that the server no longer has.
pub(in crate::sync) fn removed(ledger: &crate::write::Ledger, key: &BlockKey) -> Vec<Slot> {
    ledger
        .seqs(key)
        .map(|seq| {
            Slot::Hole(Hole {
                conversation_id: key.conversation_id.clone(),
                seq,
                cause: HoleCause::NoBlock,
            })
        })
        .collect()
}
