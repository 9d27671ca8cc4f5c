//! From a request to the numbers.

use openim_history_client::model::Timestamp;

use super::answers::{Timing, Turn};
use super::build::Counts;
use super::media::Volume;
use super::names::Names;
use super::scan::{Scan, months};
use super::tally::Tally;
use super::words::Words;
use crate::archive::Archive;
use crate::error::Result;
use crate::report::model::Report;
use crate::report::request::{ReportKind, ReportRequest};

/// Messages of a month whose answers are timed at once. Where there are more, the month is read several times,
/// some of its conversations each time: 24 bytes are held for each.
const TIMED_AT_ONCE: u64 = 4_000_000;

/// Is told how far a report is.
pub trait ReportProgress: Sync {
    /// So many messages will be read, each counted once.
    fn begin(&self, messages: u64);

    /// So many more were read.
    fn advance(&self, messages: u64);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct SilentProgress;

impl ReportProgress for SilentProgress {
    fn begin(&self, _messages: u64) {}

    fn advance(&self, _messages: u64) {}
}

/// Computes a report.
///
/// The messages are read month by month, in memory that grows with people, conversations and days, and not with
/// messages. Equal archives give equal numbers.
pub async fn report(
    archive: &Archive,
    request: &ReportRequest,
    progress: &dyn ReportProgress,
) -> Result<Report> {
    let range = request.range()?;
    let months = months(archive, range);
    // Each month is walked through twice.
    progress.begin(months.iter().map(|month| month.rows * 2).sum());
    let scan = Scan::new(archive, &request.scope);
    let mut tally = Tally::new(request, range);
    let mut timing = Timing::new(tally.user);
    let mut volume = Volume::default();
    let mut words = matches!(request.kind, ReportKind::Year(_)).then(Words::new);
    for month in &months {
        tally.begin(&month.name);
        let parts = month.rows.div_ceil(TIMED_AT_ONCE).max(1);
        let parts = u32::try_from(parts).unwrap_or(u32::MAX);
        for part in 0..parts {
            let mut turns: Vec<Turn> = Vec::new();
            scan.facts(month, |fact| {
                let turn = if part == 0 {
                    tally.take(fact)
                } else {
                    tally.turn(fact)
                };
                turns.extend(turn.filter(|turn| turn.conversation % parts == part));
            })
            .await?;
            timing.take(&mut turns);
        }
        progress.advance(month.rows);
        scan.contents(month, words.is_some(), |said| {
            if range.contains(Timestamp::from_millis(said.millis)) {
                volume.take(said);
                if let Some(words) = &mut words {
                    words.take(said);
                }
            }
        })
        .await?;
        progress.advance(month.rows);
    }
    let counts = Counts {
        request,
        range,
        server: &archive.manifest().server,
        tally,
        timing,
        media: volume.finish(archive).await?,
        words,
        names: Names::read(archive).await?,
    };
    Ok(counts.report())
}
