//! An answer on its way out.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use clap::ValueEnum;
use futures::TryStreamExt;
use jiff::tz::TimeZone;
use openim_history_archive::sql::{Answer, Sql};
use openim_history_client::config::Config;
use openim_history_client::model::Lang;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde::Serialize;
use serde_json::{Map, Value};

use super::value::Values;
use crate::error::{CommandError, Result};
use crate::format::{Field, Format, Row, Sheet, Writer};
use crate::numbers::thousands;
use crate::run::App;
use crate::table::{Cell, Column, Look};
use crate::ui::Out;

/// How rows of an answer are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SqlFormat {
    /// Columns for people
    Table,
    /// One array of objects
    Json,
    /// One object on each line
    Jsonl,
    /// Comma-separated values with a heading; texts that a spreadsheet would run as a formula get an
    /// apostrophe before them
    Csv,
    /// A Parquet file, for --to
    Parquet,
}

impl SqlFormat {
    pub(super) fn chosen(typed: Option<Self>, config: &Config) -> Self {
        typed
            .or_else(|| Self::from_str(&config.format(), false).ok())
            .unwrap_or(Self::Table)
    }

    fn rows(self) -> Option<Format> {
        Some(match self {
            Self::Table => Format::Table,
            Self::Json => Format::Json,
            Self::Jsonl => Format::Jsonl,
            Self::Csv => Format::Csv,
            Self::Parquet => return None,
        })
    }
}

/// Where an answer goes, and how.
#[derive(Debug)]
pub(super) struct Target {
    format: SqlFormat,
    file: Option<PathBuf>,
}

impl Target {
    pub(super) fn new(format: SqlFormat, file: Option<&Path>) -> Result<Self> {
        if format == SqlFormat::Parquet && file.is_none() {
            return Err(CommandError::usage_with_hint(
                "a Parquet file is nothing for standard output",
                "name a file with --to",
            ));
        }
        // Told before anything is read. A link that leads nowhere is there, too.
        if let Some(file) = file.filter(|file| file.symlink_metadata().is_ok()) {
            return Err(taken(file));
        }
        let file = file.map(Path::to_path_buf);
        Ok(Self { format, file })
    }
}

/// Runs a statement and writes what it answers; Ctrl-C breaks it off.
pub(super) async fn answer(app: &mut App, sql: &Sql, statement: &str, target: &Target) -> Result {
    let began = Instant::now();
    let mut interrupted = app.interrupt.take();
    let answer = interrupted.or(sql.query(statement)).await??;
    let rows = match &target.file {
        None => {
            let format = target.format.rows().unwrap_or(Format::Jsonl);
            let zone = app.ui.zone.clone();
            interrupted
                .or(rows(answer, format, &zone, &mut app.out))
                .await??
        }
        Some(file) => {
            let zone = app.ui.zone.clone();
            interrupted
                .or(to_file(answer, target.format, &zone, file))
                .await??
        }
    };
    let took = began.elapsed();
    let count = thousands(rows);
    app.ui.status(match app.ui.lang {
        Lang::En if rows == 1 => format!("1 row, {took:.2?}"),
        Lang::En => format!("{count} rows, {took:.2?}"),
        Lang::Zh => format!("{count} 行，用时 {took:.2?}"),
    });
    Ok(())
}

async fn to_file(answer: Answer, format: SqlFormat, zone: &TimeZone, file: &Path) -> Result<u64> {
    let (opened, begun) = Begun::create(file)?;
    let written = match format.rows() {
        Some(format) => {
            let mut out = Out::to_file(opened);
            rows(answer, format, zone, &mut out).await?
        }
        None => parquet_file(answer, opened).await?,
    };
    begun.finish();
    Ok(written)
}

/// A file that was made for an answer and does not hold all of it yet. Dropped before it is finished, whatever the
/// reason, it goes: half an answer must not be taken for a whole one. A file that was there before is never
/// touched.
struct Begun<'a>(Option<&'a Path>);

impl<'a> Begun<'a> {
    fn create(path: &'a Path) -> Result<(File, Self)> {
        match File::create_new(path) {
            Ok(file) => Ok((file, Self(Some(path)))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken(path)),
            Err(error) => Err(CommandError::usage(format!(
                "--to: {} cannot be written: {error}",
                path.display()
            ))),
        }
    }

    fn finish(mut self) {
        self.0 = None;
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn taken(file: &Path) -> CommandError {
    CommandError::usage_with_hint(
        format!("--to: {} is there already", file.display()),
        "name another file; nothing is overwritten",
    )
}

async fn parquet_file(mut answer: Answer, file: File) -> Result<u64> {
    let level = ZstdLevel::try_new(3).unwrap_or_default();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .build();
    let failed =
        |error: parquet::errors::ParquetError| CommandError::Output(io::Error::other(error));
    let mut writer =
        ArrowWriter::try_new(file, answer.schema(), Some(properties)).map_err(failed)?;
    let mut rows = 0;
    while let Some(batch) = answer.try_next().await? {
        rows += batch.num_rows() as u64;
        writer.write(&batch).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    Ok(rows)
}

async fn rows(mut answer: Answer, format: Format, zone: &TimeZone, out: &mut Out) -> Result<u64> {
    let schema = answer.schema();
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let sheet = Sheet {
        columns: columns(&schema),
        fields: &names,
    };
    let mut writer = Writer::begin(format, sheet, out)?;
    let mut count = 0;
    while let Some(batch) = answer.try_next().await? {
        let batch = Batch::of(&batch, &names, zone)?;
        for at in 0..batch.rows {
            writer.row(&AnswerRow { batch: &batch, at })?;
        }
        count += batch.rows as u64;
    }
    writer.end()?;
    Ok(count)
}

fn columns(schema: &Schema) -> Vec<Column<'_>> {
    let fields = schema.fields().iter();
    let columns = fields.map(|field| match field.data_type() {
        kind if kind.is_numeric() => Column::number(field.name()),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
            Column::text(field.name())
        }
        kind if kind.is_nested() => Column::text(field.name()),
        _ => Column::whole(field.name()),
    });
    columns.collect()
}

struct Batch<'a> {
    names: &'a [&'a str],
    values: Vec<Values>,
    rows: usize,
    zone: &'a TimeZone,
}

impl<'a> Batch<'a> {
    fn of(batch: &RecordBatch, names: &'a [&'a str], zone: &'a TimeZone) -> Result<Self> {
        let values: Result<Vec<Values>, _> = batch.columns().iter().map(Values::of).collect();
        let values = values.map_err(openim_history_archive::Error::from)?;
        Ok(Self {
            names,
            values,
            rows: batch.num_rows(),
            zone,
        })
    }
}

struct AnswerRow<'a> {
    batch: &'a Batch<'a>,
    at: usize,
}

impl Row for AnswerRow<'_> {
    fn json(&self) -> impl Serialize + '_ {
        let fields = self.batch.names.iter().zip(&self.batch.values);
        let fields = fields.map(|(name, values)| ((*name).to_owned(), values.json(self.at)));
        Value::Object(fields.collect::<Map<_, _>>())
    }

    fn cells(&self) -> Vec<Cell> {
        let cells = self.batch.values.iter();
        let cells = cells.map(|values| match values.text(self.at, self.batch.zone) {
            Some(text) => Cell::new(text),
            None => Cell::new("NULL").look(Look::Faint),
        });
        cells.collect()
    }

    fn fields(&self) -> Vec<Field> {
        let fields = self.batch.values.iter();
        let fields = fields.map(|values| {
            let text = values.plain(self.at);
            match values.is_own() {
                true => Field::maybe(text),
                false => Field::text(text.unwrap_or_default()),
            }
        });
        fields.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_with_half_an_answer_and_only_where_it_was_made_for_it() {
        let keep = tempfile::tempdir().expect("a folder");
        let path = keep.path().join("answer.csv");
        drop(Begun::create(&path).expect("makes"));
        assert!(!path.exists(), "half an answer");
        let (_, begun) = Begun::create(&path).expect("makes");
        begun.finish();
        assert!(path.exists(), "a whole one");
        let Err(error) = Begun::create(&path) else {
            panic!("it was overwritten");
        };
        let said = error.text().unwrap_or_default();
        assert!(said.contains("is there already"), "{said}");
        assert!(path.exists(), "that of somebody else");
    }
}
