//! `sql`

mod catalog;
mod output;
mod prompt;
mod value;

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytesize::ByteSize;
use openim_history_archive::Archive;
use openim_history_archive::search::Directory;
use openim_history_archive::sql::{Finder, Sql, SqlOptions};
use openim_history_client::config::Config;

use self::output::{SqlFormat, Target};
use crate::archive::{PlaceArgs, Stages, index_of};
use crate::error::{CommandError, Result};
use crate::run::App;

/// Asks SQL of an archive
///
/// Statements read and never write; the server is not asked. Without a statement a prompt is opened, or the
/// statement is read from standard input where that is no terminal:
///
///   sql "SELECT sender_name, count(*) FROM history GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
///
/// Beside the archive's tables there are views (history, daily, senders, revoked, holes) and the functions
/// match(text, 'query'), which the search index answers, local_time(t) and local_date(t), which tell times in
/// --tz. `sql --tables` lists all of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The statement; several words are one
    #[arg(value_name = "STATEMENT")]
    statement: Vec<String>,
    #[command(flatten)]
    place: PlaceArgs,
    /// Reads the statement from this file, or from standard input for -
    #[arg(long, value_name = "FILE", conflicts_with = "statement")]
    file: Option<PathBuf>,
    /// How rows are written [default: table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<SqlFormat>,
    /// Writes the answer to this file instead of standard output; it must not exist yet
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Lets sorting, joining and grouping take so much memory, like 512MB, before they go on from the disk
    #[arg(long, value_name = "SIZE", default_value = "256MiB")]
    memory: ByteSize,
    /// Stops a statement that takes longer, like 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,
    /// Lists the tables and views, with their columns
    #[arg(long, conflicts_with_all = ["statement", "file"])]
    tables: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no length of time: write 30s, 5m or 1h");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours());
    let length = length
        .ok()
        .and_then(|length| Duration::try_from(length).ok());
    length.filter(|length| !length.is_zero()).ok_or_else(wrong)
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let statement = args.statement()?;
    if let (None, false, Some(to)) = (&statement, args.tables, &args.to) {
        // One file cannot take the answers of many statements.
        return Err(CommandError::usage_with_hint(
            format!(
                "--to: {} takes the answer of one statement, and there is none",
                to.display()
            ),
            "write the statement behind `sql`, or name its file with --file; at a prompt answers are only shown",
        ));
    }
    let format = SqlFormat::chosen(args.format, &config);
    let target = Target::new(format, args.to.as_deref())?;
    // Opening the index may mean to build it: only who asks it has to wait.
    let asks = statement.as_ref();
    let asks = !args.tables && asks.is_none_or(|text| text.to_lowercase().contains("match"));
    let sql = args.open(app, &config, asks).await?;
    if args.tables {
        let statement = catalog::statement(app.ui.lang);
        return output::answer(app, &sql, &statement, &target).await;
    }
    match statement {
        Some(statement) => output::answer(app, &sql, &statement, &target).await,
        None => prompt::run(app, &sql, &target).await,
    }
}

impl Args {
    /// Returns the statement; `None` where a person is to be asked.
    fn statement(&self) -> Result<Option<String>> {
        if self.tables {
            return Ok(None);
        }
        let read = match &self.file {
            Some(file) if file == Path::new("-") => stdin()?,
            Some(file) => std::fs::read_to_string(file).map_err(|error| {
                CommandError::usage(format!(
                    "--file: {} cannot be read: {error}",
                    file.display()
                ))
            })?,
            None if !self.statement.is_empty() => self.statement.join(" "),
            None if std::io::stdin().is_terminal() => return Ok(None),
            None => stdin()?,
        };
        if read.trim().is_empty() {
            return Err(CommandError::usage("there is no statement"));
        }
        Ok(Some(read))
    }

    /// Opens the tables, and the index where it may be asked.
    async fn open(&self, app: &App, config: &Config, asks: bool) -> Result<Sql> {
        let archive = Archive::open(&self.place.place(config)?).await?;
        let options = SqlOptions {
            memory: usize::try_from(self.memory.as_u64()).unwrap_or(usize::MAX),
            zone: app.ui.zone.clone(),
            timeout: self.timeout,
        };
        let sql = Sql::open(&archive, &options).await?;
        if !asks {
            return Ok(sql);
        }
        let stages = Stages::new(&app.ui, false, None);
        let index = index_of(&archive, &stages);
        let (index, healed) = match stages.watch(index).await {
            Ok(opened) => opened,
            // Everything but `match` works without.
            Err(error) => {
                let text = format!("without the search index there is no match(): {error}");
                app.ui.warning(text);
                return Ok(sql);
            }
        };
        if let Some(healed) = healed {
            let text = crate::words::archive::healed(&healed, app.ui.lang);
            app.ui.status(text);
        }
        let directory = Directory::open(&archive).await?;
        Ok(sql.with_finder(Finder::new(index, directory)))
    }
}

fn stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CommandError::usage(format!("standard input cannot be read: {error}")))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_a_number_and_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        for text in ["", "0s", "-5s", "5", "soon"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
