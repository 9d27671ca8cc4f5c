//! Reading a conversation by number, and hits in order.

use openim_history_client::model::{ContentType, ConversationId, Kind, Seq, SeqRange, Timestamp};

use super::super::{Around, Has, Hit, Index, Order, Query, State};
use super::{index, row};
use crate::row::Row;

fn seqs(index: &Index, conversation: &str, around: Around, limit: usize) -> Vec<i64> {
    let page = index
        .page(&ConversationId::new(conversation), around, limit)
        .unwrap();
    page.iter().map(|hit| hit.seq.0).collect()
}

#[test]
fn a_conversation_is_read_from_anywhere() {
    let (_folder, index, mut writer) = index();
    // Spread over several parts, with a hole of thousands, and neighbours with similar names.
    let numbers: Vec<i64> = (1..=250).chain(9_000..=9_030).collect();
    for part in 0..3 {
        let rows: Vec<Row> = numbers
            .iter()
            .filter(|number| *number % 3 == part)
            .flat_map(|number| ["sg_1", "sg_10", "sg_"].map(|id| row(id, *number, "x")))
            .collect();
        writer.insert(&rows).unwrap();
        writer.commit(1).unwrap();
    }
    let all = |range: std::ops::RangeInclusive<i64>| range.collect::<Vec<i64>>();
    assert_eq!(seqs(&index, "sg_1", Around::Newest, 5), all(9_026..=9_030));
    assert_eq!(
        seqs(&index, "sg_1", Around::Before(Seq(9_001)), 3),
        [249, 250, 9_000]
    );
    assert_eq!(
        seqs(&index, "sg_1", Around::After(Seq(249)), 3),
        [250, 9_000, 9_001]
    );
    assert_eq!(seqs(&index, "sg_1", Around::At(Seq(100)), 5), all(98..=102));
    assert_eq!(seqs(&index, "sg_1", Around::At(Seq(100)), 4), all(98..=101));
    assert_eq!(seqs(&index, "sg_1", Around::At(Seq(1)), 4), all(1..=4));
    assert_eq!(
        seqs(&index, "sg_1", Around::At(Seq(9_030)), 4),
        all(9_027..=9_030)
    );
    assert_eq!(
        seqs(&index, "sg_1", Around::At(Seq(5_000)), 4),
        [249, 250, 9_000, 9_001]
    );
    assert_eq!(seqs(&index, "sg_1", Around::At(Seq(100)), 1), [100]);
    assert_eq!(seqs(&index, "sg_1", Around::Newest, 10_000), numbers);
    assert!(seqs(&index, "sg_1", Around::After(Seq(9_030)), 9).is_empty());
    assert!(seqs(&index, "sg_1", Around::Before(Seq(1)), 9).is_empty());
    assert!(seqs(&index, "sg_1", Around::Newest, 0).is_empty());
    assert!(seqs(&index, "sg_2", Around::Newest, 9).is_empty());
    for extreme in [Seq(i64::MIN), Seq(i64::MAX)] {
        for around in [
            Around::Before(extreme),
            Around::After(extreme),
            Around::At(extreme),
        ] {
            assert!(seqs(&index, "sg_1", around, 2).len() <= 2);
        }
    }
}

#[test]
fn hits_come_in_order_and_pages_of_them_join() {
    let (_folder, index, mut writer) = index();
    let mut rows = Vec::new();
    for seq in 1..=40 {
        for conversation in ["sg_b", "sg_a", "si_x_y"] {
            let mut row = row(conversation, seq, "合同");
            // Many at the same time.
            row.message.send_time = Timestamp::from_millis((seq * 7) % 5);
            rows.push(row);
        }
    }
    for rows in rows.chunks(50) {
        writer.insert(rows).unwrap();
        writer.commit(1).unwrap();
    }
    let query = Query::contains("合同");
    let rank = |hit: &Hit| (hit.send_time, hit.seq, hit.conversation_id.clone());
    for order in [Order::Newest, Order::Oldest] {
        let mut hits: Vec<Hit> = Vec::new();
        loop {
            let found = index.find(&query, order, 7, hits.last()).unwrap();
            assert_eq!(found.total, 120);
            if found.hits.is_empty() {
                break;
            }
            hits.extend(found.hits);
        }
        let mut ranks: Vec<_> = hits.iter().map(rank).collect();
        assert_eq!(ranks.len(), 120);
        if order == Order::Newest {
            ranks.reverse();
        }
        assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{order:?}");
    }
    let none = index.find(&query, Order::Newest, 0, None).unwrap();
    assert_eq!((none.total, none.hits.len()), (120, 0));
}

#[test]
fn every_filter_finds_its_own_and_they_combine() {
    let (_folder, index, mut writer) = index();
    let mut rows: Vec<Row> = (1..=9).map(|seq| row("sg_1", seq, "合同")).collect();
    rows[0].message.send_id = "bob".into();
    rows[1].message.group_id = "1".into();
    rows[2].message.content_type = ContentType::PICTURE;
    rows[3].message.revoked = Some(Box::default());
    rows[4].message.deleted_for = vec!["bob".into()];
    rows[5].purged_at = Some(Timestamp::from_millis(1));
    rows[6].message.at_user_ids = vec!["bob".into(), "carol".into()];
    rows[7].message.content = "见 https://example.com".to_owned();
    rows[8].message.content_type = ContentType::FILE;
    rows.push(row("si_a_b", 1, "别的"));
    rows[9].message.recv_id = "b".into();
    writer.put(&rows).unwrap();
    writer.commit(1).unwrap();
    let is = |query: Query, seqs: &[i64]| {
        let found = index.find(&query, Order::Oldest, 100, None).unwrap();
        let hits: Vec<i64> = found.hits.iter().map(|hit| hit.seq.0).collect();
        assert_eq!(hits, seqs, "{query:?}");
        assert_eq!(index.count(&query).unwrap(), seqs.len() as u64, "{query:?}");
    };
    let first = Query::Seqs(SeqRange::new(1, 2));
    is(Query::Sender("bob".into()), &[1]);
    is(Query::Group("1".into()), &[2]);
    is(Query::Kind(Kind::Picture), &[3]);
    is(Query::State(State::Revoked), &[4]);
    is(Query::State(State::Deleted), &[5]);
    is(Query::State(State::Purged), &[6]);
    is(Query::Mentions("carol".into()), &[7]);
    is(Query::Has(Has::Mention), &[7]);
    is(Query::Has(Has::Link), &[8]);
    is(Query::Has(Has::File), &[9]);
    is(Query::Has(Has::Image), &[3]);
    is(Query::Receiver("b".into()), &[1]);
    is(Query::Conversation("si_a_b".into()), &[1]);
    is(first.clone(), &[1, 1, 2]);
    is(Query::Seqs(SeqRange::EMPTY), &[]);
    is(
        Query::Sent {
            from: Some(rows[7].message.send_time),
            before: Some(rows[8].message.send_time),
        },
        &[8],
    );
    is(
        Query::And(vec![first.clone(), Query::contains("合")]),
        &[1, 2],
    );
    is(Query::Not(Box::new(Query::contains("合"))), &[1, 8]);
    is(
        Query::And(vec![
            Query::Or(vec![Query::Sender("bob".into()), Query::Group("1".into())]),
            Query::Not(Box::new(Query::Group("1".into()))),
        ]),
        &[1],
    );
    is(Query::Or(vec![]), &[]);
    assert_eq!(index.count(&Query::And(vec![])).unwrap(), 10);
    assert_eq!(index.count(&Query::contains(" ")).unwrap(), 10);
    let everything = Query::Sent {
        from: None,
        before: None,
    };
    assert_eq!(index.count(&everything).unwrap(), 10);
}

#[test]
fn what_fits_best_comes_first_page_by_page() {
    let (_folder, index, mut writer) = index();
    let texts = [
        "合同",
        "今天开会，合同的事情明天再说，先看看别的",
        "发票",
        "合同合同合同",
        "合同和发票",
        "合同",
    ];
    let others = ["今天天气很好"; 40];
    let texts = texts.into_iter().chain(others);
    for (seq, text) in (1..).zip(texts) {
        writer.put(&[row("sg_1", seq, text)]).unwrap();
        if seq % 3 == 0 {
            // Several parts.
            writer.commit(1).unwrap();
        }
    }
    writer.commit(1).unwrap();
    let query = Query::Or(vec![Query::contains("合同"), Query::contains("发票")]);
    let seqs = |hits: &[Hit]| hits.iter().map(|hit| hit.seq.0).collect::<Vec<_>>();
    let all = index.find(&query, Order::Relevance, 10, None).unwrap();
    let order = seqs(&all.hits);
    assert_eq!(order[0], 5, "both words: {order:?}");
    assert_eq!(order[5], 2, "once in a long text: {order:?}");
    let place = |seq| order.iter().position(|found| *found == seq);
    assert!(place(6) < place(1), "of those alike, the newest: {order:?}");
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = index
            .find(&query, Order::Relevance, 2, after.as_ref())
            .unwrap();
        assert_eq!(page.total, 6);
        let Some(last) = page.hits.last().cloned() else {
            break;
        };
        paged.extend(seqs(&page.hits));
        after = Some(last);
    }
    assert_eq!(paged, order);
}
