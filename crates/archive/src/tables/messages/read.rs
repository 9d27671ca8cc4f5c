//! Reading files of messages: keys alone, some columns, or whole rows.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, BooleanArray, RecordBatch};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use openim_history_client::model::{ContentType, ConversationId, Seq};
use parquet::arrow::arrow_reader::{ArrowPredicateFn, RowFilter};
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::SchemaDescriptor;

use super::NAME;
use super::columns::of_a_row;
use super::lookup::Keys;
use crate::error::{Error, Result};
use crate::place::Place;
use crate::tables::file::DataFile;
use crate::tables::reader::FileReader;

/// Rows handed over at once.
pub(super) const BATCH: usize = 4_096;

/// Bytes handed over at once, about: fewer rows where messages are long.
const BYTES: i64 = 16 << 20;

pub(super) async fn open(
    place: &Place,
    file: &DataFile,
) -> Result<ParquetRecordBatchStreamBuilder<FileReader>> {
    ParquetRecordBatchStreamBuilder::new(FileReader::new(place, NAME, file))
        .await
        .map_err(|error| unreadable(place, file, error))
}

pub(super) fn unreadable(place: &Place, file: &DataFile, error: ParquetError) -> Error {
    Error::DamagedFile {
        file: format!("{} in {place}", file.location(NAME)),
        source: Box::new(error),
    }
}

/// Returns how many rows to hand over at once: as many as take some megabytes in these columns.
pub(super) fn batch_rows(metadata: &ParquetMetaData, only: &ProjectionMask, most: usize) -> usize {
    let (mut bytes, mut rows) = (0, 0);
    for group in metadata.row_groups() {
        rows += group.num_rows();
        let columns = group.columns().iter().enumerate();
        let read = columns.filter(|(at, _)| only.leaf_included(*at));
        bytes += read
            .map(|(_, column)| column.uncompressed_size())
            .sum::<i64>();
    }
    let fit = BYTES.saturating_mul(rows) / bytes.max(1);
    usize::try_from(fit).map_or(most, |fit| fit.clamp(16, most))
}

/// Reads a file's batches, with all columns.
pub(super) async fn batches(
    place: &Place,
    file: &DataFile,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    batches_of(open(place, file).await?, ProjectionMask::all(), place, file)
}

/// Reads a file's batches, with the columns rows are made of.
pub(crate) async fn row_batches(
    place: &Place,
    file: &DataFile,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let builder = open(place, file).await?;
    let only = of_rows(builder.parquet_schema());
    batches_of(builder, only, place, file)
}

/// Returns the columns rows are made of.
pub(super) fn of_rows(schema: &SchemaDescriptor) -> ProjectionMask {
    ProjectionMask::columns(schema, of_a_row().map(|column| column.name))
}

fn batches_of(
    builder: ParquetRecordBatchStreamBuilder<FileReader>,
    only: ProjectionMask,
    place: &Place,
    file: &DataFile,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let rows = batch_rows(builder.metadata(), &only, BATCH);
    stream_of(
        builder.with_projection(only).with_batch_size(rows),
        place,
        file,
    )
}

/// Begins to read what was asked of a file.
pub(super) fn stream_of(
    builder: ParquetRecordBatchStreamBuilder<FileReader>,
    place: &Place,
    file: &DataFile,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let stream = builder
        .build()
        .map_err(|error| unreadable(place, file, error))?;
    let (place, file) = (place.clone(), file.clone());
    Ok(stream
        .map_err(move |error| unreadable(&place, &file, error))
        .boxed())
}

/// Tells every key of a file.
pub(super) async fn each_key(
    builder: ParquetRecordBatchStreamBuilder<FileReader>,
    place: &Place,
    file: &DataFile,
    mut tell: impl FnMut(&str, i64),
) -> Result<()> {
    let mut stream = projected(builder, place, file, &["conversation_id", "seq"])?;
    while let Some(batch) = stream.try_next().await? {
        each(&batch, |_, conversation, seq| tell(conversation, seq));
    }
    Ok(())
}

/// Reads some columns of a file, in large batches.
fn projected(
    builder: ParquetRecordBatchStreamBuilder<FileReader>,
    place: &Place,
    file: &DataFile,
    columns: &[&str],
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let only = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let builder = builder.with_projection(only).with_batch_size(65_536);
    stream_of(builder, place, file)
}

/// What was done to a message, the most that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Normal,
    Revoked,
    DeletedForSome,
    Purged,
}

/// Tells every key of a file, and what was done to its message.
pub(crate) async fn each_state(
    place: &Place,
    file: &DataFile,
    mut tell: impl FnMut(&str, i64, State),
) -> Result<()> {
    let columns = [
        "conversation_id",
        "seq",
        "revoked_by",
        "deleted_for",
        "purged_at",
    ];
    let mut stream = projected(open(place, file).await?, place, file, &columns)?;
    while let Some(batch) = stream.try_next().await? {
        let (Some(revoked), Some(deleted), Some(purged)) = (
            batch.column_by_name("revoked_by"),
            batch.column_by_name("deleted_for"),
            batch.column_by_name("purged_at"),
        ) else {
            continue;
        };
        let deleted = deleted.as_list::<i32>();
        each(&batch, |at, conversation, seq| {
            let state = if purged.is_valid(at) {
                State::Purged
            } else if revoked.is_valid(at) {
                State::Revoked
            } else if deleted.value_length(at) > 0 {
                State::DeletedForSome
            } else {
                State::Normal
            };
            tell(conversation, seq, state);
        });
    }
    Ok(())
}

/// Tells the contents of a file's messages whose type is among `types`, and what else changed about a
/// message of whatever type, as JSON: contents that were replaced are there.
pub(crate) async fn each_content(
    place: &Place,
    file: &DataFile,
    types: &'static [ContentType],
    mut tell: impl FnMut(ContentType, Option<&str>, Option<&str>),
) -> Result<()> {
    let builder = open(place, file).await?;
    let schema = builder.parquet_schema();
    let of = ProjectionMask::columns(schema, ["content_type", "changes"]);
    let only = ProjectionMask::columns(schema, ["content_type", "content", "changes"]);
    let wanted = |number: i32| types.contains(&ContentType(number));
    let filter = ArrowPredicateFn::new(of, move |batch| {
        let (Some(kinds), Some(changes)) = (
            batch.column_by_name("content_type"),
            batch.column_by_name("changes"),
        ) else {
            return Ok(BooleanArray::from(vec![false; batch.num_rows()]));
        };
        let kinds = kinds.as_primitive::<Int32Type>().values().iter();
        let found = kinds
            .enumerate()
            .map(|(at, kind)| wanted(*kind) || changes.is_valid(at));
        Ok(found.collect::<Vec<_>>().into())
    });
    let builder = builder
        .with_projection(only)
        .with_row_filter(RowFilter::new(vec![Box::new(filter)]))
        .with_batch_size(BATCH);
    let mut stream = stream_of(builder, place, file)?;
    while let Some(batch) = stream.try_next().await? {
        let (Some(kinds), Some(contents), Some(changes)) = (
            batch.column_by_name("content_type"),
            batch.column_by_name("content"),
            batch.column_by_name("changes"),
        ) else {
            continue;
        };
        let kinds = kinds.as_primitive::<Int32Type>();
        let (contents, changes) = (contents.as_string::<i32>(), changes.as_string::<i32>());
        for at in 0..batch.num_rows() {
            let content = contents.is_valid(at).then(|| contents.value(at));
            let changes = changes.is_valid(at).then(|| changes.value(at));
            tell(ContentType(kinds.value(at)), content, changes);
        }
    }
    Ok(())
}

/// Goes through the keys of a batch.
pub(crate) fn each(batch: &RecordBatch, mut tell: impl FnMut(usize, &str, i64)) {
    let (Some(conversations), Some(seqs)) = (
        batch.column_by_name("conversation_id"),
        batch.column_by_name("seq"),
    ) else {
        return;
    };
    let conversations = conversations.as_string::<i32>();
    let seqs = seqs.as_primitive::<Int64Type>();
    for at in 0..batch.num_rows() {
        tell(at, conversations.value(at), seqs.value(at));
    }
}

/// Says of each row of a batch whether its key is among `keys`.
pub(crate) fn among(batch: &RecordBatch, keys: &Keys) -> BooleanArray {
    by_conversation(
        batch,
        |conversation| keys.get(&ConversationId::new(conversation)),
        |seqs, seq| seqs.is_some_and(|seqs| seqs.contains(&seq)),
    )
}

/// Says of each row of a batch what `holds` says of its number, given what `of` knows of its conversation. Neighbours
/// are often of one conversation, which is looked up once.
pub(crate) fn by_conversation<T>(
    batch: &RecordBatch,
    of: impl Fn(&str) -> T,
    holds: impl Fn(&T, Seq) -> bool,
) -> BooleanArray {
    let mut all = Vec::with_capacity(batch.num_rows());
    let mut last: Option<(String, T)> = None;
    each(batch, |_, conversation, seq| {
        let known = match last.take() {
            Some(known) if known.0 == conversation => known,
            _ => (conversation.to_owned(), of(conversation)),
        };
        all.push(holds(&known.1, Seq(seq)));
        last = Some(known);
    });
    all.into()
}
