//! Files of the tables beside the messages: rows that serde reads and writes, whole files at once.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, FieldRef, SchemaRef};
use deltalake_core::kernel::Add;
use futures::{Stream, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path as ObjectPath;
use parquet::arrow::{ArrowWriter, ParquetRecordBatchStreamBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::file::{Content, DataFile, addition};
use super::messages::columns::Column;
use super::reader::FileReader;
use crate::error::{Error, Result};
use crate::place::Place;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// One of these tables.
#[derive(Clone, Copy)]
pub(super) struct Plain<'a> {
    pub(super) place: &'a Place,
    pub(super) name: &'a str,
}

/// Returns the fields of columns.
pub(super) fn fields(columns: &[Column]) -> Vec<FieldRef> {
    columns
        .iter()
        .map(|column| {
            let kind = column.kind.data_type();
            Arc::new(Field::new(column.name, kind, column.nullable))
        })
        .collect()
}

impl Plain<'_> {
    fn failed(self, error: impl Into<Cause>) -> Error {
        Error::store(
            format!("write table {} of {}", self.name, self.place),
            error,
        )
    }

    fn damaged(self, file: &DataFile, error: impl Into<Cause>) -> Error {
        Error::DamagedFile {
            file: format!("{} in {}", file.location(self.name), self.place),
            source: error.into(),
        }
    }

    /// Turns rows into columns.
    pub(super) fn encode<T: Serialize>(
        self,
        fields: &[FieldRef],
        rows: &[T],
    ) -> Result<Vec<ArrayRef>> {
        serde_arrow::to_arrow(fields, rows).map_err(|error| self.failed(error))
    }

    /// Turns the columns of a batch of a file into rows.
    pub(super) fn decode<T: DeserializeOwned>(
        self,
        file: &DataFile,
        batch: &RecordBatch,
    ) -> Result<Vec<T>> {
        serde_arrow::from_record_batch(batch).map_err(|error| self.damaged(file, error))
    }

    /// Writes batches into one new file. It is no part of the table before its commit.
    pub(super) async fn write(self, schema: &SchemaRef, batches: Vec<RecordBatch>) -> Result<Add> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
            .build();
        let mut writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties))
            .map_err(|error| self.failed(error))?;
        let mut rows = 0;
        for batch in batches {
            writer.write(&batch).map_err(|error| self.failed(error))?;
            rows += batch.num_rows();
        }
        let bytes = writer.into_inner().map_err(|error| self.failed(error))?;
        let add = addition(
            format!("part-{}.parquet", Uuid::new_v4()),
            None,
            Content::of(&bytes),
            format!("{{\"numRecords\":{rows}}}"),
        );
        let path = ObjectPath::from(format!("{}/{}", self.name, add.path));
        self.place
            .store()
            .put(&path, bytes.into())
            .await
            .map_err(|error| self.failed(error))?;
        Ok(add)
    }

    /// Reads the batches of one file.
    pub(super) async fn batches(
        self,
        file: &DataFile,
    ) -> Result<impl Stream<Item = Result<RecordBatch>> + Send + Unpin> {
        let reader = FileReader::new(self.place, self.name, file);
        let batches = ParquetRecordBatchStreamBuilder::new(reader)
            .await
            .and_then(ParquetRecordBatchStreamBuilder::build)
            .map_err(|error| self.damaged(file, error))?;
        Ok(batches.map_err(move |error| self.damaged(file, error)))
    }
}
