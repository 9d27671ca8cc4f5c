//! The same export again, and what became of its files.

use std::fs;

use openim_history_client::model::Timestamp;

use super::{START, export, request, said};
use crate::error::Error;
use crate::export::{ExportFormat, FileCounts, Split, Trouble, verify};
use crate::progress::NoProgress;
use crate::row::Row;

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for seq in 1..=30 {
        rows.push(said("si_alice_bob", seq, "alice", "你好"));
        rows.push(said("sg_1", seq, "bob", "hello"));
    }
    rows
}

fn counts(new: u64, updated: u64, reused: u64, repaired: u64, removed: u64) -> FileCounts {
    FileCounts {
        new,
        updated,
        reused,
        repaired,
        removed,
    }
}

#[tokio::test]
async fn only_what_changed_is_written_again() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Jsonl, ExportFormat::Txt]);
    request.template = Some("{kind}/{name}".to_owned());
    request.split = Some(Split::Count(10));
    let first = export(rows(), &request).await.expect("exports");
    // Two conversations, three parts each, in two formats.
    assert_eq!(first.files, counts(12, 0, 0, 0, 0));
    assert_eq!(first.totals.included, 60);
    let manifest = fs::read(keep.path().join("manifest.json")).expect("reads");

    request.now = Timestamp::from_millis(START + 1);
    let second = export(rows(), &request).await.expect("exports");
    assert_eq!(second.files, counts(0, 0, 12, 0, 0));
    let same = fs::read(keep.path().join("manifest.json")).expect("reads");
    assert_eq!(same, manifest, "where nothing changed, nothing is touched");

    // One message changes, one comes: the second part of a chat, and the end of a group.
    let mut changed = rows();
    changed[20].last_changed = Timestamp::from_millis(START + 5);
    changed.push(said("sg_1", 31, "bob", "new"));
    let third = export(changed.clone(), &request).await.expect("exports");
    assert_eq!(third.files, counts(2, 2, 10, 0, 0));
    assert!(
        verify(keep.path(), &NoProgress)
            .await
            .expect("verifies")
            .is_whole()
    );

    // A file is damaged, another one removed by hand.
    fs::write(keep.path().join("groups/项目组.txt"), "x").expect("writes");
    fs::remove_file(keep.path().join("chats/爱丽丝, Bob-2.jsonl")).expect("removes");
    let fourth = export(changed.clone(), &request).await.expect("exports");
    assert_eq!(fourth.files, counts(0, 0, 12, 2, 0));
    assert!(
        verify(keep.path(), &NoProgress)
            .await
            .expect("verifies")
            .is_whole()
    );

    // The group is not asked for any more: that is another archive here, and fewer messages.
    changed.retain(|row| row.message.group_id.is_empty());
    let fifth = export(changed, &request).await.expect("exports");
    assert_eq!(fifth.files, counts(0, 0, 6, 0, 8));
    assert!(!keep.path().join("groups").exists());
    assert!(
        verify(keep.path(), &NoProgress)
            .await
            .expect("verifies")
            .is_whole()
    );
}

#[tokio::test]
async fn who_asked_and_what_names_mean_is_said_anew_without_writing_files() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Html, ExportFormat::Jsonl]);
    request.asked.by = Some("审计".to_owned());
    let first = export(rows(), &request).await.expect("exports");
    request.asked.by = Some("an auditor".to_owned());
    request.asked.names = vec![crate::export::Resolved {
        written: "from:Bob".to_owned(),
        ids: vec!["bob".to_owned(), "bob2".to_owned()],
    }];
    let again = export(rows(), &request).await.expect("exports");
    assert_eq!(again.files, counts(0, 0, first.files.new, 0, 0));
    let manifest = crate::export::ExportManifest::read(keep.path()).expect("reads");
    assert_eq!(manifest.expect("it is there").asked.asked, request.asked);
}

#[tokio::test]
async fn one_new_message_changes_its_page_and_what_leads_to_it() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Html]);
    request.split = Some(Split::Count(20));
    let mut all = rows();
    export(all.clone(), &request).await.expect("exports");
    let sums = || {
        let manifest = crate::export::ExportManifest::read(keep.path()).expect("reads");
        let files = manifest.expect("it is there").files.into_iter();
        let sums = files.map(|file| (file.path, file.sha256));
        sums.collect::<std::collections::BTreeMap<String, String>>()
    };
    let mut before = sums();
    for (seqs, expected) in [
        (
            31..=31,
            &[
                "groups/项目组-2.html",
                "index.html",
                "search/groups/项目组-2.html.js",
            ][..],
        ),
        // The forty-first begins another page, to which the one before it leads.
        (
            32..=41,
            &[
                "groups/项目组-2.html",
                "groups/项目组-3.html",
                "index.html",
                "search.html",
                "search/groups/项目组-2.html.js",
                "search/groups/项目组-3.html.js",
            ],
        ),
    ] {
        all.extend(seqs.map(|seq| said("sg_1", seq, "bob", "new")));
        let report = export(all.clone(), &request).await.expect("exports");
        let after = sums();
        let changed: Vec<&str> = after
            .iter()
            .filter(|(path, sum)| before.get(*path) != Some(sum))
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(changed, expected);
        let written = report.files.new + report.files.updated;
        assert_eq!(written, expected.len() as u64, "{:?}", report.files);
        before = after;
    }
}

#[tokio::test]
async fn a_new_name_of_somebody_a_message_was_deleted_for_reaches_the_page() {
    let keep = tempfile::tempdir().expect("a folder");
    let request = request(keep.path(), &[ExportFormat::Html]);
    let mut row = said("sg_1", 1, "alice", "a");
    row.message.deleted_for = vec!["carol".into()];
    export(vec![row.clone()], &request).await.expect("exports");
    let users = [("alice", "爱丽丝"), ("carol", "Caroline")];
    let users = users.map(|(id, name)| (id.into(), name.to_owned()));
    let people = crate::export::walk::People::of(users.into(), std::collections::HashMap::new());
    let from = super::from(vec![row], people, &request.zone);
    let run = crate::export::run::Run::new(&from, &request).expect("plans");
    run.perform(&NoProgress).await.expect("exports");
    let texts = super::texts(keep.path());
    let mut pages = texts.values().filter(|text| text.contains("article"));
    assert!(pages.any(|text| text.contains("Caroline")), "{texts:?}");
}

#[tokio::test]
async fn a_month_and_a_day_have_files_of_their_own_even_where_clocks_run_backwards() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Jsonl]);
    request.split = Some(Split::Month);
    let mut all = rows();
    // Said last, and by that clock long ago.
    let mut odd = said("si_alice_bob", 40, "bob", "旧");
    odd.message.send_time = Timestamp::from_millis(0);
    all.push(odd);
    let report = export(all.clone(), &request).await.expect("exports");
    assert_eq!(report.files.new, 3);
    let texts = super::texts(keep.path());
    let lines = |path: &str| texts[path].lines().count();
    assert_eq!(lines("messages-1970-01.jsonl"), 1);
    assert_eq!(lines("messages-2026-11.jsonl"), 58);
    // The thirtieth day behind the first is in December.
    assert_eq!(lines("messages-2026-12.jsonl"), 2);
    for line in texts["messages-2026-11.jsonl"].lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["v"], 1);
        assert!(
            line["send_time"]
                .as_str()
                .expect("a time")
                .starts_with("2026-11")
        );
    }

    let days = tempfile::tempdir().expect("a folder");
    request.folder = days.path().to_owned();
    request.split = Some(Split::Day);
    request.template = Some("{conversation}/{month}/{day}".to_owned());
    request.zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone");
    let report = export(all, &request).await.expect("exports");
    assert_eq!(report.files.new, 61);
    // Midnight in UTC is eight in the morning there.
    assert!(
        days.path()
            .join("si_alice_bob/2026-11/2026-11-02.jsonl")
            .is_file()
    );
    assert!(
        verify(days.path(), &NoProgress)
            .await
            .expect("verifies")
            .is_whole()
    );
}

#[tokio::test]
async fn a_folder_of_something_else_is_refused_and_not_touched() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut other = request(keep.path(), &[ExportFormat::Csv]);
    export(rows(), &other).await.expect("exports");
    other.redact = true;
    let error = export(rows(), &other).await.expect_err("refused");
    assert!(matches!(error, Error::ForeignExport { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("redact \"false\" and not \"true\""),
        "{error}"
    );

    let taken = tempfile::tempdir().expect("a folder");
    let request = request(taken.path(), &[ExportFormat::Csv]);
    export(vec![said("sg_1", 1, "bob", "x")], &request)
        .await
        .expect("exports");
    fs::write(taken.path().join("mine.txt"), "x").expect("writes");
    export(rows(), &request)
        .await
        .expect("what is beside is no matter");
    assert_eq!(
        fs::read_to_string(taken.path().join("mine.txt")).expect("reads"),
        "x"
    );
    assert!(
        verify(keep.path(), &NoProgress)
            .await
            .expect("verifies")
            .is_whole()
    );
}

#[tokio::test]
async fn verification_finds_every_kind_of_damage() {
    let keep = tempfile::tempdir().expect("a folder");
    let formats = ExportFormat::ALL;
    let request = request(keep.path(), formats);
    export(rows(), &request).await.expect("exports");
    let check = verify(keep.path(), &NoProgress).await.expect("verifies");
    assert!(check.is_whole(), "{check:?}");
    // jsonl, csv, parquet and sqlite can be counted.
    assert_eq!((check.messages, check.counted), (60, 240));
    let found = async || -> Vec<(String, Trouble)> {
        let check = verify(keep.path(), &NoProgress).await.expect("verifies");
        check
            .problems
            .into_iter()
            .map(|problem| (problem.path, problem.trouble))
            .collect()
    };
    let path = keep.path().join("messages.jsonl");
    let whole = fs::read(&path).expect("reads");
    let mut flipped = whole.clone();
    flipped[100] ^= 1;
    fs::write(&path, &flipped).expect("writes");
    assert_eq!(
        found().await,
        [("messages.jsonl".to_owned(), Trouble::Changed)]
    );
    fs::remove_file(&path).expect("removes");
    assert_eq!(
        found().await,
        [("messages.jsonl".to_owned(), Trouble::Missing)]
    );
    fs::write(&path, &whole).expect("writes");
    fs::write(keep.path().join("extra.txt"), "x").expect("writes");
    assert_eq!(found().await, [("extra.txt".to_owned(), Trouble::Foreign)]);
    fs::remove_file(keep.path().join("extra.txt")).expect("removes");

    // Who changes the manifest changes its sum; who changes both changes its arithmetic.
    let manifest = keep.path().join("manifest.json");
    let text = fs::read_to_string(&manifest).expect("reads");
    fs::write(
        &manifest,
        text.replace("\"included\": 60", "\"included\": 61"),
    )
    .expect("writes");
    let problems = found().await;
    assert!(
        problems.iter().any(|(path, _)| path == "manifest.sha256"),
        "{problems:?}"
    );
    assert!(
        problems.iter().any(|(path, _)| path == "manifest.json"),
        "{problems:?}"
    );
    fs::write(&manifest, text.replace("messages.csv", "../messages.csv")).expect("writes");
    let error = verify(keep.path(), &NoProgress)
        .await
        .expect_err("refused")
        .to_string();
    assert!(error.contains("not below its folder"), "{error}");
}

#[tokio::test]
async fn a_run_that_is_told_to_stop_leaves_everything_as_it_was() {
    struct Stops;
    impl crate::progress::Progress for Stops {
        fn begin(&self, _what: &str, _total: Option<u64>) {}
        fn advance(&self, _done: u64) {}
        fn stops(&self) -> bool {
            true
        }
    }
    let keep = tempfile::tempdir().expect("a folder");
    let folder = keep.path().join("new");
    let mut request = request(&folder, &[ExportFormat::Jsonl]);
    let from = super::from(rows(), super::people(), &request.zone);
    let run = crate::export::run::Run::new(&from, &request).expect("plans");
    let report = run.perform(&Stops).await.expect("stops");
    assert!(report.stopped);
    assert!(!folder.exists(), "not even the folder is left");

    fs::create_dir(&folder).expect("makes");
    let entries = || fs::read_dir(&folder).expect("it is there").count();
    let run = crate::export::run::Run::new(&from, &request).expect("plans");
    let report = run.perform(&Stops).await.expect("stops");
    assert!(report.stopped);
    assert_eq!(
        entries(),
        0,
        "a folder that was there stays, empty as it was"
    );
    // What fails leaves as much.
    request.template = Some("media/{name}".to_owned());
    let error = export(rows(), &request).await.expect_err("refused");
    assert!(error.to_string().contains("template"), "{error}");
    assert_eq!(
        entries(),
        0,
        "a folder that was there stays, empty as it was"
    );
}
