//! The messages of an archive in order.
//!
//! A file of the archive has them as they came, and all of them fit no memory. So the order is cut into stretches
//! that do, by a sample of it; the files are read once, beside each other, and each message is laid into the
//! stretch it belongs to, on the disk where memory is full. Then one stretch after the other is read and sorted.

mod columns;
mod gather;
mod spool;
mod wanted;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use jiff::tz::TimeZone;
use openim_history_client::model::{ConversationId, Seq};
use tokio::sync::mpsc;

use self::columns::{CHOSEN, WHOLE, glances, pressed, sent};
use self::gather::{Gather, Ranked, Ranks, cuts};
use self::wanted::Wanted;
use super::request::ExportRequest;
use super::walk::{Counts, Feed, Glance, Order, Rank, Scope, Sent};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::index::{Index, Matches};
use crate::place::Place;
use crate::progress::Progress;
use crate::tables::file::DataFile;
use crate::tables::messages::batch::times;
use crate::tables::messages::chosen::{Choice, beside};
use crate::tables::messages::read::each;

/// Messages that are looked at to tell where to cut, about.
const SAMPLE: u64 = 65_536;

/// Bytes of a message without its content and text, about; of a glance, with and without a content.
const ROW: u64 = 600;
const GLANCE: u64 = 256;
const GLANCE_WITH_CONTENT: u64 = 1_024;

/// A stretch of the order is so much of the memory there may be taken: several are under way at once.
const STRETCH: u64 = 16;

/// The messages of an archive that were asked for.
pub(super) struct Tables {
    place: Place,
    files: Vec<DataFile>,
    in_archive: u64,
    wanted: Wanted,
    zone: TimeZone,
    memory: usize,
    /// What tells where to cut an order, once it is known.
    sample: Mutex<Option<Arc<Sample>>>,
    /// Where orders are cut for whole messages.
    cuts: Arc<Mutex<HashMap<Order, Vec<Rank>>>>,
}

/// Some messages of those that are wanted: conversation, number, send time in microseconds.
#[derive(Default)]
struct Sample {
    messages: Vec<(ConversationId, Seq, i64)>,
    counts: Counts,
}

impl Tables {
    /// Takes the tables as they are now. What a query finds is asked of the index once.
    pub(super) fn open(
        archive: &Archive,
        index: Option<&Index>,
        request: &ExportRequest,
    ) -> Result<Self> {
        let asked = match (&request.query, index) {
            (None, _) => None,
            (Some(query), Some(index)) => Some(Arc::new(index.matches(query)?)),
            (Some(_), None) => {
                return Err(Error::Invalid(
                    "a query needs the index of the archive".to_owned(),
                ));
            }
        };
        Ok(Self {
            place: archive.place().clone(),
            files: files(archive, asked.as_deref()),
            in_archive: archive.len(),
            wanted: Wanted::new(asked, request.logs),
            zone: request.zone.clone(),
            memory: request.memory,
            sample: Mutex::default(),
            cuts: Arc::default(),
        })
    }

    /// Looks at the keys of everything that was asked for.
    async fn look(&self) -> Result<Arc<Sample>> {
        let all = self.wanted.with_logs();
        let step = (self.in_archive / SAMPLE).max(1);
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        let columns = &["conversation_id", "seq", "send_time"];
        let make = move |batch: RecordBatch| sample(&batch, step);
        let mut seen = self.read(self.files.clone(), columns, all, make);
        let mut whole = Sample {
            counts: Counts {
                in_archive: self.in_archive,
                ..Counts::default()
            },
            ..Sample::default()
        };
        while let Some(part) = seen.recv().await {
            let part = part?;
            whole.messages.extend(part.messages);
            whole.counts.found += part.counts.found;
            whole.counts.in_logs += part.counts.in_logs;
        }
        Ok(Arc::new(whole))
    }

    /// Reads some columns of the messages that are wanted, and makes of each batch what `make` does.
    fn read<T: Send + 'static>(
        &self,
        files: Vec<DataFile>,
        columns: &'static [&'static str],
        wanted: Wanted,
        make: impl Fn(RecordBatch) -> Result<T> + Clone + Send + Sync + 'static,
    ) -> mpsc::Receiver<Result<T>> {
        let by = wanted.by();
        let takes = wanted.clone();
        beside(
            &self.place,
            files,
            Choice { columns, by },
            move |batch| Ok(takes.among(batch)),
            move |batch| make(wanted.only(batch)?),
        )
    }

    async fn sample(&self) -> Result<Arc<Sample>> {
        let known = || self.sample.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sample) = known().clone() {
            return Ok(sample);
        }
        let looked = self.look().await?;
        Ok(Arc::clone(known().insert(looked)))
    }

    fn cuts(&self) -> MutexGuard<'_, HashMap<Order, Vec<Rank>>> {
        self.cuts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gather(&self, order: Order, cuts: Vec<Rank>) -> Gather {
        let ranks = Ranks::new(order, self.zone.clone(), cuts);
        Gather::new(ranks, self.memory / 4)
    }

    fn stretch(&self) -> u64 {
        (self.memory as u64 / STRETCH).max(1 << 20)
    }
}

/// Returns the files that may hold what was asked for.
fn files(archive: &Archive, asked: Option<&Matches>) -> Vec<DataFile> {
    let mut files = archive.messages.files().to_vec();
    if let Some(asked) = asked {
        let months: Vec<&str> = asked.months().collect();
        of_months(&mut files, |month| months.contains(&month));
    }
    files
}

/// Leaves those of some months. What is of no month may be of any.
fn of_months(files: &mut Vec<DataFile>, is_wanted: impl Fn(&str) -> bool) {
    files.retain(|file| file.month.as_deref().is_none_or(&is_wanted));
}

/// Counts messages by their keys, and takes each so many.
fn sample(batch: &RecordBatch, step: usize) -> Result<Sample> {
    let mut part = Sample::default();
    let times = times(batch, "send_time")?;
    each(batch, |at, conversation, seq| {
        part.counts.found += 1;
        part.counts.in_logs += u64::from(wanted::is_log(conversation));
        if at % step == 0 {
            let id = ConversationId::new(conversation);
            part.messages.push((id, Seq(seq), times[at]));
        }
    });
    Ok(part)
}

#[async_trait]
impl Feed for Tables {
    async fn counts(&self) -> Result<Counts> {
        Ok(self.sample().await?.counts)
    }

    async fn glances(
        &self,
        order: Order,
        media: bool,
        progress: &dyn Progress,
    ) -> Result<Option<BoxStream<'static, Result<Vec<Glance>>>>> {
        let sample = self.sample().await?;
        let each = if media { GLANCE_WITH_CONTENT } else { GLANCE };
        let stretches = (sample.counts.found * each).div_ceil(self.stretch());
        let ranks = Ranks::new(order, self.zone.clone(), Vec::new());
        let gather = self.gather(order, cuts(&sample.messages, &ranks, stretches));
        let splits = gather.splitter();
        let make = move |batch: RecordBatch| splits.split(pressed(&batch, media)?);
        let parts = self.read(self.files.clone(), CHOSEN, self.wanted.clone(), make);
        let Some(gathered) = gather.all(parts, progress).await? else {
            return Ok(None);
        };
        // Told in order, they say where to cut for whole messages.
        let (known, stretch) = (Arc::clone(&self.cuts), self.stretch());
        self.cuts().insert(order, Vec::new());
        let mut weight = 0;
        let stream = gathered.in_order(glances).map(move |batch| {
            let batch: Vec<Glance> = batch?;
            for glance in &batch {
                weight += glance.weight * 2 + ROW;
                if weight > stretch {
                    weight = 0;
                    let rank = glance.rank(order);
                    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                    known.entry(order).or_default().push(rank);
                }
            }
            Ok(batch)
        });
        Ok(Some(stream.boxed()))
    }

    async fn sent(
        &self,
        order: Order,
        scope: &Scope,
        progress: &dyn Progress,
    ) -> Result<Option<BoxStream<'static, Result<Vec<Sent>>>>> {
        let cuts = self.cuts().get(&order).cloned().unwrap_or_default();
        let gather = self.gather(order, cuts);
        let mut files = self.files.clone();
        of_months(&mut files, |month| scope.months.contains(month));
        let splits = gather.splitter();
        let wanted = self.wanted.within(scope);
        let parts = self.read(files, &WHOLE, wanted, move |batch| splits.split(batch));
        let gathered = gather.all(parts, progress).await?;
        Ok(gathered.map(|gathered| gathered.in_order(sent)))
    }
}
