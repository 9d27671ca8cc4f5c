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

/// Bytes between two pieces that are read along rather than left out: of a small column, a page is less than it takes
/// to ask for it.
const GAP: u64 = 4 << 10;

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

/// Makes one of neighbours. Each of `ranges` lies in one of what is returned, which are in order.
fn joined(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut ordered: Vec<Range<u64>> = ranges.to_vec();
    ordered.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ordered {
        match joined.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(GAP) => {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// Takes `ranges` out of what was read of those they lie in.
fn pieces(read: &[Bytes], joined: &[Range<u64>], ranges: &[Range<u64>]) -> Vec<Bytes> {
    let piece = |range: &Range<u64>| {
        let at = joined.partition_point(|whole| whole.start <= range.start) - 1;
        let offset = |place: u64| usize::try_from(place - joined[at].start).unwrap_or(usize::MAX);
        read[at].slice(offset(range.start)..offset(range.end))
    };
    ranges.iter().map(piece).collect()
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
            let joined = joined(&ranges);
            let read = self.store.get_ranges(&self.location, &joined).await;
            Ok(pieces(&read.map_err(external)?, &joined, &ranges))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_was_asked_for() {
        let file: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..200 {
            let mut ranges: Vec<Range<u64>> = Vec::new();
            for _ in 0..random.usize(0..30) {
                let start = random.u64(0..99_000);
                ranges.push(start..start + random.u64(0..1_000));
            }
            let joined = joined(&ranges);
            assert!(joined.is_sorted_by(|a, b| a.end + GAP < b.start));
            let cut = |range: &Range<u64>| {
                Bytes::copy_from_slice(&file[range.start as usize..range.end as usize])
            };
            let read: Vec<Bytes> = joined.iter().map(cut).collect();
            let expected: Vec<Bytes> = ranges.iter().map(cut).collect();
            assert_eq!(pieces(&read, &joined, &ranges), expected);
        }
        assert!(joined(&[]).is_empty());
    }
}
