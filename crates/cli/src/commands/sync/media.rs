//! `sync --media`: attachments, after their messages or beside a follower.

use std::time::Duration;

use indicatif::BinaryBytes;
use openim_history_archive::media::{self, MediaOptions, MediaPlan, MediaReport, Tally};
use openim_history_archive::{Archive, Place};
use openim_history_client::model::Lang;
use tokio::sync::oneshot;

use crate::archive::{Stages, staged, table};
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::{App, Interrupted};
use crate::table::{Cell, Column};
use crate::ui::Ui;
use crate::words::archive::say;
use crate::words::{Thing, heading};

/// How many failures are told one by one.
const TOLD: usize = 10;

/// How often a follower looks for attachments.
const PAUSE: Duration = Duration::from_secs(10);

/// Fetches what there is to fetch.
pub(super) async fn run(
    app: &App,
    place: &Place,
    options: MediaOptions,
    mut interrupted: Interrupted,
) -> Result<MediaReport> {
    let archive = Archive::open(place).await?;
    let options = staged(options, &archive);
    let stages = Stages::new(&app.ui, false, None);
    let planned = stages.watch(media::plan(&archive, options, &stages));
    let planned = interrupted.or(planned).await??;
    drop(archive);
    let stop = Box::pin(async move { interrupted.wait().await });
    Ok(stages.watch(planned.perform(&stages, stop)).await?)
}

/// Fetches what comes, beside a follower, until that has ended or is told to stop.
pub(super) async fn follow(
    ui: &Ui,
    place: &Place,
    options: MediaOptions,
    mut interrupted: Interrupted,
    ended: oneshot::Receiver<()>,
) -> MediaReport {
    let stop = Box::pin(async move {
        tokio::select! {
            () = interrupted.wait() => {}
            _ = ended => {}
        }
    });
    let tell = |once: &openim_history_archive::Result<MediaReport>| match once {
        Ok(report) => ui.status(fetched(report, ui.lang)),
        Err(error) => ui.warning(error.to_string()),
    };
    media::follow(place, &options, PAUSE, stop, &tell).await
}

/// Says what there is to fetch; `None` where there is no archive yet whose messages could be looked at.
pub(super) async fn plan(
    app: &App,
    place: &Place,
    options: MediaOptions,
) -> Result<Option<MediaPlan>> {
    let archive = match Archive::open(place).await {
        Err(openim_history_archive::Error::NotAnArchive { .. }) => return Ok(None),
        opened => opened?,
    };
    let stages = Stages::new(&app.ui, false, None);
    let planned = media::plan(&archive, options, &stages);
    Ok(Some(stages.watch(planned).await?))
}

/// Writes a plan for people.
pub(super) fn show_plan(app: &mut App, plan: &MediaPlan) -> Result {
    let lang = app.ui.lang;
    let columns = vec![
        Column::whole(heading("attachments", lang)),
        Column::number(heading("count", lang)),
        Column::number(heading("bytes", lang)),
    ];
    let tallies = [
        (say(lang, "to fetch", "待获取"), plan.due),
        (say(lang, "there", "已有"), plan.there),
        (say(lang, "failed lately", "近期失败"), plan.waiting),
        (say(lang, "gone", "已不存在"), plan.gone),
        (say(lang, "too large", "过大"), plan.too_large),
        (say(lang, "other kinds", "其他类型"), plan.skipped),
        (say(lang, "refused hosts", "不允许的主机"), plan.refused),
    ];
    let bytes = |tally: Tally| match tally.unknown {
        0 => BinaryBytes(tally.bytes).to_string(),
        _ => format!("≥ {}", BinaryBytes(tally.bytes)),
    };
    let rows = tallies
        .into_iter()
        .filter(|(_, tally)| tally.count > 0)
        .map(|(name, tally)| {
            vec![
                Cell::new(name),
                Cell::new(thousands(tally.count)),
                Cell::new(bytes(tally)),
            ]
        });
    table(&mut app.out, columns, rows.collect(), false)
}

/// Says what came of it.
pub(super) fn summary(ui: &Ui, report: &MediaReport) {
    ui.status(fetched(report, ui.lang));
    for failure in report.failures.iter().take(TOLD) {
        // What follows the `?` may be a signature that opens the file to whoever reads it.
        let address = failure.url.split(['?', '#']).next().unwrap_or_default();
        ui.warning(format!("{address}: {}", failure.reason));
    }
    let more = report.failures().saturating_sub(TOLD as u64);
    if more > 0 {
        let more = thousands(more);
        ui.status(match ui.lang {
            Lang::En => format!("and {more} more: the table `attachments` has them all"),
            Lang::Zh => format!("另有 {more} 个：详见 `attachments` 表"),
        });
    }
}

fn fetched(report: &MediaReport, lang: Lang) -> String {
    let attachments = Thing::Attachment.count(report.fetched, lang);
    let bytes = BinaryBytes(report.bytes);
    let failed = thousands(report.failures());
    match lang {
        Lang::En => format!("{attachments} fetched ({bytes}), {failed} failed"),
        Lang::Zh => format!("已获取 {attachments}（{bytes}），失败 {failed}"),
    }
}
