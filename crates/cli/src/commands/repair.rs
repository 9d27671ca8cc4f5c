//! `repair`

use std::collections::BTreeSet;

use openim_history_archive::Archive;
use openim_history_archive::sync::{Filter, SyncOptions};
use openim_history_client::model::Lang;
use serde::Serialize;

use super::verify::check;
use crate::archive::{
    ArchiveArgs, Checked, FilterArgs, ReportArgs, Stages, Way, is_wrong, json, perform,
    show_verified, writer,
};
use crate::error::{CommandError, Result};
use crate::run::App;
use crate::words::Thing;
use crate::words::archive::{heads, news};

/// From so many conversations on, everything is compared instead of each of them by name.
const MOST: usize = 1_000;

/// Fetches what an archive lacks and the server still has
///
/// Verifies, reads the conversations anew where something is missing, different or behind, and
/// verifies again. Exits with 3 where something is left.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    archive: ArchiveArgs,
    /// Says what would be fetched, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Compares contents too, not only what is there
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    report: ReportArgs,
}

/// What was found, fetched and left.
#[derive(Serialize)]
struct Repaired<'a> {
    found: &'a Checked,
    /// New and changed messages; nothing where nothing was fetched.
    fetched: Option<openim_history_archive::Counts>,
    left: Option<&'a Checked>,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let is_json = args.report.is_json(&config);
    let place = args.archive.place(&config)?;
    let mut interrupted = app.interrupt.take();
    let archive = Archive::open(&place).await?;
    let chosen = interrupted
        .or(args.filter.resolve(&config, &app.ui))
        .await??;
    let way = interrupted.or(Way::open(&config)).await??;
    let lang = app.ui.lang;
    app.ui
        .status(heads(&place.to_string(), &way.describe(app.ui.lang), lang));
    let work = check(app, &archive, Some(&way), chosen.clone(), args.full);
    let found = interrupted.or(work).await??;
    let wanted = wanted(&found, chosen.clone());
    if !is_json {
        show_verified(app, &found, false)?;
    }
    app.ui.status(found.sum(lang));
    let Some(filter) = wanted.filter(|_| !args.dry_run) else {
        if is_json {
            let repaired = Repaired {
                found: &found,
                fetched: None,
                left: None,
            };
            json(&mut app.out, &repaired)?;
        }
        return match found.complete {
            true => Ok(()),
            false => Err(CommandError::Gaps),
        };
    };
    drop(archive);
    let only = Thing::Conversation.count(filter.only.len() as u64, lang);
    app.ui.status(match lang {
        Lang::En if filter.is_all() => "all conversations are compared".to_owned(),
        Lang::Zh if filter.is_all() => "对照所有会话".to_owned(),
        Lang::En => format!("{only} read anew"),
        Lang::Zh => format!("重新读取 {only}"),
    });
    let mut writer = writer(&place, way.server(), true).await?;
    let options = SyncOptions {
        filter,
        thorough: true,
        ..SyncOptions::default()
    };
    let stages = Stages::new(&app.ui, way.counts_bytes(), Some(interrupted.clone()));
    let outcome = perform(&way, &mut writer, options, &stages, &mut interrupted).await;
    drop(stages);
    let closed = writer.close().await;
    let report = outcome?;
    closed?;
    app.ui.status(news(report.messages, lang));
    if report.stopped {
        return Err(CommandError::Interrupted);
    }
    let archive = Archive::open(&place).await?;
    let work = check(app, &archive, Some(&way), chosen, args.full);
    let left = interrupted.or(work).await??;
    if is_json {
        let repaired = Repaired {
            found: &found,
            fetched: Some(report.messages),
            left: Some(&left),
        };
        json(&mut app.out, &repaired)?;
    } else if !left.complete {
        show_verified(app, &left, false)?;
    }
    app.ui.status(left.sum(lang));
    match left.complete {
        true => Ok(()),
        false => Err(CommandError::Gaps),
    }
}

/// Returns what to read anew; `None` where nothing is wrong that reading could mend.
fn wanted(found: &Checked, chosen: Filter) -> Option<Filter> {
    let report = &found.report;
    let wrong = report.classes.missing + report.different + report.behind;
    if wrong == 0 {
        return None;
    }
    let mut named = 0;
    let mut ids = BTreeSet::new();
    for of in &report.conversations {
        for finding in of.holes.iter().filter(|finding| is_wrong(finding.class)) {
            named += u64::try_from(finding.last.0 - finding.first.0 + 1).unwrap_or_default();
            ids.insert(of.conversation_id.to_string());
        }
    }
    // Only so many findings are named.
    if named < wrong || ids.len() > MOST {
        return Some(chosen);
    }
    Some(Filter {
        only: ids.into_iter().collect(),
        exclude: Vec::new(),
    })
}
