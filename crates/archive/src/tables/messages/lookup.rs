//! Looking messages up by their keys.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use openim_history_client::model::{ConversationId, Seq};
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, RowFilter, RowSelection,
};
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use super::NAME;
use super::pages::candidates;
use super::read::{BATCH, among, each_key, of_rows, stream_of, unreadable};
use super::stretches::stretches_of;
use crate::error::{Error, Result};
use crate::place::{Footer, Place};
use crate::row::{Key, Row, Stretches};
use crate::tables::file::DataFile;
use crate::tables::reader::FileReader;

/// Files that are looked into at once.
const AT_ONCE: usize = 8;

/// The keys that are looked for.
pub(crate) type Keys = HashMap<ConversationId, HashSet<Seq>>;

/// Groups keys by conversation.
pub(crate) fn keys<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Keys {
    let mut grouped = Keys::new();
    for key in keys {
        grouped
            .entry(key.conversation_id.clone())
            .or_default()
            .insert(key.seq);
    }
    grouped
}

/// Reads the rows of some keys, of each file those that are looked for there, and tells the file of each.
pub(crate) async fn find(
    place: &Place,
    wanted: Vec<(DataFile, Arc<Keys>)>,
) -> Result<Vec<(DataFile, Vec<Row>)>> {
    let mut found = Vec::new();
    let wanted = wanted.into_iter().filter(|(_, keys)| !keys.is_empty());
    let mut read = stream::iter(wanted)
        .map(|(file, wanted)| {
            let place = place.clone();
            // Each on a thread of its own: what is read must be unpacked.
            tokio::spawn(async move {
                let rows = rows_of(&place, &file, &wanted).await;
                rows.map(|rows| (rows, file))
            })
        })
        .buffered(AT_ONCE);
    while let Some(done) = read.next().await {
        let (rows, file) = done.map_err(|error| Error::store("read messages", error))??;
        if !rows.is_empty() {
            found.push((file, rows));
        }
    }
    Ok(found)
}

/// Tells every message of a file, by stretches of numbers that follow each other.
pub(crate) async fn each_stretch(
    place: &Place,
    file: &DataFile,
    mut tell: impl FnMut(&ConversationId, RangeInclusive<i64>),
) -> Result<()> {
    let (builder, footer) = open(place, file).await?;
    if let Some(stretches) = footer.stretches {
        stretches.each(tell);
        return Ok(());
    }
    let mut last = ConversationId::default();
    each_key(builder, place, file, |conversation, seq| {
        if last != *conversation {
            last = ConversationId::new(conversation);
        }
        tell(&last, seq..=seq);
    })
    .await
}

type Builder = ParquetRecordBatchStreamBuilder<FileReader>;

/// Opens a file, with what its end says, which is remembered: reading that takes longer than a page does.
async fn open(place: &Place, file: &DataFile) -> Result<(Builder, Footer)> {
    let mut reader = FileReader::new(place, NAME, file);
    let footer = match place.footers().get(&file.path) {
        Some(footer) => footer,
        None => {
            let footer = read_footer(&mut reader)
                .await
                .map_err(|error| unreadable(place, file, error))?;
            place.footers().put(&file.path, footer.clone());
            footer
        }
    };
    let builder = Builder::new_with_metadata(reader, footer.metadata.clone());
    Ok((builder, footer))
}

async fn read_footer(reader: &mut FileReader) -> Result<Footer, ParquetError> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let metadata = ArrowReaderMetadata::load_async(reader, options).await?;
    Ok(Footer {
        stretches: stretches_of(metadata.metadata()).map(Arc::new),
        of_rows: of_rows(metadata.metadata().file_metadata().schema_descr()),
        metadata,
    })
}

/// Reads the rows of a file whose key is among `keys`.
async fn rows_of(place: &Place, file: &DataFile, keys: &Keys) -> Result<Vec<Row>> {
    let (builder, footer) = open(place, file).await?;
    let builder = builder
        .with_batch_size(BATCH)
        .with_projection(footer.of_rows);
    let builder = match &footer.stretches {
        Some(stretches) => told(builder, stretches, keys),
        None => looked_through(builder, keys).map_err(|error| unreadable(place, file, error))?,
    };
    let Some(builder) = builder else {
        return Ok(Vec::new());
    };
    let mut stream = stream_of(builder, place, file)?;
    let mut rows = Vec::new();
    while let Some(batch) = stream.try_next().await? {
        rows.extend(super::rows(&batch)?);
    }
    let is_wanted = |row: &Row| {
        let seqs = keys.get(&row.message.conversation_id);
        seqs.is_some_and(|seqs| seqs.contains(&row.message.seq))
    };
    if !rows.iter().all(is_wanted) {
        return Err(Error::damaged(
            format_args!("{} in {place}", file.location(NAME)),
            "its rows are not what its end says of them",
            None,
        ));
    }
    Ok(rows)
}

/// Chooses the rows of keys where the file tells which those are.
fn told(builder: Builder, stretches: &Stretches, keys: &Keys) -> Option<Builder> {
    let all = keys
        .iter()
        .flat_map(|(id, seqs)| seqs.iter().map(move |seq| (id, *seq)));
    let mut rows: Vec<usize> = all.filter_map(|(id, seq)| stretches.row(id, seq)).collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_unstable();
    let ranges = rows.iter().map(|row| *row..row + 1);
    let chosen = RowSelection::from_consecutive_ranges(ranges, stretches.rows());
    // Each column reserves room for a batch: of few rows, a small one will do.
    let builder = builder.with_batch_size(rows.len().min(BATCH));
    Some(builder.with_row_selection(chosen))
}

/// Looks through the pages that may hold some of them; the other columns of the rest are not decoded.
fn looked_through(mut builder: Builder, keys: &Keys) -> Result<Option<Builder>, ParquetError> {
    if let Some(rows) = candidates(builder.metadata(), keys)? {
        if !rows.selects_any() {
            return Ok(None);
        }
        builder = builder.with_row_selection(rows);
    }
    let only = ProjectionMask::columns(builder.parquet_schema(), ["conversation_id", "seq"]);
    let wanted = keys.clone();
    let filter = ArrowPredicateFn::new(only, move |batch| Ok(among(&batch, &wanted)));
    Ok(Some(
        builder.with_row_filter(RowFilter::new(vec![Box::new(filter)])),
    ))
}
