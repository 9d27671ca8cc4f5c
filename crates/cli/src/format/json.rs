//! Rows as JSON.

use std::io::{self, Write};

use super::Row;

/// Writes one object and a line break.
pub(super) fn line(row: &impl Row, out: &mut dyn Write) -> io::Result<()> {
    object(row, out)?;
    out.write_all(b"\n")
}

/// Writes one object of an array.
pub(super) fn array_item(row: &impl Row, is_first: bool, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(if is_first { b"[\n" } else { b",\n" })?;
    object(row, out)
}

/// Ends an array.
pub(super) fn array_end(is_empty: bool, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(if is_empty { b"[]\n" } else { b"\n]\n" })
}

fn object(row: &impl Row, mut out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, &row.json()).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::format::Field;
    use crate::table::Cell;

    struct Text(&'static str);

    impl Row for Text {
        fn json(&self) -> impl Serialize + '_ {
            serde_json::json!({ "text": self.0 })
        }
        fn cells(&self) -> Vec<Cell> {
            Vec::new()
        }
        fn fields(&self) -> Vec<Field> {
            Vec::new()
        }
    }

    #[test]
    fn an_array_is_one_document_however_long() {
        for texts in [&[][..], &["a"], &["a", "b\n\u{1b}"]] {
            let mut out = Vec::new();
            for (at, text) in texts.iter().enumerate() {
                array_item(&Text(text), at == 0, &mut out).expect("a vector takes all");
            }
            array_end(texts.is_empty(), &mut out).expect("a vector takes all");
            let array: Vec<serde_json::Value> = serde_json::from_slice(&out).expect("JSON");
            assert_eq!(array.len(), texts.len());
        }
    }

    #[test]
    fn a_line_never_holds_a_line_break() {
        let mut out = Vec::new();
        line(&Text("one\ntwo\u{1b}[0m"), &mut out).expect("a vector takes all");
        assert_eq!(out, b"{\"text\":\"one\\ntwo\\u001b[0m\"}\n");
    }
}
