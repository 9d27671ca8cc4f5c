//! Output formats: one small trait, and who writes it.

mod csv;
mod json;

use std::io;

use clap::ValueEnum;
use openim_history_client::config::Config;
use serde::Serialize;

pub(crate) use self::csv::Field;
pub(crate) use self::json::document;
use crate::args::FormatArgs;
use crate::table::{Cell, Column, Table};
use crate::ui::Out;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people
    Table,
    /// One array of objects
    Json,
    /// One object on each line
    Jsonl,
    /// Comma-separated values with a heading. A text that a spreadsheet would run as a formula
    /// (it begins with = + - @, a tab or a line break) gets an apostrophe before it; the other
    /// formats carry it unchanged
    Csv,
}

impl Format {
    /// Returns the format that was typed, or else the configured one.
    pub(crate) fn chosen(args: FormatArgs, config: &Config) -> Self {
        args.format
            .or_else(|| Self::from_str(&config.format(), false).ok())
            .unwrap_or(Self::Table)
    }
}

/// One row, in every form a format may want. Only the form wanted is made.
pub(crate) trait Row {
    /// The object of `json` and `jsonl`.
    fn json(&self) -> impl Serialize + '_;
    /// The cells of a table, one for each of [`Sheet::columns`].
    fn cells(&self) -> Vec<Cell>;
    /// The fields of a CSV record, one for each of [`Sheet::fields`].
    fn fields(&self) -> Vec<Field>;
}

/// What stands above the rows.
#[derive(Clone, Debug)]
pub(crate) struct Sheet<'a> {
    /// Columns of a table.
    pub(crate) columns: Vec<Column<'a>>,
    /// Headings of CSV.
    pub(crate) fields: &'a [&'a str],
}

/// Writes rows as they come.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    out: &'a mut Out,
    form: Form<'a>,
}

#[derive(Debug)]
enum Form<'a> {
    Table(Table<'a>),
    Json { is_first: bool },
    Jsonl,
    Csv(csv::Encoder),
}

impl<'a> Writer<'a> {
    /// Writes what comes before the rows.
    pub(crate) fn begin(format: Format, sheet: Sheet<'a>, out: &'a mut Out) -> io::Result<Self> {
        let form = match format {
            Format::Table => Form::Table(Table::new(sheet.columns, out.width(), out.paints())),
            Format::Json => Form::Json { is_first: true },
            Format::Jsonl => Form::Jsonl,
            Format::Csv => Form::Csv(csv::Encoder::begin(sheet.fields, out.is_terminal(), out)?),
        };
        Ok(Self { out, form })
    }

    /// Writes one row.
    pub(crate) fn row(&mut self, row: &impl Row) -> io::Result<()> {
        match &mut self.form {
            Form::Table(table) => table.row(row.cells(), self.out)?,
            Form::Json { is_first } => json::array_item(row, std::mem::take(is_first), self.out)?,
            Form::Jsonl => json::line(row, self.out)?,
            Form::Csv(encoder) => encoder.record(&row.fields(), self.out)?,
        }
        self.out.row_done()
    }

    /// Writes what comes behind the rows, and sees to it that all of it has gone out.
    pub(crate) fn end(mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Table(table) => table.end(self.out)?,
            Form::Json { is_first } => json::array_end(*is_first, self.out)?,
            Form::Jsonl | Form::Csv(_) => {}
        }
        io::Write::flush(self.out)
    }
}
