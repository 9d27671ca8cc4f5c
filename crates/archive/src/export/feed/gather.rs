//! Bringing messages into an order.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::take::take_record_batch;
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use jiff::tz::TimeZone;
use openim_history_client::model::{ConversationId, Seq};
use tokio::sync::mpsc;

use super::super::walk::{Order, Period, Rank};
use super::spool::Spool;
use crate::clock::{Clock, date};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::tables::messages::batch::times;
use crate::tables::messages::read::each;

/// Messages handed over at once.
const AT_ONCE: usize = 1_024;

/// Stretches that are sorted beside each other.
const BESIDE: usize = 2;

/// Where messages stand in an order, and which stretch of it that is.
#[derive(Clone)]
pub(super) struct Ranks {
    order: Order,
    zone: TimeZone,
    /// The first message of each stretch but the first one.
    cuts: Arc<Vec<Rank>>,
}

impl Ranks {
    pub(super) fn new(order: Order, zone: TimeZone, cuts: Vec<Rank>) -> Self {
        Self {
            order,
            zone,
            cuts: Arc::new(cuts),
        }
    }

    fn periods(&self) -> Periods {
        Periods {
            of: self.order.period,
            clock: Clock::new(self.zone.clone()),
            last: None,
        }
    }

    /// Tells the stretch of each row.
    fn each_stretch(&self, batch: &RecordBatch, mut tell: impl FnMut(usize, usize)) -> Result<()> {
        let times = times(batch, "send_time")?;
        let mut periods = self.periods();
        let mut id = ConversationId::default();
        let mut last = 0;
        each(batch, |at, conversation, seq| {
            if id != *conversation {
                id = ConversationId::new(conversation);
            }
            let rank = Rank::new(self.order, &id, Seq(seq), periods.of(times[at]));
            // Neighbours in a file are often neighbours in the order.
            let fits = self.cuts.get(last).is_none_or(|cut| rank < *cut)
                && last
                    .checked_sub(1)
                    .is_none_or(|before| self.cuts[before] <= rank);
            if !fits {
                last = self.cuts.partition_point(|cut| *cut <= rank);
            }
            tell(at, last);
        });
        Ok(())
    }
}

/// Tells the period of a time.
pub(super) struct Periods {
    of: Option<Period>,
    clock: Clock,
    /// The last day that was asked for, and the first of its month.
    last: Option<(i32, i32)>,
}

impl Periods {
    /// Returns the day a time lies in, or the first of the month; 0 where that does not count.
    pub(super) fn of(&mut self, micros: i64) -> i32 {
        let Some(period) = self.of else {
            return 0;
        };
        let day = self.clock.day(micros);
        match (period, self.last) {
            (Period::Day, _) => day,
            (Period::Month, Some((last, first))) if last == day => first,
            (Period::Month, _) => {
                let first = first_of_month(day);
                self.last = Some((day, first));
                first
            }
        }
    }
}

fn first_of_month(day: i32) -> i32 {
    day - (i32::from(date(day).day()) - 1)
}

/// Returns where to cut an order into so many stretches of about the same number of messages.
pub(super) fn cuts(
    sample: &[(ConversationId, Seq, i64)],
    ranks: &Ranks,
    stretches: u64,
) -> Vec<Rank> {
    let stretches = usize::try_from(stretches)
        .unwrap_or(usize::MAX)
        .min(sample.len());
    if stretches < 2 {
        return Vec::new();
    }
    let mut periods = ranks.periods();
    let mut all: Vec<Rank> = sample
        .iter()
        .map(|(id, seq, micros)| Rank::new(ranks.order, id, *seq, periods.of(*micros)))
        .collect();
    all.sort_unstable();
    (1..stretches)
        .map(|at| all[at * all.len() / stretches].clone())
        .collect()
}

/// Splits batches by the stretches of an order.
#[derive(Clone)]
pub(super) struct Splitter(Ranks);

impl Splitter {
    /// Returns the rows of each stretch.
    pub(super) fn split(&self, batch: RecordBatch) -> Result<Vec<(usize, RecordBatch)>> {
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        if self.0.cuts.is_empty() {
            return Ok(vec![(0, batch)]);
        }
        let mut rows: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        self.0.each_stretch(&batch, |at, stretch| {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            rows.entry(stretch).or_default().push(at);
        })?;
        let parts = rows.into_iter().map(|(stretch, rows)| {
            let part = take_record_batch(&batch, &UInt32Array::from(rows))?;
            Ok((stretch, part))
        });
        parts.collect()
    }
}

/// What is gathered for an order.
pub(super) struct Gather {
    ranks: Ranks,
    spool: Spool,
}

impl Gather {
    /// Takes how the order is cut, and how many bytes may wait in memory.
    pub(super) fn new(ranks: Ranks, room: usize) -> Self {
        Self {
            spool: Spool::new(ranks.cuts.len() + 1, room),
            ranks,
        }
    }

    pub(super) fn splitter(&self) -> Splitter {
        Splitter(self.ranks.clone())
    }

    /// Gathers everything that comes. `None` where it was told to stop.
    pub(super) async fn all(
        mut self,
        mut parts: mpsc::Receiver<Result<Vec<(usize, RecordBatch)>>>,
        progress: &dyn Progress,
    ) -> Result<Option<Gathered>> {
        while let Some(parts) = parts.recv().await {
            if progress.stops() {
                return Ok(None);
            }
            for (stretch, batch) in parts? {
                self.spool.put(stretch, batch);
            }
            if self.spool.is_full() {
                let mut spool = self.spool;
                let spilled = tokio::task::spawn_blocking(move || spool.spill().map(|()| spool));
                self.spool = spilled.await.map_err(broke_off)??;
            }
        }
        Ok(Some(Gathered {
            order: self.ranks.order,
            zone: self.ranks.zone,
            spool: self.spool,
        }))
    }
}

/// What was gathered for an order.
pub(super) struct Gathered {
    order: Order,
    zone: TimeZone,
    spool: Spool,
}

/// What has a place in an order.
pub(super) trait Ranked: Send + 'static {
    fn rank(&self, order: Order) -> Rank;
}

impl Gathered {
    /// Returns all of it in order, each batch turned by `make`.
    pub(super) fn in_order<T: Ranked>(
        self,
        make: fn(&RecordBatch, &mut Periods) -> Result<Vec<T>>,
    ) -> BoxStream<'static, Result<Vec<T>>> {
        let ranks = Ranks::new(self.order, self.zone, Vec::new());
        let stretches = self.spool.stretches();
        let sorted = stretches.into_iter().map(move |stretch| {
            let ranks = ranks.clone();
            tokio::task::spawn_blocking(move || -> Result<Vec<T>> {
                let mut periods = ranks.periods();
                let mut all = Vec::new();
                for batch in stretch.batches()? {
                    all.extend(make(&batch, &mut periods)?);
                }
                all.sort_by_cached_key(|message| message.rank(ranks.order));
                Ok(all)
            })
        });
        // A task begins when it is made: no more are made than may go on beside each other.
        stream::iter(sorted)
            .buffered(BESIDE)
            .flat_map(|all| match all.map_err(broke_off).flatten() {
                Ok(all) => stream::iter(chunks(all)).map(Ok).boxed(),
                Err(error) => stream::iter([Err(error)]).boxed(),
            })
            .boxed()
    }
}

fn chunks<T>(all: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut all = all.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<T> = all.by_ref().take(AT_ONCE).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn broke_off(error: tokio::task::JoinError) -> Error {
    Error::store("sort messages", error)
}
