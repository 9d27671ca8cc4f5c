//! Some columns of some rows, of several files beside each other.

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::ArrowError;
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, RowFilter};
use tokio::sync::mpsc;

use super::read::{batch_rows, open, stream_of};
use crate::error::{Error, Result};
use crate::place::Place;
use crate::tables::file::DataFile;

/// Rows handed over at once, at most.
const ROWS: usize = 16_384;

/// Files that are read at once.
const AT_ONCE: usize = 4;

/// Batches that wait for who takes them.
const WAITING: usize = 4;

/// Which columns of some rows are read, and by which the rows are chosen; by none, all are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) columns: &'static [&'static str],
    pub(crate) by: &'static [&'static str],
}

/// Reads some columns of the rows of a file that `takes` chooses; of the others only what they are chosen by is
/// decoded.
async fn chosen(
    place: &Place,
    file: &DataFile,
    choice: Choice,
    takes: impl Fn(&RecordBatch) -> Result<BooleanArray> + Send + 'static,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let builder = open(place, file).await?;
    let schema = builder.parquet_schema();
    let only = ProjectionMask::columns(schema, choice.columns.iter().copied());
    let by = ProjectionMask::columns(schema, choice.by.iter().copied());
    let rows = batch_rows(builder.metadata(), &only, ROWS);
    let filter = ArrowPredicateFn::new(by, move |batch| {
        takes(&batch).map_err(|error| ArrowError::ExternalError(error.into()))
    });
    let builder = if choice.by.is_empty() {
        builder
    } else {
        builder.with_row_filter(RowFilter::new(vec![Box::new(filter)]))
    };
    let builder = builder.with_projection(only).with_batch_size(rows);
    stream_of(builder, place, file)
}

/// Reads files beside each other, each in a task of its own, which also makes of each batch what is wanted of it;
/// in no order. Who stops listening ends them.
pub(crate) fn beside<T: Send + 'static>(
    place: &Place,
    files: Vec<DataFile>,
    choice: Choice,
    takes: impl Fn(&RecordBatch) -> Result<BooleanArray> + Clone + Send + Sync + 'static,
    make: impl Fn(RecordBatch) -> Result<T> + Clone + Send + Sync + 'static,
) -> mpsc::Receiver<Result<T>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let place = place.clone();
    tokio::spawn(async move {
        let read = |file: DataFile| {
            let (place, takes, make) = (place.clone(), takes.clone(), make.clone());
            let (sender, failed) = (sender.clone(), sender.clone());
            async move {
                let task = tokio::spawn(async move {
                    let mut batches = match chosen(&place, &file, choice, takes).await {
                        Ok(batches) => batches,
                        Err(error) => stream::iter([Err(error)]).boxed(),
                    };
                    while let Some(batch) = batches.next().await {
                        if sender.send(batch.and_then(&make)).await.is_err() {
                            return;
                        }
                    }
                });
                if let Err(error) = task.await {
                    let error = Error::store("read a file of messages", error);
                    let _ = failed.send(Err(error)).await;
                }
            }
        };
        stream::iter(files).for_each_concurrent(AT_ONCE, read).await;
    });
    receiver
}
