//! Fetching attachments beside a follower, as their messages come.

use std::time::Duration;

use futures::FutureExt;
use tokio::time::Instant;

use super::options::MediaOptions;
use super::plan::plan;
use super::report::MediaReport;
use crate::archive::Archive;
use crate::error::Result;
use crate::place::Place;
use crate::progress::NoProgress;
use crate::sync::Stop;

/// After how long it is looked whether what failed may be tried again, messages or none.
const AGAIN: Duration = Duration::from_secs(60 * 60);

/// Fetches attachments again and again, until `stop` is ready, and returns what came of all of it. Looks for
/// new messages once in `pause`. `tell` is told what came of each time something was fetched or failed; a time
/// that could not be gone through is told as its error, and the next one goes on from there.
pub async fn follow(
    place: &Place,
    options: &MediaOptions,
    pause: Duration,
    stop: Stop<'_>,
    tell: &(dyn Fn(&Result<MediaReport>) + Sync),
) -> MediaReport {
    let stop = stop.shared();
    let mut all = MediaReport::default();
    let mut seen = None;
    loop {
        let once = once(place, options, &mut seen, Box::pin(stop.clone())).await;
        if let Ok(report) = &once {
            all.add(report);
        }
        let is_news = once
            .as_ref()
            .map_or(true, |report| report.fetched + report.failures() > 0);
        if is_news {
            tell(&once);
        }
        tokio::select! {
            biased;
            () = stop.clone() => return all,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Goes through it once, unless there are no new messages: `seen` is up to which version of the messages it
/// was gone through, and when.
async fn once(
    place: &Place,
    options: &MediaOptions,
    seen: &mut Option<(u64, Instant)>,
    stop: Stop<'_>,
) -> Result<MediaReport> {
    let archive = Archive::open(place).await?;
    let version = archive.messages.version();
    if seen.is_some_and(|(seen, at)| seen == version && at.elapsed() < AGAIN) {
        return Ok(MediaReport::default());
    }
    let planned = plan(&archive, options.clone(), &NoProgress).await?;
    drop(archive);
    let report = planned.perform(&NoProgress, stop).await?;
    if !report.stopped {
        *seen = Some((version, Instant::now()));
    }
    Ok(report)
}
