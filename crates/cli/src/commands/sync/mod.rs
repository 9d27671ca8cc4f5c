//! `sync`

mod follow;
mod media;
mod plan;
mod summary;

use openim_history_archive::media::MediaOptions;
use openim_history_archive::sync::SyncOptions;
use openim_history_archive::{Archive, Place, Writer};
use tokio::sync::oneshot;

use crate::archive::{
    ArchiveArgs, FilterArgs, MediaArgs, ReportArgs, Stages, Way, perform, staged, writer,
    writer_options,
};
use crate::error::{CommandError, Result};
use crate::run::{App, Interrupted};
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
    media: MediaArgs,
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
    let media = args.media.options(&config, args.thorough)?;
    let way = interrupted.or(Way::open(&config)).await??;
    let said = heads(&place.to_string(), &way.describe(app.ui.lang), app.ui.lang);
    app.ui.status(said);
    if args.dry_run {
        return plan::run(app, &place, &way, options, media, is_json).await;
    }
    let job = Job {
        place,
        way,
        media,
        is_json,
    };
    let written = writer_options(&config, !args.no_index);
    let stages = Stages::new(&app.ui, false, Some(interrupted.clone()));
    let writer = writer(&job.place, job.way.server(), written, &stages).await?;
    drop(stages);
    if args.follow {
        follow(app, job, writer, options, interrupted).await
    } else {
        copy(app, job, writer, options, interrupted).await
    }
}

/// What is brought up to date from where, and how that is told.
struct Job {
    place: Place,
    way: Way,
    media: Option<MediaOptions>,
    is_json: bool,
}

/// Copies what is there, and then fetches its attachments if these are asked for.
async fn copy(
    app: &mut App,
    job: Job,
    mut writer: Writer,
    options: SyncOptions,
    mut interrupted: Interrupted,
) -> Result {
    let stages = Stages::new(&app.ui, job.way.counts_bytes(), Some(interrupted.clone()));
    let outcome = perform(&job.way, &mut writer, options, &stages, &mut interrupted).await;
    drop(stages);
    let closed = writer.close().await;
    let report = outcome?;
    closed?;
    if !job.is_json {
        summary::table(app, &report)?;
    }
    summary::say(app, &report);
    let fetched = match job.media {
        Some(options) if !report.stopped => {
            let fetched = media::run(app, &job.place, options, interrupted).await?;
            media::summary(&app.ui, &fetched);
            Some(fetched)
        }
        _ => None,
    };
    if job.is_json {
        summary::json(app, &job.place, &job.way, &report, fetched.as_ref())?;
    }
    let lang = app.ui.lang;
    if report.stopped {
        app.ui.status(say(
            lang,
            "what was read is in the archive; the next run goes on from there",
            "已读取的内容已存入归档；下次运行从此处继续",
        ));
    } else if fetched.is_some_and(|fetched| fetched.stopped) {
        app.ui.status(say(
            lang,
            "what was fetched is in the archive; the next run fetches the rest",
            "已获取的附件已存入归档；下次运行获取其余部分",
        ));
    } else {
        return Ok(());
    }
    Err(CommandError::Interrupted)
}

/// Follows, and fetches attachments beside it if these are asked for.
async fn follow(
    app: &mut App,
    job: Job,
    mut writer: Writer,
    options: SyncOptions,
    interrupted: Interrupted,
) -> Result {
    let (has_ended, ended) = oneshot::channel();
    let followed = async {
        let outcome = follow::run(app, &job.way, &mut writer, options, interrupted.clone()).await;
        drop(has_ended);
        outcome
    };
    let (outcome, fetched) = match job.media {
        Some(options) => {
            let options = staged(options, &Archive::open(&job.place).await?);
            let fetched = media::follow(&app.ui, &job.place, options, interrupted.clone(), ended);
            let (outcome, fetched) = tokio::join!(followed, fetched);
            (outcome, Some(fetched))
        }
        None => (followed.await, None),
    };
    let closed = writer.close().await;
    let status = outcome?;
    closed?;
    follow::summary(app, &status, fetched.as_ref(), job.is_json)
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
