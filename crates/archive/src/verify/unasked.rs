//! Numbers that nobody was asked about.

use openim_history_client::model::{ConversationId, Seq, SeqRange};

use super::census::Census;
use super::report::VerifyReport;

/// Says of every number of a conversation that the archive does not have and that is not among
/// `classed`, which are ascending, that it is unknown.
pub(super) fn unknown(
    census: &Census,
    conversation: &ConversationId,
    classed: &[SeqRange],
    report: &mut VerifyReport,
) {
    let all = SeqRange {
        first: Seq::FIRST,
        last: report.of(conversation).head,
    };
    let mut classed = classed.iter().peekable();
    for gap in census.ledger.gaps(conversation, all) {
        let mut next = gap.first;
        while let Some(range) = classed.peek().filter(|range| range.first <= gap.last) {
            let before = SeqRange {
                first: next,
                last: range.first.previous(),
            };
            report.find(conversation, before, "unknown");
            next = next.max(range.last.next());
            if range.last > gap.last {
                break;
            }
            classed.next();
        }
        let rest = SeqRange {
            first: next,
            last: gap.last,
        };
        report.find(conversation, rest, "unknown");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::Month;

    #[test]
    fn what_is_neither_archived_nor_classed_is_unknown() {
        let chat = ConversationId::new("si_a_b");
        let mut census = Census::default();
        for seq in [4, 5, 12] {
            census.ledger.put(&chat, Seq(seq), Month::parse("2026-11"));
        }
        let unknown = |classed: &[(i64, i64)]| {
            let mut report = VerifyReport::naming(100);
            report.of(&chat).head = Seq(15);
            let classed: Vec<SeqRange> = classed
                .iter()
                .map(|(first, last)| SeqRange::new(*first, *last))
                .collect();
            unknown(&census, &chat, &classed, &mut report);
            report.finish();
            let holes = report.conversations[0].holes.iter();
            holes
                .map(|hole| (hole.first.0, hole.last.0))
                .collect::<Vec<_>>()
        };
        assert_eq!(unknown(&[]), [(1, 3), (6, 11), (13, 15)]);
        assert_eq!(
            unknown(&[(2, 2), (7, 8), (10, 10), (15, 15)]),
            [(1, 1), (3, 3), (6, 6), (9, 9), (11, 11), (13, 14)]
        );
        assert_eq!(unknown(&[(1, 20)]), []);
        assert_eq!(unknown(&[(1, 3), (3, 7), (11, 14)]), [(8, 10), (15, 15)]);
    }
}
