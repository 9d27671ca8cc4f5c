//! Replacing, replaying, and what becomes of what was not committed.

use openim_history_client::model::{ConversationId, Seq};

use super::super::{Around, Index, IndexError, Order, Query};
use super::{index, row, settings};
use crate::row::{Key, Row};

fn count(index: &Index, piece: &str) -> u64 {
    index.count(&Query::contains(piece)).unwrap()
}

#[test]
fn a_row_put_again_takes_the_place_of_the_old_one() {
    let (_folder, index, mut writer) = index();
    writer
        .put(&[
            row("sg_1", 1, "旧的"),
            row("sg_1", 2, "旧的"),
            row("sg_11", 1, "旧的"),
        ])
        .unwrap();
    writer.commit(1).unwrap();
    assert_eq!(count(&index, "旧的"), 3);
    writer.put(&[row("sg_1", 1, "新的")]).unwrap();
    assert_eq!(count(&index, "旧的"), 3, "not before the commit");
    writer.commit(2).unwrap();
    assert_eq!((count(&index, "旧的"), count(&index, "新的")), (2, 1));
    assert_eq!(index.len(), 3);
    assert_eq!(index.covers().unwrap(), Some(2));
    let page = index
        .page(&ConversationId::new("sg_1"), Around::Newest, 9)
        .unwrap();
    assert_eq!(page.len(), 2);
}

#[test]
fn of_rows_with_one_key_the_last_stays_within_a_put_and_between_puts() {
    let (_folder, index, mut writer) = index();
    writer
        .put(&[
            row("sg_1", 1, "一"),
            row("sg_1", 2, "甲"),
            row("sg_1", 1, "二"),
        ])
        .unwrap();
    writer.put(&[row("sg_1", 2, "乙")]).unwrap();
    writer.commit(1).unwrap();
    assert_eq!(index.len(), 2);
    assert_eq!(
        ["一", "二", "甲", "乙"].map(|piece| count(&index, piece)),
        [0, 1, 0, 1]
    );
}

#[test]
fn a_replay_changes_nothing_however_often_it_happens() {
    let (_folder, index, mut writer) = index();
    let rows: Vec<Row> = (1..=300)
        .map(|seq| row(&format!("sg_{}", seq % 7), seq, "合同"))
        .collect();
    for version in 0..20 {
        writer.put(&rows).unwrap();
        writer.commit(version).unwrap();
        assert_eq!(index.len(), 300);
        assert_eq!(count(&index, "合同"), 300);
    }
    writer.finish().unwrap();
    assert_eq!(count(&index, "合同"), 300);
}

#[test]
fn random_puts_and_removals_leave_what_a_map_has() {
    let mut random = fastrand::Rng::with_seed(3);
    let (folder, index, mut writer) = index();
    let mut map = std::collections::BTreeMap::new();
    let mut committed = map.clone();
    for version in 0..60 {
        for _ in 0..random.usize(0..4) {
            let rows: Vec<Row> = (0..random.usize(0..40))
                .map(|_| {
                    let seq = random.i64(1..250);
                    let conversation = *random.choice(["sg_1", "sg_2"].iter()).unwrap();
                    row(conversation, seq, &format!("值{}。", random.u32(0..50)))
                })
                .collect();
            writer.put(&rows).unwrap();
            for row in &rows {
                map.insert(row.key(), row.text());
            }
            let gone: Vec<Key> = rows.iter().step_by(9).map(Row::key).collect();
            writer.remove(gone.iter().cloned()).unwrap();
            gone.iter().for_each(|key| drop(map.remove(key)));
        }
        if random.u8(0..5) == 0 {
            writer.rollback().unwrap();
            map.clone_from(&committed);
        } else {
            writer.commit(version).unwrap();
            committed.clone_from(&map);
        }
        let value = random.u32(0..50);
        let expected: Vec<&Key> = committed
            .iter()
            .filter(|(_, text)| **text == format!("值{value}。"))
            .map(|(key, _)| key)
            .collect();
        let found = index
            .find(
                &Query::contains(format!("值{value}。")),
                Order::Oldest,
                999,
                None,
            )
            .unwrap();
        let mut hits: Vec<Key> = found.hits.iter().map(|hit| hit.key()).collect();
        hits.sort();
        assert_eq!(hits.iter().collect::<Vec<_>>(), expected);
        assert_eq!(index.len(), committed.len() as u64);
    }
    drop(writer);
    let (again, _) = Index::open(folder.path(), &settings()).unwrap();
    assert_eq!(again.len(), committed.len() as u64);
    again.verify().unwrap();
}

#[test]
fn a_writer_dropped_without_a_commit_leaves_the_last_one() {
    let (folder, index, mut writer) = index();
    writer.put(&[row("sg_1", 1, "旧的")]).unwrap();
    writer.commit(5).unwrap();
    writer
        .put(&[row("sg_1", 1, "新的"), row("sg_1", 2, "新的")])
        .unwrap();
    drop(writer);
    drop(index);
    let (index, opened) = Index::open_or_create(folder.path(), &settings()).unwrap();
    assert_eq!(opened.covers, Some(5));
    assert!(opened.healed.is_none());
    assert_eq!((count(&index, "旧的"), count(&index, "新的")), (1, 0));
    let mut writer = index.writer().unwrap();
    writer.put(&[row("sg_1", 2, "新的")]).unwrap();
    writer.commit(6).unwrap();
    assert_eq!(index.len(), 2);
}

#[test]
fn there_is_one_writer_and_others_read_beside_it() {
    let (folder, index, mut writer) = index();
    assert!(matches!(index.writer(), Err(IndexError::Busy { .. })));
    let (reader, opened) = Index::open(folder.path(), &settings()).unwrap();
    assert_eq!(opened.covers, None);
    assert!(matches!(reader.writer(), Err(IndexError::Busy { .. })));
    writer.put(&[row("sg_1", 1, "合同")]).unwrap();
    writer.commit(1).unwrap();
    assert_eq!(reader.len(), 0);
    reader.refresh().unwrap();
    assert_eq!(reader.len(), 1);
    assert_eq!(reader.covers().unwrap(), Some(1));
    drop(writer);
    assert!(
        reader.writer().is_ok(),
        "the lock's file alone locks nothing"
    );
}

#[test]
fn many_small_commits_are_merged() {
    let (folder, index, mut writer) = index();
    for seq in 1..=40 {
        writer.insert(&[row("sg_1", seq, "合同")]).unwrap();
        writer.commit(seq as u64).unwrap();
        assert_eq!(count(&index, "合同"), seq as u64);
    }
    writer.finish().unwrap();
    let parts = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| {
            let path = entry.as_ref().unwrap().path();
            path.extension().is_some_and(|extension| extension == "idx")
        })
        .count();
    assert!(parts < 20, "{parts} parts");
    assert_eq!(index.covers().unwrap(), Some(40));
}

#[test]
fn a_message_without_text_is_paged_and_counted() {
    let (_folder, index, mut writer) = index();
    let mut unknown = row("sg_1", 1, "never seen");
    unknown.content_known = false;
    let empty = Row::default();
    writer.put([&unknown, &empty]).unwrap();
    writer.commit(1).unwrap();
    assert_eq!(count(&index, "never"), 0);
    assert_eq!(index.len(), 2);
    assert!(index.get(&unknown.key()).unwrap().is_some());
    assert!(index.get(&empty.key()).unwrap().is_some());
    let other = Key {
        conversation_id: "sg_1".into(),
        seq: Seq(2),
    };
    assert!(index.get(&other).unwrap().is_none());
}

#[test]
fn ids_of_any_length_and_times_of_any_size_do_no_harm() {
    let (_folder, index, mut writer) = index();
    let mut rows = Vec::new();
    for (seq, length) in [(i64::MIN, 1), (-1, 1_024), (0, 1_025), (i64::MAX, 20_000)] {
        let mut row = row(&"长".repeat(length), seq, "合同");
        row.message.send_id = "x".repeat(length * 2).into();
        row.message.send_time = openim_history_client::model::Timestamp::from_millis(seq);
        rows.push(row);
    }
    let impossible = row(&"长".repeat(30_000), 1, "合同");
    writer.put(&rows).unwrap();
    writer.put(&rows).unwrap();
    writer.put([&impossible]).unwrap();
    writer.commit(1).unwrap();
    assert_eq!(index.len(), 4);
    let found = index
        .find(&Query::contains("合同"), Order::Newest, 9, None)
        .unwrap();
    assert_eq!(found.hits.len(), 4);
    for row in &rows {
        assert!(found.hits.iter().any(|hit| hit.key() == row.key()));
        assert_eq!(
            index.get(&row.key()).unwrap().map(|hit| hit.key()),
            Some(row.key())
        );
    }
}
