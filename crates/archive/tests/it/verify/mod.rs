//! What a verification says of archives that are whole, behind, or damaged.

mod classes;
mod itself;

use openim_history_archive::Archive;
use openim_history_archive::sync::{Filter, NoProgress, SyncOptions};
use openim_history_archive::verify::{Against, VerifyOptions, VerifyReport, verify};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::Dialect;

use crate::places::{content, folder, generated, serve, store, sync, sync_views, sync_with};

pub(crate) async fn verified(
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
        assert_classed(&report);
    }
    // What the server knows of a hole nobody can tell without it.
    let report = verified(&place, Against::Itself, false).await;
    assert!(report.is_complete(), "{:?}", report.problems);
    assert_eq!(report.classes.archived(), archived);
    assert!(report.classes.unknown > 0, "{:?}", report.classes);
    assert_classed(&report);
}

/// Whether every number from 1 to the head of every conversation is in one class, and every one that is not
/// in the archive is named.
pub(crate) fn assert_classed(report: &VerifyReport) {
    for of in &report.conversations {
        assert_eq!(of.classes.total() as i64, of.head.0, "{of:?}");
        let mut named: Vec<i64> = (of.holes.iter())
            .filter(|hole| !["different", "behind"].contains(&hole.class))
            .flat_map(|hole| hole.first.0..=hole.last.0)
            .collect();
        let holes = of.classes.total() - of.classes.archived();
        assert_eq!(named.len() as u64, holes, "{of:?}");
        named.dedup();
        assert_eq!(named.len() as u64, holes, "a number is there twice: {of:?}");
    }
    let heads: i64 = report.conversations.iter().map(|of| of.head.0).sum();
    assert_eq!(report.classes.total() as i64, heads, "{:?}", report.classes);
    assert_eq!(report.findings, report.findings_named);
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
        assert_classed(&report);
    }
}

/// Returns a data file of a table.
pub(crate) fn data_file(place: &openim_history_archive::Place, table: &str) -> std::path::PathBuf {
    data_files(place, table).remove(0)
}

/// Returns the data files that a table has now, in the order of their names: replaced ones may lie there still.
pub(crate) fn data_files(
    place: &openim_history_archive::Place,
    table: &str,
) -> Vec<std::path::PathBuf> {
    let folder = place.local().expect("a folder").join(table);
    let mut logs = walk(&folder.join("_delta_log"));
    logs.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    logs.sort();
    let mut files = std::collections::BTreeSet::new();
    for log in logs {
        let text = std::fs::read_to_string(&log).expect("reads");
        for line in text.lines() {
            let action: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let path = |what: &str| Some(folder.join(action[what]["path"].as_str()?));
            files.extend(path("add"));
            if let Some(removed) = path("remove") {
                files.remove(&removed);
            }
        }
    }
    assert!(!files.is_empty(), "{table} has no files");
    files.into_iter().collect()
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
