//! `export jobs`

use std::io::Write as _;

use openim_history_client::model::Lang;
use serde::Serialize;

use super::history::{History, Outcome, Run};
use super::run::file;
use crate::archive::{ReportArgs, json};
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::App;
use crate::time;
use crate::words::archive::say;

/// Lists the saved exports, and what became of each the last time
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
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
    let (history, file) = (History::of_user(), file(&config));
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
    if args.report.is_json(&config) {
        return json(&mut app.out, &jobs);
    }
    let lang = app.ui.lang;
    for job in &jobs {
        let last = match &job.last {
            None => say(lang, "never run", "从未运行").to_owned(),
            Some(run) => {
                let when = time::show(run.began, &app.ui.zone);
                let outcome = match run.outcome {
                    Outcome::Done => say(lang, "done", "完成"),
                    Outcome::Failed => say(lang, "failed", "失败"),
                    Outcome::Interrupted => say(lang, "broken off", "已中止"),
                };
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
