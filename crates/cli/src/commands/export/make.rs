//! Making an export.

use openim_history_archive::export::{
    Asked, ExportReport, ExportRequest, FormatOptions, export, plan,
};
use openim_history_archive::search::Directory;
use openim_history_archive::{Archive, Error};
use openim_history_client::model::{Lang, Timestamp};

use super::options::MakeArgs;
use super::{ask, say};
use crate::archive::{Stages, index_of};
use crate::error::{CommandError, Result};
use crate::run::App;

/// Makes an export, and says what came of it.
pub(super) async fn run(app: &mut App, args: &MakeArgs) -> Result<ExportReport> {
    let config = app.configure()?;
    let Some(folder) = &args.to else {
        return Err(CommandError::usage("--to is missing: where shall it go?"));
    };
    let pseudonyms = args.key.read()?;
    let archive = Archive::open(&args.place.place(&config)?).await?;
    let text = args.chosen.join(&args.query);
    let lang = args.lang.unwrap_or(app.ui.lang);
    let zone = args.zone.clone().unwrap_or_else(|| app.ui.zone.clone());
    let interrupted = app.interrupt.take();
    let stages = Stages::new(&app.ui, false, Some(interrupted));
    let (index, query, mut asked) = if text.is_empty() {
        (None, None, Asked::default())
    } else {
        let opened = index_of(&archive, &stages);
        let (index, healed) = stages.watch(opened).await?;
        if let Some(healed) = healed {
            app.ui
                .status(crate::words::archive::healed(&healed, app.ui.lang));
        }
        let directory = Directory::open(&archive).await?;
        let (query, asked) = ask::ask(&text, &zone, &index, &directory)?;
        (Some(index), Some(query), asked)
    };
    let hides = pseudonyms.is_some();
    // Who runs it may be one of those whose names are hidden.
    let user = || user().filter(|_| !hides);
    asked.by = args.by.clone().or_else(user);
    let title = match (&args.title, hides) {
        (Some(title), _) => title.clone(),
        (None, false) if !text.is_empty() => text,
        // A query may name people.
        (None, _) => match lang {
            Lang::En => "Message history".to_owned(),
            Lang::Zh => "消息记录".to_owned(),
        },
    };
    let request = ExportRequest {
        folder: folder.clone(),
        query,
        asked,
        formats: args.format.clone(),
        options: FormatOptions {
            csv_bom: !args.no_bom,
        },
        template: args.template.clone(),
        split: args.split,
        lang,
        zone,
        title,
        now: Timestamp::from(jiff::Timestamp::now()),
        pseudonyms,
        redact: args.redact,
        media: args.media,
        logs: args.logs,
        memory: usize::try_from(args.memory.as_u64()).unwrap_or(usize::MAX),
    };
    let report = if args.dry_run {
        stages
            .watch(plan(&archive, index.as_ref(), &request, &stages))
            .await
    } else {
        stages
            .watch(export(&archive, index.as_ref(), &request, &stages))
            .await
    };
    drop(stages);
    let report = report.map_err(refused)?;
    if report.stopped {
        say::stopped(&app.ui);
        return Err(CommandError::Interrupted);
    }
    say::summary(&app.ui, &report, args.dry_run, folder);
    Ok(report)
}

/// Returns what the system calls the user.
fn user() -> Option<String> {
    let names = ["LOGNAME", "USER", "USERNAME"];
    let mut names = names
        .into_iter()
        .filter_map(|name| std::env::var(name).ok());
    names.find(|name| !name.is_empty())
}

/// A folder that is another's is a matter of what was typed.
fn refused(error: Error) -> CommandError {
    match error {
        Error::ForeignExport { .. } => CommandError::usage_with_hint(
            error.to_string(),
            "name a folder that is empty or does not exist yet; nothing in this one was touched",
        ),
        error => error.into(),
    }
}
