//! `doctor`

use std::io::Write;
use std::time::Duration;

use openim_history_client::doctor::{Check, DoctorOptions, Outcome, examine};
use openim_history_client::model::UserId;

use crate::connect;
use crate::error::{CommandError, Result};
use crate::run::App;
use crate::table::{Look, clean_lines};

/// Checks the way to the history and says what to do about each failure
///
/// Configuration, REST API, MongoDB, and whether both lead to the same history. Nothing is changed
/// and nobody is logged out. Exits with 1 where a check failed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Whose conversations are looked at [default: somebody who has any]
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Writes one JSON array with an object for each check
    #[arg(long)]
    json: bool,
}

/// How long an end may take that may not answer at all.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = match &app.fixed {
        Some(config) => config.clone(),
        None => connect::config(&app.connection, &app.output)?,
    };
    app.ui.configure(&app.output, &config)?;
    let user = args.user.as_deref().map(UserId::new);
    let options = DoctorOptions {
        now: || jiff::Timestamp::now().into(),
        patience: PATIENCE,
    };
    let checks = examine(&config, user.as_ref(), options).await;
    if args.json {
        serde_json::to_writer_pretty(&mut app.out, &checks).map_err(std::io::Error::from)?;
        writeln!(app.out)?;
    } else {
        for check in &checks {
            write(app, check)?;
        }
    }
    let of = |outcome| {
        checks
            .iter()
            .filter(|check| check.outcome == outcome)
            .count()
    };
    let (failed, warnings) = (of(Outcome::Failed), of(Outcome::Warning));
    app.ui.status(format!(
        "{} ok, {warnings} with a warning, {failed} failed",
        of(Outcome::Ok)
    ));
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
    // What is found quotes what servers say.
    let found = clean_lines(&check.found);
    writeln!(
        app.out,
        "{style}{word:<8}{style:#}{:<18} {found}",
        check.name
    )?;
    if let Some(remedy) = &check.remedy {
        writeln!(app.out, "{:<27}→ {}", "", clean_lines(remedy))?;
    }
    Ok(())
}
