//! Reading a Parquet file through an object store.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::file::DataFile;
use crate::place::Place;

/// How much of a file's end is read at once: more than most footers take.
const FOOTER: usize = 64 << 10;

/// One file of a table.
pub(crate) struct FileReader {
    store: Arc<dyn ObjectStore>,
    location: ObjectPath,
    size: u64,
}

impl FileReader {
    /// Takes a file of the table of that name. Nothing is read yet.
    pub(crate) fn new(place: &Place, table: &str, file: &DataFile) -> Self {
        Self {
            store: Arc::clone(place.store()),
            location: file.location(table),
            size: file.size,
        }
    }
}

fn external(error: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

impl AsyncFileReader for FileReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move {
            let read = self.store.get_range(&self.location, range).await;
            read.map_err(external)
        }
        .boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        async move {
            let read = self.store.get_ranges(&self.location, &ranges).await;
            read.map_err(external)
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let size = self.size;
            let metadata = ParquetMetaDataReader::new()
                .with_column_index_policy(options.map_or(
                    PageIndexPolicy::Skip,
                    ArrowReaderOptions::column_index_policy,
                ))
                .with_offset_index_policy(options.map_or(
                    PageIndexPolicy::Skip,
                    ArrowReaderOptions::offset_index_policy,
                ))
                .with_metadata_options(options.map(|options| options.metadata_options().clone()))
                .with_prefetch_hint(Some(FOOTER))
                .load_and_finish(self, size)
                .await?;
            Ok(Arc::new(metadata))
        }
        .boxed()
    }
}
