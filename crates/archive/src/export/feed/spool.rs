//! Rows that wait for their turn, in memory as far as there is room, and in a file without a name beyond it.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::writer::StreamWriter;
use arrow_select::concat::concat_batches;

use crate::error::{Error, Result};

/// Bytes gathered before the system is asked to take them.
const BUFFER: usize = 64 << 10;

/// Rows by the stretch of an order they belong to.
pub(super) struct Spool {
    stretches: Vec<Stretch>,
    /// Bytes that may wait in memory, and that do.
    room: usize,
    held: usize,
    file: Option<Arc<Mutex<File>>>,
    /// The end of the file.
    end: u64,
}

/// The rows of one stretch.
#[derive(Default)]
pub(super) struct Stretch {
    batches: Vec<RecordBatch>,
    held: usize,
    /// Where in the file others lie: begin and length.
    written: Vec<(u64, u64)>,
    file: Option<Arc<Mutex<File>>>,
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::store(
        format!(
            "keep messages for sorting in {}",
            std::env::temp_dir().display()
        ),
        error,
    )
}

impl Spool {
    pub(super) fn new(stretches: usize, room: usize) -> Self {
        Self {
            stretches: (0..stretches).map(|_| Stretch::default()).collect(),
            room,
            held: 0,
            file: None,
            end: 0,
        }
    }

    /// Takes in rows of a stretch.
    pub(super) fn put(&mut self, stretch: usize, batch: RecordBatch) {
        let bytes = batch.get_array_memory_size();
        if let Some(stretch) = self.stretches.get_mut(stretch) {
            stretch.held += bytes;
            stretch.batches.push(batch);
            self.held += bytes;
        }
    }

    /// Whether more waits than there is room for.
    pub(super) fn is_full(&self) -> bool {
        self.held > self.room
    }

    /// Writes out the largest stretches, until half of the room is free again.
    pub(super) fn spill(&mut self) -> Result<()> {
        let mut largest: Vec<usize> = (0..self.stretches.len()).collect();
        largest.sort_by_key(|at| std::cmp::Reverse(self.stretches[*at].held));
        for at in largest {
            if self.held <= self.room / 2 {
                break;
            }
            let stretch = &mut self.stretches[at];
            let batches = mem::take(&mut stretch.batches);
            let file = match &self.file {
                Some(file) => file,
                None => self
                    .file
                    .insert(Arc::new(Mutex::new(tempfile::tempfile().map_err(failed)?))),
            };
            let mut open = file.lock().unwrap_or_else(PoisonError::into_inner);
            open.seek(SeekFrom::Start(self.end)).map_err(failed)?;
            write(&batches, &mut open)?;
            let end = open.stream_position().map_err(failed)?;
            drop(open);
            stretch.file = Some(Arc::clone(file));
            stretch.written.push((self.end, end - self.end));
            self.end = end;
            self.held -= mem::take(&mut stretch.held);
        }
        Ok(())
    }

    /// Returns the stretches in order.
    pub(super) fn stretches(self) -> Vec<Stretch> {
        self.stretches
    }
}

fn write(batches: &[RecordBatch], file: &mut File) -> Result<()> {
    let Some(first) = batches.first() else {
        return Ok(());
    };
    // Many small ones take more than their rows do.
    let batch = concat_batches(&first.schema(), batches)?;
    let file = BufWriter::with_capacity(BUFFER, file);
    let mut writer = StreamWriter::try_new(file, &batch.schema()).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    let file = writer.into_inner().map_err(failed)?;
    file.into_inner()
        .map(drop)
        .map_err(|error| failed(error.into_error()))
}

impl Stretch {
    /// Returns its rows.
    pub(super) fn batches(self) -> Result<Vec<RecordBatch>> {
        let mut batches = self.batches;
        let Some(file) = self.file else {
            return Ok(batches);
        };
        for (begin, length) in self.written {
            let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
            let mut open = file.lock().unwrap_or_else(PoisonError::into_inner);
            open.seek(SeekFrom::Start(begin)).map_err(failed)?;
            (&mut *open)
                .take(length)
                .read_to_end(&mut bytes)
                .map_err(failed)?;
            drop(open);
            // The columns stay where they were read to.
            let mut bytes = Buffer::from_vec(bytes);
            let mut decoder = StreamDecoder::new();
            while let Some(batch) = decoder.decode(&mut bytes).map_err(failed)? {
                batches.push(batch);
            }
        }
        Ok(batches)
    }
}
