//! Compressing columns into a file, beside whoever fills the next ones.

use std::thread::{self, JoinHandle};

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

use crate::error::{Error, Result};

type Writer = Box<ArrowWriter<Vec<u8>>>;
type Outcome = Result<Writer, ParquetError>;

/// A file being written. One batch at a time is compressed in a thread of its own: that is most of the work
/// of a copy, and who fills the next batch need not wait for it.
pub(super) struct Press {
    state: State,
    /// What the writer said last, and what was given to it since: bytes of memory, bytes of the file.
    memory: usize,
    size: usize,
}

enum State {
    Idle(Writer),
    Busy(JoinHandle<Outcome>),
    /// It failed, and why.
    Failed(String),
}

impl Press {
    pub(super) fn new(writer: ArrowWriter<Vec<u8>>) -> Self {
        Self {
            state: State::Idle(Box::new(writer)),
            memory: 0,
            size: 0,
        }
    }

    /// Writes a batch, once the one before it is written. A failure is told by the next call.
    pub(super) fn write(&mut self, batch: RecordBatch) -> Result<()> {
        let mut writer = self.wait()?;
        self.measure(&writer);
        self.memory += batch.get_array_memory_size();
        self.state = State::Busy(thread::spawn(move || {
            writer.write(&batch)?;
            Ok(writer)
        }));
        Ok(())
    }

    fn measure(&mut self, writer: &Writer) {
        self.size = writer.bytes_written() + writer.in_progress_size();
        self.memory = writer.memory_size() + writer.inner().len();
    }

    /// Writes what is left, and returns the file.
    pub(super) fn finish(mut self, last: Option<RecordBatch>) -> Result<Vec<u8>> {
        let mut writer = self.wait()?;
        if let Some(batch) = last {
            writer.write(&batch).map_err(failed)?;
        }
        writer.into_inner().map_err(failed)
    }

    /// Returns about how many bytes of memory it takes: those of a batch until it is written.
    pub(super) fn memory(&mut self) -> usize {
        if matches!(&self.state, State::Busy(thread) if thread.is_finished())
            && let Ok(writer) = self.wait()
        {
            self.measure(&writer);
            self.state = State::Idle(writer);
        }
        self.memory
    }

    /// Returns about how many bytes the file has.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Keeps why it failed, for whoever asks next, and says so.
    fn fail(&mut self, why: String) -> Result<Writer> {
        self.state = State::Failed(why.clone());
        Err(failed(ParquetError::General(why)))
    }

    fn wait(&mut self) -> Result<Writer> {
        match std::mem::replace(&mut self.state, State::Failed(String::new())) {
            State::Idle(writer) => Ok(writer),
            State::Busy(thread) => match thread.join() {
                Ok(Ok(writer)) => Ok(writer),
                Ok(Err(error)) => self.fail(error.to_string()),
                Err(_) => self.fail("its compression broke off".to_owned()),
            },
            State::Failed(why) => self.fail(why),
        }
    }
}

fn failed(error: ParquetError) -> Error {
    Error::store("write a file of messages", error)
}
