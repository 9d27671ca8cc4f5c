//! Where a file tells which messages its rows are: a note in its footer, that other engines pass over.

use parquet::file::metadata::{KeyValue, ParquetMetaData};

use crate::row::{Rows, Stretches};

/// The name of the note.
const NOTE: &str = "openim_history.rows";

/// Returns the note about rows, if it is worth its room.
pub(super) fn note(rows: &Rows) -> Option<KeyValue> {
    let text = rows.written()?;
    Some(KeyValue::new(NOTE.to_owned(), text))
}

/// Reads a file's note. One that does not fit the file counts as none.
pub(super) fn stretches_of(metadata: &ParquetMetaData) -> Option<Stretches> {
    let file = metadata.file_metadata();
    let notes = file.key_value_metadata()?;
    let note = notes.iter().find(|note| note.key == NOTE)?;
    let stretches = Stretches::read(note.value.as_deref()?)?;
    (i64::try_from(stretches.rows()) == Ok(file.num_rows())).then_some(stretches)
}
