//! What a command around an archive says at its end: a table for people, or one JSON object.

use std::io::Write;

use openim_history_client::config::Config;
use openim_history_client::model::Lang;
use serde::Serialize;

use crate::error::Result;
use crate::format;
use crate::table::{Cell, Column, Table};
use crate::ui::Out;
use crate::words::heading;

/// How a report is written.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// How the report is written [default: table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReportFormat {
    /// Tables for people
    Table,
    /// One JSON object
    Json,
}

impl ReportArgs {
    /// Whether JSON was asked for, here or by the configuration.
    pub(crate) fn is_json(self, config: &Config) -> bool {
        match self.format {
            Some(format) => format == ReportFormat::Json,
            None => self.json || matches!(&*config.format(), "json" | "jsonl"),
        }
    }
}

/// Writes one JSON object and a line break.
pub(crate) fn json(out: &mut Out, report: &impl Serialize) -> Result {
    format::document(report, out)?;
    out.flush()?;
    Ok(())
}

/// Writes a line for each fact: what it is called, and what it is.
pub(crate) fn pairs(out: &mut Out, lang: Lang, facts: Vec<(&'static str, Cell)>) -> Result {
    let columns = vec![Column::whole(""), Column::whole("")];
    let mut table = Table::without_heading(columns, out.paints());
    for (key, fact) in facts {
        table.row(vec![Cell::new(heading(key, lang)), fact], out)?;
    }
    table.end(out)?;
    out.flush()?;
    Ok(())
}

/// Writes a table as a whole, with an empty line before it where it is not the first.
pub(crate) fn table(
    out: &mut Out,
    columns: Vec<Column<'_>>,
    rows: Vec<Vec<Cell>>,
    is_first: bool,
) -> Result {
    if rows.is_empty() {
        return Ok(());
    }
    if !is_first {
        writeln!(out)?;
    }
    let mut table = Table::new(columns, out.width(), out.paints());
    for row in rows {
        table.row(row, out)?;
    }
    table.end(out)?;
    out.flush()?;
    Ok(())
}
