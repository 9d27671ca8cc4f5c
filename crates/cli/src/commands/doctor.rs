//! `doctor`

use std::io::Write;
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt as _;
use openim_history_client::doctor::{Check, DoctorOptions, Outcome, examine};
use openim_history_client::model::Lang;

use crate::connect;
use crate::error::{CommandError, Result};
use crate::run::App;
use crate::table::{Look, clean_lines, width};

/// Checks the way to the history and says what to do about each failure
///
/// Configuration, REST API, MongoDB, and whether both lead to the same history. Nothing is changed
/// and nobody is logged out. Exits with 1 where a check failed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Whose conversations are looked at [default: somebody who has any]
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Writes one JSON array with an object for each check
    #[arg(long)]
    json: bool,
}

/// Where what was found begins.
const INDENT: usize = 27;

/// With less room than this, breaking lines makes them no easier to read.
const LEAST_ROOM: usize = 20;

/// How long an end may take that may not answer at all.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = match &app.fixed {
        Some(config) => config.clone(),
        None => connect::config(&app.connection, &app.output)?,
    };
    app.ui.configure(&app.output, &config)?;
    let options = DoctorOptions {
        now: || jiff::Timestamp::now().into(),
        patience: PATIENCE,
    };
    let mut examination = pin!(examine(&config, args.user.as_deref(), options));
    let mut checks = Vec::new();
    while let Some(check) = examination.next().await {
        if !args.json {
            write(app, &check)?;
            // The next one may take long, and whoever waits wants to see what is known.
            app.out.flush()?;
        }
        checks.push(check);
    }
    if args.json {
        serde_json::to_writer_pretty(&mut app.out, &checks).map_err(std::io::Error::from)?;
        writeln!(app.out)?;
    }
    // The sum goes to stderr and belongs behind the checks, on a terminal too.
    app.out.flush()?;
    let of = |outcome| {
        checks
            .iter()
            .filter(|check| check.outcome == outcome)
            .count()
    };
    let (failed, warnings) = (of(Outcome::Failed), of(Outcome::Warning));
    let good = of(Outcome::Ok);
    app.ui.status(match app.ui.lang {
        Lang::En => format!("{good} ok, {warnings} with a warning, {failed} failed"),
        Lang::Zh => format!("{good} 项正常，{warnings} 项警告，{failed} 项失败"),
    });
    if failed > 0 {
        Err(CommandError::Said)
    } else {
        Ok(())
    }
}

/// Writes a check as one line, and what to do on a second.
fn write(app: &mut App, check: &Check) -> Result {
    let (word, style) = match check.outcome {
        Outcome::Ok => ("ok", Look::Good.style()),
        Outcome::Warning => ("warning", Look::Warning.style()),
        Outcome::Failed => ("failed", Look::Bad.style()),
        Outcome::Skipped => ("skipped", Look::Faint.style()),
    };
    let style = if app.out.paints() {
        style
    } else {
        anstyle::Style::new()
    };
    let room = app.out.width().map(|width| width.saturating_sub(INDENT));
    // What is found quotes what servers say.
    let mut lines = wrapped(&clean_lines(&check.found), room).into_iter();
    let first = lines.next().unwrap_or_default();
    writeln!(
        app.out,
        "{style}{word:<8}{style:#}{:<18} {first}",
        check.name
    )?;
    for line in lines {
        writeln!(app.out, "{:INDENT$}{line}", "")?;
    }
    let remedy = check.remedy.as_deref().map(clean_lines);
    let room = room.map(|room| room.saturating_sub(2));
    for (at, line) in remedy
        .iter()
        .flat_map(|text| wrapped(text, room))
        .enumerate()
    {
        let arrow = if at == 0 { "→" } else { " " };
        writeln!(app.out, "{:INDENT$}{arrow} {line}", "")?;
    }
    Ok(())
}

/// Breaks a text between words into lines of at most `room` columns. Off a terminal, and where
/// there is hardly any room, it stays one line; a word that is longer keeps a line of its own.
fn wrapped(text: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room.filter(|&room| room >= LEAST_ROOM) else {
        return vec![text.to_owned()];
    };
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_between_words_only_where_the_terminal_is_too_narrow() {
        let text = "nobody answers at 合同服务器 http://127.0.0.1:10002/a/long/prefix now";
        assert_eq!(wrapped(text, None), [text]);
        assert_eq!(wrapped(text, Some(5)), [text]);
        let expected = [
            "nobody answers at",
            "合同服务器",
            "http://127.0.0.1:10002/a/long/prefix",
            "now",
        ];
        assert_eq!(wrapped(text, Some(24)), expected);
    }
}
