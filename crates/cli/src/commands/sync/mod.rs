//! `sync`

mod follow;
mod plan;
mod summary;

use openim_history_archive::sync::SyncOptions;

use crate::archive::{ArchiveArgs, FilterArgs, ReportArgs, Stages, Way, perform, writer};
use crate::error::{CommandError, Result};
use crate::run::App;
use crate::time;
use crate::words::archive::{heads, say};

/// Brings an archive up to date with the server, or makes one
///
/// The first run copies everything, later ones only what is new or changed. From MongoDB, if that
/// is configured, for only MongoDB shows everything; --via api takes what the server's users see.
/// Nothing is ever removed from the archive: what is recalled or deleted on the server stays, and
/// is marked.
///
/// Interrupted, it commits what it has and exits with 130; the next run goes on from there. With
/// --follow, Ctrl-C and SIGTERM are the normal end: it finishes the batch and exits with 0.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    archive: ArchiveArgs,
    /// Says what there is to read, and changes nothing
    #[arg(long, conflicts_with = "follow")]
    dry_run: bool,
    #[command(flatten)]
    filter: FilterArgs,
    /// Only messages sent then or later, like 2026-11-24 or 7d; what was copied before stays
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Compares everything with the archive, what looks unchanged too
    #[arg(long)]
    thorough: bool,
    /// Stays up to date until told to stop
    #[arg(long)]
    follow: bool,
    /// Leaves the search index as it is; the next one who needs it brings it up to date
    #[arg(long)]
    no_index: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let is_json = args.report.is_json(&config);
    let place = args.archive.place(&config)?;
    let mut interrupted = app.interrupt.take();
    let options = SyncOptions {
        since: since(app, args.since.as_deref())?,
        filter: interrupted
            .or(args.filter.resolve(&config, &app.ui))
            .await??,
        thorough: args.thorough,
    };
    let way = interrupted.or(Way::open(&config)).await??;
    let said = heads(&place.to_string(), &way.describe(), app.ui.lang);
    app.ui.status(said);
    if args.dry_run {
        return plan::run(app, &place, &way, options, is_json).await;
    }
    let mut writer = writer(&place, way.server(), !args.no_index).await?;
    if args.follow {
        let outcome = follow::run(app, &way, &mut writer, options, interrupted).await;
        let closed = writer.close().await;
        let status = outcome?;
        closed?;
        return follow::summary(app, &status, is_json);
    }
    let stages = Stages::new(&app.ui, way.counts_bytes(), Some(interrupted.clone()));
    let outcome = perform(&way, &mut writer, options, &stages, &mut interrupted).await;
    drop(stages);
    let closed = writer.close().await;
    let report = outcome?;
    closed?;
    summary::show(app, &place, &way, &report, is_json)?;
    if report.stopped {
        app.ui.status(say(
            app.ui.lang,
            "what was read is in the archive; the next run goes on from there",
            "已读取的内容已存入归档；下次运行从此处继续",
        ));
        return Err(CommandError::Interrupted);
    }
    Ok(())
}

fn since(
    app: &App,
    typed: Option<&str>,
) -> Result<Option<openim_history_client::model::Timestamp>> {
    let Some(typed) = typed else {
        return Ok(None);
    };
    let now = jiff::Timestamp::now().to_zoned_datetime(app.ui.zone.clone());
    let parsed = time::parse(typed, &now);
    parsed
        .map(Some)
        .map_err(|error| CommandError::usage(format!("--since: {error}")))
}
