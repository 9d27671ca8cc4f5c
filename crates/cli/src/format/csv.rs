//! Rows as comma-separated values.

use std::fmt::Display;
use std::io::{self, Write};

use crate::table::clean;

/// One field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field(String);

impl Field {
    /// Foreign text, guarded: a spreadsheet takes a cell that begins with one of these for a
    /// formula, and a formula can send the sheet's content away. A leading apostrophe makes it
    /// text.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let is_formula =
            text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        let guard = if is_formula { "'" } else { "" };
        Self(format!("{guard}{text}"))
    }

    /// A number, a time, a word of ours: nothing anybody else wrote.
    pub(crate) fn own(value: impl Display) -> Self {
        Self(value.to_string())
    }

    /// As [`Field::own`]; nothing where there is none.
    pub(crate) fn maybe(value: Option<impl Display>) -> Self {
        Self(value.map(|value| value.to_string()).unwrap_or_default())
    }
}

/// Writes records (RFC 4180, lines end with LF).
#[derive(Debug)]
pub(crate) struct Encoder {
    /// Holds one record at a time, so that rows reach the output one by one.
    record: Vec<u8>,
    /// Whether a person looks at it on a terminal, which nobody's text may steer.
    cleans: bool,
}

impl Encoder {
    /// Writes the heading.
    pub(super) fn begin(fields: &[&str], cleans: bool, out: &mut dyn Write) -> io::Result<Self> {
        let record = Vec::new();
        let mut encoder = Self { record, cleans };
        encoder.write(fields.iter().copied(), out)?;
        Ok(encoder)
    }

    /// Writes one record.
    pub(super) fn record(&mut self, fields: &[Field], out: &mut dyn Write) -> io::Result<()> {
        if self.cleans {
            let cleaned: Vec<_> = fields.iter().map(|field| clean(&field.0)).collect();
            return self.write(cleaned.iter().map(String::as_str), out);
        }
        self.write(fields.iter().map(|field| &*field.0), out)
    }

    fn write<'a>(
        &mut self,
        fields: impl Iterator<Item = &'a str>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.record.clear();
        let mut writer = csv::WriterBuilder::new()
            .buffer_capacity(256)
            .from_writer(&mut self.record);
        writer.write_record(fields).map_err(io::Error::from)?;
        writer.flush()?;
        drop(writer);
        out.write_all(&self.record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_made_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(Field::text(text).0, format!("'{text}"));
        }
        assert_eq!(Field::text("a=1").0, "a=1");
        assert_eq!(Field::own(-1).0, "-1");
    }

    #[test]
    fn on_a_terminal_nothing_steers_it() {
        let mut out = Vec::new();
        let mut encoder = Encoder::begin(&["text"], true, &mut out).expect("a vector takes all");
        let fields = [Field::text("a\u{1b}[2Jb")];
        encoder
            .record(&fields, &mut out)
            .expect("a vector takes all");
        assert_eq!(String::from_utf8(out).expect("text"), "text\na␛[2Jb\n");
    }

    #[test]
    fn commas_quotes_and_lines_are_kept_by_quoting() {
        let mut out = Vec::new();
        let mut encoder =
            Encoder::begin(&["seq", "text"], false, &mut out).expect("a vector takes all");
        let fields = [Field::own(1), Field::text("a,\"b\"\n合同")];
        encoder
            .record(&fields, &mut out)
            .expect("a vector takes all");
        let mut reader = csv::Reader::from_reader(&out[..]);
        let record = reader.records().next().expect("one").expect("good");
        assert_eq!(&record[1], "a,\"b\"\n合同");
        assert!(out.starts_with(b"seq,text\n1,"));
    }
}
