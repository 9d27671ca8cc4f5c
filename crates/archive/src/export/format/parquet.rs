//! Parquet with the columns of the archive's own table of messages, and the names beside them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::WriterProperties;
use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::super::folder::Sums;
use super::super::writer::{Item, Part, Writer};
use super::file::{Output, failed, place};
use crate::error::Result;
use crate::tables::messages::Encoder;
use crate::tables::messages::columns::TABLE_SCHEMA;

/// Rows put into columns before they are compressed.
const BATCH: usize = 4_096;

/// Rows of a group at most, and about its bytes.
const GROUP: usize = 131_072;
const GROUP_BYTES: usize = 32 << 20;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields: Vec<Arc<Field>> = TABLE_SCHEMA.fields().iter().cloned().collect();
    for name in ["conversation_name", "sender_name"] {
        fields.push(Arc::new(Field::new(name, DataType::Utf8, false)));
    }
    Arc::new(Schema::new(fields))
});

/// Begins a file.
pub(super) fn begin(folder: &Path, part: &Part) -> Result<Box<dyn Writer>> {
    let path = place(folder, part)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
        .set_max_row_group_row_count(Some(GROUP))
        .build();
    let file = Output::begin(folder, part)?;
    let file = ArrowWriter::try_new(file, SCHEMA.clone(), Some(properties))
        .map_err(|error| failed(&path, error))?;
    Ok(Box::new(Columns {
        file,
        path,
        encoder: Encoder::default(),
        months: StringBuilder::new(),
        conversations: StringBuilder::new(),
        senders: StringBuilder::new(),
    }))
}

struct Columns {
    file: ArrowWriter<Output>,
    path: PathBuf,
    encoder: Encoder,
    months: StringBuilder,
    conversations: StringBuilder,
    senders: StringBuilder,
}

impl Columns {
    fn encode(&mut self) -> Result<()> {
        if self.encoder.rows() == 0 {
            return Ok(());
        }
        let batch = self.encoder.finish()?;
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        columns.push(Arc::new(self.months.finish()));
        columns.push(Arc::new(self.conversations.finish()));
        columns.push(Arc::new(self.senders.finish()));
        let batch = RecordBatch::try_new(SCHEMA.clone(), columns)?;
        let failed = |error| failed(&self.path, error);
        self.file.write(&batch).map_err(failed)?;
        if self.file.memory_size() >= GROUP_BYTES {
            self.file.flush().map_err(failed)?;
        }
        Ok(())
    }
}

impl Writer for Columns {
    fn message(&mut self, item: &Item<'_>) -> Result<()> {
        self.encoder.push(item.row, item.text);
        self.months.append_value(item.row.month());
        self.conversations.append_value(&item.chat.title);
        self.senders.append_value(item.sender);
        if self.encoder.rows() >= BATCH || self.encoder.bytes() >= 16 << 20 {
            self.encode()?;
        }
        Ok(())
    }

    fn written(&self) -> u64 {
        (self.file.bytes_written() + self.file.in_progress_size() + self.encoder.bytes()) as u64
    }

    fn end(mut self: Box<Self>, _next: Option<&Part>) -> Result<Option<Sums>> {
        self.encode()?;
        let Self { file, path, .. } = *self;
        file.into_inner()
            .map_err(|error| failed(&path, error))?
            .end()
            .map(Some)
    }
}
