//! Compressing columns into a file, as many beside each other as there are cores.

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::columns::FILE_SCHEMA;
use super::spill::Spill;
use crate::error::{Error, Result};

/// Rows of a group: what an engine takes or leaves at once. Whoever shows one message unpacks the names and ids of
/// its whole group.
pub(super) const GROUP: usize = 32_768;

/// Bytes of memory of a column under way, beside what it holds: a page, a dictionary, a compressor.
const COLUMN: usize = 32 << 10;

/// A file of messages being written.
pub(super) struct Press {
    file: SerializedFileWriter<Spill>,
    factory: ArrowRowGroupWriterFactory,
    /// The columns of the group under way, and its rows.
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
    groups: usize,
}

impl Press {
    pub(super) fn new(properties: WriterProperties) -> Result<Self> {
        let writer = ArrowWriter::try_new(Spill::new(), FILE_SCHEMA.clone(), Some(properties));
        let parts = writer.and_then(ArrowWriter::into_serialized_writer);
        let (file, factory) = parts.map_err(failed)?;
        Ok(Self {
            file,
            factory,
            columns: Vec::new(),
            rows: 0,
            groups: 0,
        })
    }

    /// Writes a batch.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.encode(batch).map_err(failed)
    }

    fn encode(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        if self.columns.is_empty() {
            self.columns = self.factory.create_column_writers(self.groups)?;
        }
        let mut leaves = Vec::with_capacity(self.columns.len());
        for (field, column) in FILE_SCHEMA.fields().iter().zip(batch.columns()) {
            leaves.extend(compute_leaves(field, column)?);
        }
        let columns = self.columns.par_iter_mut().zip(&leaves);
        columns.try_for_each(|(column, leaf)| column.write(leaf))?;
        self.rows += batch.num_rows();
        if self.rows >= GROUP {
            self.end_group()?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let columns = std::mem::take(&mut self.columns).into_par_iter();
        let chunks: Vec<ArrowColumnChunk> = columns
            .map(ArrowColumnWriter::close)
            .collect::<Result<_, ParquetError>>()?;
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        self.rows = 0;
        self.groups += 1;
        Ok(())
    }

    /// Returns the file, with a note in its footer.
    pub(super) fn finish(mut self, note: Option<KeyValue>) -> Result<Spill> {
        let ended = self.end_group();
        if let Some(note) = note {
            self.file.append_key_value_metadata(note);
        }
        ended.and_then(|()| self.file.into_inner()).map_err(failed)
    }

    /// Returns about how many bytes of memory it takes: those of the group under way. The library counts room that it
    /// reserves and never touches, a megabyte for each column of texts.
    pub(super) fn memory(&self) -> usize {
        self.group_bytes() + self.columns.len() * COLUMN
    }

    fn group_bytes(&self) -> usize {
        let columns = self.columns.iter();
        columns
            .map(ArrowColumnWriter::get_estimated_total_bytes)
            .sum()
    }

    /// Returns about how many bytes the file has.
    pub(super) fn size(&self) -> usize {
        self.group_bytes() + self.file.bytes_written()
    }
}

fn failed(error: ParquetError) -> Error {
    Error::store("write a file of messages", error)
}
