//! `export jobs`

use std::io::Write as _;
use std::time::Duration;

use openim_history_client::config::Config;
use openim_history_client::model::Lang;
use serde::Serialize;

use super::history::{History, Outcome, Run};
use super::run::{file, unknown};
use super::say::counts;
use crate::archive::{ReportArgs, json, table};
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::App;
use crate::table::{Cell, Column, Look};
use crate::time;
use crate::words::archive::say;
use crate::words::heading;

/// Lists the saved exports, and what became of each the last time
///
/// With a name it lists all runs of that one, the newest first.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Whose runs
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    report: ReportArgs,
}

/// A saved export and its last run.
#[derive(Serialize)]
struct Job<'a> {
    name: &'a str,
    query: &'a str,
    to: String,
    format: &'a [String],
    last: Option<Run>,
}

pub(super) fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    match &args.name {
        Some(name) => runs(app, &config, name, args.report),
        None => all(app, &config, args.report),
    }
}

/// Lists the runs of one. One that is saved no more still has its own.
fn runs(app: &mut App, config: &Config, name: &str, report: ReportArgs) -> Result {
    let runs = History::of_user().runs(&file(config), name);
    let is_saved = config.exports().iter().any(|job| job.name == name);
    if runs.is_empty() && !is_saved {
        return Err(unknown(name, config.exports()));
    }
    if report.is_json(config) {
        return json(&mut app.out, &runs);
    }
    let lang = app.ui.lang;
    let columns = vec![
        Column::whole(heading("time", lang)),
        Column::whole(heading("status", lang)),
        Column::number(heading("messages", lang)),
        Column::whole(heading("files", lang)),
        Column::number(heading("took", lang)),
        Column::text(heading("problem", lang)),
    ];
    let row = |run: &Run| {
        let took = Duration::from_millis(run.elapsed_ms);
        vec![
            Cell::new(time::show(run.began, &app.ui.zone)),
            Cell::new(outcome(run.outcome, lang)).look(match run.outcome {
                Outcome::Done => Look::Good,
                Outcome::Failed => Look::Bad,
                Outcome::Interrupted => Look::Warning,
            }),
            Cell::new(thousands(run.messages)),
            Cell::new(counts(run.files, lang)),
            Cell::new(format!("{:.1} s", took.as_secs_f64())),
            Cell::new(run.error.as_deref().unwrap_or_default()),
        ]
    };
    let rows = runs.iter().map(row).collect();
    table(&mut app.out, columns, rows, true)?;
    if runs.is_empty() {
        app.ui.status(say(lang, "never run", "从未运行"));
    }
    Ok(())
}

/// Lists all that are saved.
fn all(app: &mut App, config: &Config, report: ReportArgs) -> Result {
    let (history, file) = (History::of_user(), file(config));
    let jobs: Vec<Job<'_>> = config
        .exports()
        .iter()
        .map(|job| Job {
            name: &job.name,
            query: &job.query,
            to: job.to.display().to_string(),
            format: &job.format,
            last: history.last(&file, &job.name),
        })
        .collect();
    if report.is_json(config) {
        return json(&mut app.out, &jobs);
    }
    let lang = app.ui.lang;
    for job in &jobs {
        let last = match &job.last {
            None => say(lang, "never run", "从未运行").to_owned(),
            Some(run) => {
                let when = time::show(run.began, &app.ui.zone);
                let outcome = outcome(run.outcome, lang);
                match (&run.error, lang) {
                    (Some(error), _) => format!("{when} {outcome}: {error}"),
                    (None, Lang::En) => {
                        format!("{when} {outcome}: {} messages", thousands(run.messages))
                    }
                    (None, Lang::Zh) => {
                        format!("{when} {outcome}：{} 条消息", thousands(run.messages))
                    }
                }
            }
        };
        writeln!(
            app.out,
            "{}\t{}\t{}\t{last}",
            job.name,
            job.format.join(","),
            job.to
        )?;
    }
    if jobs.is_empty() {
        app.ui.status(say(
            lang,
            "no export is saved: write a section [export.NAME] into openim-history.toml",
            "没有保存的导出：在 openim-history.toml 中写一节 [export.名称]",
        ));
    }
    Ok(app.out.flush()?)
}

fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Done => say(lang, "done", "完成"),
        Outcome::Failed => say(lang, "failed", "失败"),
        Outcome::Interrupted => say(lang, "broken off", "已中止"),
    }
}
