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
use crate::progress::Progress;
use crate::report::model::Report;
use crate::report::request::{ReportKind, ReportRequest};

/// Messages of a month whose answers are timed at once. Where there are more, the month is read several times,
/// some of its conversations each time: 24 bytes are held for each.
const TIMED_AT_ONCE: u64 = 4_000_000;

/// Computes a report.
///
/// The messages are read month by month, in memory that grows with people, conversations and days, and not with
/// messages. Equal archives give equal numbers.
pub async fn report(
    archive: &Archive,
    request: &ReportRequest,
    progress: &dyn Progress,
) -> Result<Report> {
    compute(archive, request, progress, TIMED_AT_ONCE).await
}

async fn compute(
    archive: &Archive,
    request: &ReportRequest,
    progress: &dyn Progress,
    timed_at_once: u64,
) -> Result<Report> {
    let range = request.range()?;
    let months = months(archive, range);
    // Each month is walked through twice.
    let rows: u64 = months.iter().map(|month| month.rows * 2).sum();
    progress.begin("messages", Some(rows));
    let scan = Scan::new(archive, &request.scope);
    let mut tally = Tally::new(request, range);
    let mut timing = Timing::new(tally.user);
    let mut volume = Volume::default();
    let mut words = matches!(request.kind, ReportKind::Year(_)).then(Words::new);
    for month in &months {
        tally.begin(&month.name);
        let parts = month.rows.div_ceil(timed_at_once).max(1);
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

#[cfg(test)]
mod tests {
    use openim_history_client::model::{ContentType, Message, Seq, Slot};

    use super::*;
    use crate::progress::NoProgress;
    use crate::row::{RowSource, Seen};
    use crate::{Place, WriterOptions};

    /// 2026-11-01T00:00:00Z.
    const START: i64 = 1_793_491_200_000;

    fn said(chat: usize, seq: i64) -> Message {
        let people = ["alice", "bob"];
        let (from, to) = if (seq / 3) % 2 == 0 { (0, 1) } else { (1, 0) };
        Message {
            conversation_id: format!("si_alice{chat}_bob").into(),
            seq: Seq(seq),
            send_time: Timestamp::from_millis(START + seq * 61_000 * (chat as i64 + 1)),
            send_id: people[from].into(),
            recv_id: people[to].into(),
            content_type: ContentType::TEXT,
            content: r#"{"content":"hi"}"#.to_owned(),
            ..Message::default()
        }
    }

    #[tokio::test]
    async fn a_month_read_in_several_parts_gives_the_same_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::folder(&folder.path().join("archive")).expect("a place");
        let opened = Archive::write(&place, "a test", WriterOptions::default()).await;
        let mut writer = opened.expect("opens");
        let messages = (0..7).flat_map(|chat| (1..40).map(move |seq| said(chat, seq)));
        let seen = Seen {
            source: RowSource::Mongo,
            at: Timestamp::from_millis(START),
        };
        let slots = messages.map(Slot::Message).collect();
        writer.take(slots, seen).await.expect("takes");
        writer.commit_rows().await.expect("commits");
        writer.close().await.expect("closes");
        let archive = Archive::open(&place).await.expect("opens");
        let request = ReportRequest::new(Timestamp::from_millis(START));
        let at_once = report(&archive, &request, &NoProgress).await;
        let at_once = at_once.expect("computes");
        assert_eq!(at_once.answers[0].count, 7 * 13);
        for rows in [1, 50, 100] {
            let in_parts = compute(&archive, &request, &NoProgress, rows).await;
            assert_eq!(in_parts.expect("computes"), at_once, "{rows}");
        }
    }
}
