//! One new file of messages, being filled.

use std::mem;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use deltalake_core::kernel::{Action, Add};
use object_store::ObjectStoreExt;
use object_store::path::Path as ObjectPath;
use openim_history_client::model::{ConversationId, Seq, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::batch::{longs, texts, times};
use super::columns::MONTH;
use super::press::{GROUP, Press};
use super::properties::{Effort, properties};
use super::spill::Spill;
use super::stretches::note;
use super::{Encoder, NAME, read};
use crate::error::{Error, Result};
use crate::place::Place;
use crate::row::{Row, Rows};
use crate::tables::file::addition;

/// Rows put into columns before they are compressed, at least and at most: a batch is sorted, and the more it has, the
/// fewer pages somebody has to look through who wants a message of one conversation.
const BATCH: (usize, usize) = (2_048, 32_768);

/// Bytes of text put into columns at most.
const LONG: usize = 32 << 20;

/// Bytes of a file from which on another one is begun.
const LARGE: usize = 64 << 20;

/// One new file of messages.
pub(crate) struct Part {
    month: String,
    encoder: Encoder,
    /// Rows the encoder may hold.
    batch: usize,
    /// Rows that wait to be put together.
    waiting: Vec<RecordBatch>,
    press: Press,
    count: u64,
    /// What was written.
    rows: Rows,
    span: Option<Span>,
}

/// The least and the greatest of what engines skip files by.
struct Span {
    conversations: (ConversationId, ConversationId),
    seqs: (Seq, Seq),
    times: (i64, i64),
}

impl Span {
    fn measure(span: &mut Option<Self>, conversation: &str, seq: Seq, time: i64) {
        let Some(span) = span else {
            let id = ConversationId::new(conversation);
            *span = Some(Self {
                conversations: (id.clone(), id),
                seqs: (seq, seq),
                times: (time, time),
            });
            return;
        };
        if *conversation < *span.conversations.0.as_str() {
            span.conversations.0 = conversation.into();
        } else if *conversation > *span.conversations.1.as_str() {
            span.conversations.1 = conversation.into();
        }
        span.seqs = (span.seqs.0.min(seq), span.seqs.1.max(seq));
        span.times = (span.times.0.min(time), span.times.1.max(time));
    }
}

/// A file that is written and waits for its commit.
#[derive(Debug)]
pub(crate) struct Written {
    add: Add,
}

impl Written {
    /// Returns the action that brings it into the table.
    pub(crate) fn action(mut self, data_change: bool) -> Action {
        self.add.data_change = data_change;
        Action::Add(self.add)
    }
}

impl Part {
    /// Begins a file for messages of one month.
    pub(crate) fn new(month: String, effort: Effort) -> Result<Self> {
        Ok(Self {
            month,
            encoder: Encoder::default(),
            batch: BATCH.0,
            press: Press::new(properties(effort))?,
            waiting: Vec::new(),
            count: 0,
            rows: Rows::default(),
            span: None,
        })
    }

    /// Says how many rows it may hold in columns.
    pub(crate) fn hold(&mut self, rows: usize) {
        self.batch = rows.clamp(BATCH.0, BATCH.1);
    }

    /// Takes in a row. `text` is what [`Row::text`] says of it.
    pub(crate) fn push(&mut self, row: &Row, text: &str) -> Result<()> {
        self.encoder.push(row, text);
        self.count += 1;
        // Long messages fill memory sooner than many do.
        if self.encoder.rows() >= self.batch || self.encoder.bytes() >= LONG {
            self.encode()?;
        }
        Ok(())
    }

    fn encode(&mut self) -> Result<()> {
        if self.encoder.rows() == 0 {
            return Ok(());
        }
        let batch = self.encoder.finish()?;
        self.write(batch)
    }

    /// Takes in rows that are columns already. They wait until there are enough of them to be worth sorting.
    pub(crate) fn append(&mut self, batch: RecordBatch) -> Result<()> {
        self.count += batch.num_rows() as u64;
        self.waiting.push(batch);
        let rows: usize = self.waiting.iter().map(RecordBatch::num_rows).sum();
        let bytes = self.waiting.iter().map(RecordBatch::get_array_memory_size);
        if rows >= GROUP || bytes.sum::<usize>() >= 2 * LONG {
            self.put_together()?;
        }
        Ok(())
    }

    fn put_together(&mut self) -> Result<()> {
        let batches = mem::take(&mut self.waiting);
        match batches.first() {
            Some(first) => self.write(concat_batches(&first.schema(), &batches)?),
            None => Ok(()),
        }
    }

    fn write(&mut self, batch: RecordBatch) -> Result<()> {
        let batch = sorted(batch)?;
        let times = times(&batch, "send_time")?;
        let (span, rows) = (&mut self.span, &mut self.rows);
        read::each(&batch, |at, conversation, seq| {
            Span::measure(span, conversation, Seq(seq), times[at] / 1_000);
            rows.push(conversation, Seq(seq));
        });
        self.press.write(&batch)
    }

    /// Returns how many rows it holds.
    pub(crate) fn rows(&self) -> u64 {
        self.count
    }

    /// Returns about how many bytes of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        self.encoder.bytes() + self.press.memory()
    }

    /// Whether another file should be begun.
    pub(crate) fn is_large(&self) -> bool {
        self.press.size() >= LARGE
    }

    /// Ends the file: its bytes, ready to be written.
    pub(crate) fn finish(mut self) -> Result<Finished> {
        self.encode()?;
        self.put_together()?;
        let stats = self.stats();
        let file = self.press.finish(note(&self.rows))?;
        let add = addition(
            format!("{MONTH}={}/part-{}.parquet", self.month, Uuid::new_v4()),
            Some(self.month),
            file.content(),
            stats,
        );
        Ok(Finished { add, file })
    }

    fn stats(&self) -> String {
        let Some(span) = &self.span else {
            return json!({"numRecords": 0}).to_string();
        };
        let shown = |millis| Timestamp::from_millis(millis).to_string();
        json!({
            "numRecords": self.count,
            "minValues": {
                "conversation_id": span.conversations.0,
                "seq": span.seqs.0.0,
                "send_time": shown(span.times.0),
            },
            "maxValues": {
                "conversation_id": span.conversations.1,
                "seq": span.seqs.1.0,
                "send_time": shown(span.times.1),
            },
            "nullCount": {"conversation_id": 0, "seq": 0, "send_time": 0},
        })
        .to_string()
    }
}

/// A file whose bytes are ready.
pub(crate) struct Finished {
    add: Add,
    file: Spill,
}

impl Finished {
    /// Puts the file where it belongs. It is no part of the table before its commit.
    pub(crate) async fn write(self, place: &Place) -> Result<Written> {
        let path = ObjectPath::from(format!("{NAME}/{}", self.add.path));
        let bytes = tokio::task::spawn_blocking(|| self.file.read());
        let bytes = bytes
            .await
            .map_err(|error| Error::store("read a new file of messages", error))??;
        place
            .store()
            .put(&path, bytes.into())
            .await
            .map_err(|error| Error::store(format!("write {path} in {place}"), error))?;
        Ok(Written { add: self.add })
    }
}

/// Sorts rows by conversation and number, unless they came that way.
fn sorted(batch: RecordBatch) -> Result<RecordBatch> {
    let conversations = texts(&batch, "conversation_id")?;
    let seqs = longs(&batch, "seq")?;
    let key = |at: u32| (conversations.value(at as usize), seqs[at as usize]);
    let mut order: Vec<u32> = (0..u32::try_from(batch.num_rows()).unwrap_or(u32::MAX)).collect();
    if order.is_sorted_by_key(|at| key(*at)) {
        return Ok(batch);
    }
    order.sort_unstable_by_key(|at| key(*at));
    Ok(take_record_batch(&batch, &UInt32Array::from(order))?)
}
