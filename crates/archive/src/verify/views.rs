//! The archive against what the server's users see: over REST.

use std::collections::HashSet;

use openim_history_client::model::{ConversationId, Seq, SeqRange, Slot, Timestamp};
use openim_history_client::source::{Source, View};

use super::VerifyOptions;
use super::census::Census;
use super::classes::absent;
use super::contents::compare;
use super::report::VerifyReport;
use super::unasked::unknown;
use crate::archive::Archive;
use crate::error::Result;
use crate::progress::Progress;
use crate::row::{RowSource, Seen};
use crate::sync::{Share, shares_of};

/// Asks for what the archive does not have; with `full` for everything users see. What no user's view
/// reaches stays unknown.
pub(super) async fn check(
    archive: &Archive,
    source: &dyn Source,
    census: Census,
    options: &VerifyOptions,
    progress: &dyn Progress,
    report: &mut VerifyReport,
) -> Result<()> {
    census.report(options, report);
    let shares = shares_of(source, &options.filter, progress).await?;
    let numbers = shares.iter().map(|share| share.range.len());
    progress.begin("numbers", Some(numbers.fold(0, u64::saturating_add)));
    let mut seen_by_users: HashSet<ConversationId> = HashSet::new();
    for shares in shares.chunk_by(|a, b| a.conversation == b.conversation) {
        let conversation = &shares[0].conversation;
        let mut classed = Vec::new();
        for share in shares {
            let of = report.of(conversation);
            of.head = of.head.max(share.range.last);
            ask(
                archive,
                source,
                &census,
                share,
                options,
                &mut classed,
                report,
            )
            .await?;
            progress.advance(share.range.len());
        }
        classed.sort_by_key(|range| range.first);
        unknown(&census, conversation, &classed, report);
        seen_by_users.insert(conversation.clone());
    }
    for conversation in census.ledger.conversations() {
        if options.filter.takes(conversation) && !seen_by_users.contains(conversation) {
            unknown(&census, conversation, &[], report);
        }
    }
    Ok(())
}

/// Asks for the numbers of one share, and adds those to `classed` that are not in the archive.
async fn ask(
    archive: &Archive,
    source: &dyn Source,
    census: &Census,
    share: &Share,
    options: &VerifyOptions,
    classed: &mut Vec<SeqRange>,
    report: &mut VerifyReport,
) -> Result<()> {
    let seen = Seen {
        source: RowSource::Rest,
        at: Timestamp::from(jiff::Timestamp::now()),
    };
    let conversation = &share.conversation;
    let asked = if options.full {
        vec![share.range]
    } else {
        census.ledger.gaps(conversation, share.range)
    };
    let view = View::As(share.viewer.clone());
    for page in asked
        .into_iter()
        .flat_map(|range| range.pages(source.page_len()))
    {
        let mut known = Vec::new();
        for slot in source.slots(&view, conversation, page).await? {
            let seq = slot.seq();
            if census.ledger.has(conversation, seq) {
                known.push(slot);
                continue;
            }
            let one = SeqRange {
                first: seq,
                last: seq,
            };
            let class = match &slot {
                Slot::Message(message) => absent(message, seen.at),
                Slot::Hole(_) => "placeholder",
            };
            report.find(conversation, one, class);
            match classed.last_mut() {
                Some(last) if last.last.next() == seq => last.last = seq,
                _ => classed.push(one),
            }
        }
        compare(archive, census, known, seen, report).await?;
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
        classed.push(below);
    }
    Ok(())
}
