//! `export verify`

use std::path::PathBuf;

use openim_history_archive::export::{ExportProblem, Trouble, verify};
use openim_history_client::model::Lang;

use crate::archive::{ReportArgs, Stages, json};
use crate::error::{CommandError, Result};
use crate::numbers::thousands;
use crate::run::App;
use crate::words::archive::say;

/// Checks that an export's folder is what its manifest says; the archive is not needed
///
/// Every file is read and its sum compared, messages are counted where the format allows it, and what is missing,
/// changed or foreign is named. Exits with 3 where something is.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let interrupted = app.interrupt.take();
    let stages = Stages::new(&app.ui, false, Some(interrupted));
    let check = stages.watch(verify(&args.folder, &stages)).await;
    drop(stages);
    let check = check?;
    if check.stopped {
        return Err(CommandError::Interrupted);
    }
    if args.report.is_json(&config) {
        json(&mut app.out, &check)?;
    }
    let lang = app.ui.lang;
    for problem in &check.problems {
        app.ui.warning(told(problem, lang));
    }
    let (files, messages) = (thousands(check.files), thousands(check.messages));
    let problems = thousands(check.problems.len() as u64);
    app.ui.status(match (lang, check.is_whole()) {
        (Lang::En, true) => format!("{files} files, {messages} messages: all as the manifest says"),
        (Lang::Zh, true) => format!("{files} 个文件，{messages} 条消息：与清单一致"),
        (Lang::En, false) => {
            format!("{files} files, {messages} messages: {problems} not as the manifest says")
        }
        (Lang::Zh, false) => format!("{files} 个文件，{messages} 条消息：{problems} 处与清单不符"),
    });
    if check.is_whole() {
        Ok(())
    } else {
        Err(CommandError::Gaps)
    }
}

fn told(problem: &ExportProblem, lang: Lang) -> String {
    let what = match problem.trouble {
        Trouble::Missing => say(lang, "is missing", "缺失"),
        Trouble::Changed => say(lang, "was changed", "已被更改"),
        Trouble::Miscounted => say(lang, "has another number of messages", "消息数不符"),
        Trouble::Foreign => say(lang, "is no part of the export", "不属于此导出"),
        Trouble::Manifest => say(lang, "does not add up", "内容不自洽"),
        Trouble::Unfinished => say(lang, "a run was broken off", "上次运行中断"),
    };
    let path = openim_history_client::model::one_line(&problem.path);
    match problem.detail.as_str() {
        "" => format!("{path}: {what}"),
        detail => format!("{path}: {what}: {detail}"),
    }
}
