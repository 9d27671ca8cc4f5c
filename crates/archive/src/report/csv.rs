//! A report as comma-separated values.

use super::model::Report;
use super::table::{Cell, Table, tables};
use crate::error::{Error, Result};

/// Returns a report as one file for each table: its name, and what is in it (RFC 4180, UTF-8, lines end with
/// LF).
///
/// Days are `2026-11-24`, instants RFC 3339 in UTC. Text that a spreadsheet would take for a formula is
/// guarded by an apostrophe.
pub fn csv(report: &Report) -> Result<Vec<(String, Vec<u8>)>> {
    let tables = tables(report);
    let files = tables.iter().map(|table| {
        let bytes = encode(table).map_err(|error| Error::store("write a report as csv", error))?;
        Ok((format!("{}.csv", table.name), bytes))
    });
    files.collect()
}

fn encode(table: &Table) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|column| column.name))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(field))?;
    }
    writer
        .into_inner()
        .map_err(|error| ::csv::Error::from(error.into_error()))
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Word(word) => word.clone(),
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::Time(time) => time.to_string(),
    }
}

/// A spreadsheet takes a cell that begins with one of these for a formula, and a formula can send the sheet's
/// content away.
fn guarded(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if is_formula { "'" } else { "" };
    format!("{guard}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_formula_is_text() {
        assert_eq!(
            guarded("=HYPERLINK(\"http://x\")"),
            "'=HYPERLINK(\"http://x\")"
        );
        assert_eq!(guarded("＋1"), "'＋1");
        assert_eq!(guarded("张三"), "张三");
        assert_eq!(field(&Cell::Decimal(1.5)), "1.5");
    }
}
