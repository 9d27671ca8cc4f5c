//! Rows as JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

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

/// Writes one value and a line break.
pub(crate) fn document(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    escaped(value, out)?;
    out.write_all(b"\n")
}

fn object(row: &impl Row, out: &mut dyn Write) -> io::Result<()> {
    escaped(&row.json(), out)
}

fn escaped(value: &impl Serialize, mut out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Escaping);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// Compact JSON that no terminal can be steered with: what JSON itself lets pass (C1 controls,
/// DEL, bidirectional overrides) is escaped too. A reader gets the same text.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| steers(*c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            // All of them lie in the basic plane: one escape each.
            write!(out, "\\u{:04x}", u32::from(c))?;
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

fn steers(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
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
    fn what_steers_a_terminal_is_escaped_and_read_back_unchanged() {
        let hostile = "合同\u{9b}31m\u{202e}x\u{7f}\u{2028}👩‍👩‍👧";
        let mut out = Vec::new();
        line(&Text(hostile), &mut out).expect("a vector takes all");
        let written = std::str::from_utf8(&out).expect("text");
        assert_eq!(
            written,
            "{\"text\":\"合同\\u009b31m\\u202ex\\u007f\\u2028👩‍👩‍👧\"}\n"
        );
        let read: serde_json::Value = serde_json::from_str(written).expect("JSON");
        assert_eq!(read["text"], hostile);
    }

    #[test]
    fn a_line_never_holds_a_line_break() {
        let mut out = Vec::new();
        line(&Text("one\ntwo\u{1b}[0m"), &mut out).expect("a vector takes all");
        assert_eq!(out, b"{\"text\":\"one\\ntwo\\u001b[0m\"}\n");
    }
}
