//! Numbers without a message: the view of SQL, the report and a plain count agree.

use std::collections::{BTreeMap, BTreeSet};

use openim_history_archive::report::ReportRequest;
use openim_history_archive::sql::{Sql, SqlOptions};
use openim_history_client::model::{ConversationId, ConversationKind, Message, Timestamp};

use super::history::{START, computed, made_up, said, stored};
use crate::places::folder;
use crate::sql::good;

/// A stretch of numbers without a message: its conversation, its first and its last.
type Hole = (String, i64, i64);

/// Counts number by number.
fn counted(messages: &[Message]) -> BTreeSet<Hole> {
    let mut seqs: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for message in messages {
        let id = message.conversation_id.as_str();
        seqs.entry(id).or_default().insert(message.seq.0);
    }
    let mut holes = BTreeSet::new();
    for (id, seqs) in seqs {
        let mut first = None;
        for seq in 1..=*seqs.last().expect("one") {
            match (seqs.contains(&seq), first) {
                (false, None) => first = Some(seq),
                (true, Some(begun)) => {
                    holes.insert((id.to_owned(), begun, seq - 1));
                    first = None;
                }
                _ => {}
            }
        }
    }
    holes
}

#[tokio::test]
async fn a_leading_hole_and_inner_ones_are_found_in_every_conversation() {
    let (_folder, place) = folder();
    let mut messages = made_up(5, 800);
    // Nothing before the fourth, nothing between it and the ninth, and one that has no hole.
    let more = [
        ("sg_late", 4),
        ("sg_late", 9),
        ("sg_whole", 1),
        ("sg_whole", 2),
    ];
    messages.extend(more.map(|(id, seq)| said(id, seq, "alice", "", START)));
    let archive = stored(&place, &messages).await;
    let sql = Sql::open(&archive, &SqlOptions::default())
        .await
        .expect("opens");
    let statement = "SELECT conversation_id, first_seq, last_seq, numbers FROM holes";
    let mut found = BTreeSet::new();
    for row in good(&sql, statement).await {
        let cells: Vec<&str> = row.rsplitn(4, '|').collect();
        let number = |at: usize| cells[at].parse::<i64>().expect("a number");
        assert_eq!(number(0), number(1) - number(2) + 1, "{row}");
        assert!(
            found.insert((cells[3].to_owned(), number(2), number(1))),
            "twice: {row}"
        );
    }
    let wanted = counted(&messages);
    let of_late = |hole: &&Hole| hole.0 == "sg_late";
    let late: Vec<(i64, i64)> = wanted
        .iter()
        .filter(of_late)
        .map(|hole| (hole.1, hole.2))
        .collect();
    assert_eq!(late, [(1, 3), (5, 8)]);
    assert_eq!(found, wanted);
    let conversations: BTreeSet<&String> = found.iter().map(|hole| &hole.0).collect();
    assert!(conversations.len() > 6, "{conversations:?}");

    // The report looks at chats and groups, and tells how many numbers each lacks.
    let request = ReportRequest {
        top: 1_000,
        ..ReportRequest::new(Timestamp::from_millis(START))
    };
    let report = computed(&archive, &request).await.holes.expect("holes");
    let mut of_view: BTreeMap<String, u64> = BTreeMap::new();
    for (id, first, last) in found {
        use ConversationKind::{Group, Single};
        if matches!(ConversationId::new(&*id).kind(), Single | Group) {
            *of_view.entry(id).or_default() += u64::try_from(last - first + 1).expect("some");
        }
    }
    assert_eq!(report.numbers, of_view.values().sum::<u64>());
    assert_eq!(report.conversations, of_view.len() as u64);
    let most = report.most.into_iter();
    let of_report: BTreeMap<String, u64> = most
        .map(|hole| (hole.conversation_id.to_string(), hole.numbers))
        .collect();
    assert_eq!(of_report, of_view);
}
