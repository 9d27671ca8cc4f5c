//! `repair`

use std::collections::BTreeSet;

use openim_history_archive::index::IndexSettings;
use openim_history_archive::repair::{TakenOut, take_out};
use openim_history_archive::sync::{Filter, SyncOptions, SyncReport};
use openim_history_archive::verify::{Part, VerifyOptions};
use openim_history_archive::{Archive, Counts, Healed, Place};
use openim_history_client::config::Config;
use openim_history_client::model::Lang;
use serde::Serialize;

use super::verify::check;
use crate::archive::{
    ArchiveArgs, Checked, FilterArgs, ReportArgs, Stages, Way, cache_of, json, perform,
    show_verified, writer, writer_options,
};
use crate::error::{CommandError, Result};
use crate::run::{App, Interrupted};
use crate::words::Thing;
use crate::words::archive::{heads, healed, news, put_aside, say, taken_out};

/// From so many conversations on, everything is compared instead of each of them by name.
const MOST: usize = 1_000;

/// Fetches what an archive lacks and the server still has
///
/// Verifies, takes lost and damaged files out of the archive (what is left of them is kept in its folder
/// damaged/), reads the conversations anew where something is missing, different or behind, builds a
/// wrong search index anew, and verifies again. Exits with 3 where something is left.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    archive: ArchiveArgs,
    /// Says what would be fetched, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Compares contents too, and reads every file whole: finds every damaged file
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    report: ReportArgs,
}

/// What was found, done and left.
#[derive(Serialize)]
struct Repaired<'a> {
    found: &'a Checked,
    #[serde(flatten)]
    mended: Mended,
    left: Option<&'a Checked>,
}

/// What was done.
#[derive(Default, Serialize)]
struct Mended {
    /// Damaged files that are no longer part of the archive.
    taken_out: TakenOut,
    /// New and changed messages; nothing where nothing was fetched.
    fetched: Option<Counts>,
    /// The search index, where it was built anew.
    index: Option<Healed>,
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
    let options = VerifyOptions {
        filter: chosen.clone(),
        full: args.full,
        named: match is_json {
            true => u64::MAX,
            false => VerifyOptions::default().named,
        },
        ..VerifyOptions::default()
    };
    let work = check(app, &archive, Some(&way), options.clone());
    let found = interrupted.or(work).await??;
    drop(archive);
    if !is_json {
        show_verified(app, &found, false)?;
    }
    app.ui.status(found.sum(lang));
    let mut mended = Mended::default();
    let mut left = None;
    if !found.complete && !args.dry_run {
        let mending = mend(app, &config, &place, &way, &found, chosen, &mut interrupted);
        mended = mending.await?;
        let archive = Archive::open(&place).await?;
        let work = check(app, &archive, Some(&way), options);
        left = Some(interrupted.or(work).await??);
    }
    if let Some(left) = &left {
        if !is_json && !left.complete {
            show_verified(app, left, false)?;
        }
        app.ui.status(left.sum(lang));
    }
    let now = left.as_ref().unwrap_or(&found);
    if now.has(Part::Media) || found.has(Part::Attachments) {
        app.ui
            .hint("`openim-history sync --media --thorough` fetches lost and damaged attachments");
    }
    let complete = now.complete;
    if is_json {
        let repaired = Repaired {
            found: &found,
            mended,
            left: left.as_ref(),
        };
        json(&mut app.out, &repaired)?;
    }
    match complete {
        true => Ok(()),
        false => Err(CommandError::Gaps),
    }
}

/// Does what there is to do, in the order in which one needs the other.
async fn mend(
    app: &App,
    config: &Config,
    place: &Place,
    way: &Way,
    found: &Checked,
    chosen: Filter,
    interrupted: &mut Interrupted,
) -> Result<Mended> {
    let lang = app.ui.lang;
    let mut mended = Mended {
        taken_out: take_out(place, &found.report.damaged_files).await?,
        ..Mended::default()
    };
    for file in &mended.taken_out.files {
        app.ui.status(taken_out(file, lang));
    }
    if let Some(folder) = &mended.taken_out.folder {
        app.ui.status(put_aside(folder, lang));
    }
    // A small table is written anew by any sync.
    let tables = found.has(Part::SmallTable);
    let options = match wanted(found, chosen.clone()) {
        Some(filter) => Some(SyncOptions {
            filter,
            thorough: true,
            ..SyncOptions::default()
        }),
        None => tables.then(|| SyncOptions {
            filter: chosen,
            ..SyncOptions::default()
        }),
    };
    if let Some(options) = options {
        let report = fetch(app, config, place, way, options, interrupted).await?;
        if report.stopped {
            return Err(CommandError::Interrupted);
        }
        mended.fetched = Some(report.messages);
    }
    if found.has(Part::Index) {
        let archive = Archive::open(place).await?;
        let folder = cache_of(&archive, "index");
        let stages = Stages::new(&app.ui, false, Some(interrupted.clone()));
        let rebuilt = archive.rebuild_index(folder, IndexSettings::default(), None, &stages);
        let rebuilt = stages.watch(rebuilt).await?;
        drop(stages);
        app.ui.status(healed(&rebuilt, lang));
        mended.index = Some(rebuilt);
    }
    Ok(mended)
}

async fn fetch(
    app: &App,
    config: &Config,
    place: &Place,
    way: &Way,
    options: SyncOptions,
    interrupted: &mut Interrupted,
) -> Result<SyncReport> {
    let lang = app.ui.lang;
    let only = Thing::Conversation.count(options.filter.only.len() as u64, lang);
    app.ui.status(match lang {
        _ if options.filter.is_all() => {
            say(lang, "all conversations are compared", "对照所有会话").to_owned()
        }
        Lang::En => format!("{only} read anew"),
        Lang::Zh => format!("重新读取 {only}"),
    });
    let stages = Stages::new(&app.ui, way.counts_bytes(), Some(interrupted.clone()));
    let written = writer_options(config, true);
    let mut writer = writer(place, way.server(), written, &stages).await?;
    let outcome = perform(way, &mut writer, options, &stages, interrupted).await;
    drop(stages);
    let closed = writer.close().await;
    let report = outcome?;
    closed?;
    app.ui.status(news(report.messages, lang));
    Ok(report)
}

/// Returns what to read anew; `None` where nothing is wrong that reading could mend.
fn wanted(found: &Checked, chosen: Filter) -> Option<Filter> {
    let wrong = found.report.conversations.iter().filter(|of| of.is_wrong());
    let ids: BTreeSet<String> = wrong.map(|of| of.conversation_id.to_string()).collect();
    if ids.is_empty() {
        return None;
    }
    if ids.len() > MOST {
        return Some(chosen);
    }
    Some(Filter {
        only: ids.into_iter().map(Into::into).collect(),
        exclude: Vec::new(),
    })
}
