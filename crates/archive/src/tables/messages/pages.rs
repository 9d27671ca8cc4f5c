//! Which pages of a file may hold some keys, by the least and greatest key its footer has of each.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::errors::Result;
use parquet::file::metadata::ParquetMetaData;

use super::columns::FILE_SCHEMA;
use super::lookup::Keys;

/// Keys in order.
struct Wanted<'a> {
    conversations: BTreeMap<&'a str, ()>,
    seqs: Vec<i64>,
}

impl<'a> Wanted<'a> {
    fn new(keys: &'a Keys) -> Self {
        let mut seqs: Vec<i64> = keys.values().flatten().map(|seq| seq.0).collect();
        seqs.sort_unstable();
        Self {
            conversations: keys.keys().map(|id| (id.as_str(), ())).collect(),
            seqs,
        }
    }

    fn has_conversation(&self, least: &str, greatest: &str) -> bool {
        least <= greatest && self.conversations.range(least..=greatest).next().is_some()
    }

    fn has_seq(&self, least: i64, greatest: i64) -> bool {
        let at = self.seqs.partition_point(|seq| *seq < least);
        self.seqs.get(at).is_some_and(|seq| *seq <= greatest)
    }
}

/// Returns the rows among which those of `keys` are; `None` where the footer does not tell. A page that may
/// hold one is taken whole: who reads it still looks at each row.
pub(super) fn candidates(metadata: &ParquetMetaData, keys: &Keys) -> Result<Option<RowSelection>> {
    let wanted = Wanted::new(keys);
    let conversations = Pages::of(metadata, "conversation_id")?;
    let seqs = Pages::of(metadata, "seq")?;
    let (Some(conversations), Some(seqs)) = (conversations, seqs) else {
        return Ok(None);
    };
    let (least, greatest) = (
        conversations.least.as_string::<i32>(),
        conversations.greatest.as_string::<i32>(),
    );
    let by_conversation =
        conversations.selection(|at| wanted.has_conversation(least.value(at), greatest.value(at)));
    let (least, greatest) = (
        seqs.least.as_primitive::<Int64Type>(),
        seqs.greatest.as_primitive::<Int64Type>(),
    );
    let by_seq = seqs.selection(|at| wanted.has_seq(least.value(at), greatest.value(at)));
    Ok(Some(by_conversation.intersection(&by_seq)))
}

/// The pages of one column, through all row groups.
struct Pages {
    least: ArrayRef,
    greatest: ArrayRef,
    rows: Vec<usize>,
}

impl Pages {
    fn of(metadata: &ParquetMetaData, column: &str) -> Result<Option<Self>> {
        let (Some(columns), Some(offsets)) = (metadata.column_index(), metadata.offset_index())
        else {
            return Ok(None);
        };
        let schema = metadata.file_metadata().schema_descr();
        let converter = StatisticsConverter::try_new(column, &FILE_SCHEMA, schema)?;
        let groups: Vec<usize> = (0..metadata.num_row_groups()).collect();
        let least = converter.data_page_mins(columns, offsets, &groups)?;
        let greatest = converter.data_page_maxes(columns, offsets, &groups)?;
        let rows = converter.data_page_row_counts(offsets, metadata.row_groups(), &groups)?;
        let Some(rows) = rows else {
            return Ok(None);
        };
        let rows: Vec<usize> = rows
            .values()
            .iter()
            .map(|rows| usize::try_from(*rows).unwrap_or(usize::MAX))
            .collect();
        let is_whole = rows.len() == least.len() && rows.len() == greatest.len();
        Ok(is_whole.then_some(Self {
            least,
            greatest,
            rows,
        }))
    }

    fn selection(&self, is_wanted: impl Fn(usize) -> bool) -> RowSelection {
        let pages = self.rows.iter().enumerate().map(|(at, rows)| {
            let is_known = self.least.is_valid(at) && self.greatest.is_valid(at);
            match is_known && !is_wanted(at) {
                true => RowSelector::skip(*rows),
                false => RowSelector::select(*rows),
            }
        });
        pages.collect::<Vec<_>>().into()
    }
}
