//! The archive against itself: damage of every part, and what is said of it.

use openim_history_archive::Archive;
use openim_history_archive::sync::NoProgress;
use openim_history_archive::verify::{Against, Part};
use openim_history_standin::mongod::Mode;

use super::{data_file, verified};
use crate::places::{content, folder, generated, store, sync};

#[tokio::test]
async fn a_file_that_changed_or_went_is_told() {
    let (_database, source) = store(Mode::Standalone, &generated(14, 1_000)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let file = data_file(&place, "messages");
    let whole = std::fs::read(&file).expect("reads");
    let mut flipped = whole.clone();
    // In the middle of a page: the size stays.
    flipped[100] ^= 0xff;
    std::fs::write(&file, &flipped).expect("writes");
    let report = verified(&place, Against::Itself, true).await;
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.reason.contains("checksum")),
        "{:?}",
        report.problems
    );
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("writes");
    let report = verified(&place, Against::Itself, false).await;
    assert!(!report.is_complete(), "{:?}", report.problems);
    std::fs::remove_file(&file).expect("removes");
    let report = verified(&place, Against::Itself, false).await;
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.reason.contains("not there")),
        "{:?}",
        report.problems
    );
}

#[tokio::test]
async fn an_index_that_lacks_messages_is_told_and_heals_when_it_is_opened() {
    use openim_history_archive::index::{Index, IndexSettings, Order, Query};

    let (_database, source) = store(Mode::Standalone, &generated(15, 800)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let rows = content(&place).await;
    let archive = Archive::open(&place).await.expect("opens");
    let (index, healed) = archive
        .index(None, IndexSettings::default(), &NoProgress)
        .await
        .expect("opens");
    assert_eq!(healed, None);
    assert_eq!(index.len(), rows.len() as u64);
    let covers = index.covers().expect("reads").expect("it covers something");
    let (key, row) = rows
        .iter()
        .find(|(_, row)| row.text().chars().count() > 3)
        .expect("a text");
    let found = |index: &Index| {
        let query = Query::contains(row.text());
        let found = index
            .find(&query, Order::Newest, 1_000, None)
            .expect("finds");
        found.hits.iter().any(|hit| hit.key() == *key)
    };
    assert!(found(&index));
    let mut writer = index.writer().expect("nobody else writes");
    writer.remove([key.clone()]).expect("removes");
    writer.commit(covers).expect("commits");
    writer.finish().expect("finishes");
    assert!(!found(&index));
    let report = verified(&place, Against::Itself, false).await;
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.what.contains("index")),
        "{:?}",
        report.problems
    );
    archive
        .rebuild_index(None, IndexSettings::default(), None, &NoProgress)
        .await
        .expect("rebuilds");
    let report = verified(&place, Against::Itself, true).await;
    assert!(report.is_complete(), "{:?}", report.problems);
    // Thrown away it is built anew, and says so.
    std::fs::remove_dir_all(place.local().expect("a folder").join("search")).expect("removes");
    let (index, healed) = archive
        .index(None, IndexSettings::default(), &NoProgress)
        .await
        .expect("opens");
    assert_eq!(healed.expect("said so").messages, rows.len() as u64);
    assert!(found(&index));
}

#[tokio::test]
async fn an_index_with_a_message_too_many_or_under_another_month_is_told() {
    use openim_history_archive::index::IndexSettings;
    use openim_history_client::model::{Seq, Timestamp};

    let (_database, source) = store(Mode::Standalone, &generated(16, 600)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let rows = content(&place).await;
    let (key, row) = rows.iter().next().expect("a message");
    let archive = Archive::open(&place).await.expect("opens");
    let damaged = async |change: &dyn Fn(&mut openim_history_archive::row::Row)| {
        let (index, _) = archive
            .index(None, IndexSettings::default(), &NoProgress)
            .await
            .expect("opens");
        let covers = index.covers().expect("reads").expect("it covers something");
        let mut other = row.clone();
        change(&mut other);
        let mut writer = index.writer().expect("nobody else writes");
        writer.put([&other]).expect("puts");
        writer.commit(covers).expect("commits");
        writer.finish().expect("finishes");
        let report = verified(&place, Against::Itself, false).await;
        archive
            .rebuild_index(None, IndexSettings::default(), None, &NoProgress)
            .await
            .expect("rebuilds");
        let reasons = report.problems.into_iter().map(|problem| problem.reason);
        reasons.collect::<Vec<_>>()
    };
    let too_many = damaged(&|row| row.message.seq = Seq(1_000_000)).await;
    assert_eq!(
        too_many,
        [format!(
            "it has, and the tables have not, 1 messages, for example {} 1000000",
            key.conversation_id
        )]
    );
    let elsewhere = damaged(&|row| {
        row.message.send_time = Timestamp::from_millis(row.message.send_time.as_millis() / 2);
    });
    let elsewhere = elsewhere.await;
    assert_eq!(elsewhere.len(), 1, "{elsewhere:?}");
    assert!(elsewhere[0].contains("under other months"), "{elsewhere:?}");
    let report = verified(&place, Against::Itself, true).await;
    assert!(report.is_complete(), "{:?}", report.problems);
}

#[tokio::test]
async fn every_small_table_is_looked_at() {
    let (_database, source) = store(Mode::Standalone, &generated(17, 600)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    for table in [
        "users",
        "groups",
        "group_members",
        "conversations",
        "read_positions",
        "min_seqs",
    ] {
        let file = data_file(&place, table);
        let whole = std::fs::read(&file).expect("reads");
        let problems = async |full| {
            let report = verified(&place, Against::Itself, full).await;
            assert_eq!(report.is_complete(), report.problems.is_empty());
            let problems = report.problems.into_iter();
            problems
                .map(|problem| {
                    assert_eq!(problem.part, Part::SmallTable);
                    assert!(
                        problem.what.starts_with(&format!("{table}/")),
                        "{problem:?}"
                    );
                    problem.reason
                })
                .collect::<Vec<_>>()
        };
        assert!(problems(true).await.is_empty());
        std::fs::remove_file(&file).expect("removes");
        let lost = problems(false).await;
        assert!(lost.len() == 1 && lost[0].contains("not there"), "{lost:?}");
        std::fs::write(&file, &whole[..whole.len() / 2]).expect("writes");
        let cut = problems(false).await;
        assert!(cut.len() == 1 && cut[0].contains("bytes"), "{cut:?}");
        let mut flipped = whole.clone();
        flipped[10] ^= 0xff;
        std::fs::write(&file, &flipped).expect("writes");
        let changed = problems(true).await;
        assert!(
            changed.len() == 1 && changed[0].contains("checksum"),
            "{changed:?}"
        );
        // A file that is no Parquet at all shows even where checksums are not compared.
        std::fs::write(&file, vec![0_u8; whole.len()]).expect("writes");
        let unreadable = problems(false).await;
        assert_eq!(unreadable.len(), 1, "{unreadable:?}");
        std::fs::write(&file, &whole).expect("writes");
    }
}

/// What cannot be read does not count as there: the server's side then says that it is missing.
#[tokio::test]
async fn messages_in_a_damaged_file_count_as_missing() {
    let (_database, source) = store(Mode::Standalone, &generated(18, 2_000)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let file = data_file(&place, "messages");
    let whole = std::fs::read(&file).expect("reads");
    for full in [false, true] {
        // Bytes of a page: without reading it, the file looks whole.
        let mut flipped = whole.clone();
        flipped[100] ^= 0xff;
        let bytes = if full { &flipped[..] } else { &whole[..10] };
        std::fs::write(&file, bytes).expect("writes");
        let report = verified(&place, Against::Mongo(&source), full).await;
        super::assert_classed(&report);
        let [damaged] = &*report.damaged_files else {
            panic!("{:?}", report.damaged_files);
        };
        assert!(damaged.rows > 0 && damaged.month.is_some(), "{damaged:?}");
        let missing = report.classes.missing;
        assert!(
            (1..=damaged.rows).contains(&missing),
            "{missing} of {damaged:?}"
        );
    }
}
