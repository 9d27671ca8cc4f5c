//! The archive against everything the server's MongoDB holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::TryStreamExt;
use openim_history_client::model::{ConversationId, HoleCause, Seq, SeqRange, Slot, Timestamp};
use openim_history_client::source::mongo::{MongoSource, ScanOptions};

use super::VerifyOptions;
use super::census::Census;
use super::classes::absent;
use super::contents::compare;
use super::report::VerifyReport;
use crate::archive::Archive;
use crate::error::Result;
use crate::progress::Progress;
use crate::row::{RowSource, Seen};
use crate::write::BlockKey;

/// What the server has of a conversation.
#[derive(Default)]
struct OnServer {
    /// The last number in use of each block.
    blocks: BTreeMap<i64, Seq>,
    head: Seq,
}

pub(super) async fn check(
    archive: &Archive,
    source: &MongoSource,
    census: Census,
    options: &VerifyOptions,
    progress: &dyn Progress,
    report: &mut VerifyReport,
) -> Result<()> {
    census.report(options, report);
    let now = Timestamp::from(jiff::Timestamp::now());
    let seen = Seen {
        source: RowSource::Mongo,
        at: now,
    };
    progress.begin("blocks", None);
    let mut server: HashMap<ConversationId, OnServer> = HashMap::new();
    let mut scan = source.scan(ScanOptions::default());
    while let Some(blocks) = scan.try_next().await? {
        let mut known = Vec::new();
        let count = blocks.len() as u64;
        for block in blocks {
            let conversation = &block.key.conversation_id;
            if !options.filter.takes(conversation) {
                continue;
            }
            let on_server = server.entry(conversation.clone()).or_default();
            let last = block
                .slots
                .last()
                .map_or(Seq(block.key.number * 100), Slot::seq);
            on_server.blocks.insert(block.key.number, last);
            on_server.head = on_server.head.max(last);
            for slot in block.slots {
                judge(&census, slot, now, options.full, &mut known, report);
            }
        }
        if !known.is_empty() {
            compare(archive, &census, known, seen, report).await?;
        }
        progress.advance(count);
    }
    let mut min: HashMap<ConversationId, Seq> = HashMap::new();
    let mut seqs = source.all_conversation_seqs();
    while let Some(rows) = seqs.try_next().await? {
        min.extend(
            rows.into_iter()
                .map(|row| (row.conversation_id, row.min_seq)),
        );
    }
    absent_blocks(&census, &server, &min, options, report);
    Ok(())
}

/// Says what one slot of the server means for the archive.
fn judge(
    census: &Census,
    slot: Slot,
    now: Timestamp,
    full: bool,
    known: &mut Vec<Slot>,
    report: &mut VerifyReport,
) {
    let seq = slot.seq();
    let one = SeqRange {
        first: seq,
        last: seq,
    };
    match &slot {
        Slot::Message(message) => {
            let conversation = &message.conversation_id;
            if !census.ledger.has(conversation, seq) {
                report.find(conversation, one, absent(message, now));
            } else if full {
                known.push(slot);
            }
        }
        Slot::Hole(hole) => {
            let conversation = &hole.conversation_id;
            if census.ledger.has(conversation, seq) {
                if !census.purged.has(conversation, seq) {
                    report.find(conversation, one, "behind");
                }
                return;
            }
            let class = match hole.cause {
                HoleCause::Emptied => "emptied",
                HoleCause::NeverStored | HoleCause::Placeholder => "never_arrived",
                HoleCause::NoBlock => "block_removed",
            };
            report.find(conversation, one, class);
        }
    }
}

/// Says what became of the numbers in blocks the server does not have.
fn absent_blocks(
    census: &Census,
    server: &HashMap<ConversationId, OnServer>,
    min: &HashMap<ConversationId, Seq>,
    options: &VerifyOptions,
    report: &mut VerifyReport,
) {
    let ours = census.ledger.conversations().cloned();
    let all: BTreeSet<ConversationId> = ours.chain(server.keys().cloned()).collect();
    let nothing = OnServer::default();
    for conversation in all {
        if !options.filter.takes(&conversation) {
            continue;
        }
        let on_server = server.get(&conversation).unwrap_or(&nothing);
        let head = census.ledger.head(&conversation).unwrap_or_default();
        let head = head.max(on_server.head);
        let of = report.of(&conversation);
        of.head = of.head.max(head);
        let lowest = min.get(&conversation).copied().unwrap_or_default();
        // Behind the last number in use of a block nothing is told, and the next block shows that
        // numbers were given out there.
        for (number, last) in &on_server.blocks {
            let unused = SeqRange {
                first: last.next(),
                last: head.min(Seq(number * 100 + 100)),
            };
            if !unused.is_empty() {
                for gap in census.ledger.gaps(&conversation, unused) {
                    report.find(&conversation, gap, "never_arrived");
                }
            }
        }
        let mut first = Seq::FIRST;
        // Between the blocks that are there lie those that are not.
        let ends = on_server.blocks.keys().map(|number| {
            let first = Seq(number * 100 + 1);
            (first, Seq(number * 100 + 100))
        });
        for (begins, ends) in ends.chain([(head.next(), head)]) {
            let absent = SeqRange {
                first,
                last: begins.previous(),
            };
            first = first.max(ends.next());
            if absent.is_empty() {
                continue;
            }
            for gap in census.ledger.gaps(&conversation, absent) {
                let below = SeqRange {
                    first: gap.first,
                    last: gap.last.min(lowest.previous()),
                };
                let rest = SeqRange {
                    first: gap.first.max(lowest),
                    last: gap.last,
                };
                report.find(&conversation, below, "below_min");
                report.find(&conversation, rest, "block_removed");
            }
            // What we have of them should be marked as gone.
            for number in census.ledger.blocks(&conversation) {
                let first = Seq(number * 100 + 1);
                if !absent.contains(first) && !absent.contains(Seq(number * 100 + 100)) {
                    continue;
                }
                let key = BlockKey {
                    conversation_id: conversation.clone(),
                    number,
                };
                for seq in census.ledger.seqs(&key) {
                    if absent.contains(seq) && !census.purged.has(&conversation, seq) {
                        let one = SeqRange {
                            first: seq,
                            last: seq,
                        };
                        report.find(&conversation, one, "behind");
                    }
                }
            }
        }
    }
}
