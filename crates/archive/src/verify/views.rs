//! The archive against what the server's users see: over REST.

use openim_history_client::model::{Seq, SeqRange, Slot, Timestamp};
use openim_history_client::source::{Source, View};

use super::VerifyOptions;
use super::census::Census;
use super::contents::compare;
use super::report::VerifyReport;
use crate::archive::Archive;
use crate::error::Result;
use crate::row::{RowSource, Seen};
use crate::sync::{Progress, shares_of};

/// Asks for what the archive does not have; with `full` for everything users see.
pub(super) async fn check(
    archive: &Archive,
    source: &dyn Source,
    census: Census,
    options: &VerifyOptions,
    progress: &dyn Progress,
    report: &mut VerifyReport,
) -> Result<()> {
    census.report(options, report);
    let seen = Seen {
        source: RowSource::Rest,
        at: Timestamp::from(jiff::Timestamp::now()),
    };
    for share in shares_of(source, &options.filter, progress).await? {
        let conversation = &share.conversation;
        let of = report.of(conversation);
        of.head = of.head.max(share.range.last);
        let asked = if options.full {
            vec![share.range]
        } else {
            census.ledger.gaps(conversation, share.range)
        };
        let view = View::As(share.viewer);
        for page in asked
            .into_iter()
            .flat_map(|range| range.pages(source.page_len()))
        {
            let mut known = Vec::new();
            for slot in source.slots(&view, conversation, page).await? {
                let seq = slot.seq();
                let one = SeqRange {
                    first: seq,
                    last: seq,
                };
                match (census.ledger.has(conversation, seq), &slot) {
                    (false, Slot::Message(_)) => report.find(conversation, one, "missing"),
                    (false, Slot::Hole(_)) => report.find(conversation, one, "placeholder"),
                    (true, _) => known.push(slot),
                }
            }
            compare(archive, known, seen, report).await?;
        }
        // Below what anybody sees: whatever was there is not shown any more.
        let below = SeqRange {
            first: Seq::FIRST,
            last: share.range.first.previous(),
        };
        if share.lowest && !below.is_empty() {
            for gap in census.ledger.gaps(conversation, below) {
                report.find(conversation, gap, "below_min");
            }
        }
    }
    Ok(())
}
