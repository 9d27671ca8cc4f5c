//! What a verification says of archives that are whole, behind, or damaged.

use openim_history_archive::Archive;
use openim_history_archive::sync::{Filter, NoProgress, SyncOptions};
use openim_history_archive::verify::{Against, VerifyOptions, VerifyReport, verify};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::Dialect;

use crate::places::{content, folder, generated, serve, store, sync, sync_views, sync_with};

async fn verified(
    place: &openim_history_archive::Place,
    against: Against<'_>,
    full: bool,
) -> VerifyReport {
    let archive = Archive::open(place).await.expect("opens");
    let options = VerifyOptions {
        full,
        ..VerifyOptions::default()
    };
    verify(&archive, against, &options, &NoProgress)
        .await
        .expect("verifies")
}

#[tokio::test]
async fn a_whole_copy_is_complete_and_every_number_has_a_class() {
    let (_database, source) = store(Mode::Standalone, &generated(11, 4_000)).await;
    let (_folder, place) = folder();
    sync(&place, &source).await;
    let archived = content(&place).await.len() as u64;
    for full in [false, true] {
        let report = verified(&place, Against::Mongo(&source), full).await;
        assert!(
            report.is_complete(),
            "{:?} {:?}",
            report.classes,
            report.problems
        );
        assert_eq!(report.classes.archived(), archived);
        let heads: i64 = report.conversations.iter().map(|of| of.head.0).sum();
        assert_eq!(report.classes.total() as i64, heads, "{:?}", report.classes);
        for of in &report.conversations {
            assert_eq!(of.classes.total() as i64, of.head.0, "{of:?}");
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_named_and_a_sync_brings_it() {
    let (_database, source) = store(Mode::Standalone, &generated(12, 3_000)).await;
    let (_folder, place) = folder();
    let some = SyncOptions {
        filter: Filter {
            only: vec!["si_*".into()],
            exclude: Vec::new(),
        },
        ..SyncOptions::default()
    };
    sync_with(&place, &source, some).await;
    let report = verified(&place, Against::Mongo(&source), false).await;
    assert!(!report.is_complete());
    assert!(report.classes.missing > 0);
    let named: u64 = report
        .conversations
        .iter()
        .flat_map(|of| &of.holes)
        .filter(|hole| hole.class == "missing")
        .map(|hole| (hole.last.0 - hole.first.0 + 1) as u64)
        .sum();
    assert_eq!(named, report.classes.missing);
    sync(&place, &source).await;
    let report = verified(&place, Against::Mongo(&source), true).await;
    assert!(
        report.is_complete(),
        "{:?} {:?}",
        report.classes,
        report.problems
    );
}

#[tokio::test]
async fn against_rest_a_whole_copy_is_complete() {
    let (_server, rest) = serve(generated(13, 2_000), Dialect::Main);
    let (_folder, place) = folder();
    sync_views(&place, &rest).await;
    for full in [false, true] {
        let report = verified(&place, Against::Views(&rest), full).await;
        assert!(
            report.is_complete(),
            "{:?} {:?}",
            report.classes,
            report.problems
        );
        assert!(report.classes.archived() > 1_000);
    }
}

#[tokio::test]
async fn a_file_that_changed_or_went_is_told() {
    let (_database, source) = store(Mode::Standalone, &generated(14, 1_000)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let messages = place.local().expect("a folder").join("messages");
    let file = walk(&messages)
        .into_iter()
        .find(|path| path.extension().is_some_and(|kind| kind == "parquet"))
        .expect("a file of messages");
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
        .index(None, IndexSettings::default())
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
        .rebuild_index(None, IndexSettings::default(), None)
        .await
        .expect("rebuilds");
    let report = verified(&place, Against::Itself, true).await;
    assert!(report.is_complete(), "{:?}", report.problems);
    // Thrown away it is built anew, and says so.
    std::fs::remove_dir_all(place.local().expect("a folder").join("search")).expect("removes");
    let (index, healed) = archive
        .index(None, IndexSettings::default())
        .await
        .expect("opens");
    assert_eq!(healed.expect("said so").messages, rows.len() as u64);
    assert!(found(&index));
}

pub(crate) fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
