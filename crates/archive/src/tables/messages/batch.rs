//! The columns of a batch by name and type, for who reads some of them.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, RecordBatch, StringArray};

use crate::error::{Error, Result};

/// Returns a column of whatever type.
pub(crate) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| odd(name))
}

pub(crate) fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    let column = column(batch, name)?.as_string_opt::<i32>();
    column.ok_or_else(|| odd(name))
}

pub(crate) fn integers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a [i32]> {
    let column = column(batch, name)?.as_primitive_opt::<Int32Type>();
    column
        .map(|column| &column.values()[..])
        .ok_or_else(|| odd(name))
}

pub(crate) fn longs<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a [i64]> {
    let column = column(batch, name)?.as_primitive_opt::<Int64Type>();
    column
        .map(|column| &column.values()[..])
        .ok_or_else(|| odd(name))
}

/// Returns times, in microseconds since 1970.
pub(crate) fn times<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a [i64]> {
    let column = column(batch, name)?.as_primitive_opt::<TimestampMicrosecondType>();
    column
        .map(|column| &column.values()[..])
        .ok_or_else(|| odd(name))
}

/// Says that a column is not there, or of another type.
pub(crate) fn odd(name: &str) -> Error {
    Error::damaged(
        "table messages",
        format_args!("column {name} is not what it should be"),
        None,
    )
}
