//! `export run`

use std::time::Instant;

use openim_history_archive::export::{ExportFormat, ExportReport, Split};
use openim_history_client::config::{Config, ExportJob};
use openim_history_client::model::{Lang, Timestamp};

use super::history::{History, Outcome, Run};
use super::options::{ChosenArgs, MEMORY, MakeArgs};
use super::{KeyArgs, make};
use crate::archive::PlaceArgs;
use crate::error::{CommandError, Result};
use crate::run::App;
use crate::time::parse_zone;

/// Runs saved exports: sections [export.NAME] of openim-history.toml
///
/// One that fails does not keep the others from running; `export jobs` says what became of each, and --failed
/// runs those again that did not go through the last time.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which
    #[arg(value_name = "NAME", required_unless_present_any = ["all", "failed"])]
    names: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Those that failed, or were broken off, the last time
    #[arg(long, conflicts_with_all = ["names", "all"])]
    failed: bool,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let history = History::of_user();
    let jobs = chosen(&config, args, &history)?;
    let lang = app.ui.lang;
    if jobs.is_empty() {
        app.ui.status(match lang {
            Lang::En => "nothing to run",
            Lang::Zh => "没有要运行的导出",
        });
    }
    let mut failed = 0;
    for job in &jobs {
        app.ui.status(match lang {
            Lang::En => format!("export {}", job.name),
            Lang::Zh => format!("导出 {}", job.name),
        });
        let (began, clock) = (Timestamp::from(jiff::Timestamp::now()), Instant::now());
        let outcome = perform(app, job).await;
        let run = remembered(&config, job, began, clock, &outcome);
        if let Err(error) = history.add(&run) {
            app.ui
                .warning(format!("the history of exports cannot be written: {error}"));
        }
        match outcome {
            Ok(_) => {}
            Err(CommandError::Interrupted) => return Err(CommandError::Interrupted),
            Err(error) => {
                failed += 1;
                error.report(&app.ui);
            }
        }
    }
    if failed == 0 {
        return Ok(());
    }
    app.ui
        .hint("`openim-history export run --failed` runs only these again");
    Err(CommandError::Said)
}

/// Returns the jobs that are meant.
fn chosen(config: &Config, args: &Args, history: &History) -> Result<Vec<ExportJob>> {
    let all = config.exports();
    if args.all {
        return Ok(all.to_vec());
    }
    if args.failed {
        let file = file(config);
        let did_fail = |job: &&ExportJob| {
            let last = history.last(&file, &job.name);
            last.is_some_and(|last| last.outcome != Outcome::Done)
        };
        return Ok(all.iter().filter(did_fail).cloned().collect());
    }
    let find = |name: &String| {
        let found = all.iter().find(|job| job.name == *name);
        found.cloned().ok_or_else(|| unknown(name, all))
    };
    args.names.iter().map(find).collect()
}

/// Says that there is no such job, and which there are.
pub(super) fn unknown(name: &str, all: &[ExportJob]) -> CommandError {
    let known: Vec<&str> = all.iter().map(|job| job.name.as_str()).collect();
    let known = match known.len() {
        0 => "none is saved: write a section [export.NAME] into openim-history.toml".to_owned(),
        _ => format!("there are {}", known.join(", ")),
    };
    CommandError::usage_with_hint(format!("there is no saved export {name:?}"), known)
}

/// Returns the configuration the jobs stand in.
pub(super) fn file(config: &Config) -> String {
    let path = config.file().unwrap_or_else(|| std::path::Path::new(""));
    std::path::absolute(path).map_or_else(
        |_| path.display().to_string(),
        |path| path.display().to_string(),
    )
}

async fn perform(app: &mut App, job: &ExportJob) -> Result<ExportReport> {
    let wrong = |error: String| CommandError::usage(format!("[export.{}] {error}", job.name));
    let named = |error: openim_history_archive::Error| wrong(error.to_string());
    let formats: Result<Vec<ExportFormat>, _> = job
        .format
        .iter()
        .map(|name| ExportFormat::named(name))
        .collect();
    let split = job.split.as_deref().map(Split::parse).transpose();
    let memory = match &job.memory {
        Some(text) => text
            .parse()
            .map_err(|_| wrong(format!("memory: {text:?} is no size: write 512MB")))?,
        None => MEMORY,
    };
    let lang = match job.language.as_deref() {
        None => None,
        Some("en") => Some(Lang::En),
        Some("zh") => Some(Lang::Zh),
        Some(other) => {
            return Err(wrong(format!("language: {other:?} is none of en and zh")));
        }
    };
    let zone = job.time_zone.as_deref().map(parse_zone).transpose();
    let zone = zone.map_err(|error| wrong(format!("time_zone: {error}")))?;
    let args = MakeArgs {
        query: if job.query.is_empty() {
            Vec::new()
        } else {
            vec![job.query.clone()]
        },
        place: PlaceArgs::named(job.archive.clone()),
        chosen: ChosenArgs::default(),
        to: Some(job.to.clone()),
        format: formats.map_err(named)?,
        template: job.template.clone(),
        split: split.map_err(named)?,
        title: job.title.clone(),
        by: job.by.clone(),
        media: job.media,
        logs: job.logs,
        key: KeyArgs {
            pseudonyms_file: job.pseudonyms_file.clone(),
        },
        redact: job.redact,
        no_bom: job.bom == Some(false),
        memory,
        dry_run: false,
        lang,
        zone,
    };
    make::run(app, &args).await
}

fn remembered(
    config: &Config,
    job: &ExportJob,
    began: Timestamp,
    clock: Instant,
    outcome: &Result<ExportReport>,
) -> Run {
    let report = outcome.as_ref().ok();
    Run {
        job: job.name.clone(),
        file: file(config),
        began,
        elapsed_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        outcome: match outcome {
            Ok(_) => Outcome::Done,
            Err(CommandError::Interrupted) => Outcome::Interrupted,
            Err(_) => Outcome::Failed,
        },
        messages: report.map_or(0, |report| report.totals.included),
        files: report.map(|report| report.files).unwrap_or_default(),
        error: outcome.as_ref().err().and_then(CommandError::text),
    }
}
