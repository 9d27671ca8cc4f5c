//! `export` with each of its flags: that they reach the library, and what is said of them.

use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::{Archive, Place as ArchivePlace, WriterOptions};
use openim_history_client::model::{ContentType, Message, Seq, SessionType, Slot, Timestamp};
use openim_history_standin::mongod::Mode;
use serde_json::Value;

use crate::archive::{json, recorded_mongod};
use crate::media::{pictures, write};
use crate::mongo::runtime;
use crate::run::Place;

/// 2026-11-01T00:00:00Z.
const START: i64 = 1_793_491_200_000;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A folder with an archive of a group, in which carol, whom no table knows, tells her number.
fn archived() -> Place {
    let place = Place::new();
    let said = |seq: i64, from: &str, text: &str| {
        Slot::Message(Message {
            conversation_id: "sg_1".into(),
            seq: Seq(seq),
            send_time: Timestamp::from_millis(START + seq * 20 * DAY),
            send_id: from.into(),
            group_id: "1".into(),
            session_type: SessionType::GROUP,
            content_type: ContentType::TEXT,
            content: serde_json::json!({ "content": text }).to_string(),
            ..Message::default()
        })
    };
    let messages = vec![
        said(1, "carol", "打 13800138000 或 (010)6277-1234"),
        said(2, "dave", "好"),
        said(3, "carol", "=1+1"),
    ];
    let folder = place.path().join("openim-archive");
    let folder = ArchivePlace::new(&folder.to_string_lossy(), &[]).expect("a path");
    runtime().block_on(async {
        let opened = Archive::write(&folder, "a test", WriterOptions::default()).await;
        let mut writer = opened.expect("opens");
        let seen = Seen {
            source: RowSource::Mongo,
            at: Timestamp::from_millis(START),
        };
        writer.take(messages, seen).await.expect("takes");
        writer.commit_rows().await.expect("commits");
        writer.close().await.expect("closes");
    });
    place
}

fn manifest(place: &Place, folder: &str) -> Value {
    let bytes = std::fs::read(place.path().join(folder).join("manifest.json")).expect("reads");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn files(place: &Place, folder: &str) -> Vec<String> {
    let manifest = manifest(place, folder);
    let files = manifest["files"].as_array().expect("files").iter();
    files
        .map(|file| file["path"].as_str().expect("a path").to_owned())
        .collect()
}

#[test]
fn every_format_is_split_and_named_as_asked_and_a_dry_run_writes_none() {
    let place = archived();
    let make = |more: &[&str]| {
        let formats = "html,xlsx,parquet,sqlite,txt";
        let args = ["export", "--to", "out", "--format", formats];
        let split = ["--split", "month", "--template", "{kind}/{conversation}"];
        place.run(&[&args[..], &split, more].concat())
    };
    let shown = make(&["--dry-run"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("would be in out"),
        "{shown}"
    );
    assert!(!place.path().join("out").exists(), "a dry run");
    let shown = make(&[]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let files = files(&place, "out");
    // The first is said in November, the others are in December.
    for month in ["2026-11", "2026-12"] {
        for format in ["html", "xlsx", "parquet", "sqlite", "txt"] {
            let path = format!("groups/sg_1-{month}.{format}");
            assert!(files.contains(&path), "{path} in {files:?}");
        }
    }
    assert!(files.iter().any(|path| path == "index.html"), "{files:?}");
    let shown = place.run(&["export", "verify", "out"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
}

#[test]
fn the_mark_of_a_csv_can_be_left_out() {
    let place = archived();
    for (to, more, has_mark) in [("with", &[][..], true), ("without", &["--no-bom"], false)] {
        let args = ["export", "--to", to, "--format", "csv", "--quiet"];
        assert!(place.run(&[&args[..], more].concat()).starts_with("exit 0"));
        let csv = std::fs::read(place.path().join(to).join("messages.csv")).expect("reads");
        assert_eq!(csv.starts_with("\u{feff}".as_bytes()), has_mark, "{to}");
    }
}

#[test]
fn numbers_are_blackened_counted_and_told() {
    let place = archived();
    let args = ["export", "--to", "out", "--format", "jsonl,txt", "--redact"];
    let shown = place.run(&args);
    assert!(
        shown.starts_with("exit 0") && shown.contains("2 phone numbers blackened"),
        "{shown}"
    );
    for name in ["messages.jsonl", "groups/1.txt"] {
        let text = std::fs::read_to_string(place.path().join("out").join(name)).expect(name);
        assert!(text.contains("打 [phone] 或 [phone]"), "{text}");
        assert!(
            !text.contains("13800138000") && !text.contains("6277"),
            "{text}"
        );
    }
    assert_eq!(manifest(&place, "out")["totals"]["redacted"]["phone"], 2);
}

#[test]
fn people_become_tokens_which_the_key_alone_tells() {
    let place = archived().env("LOGNAME", "carol");
    place.file("key", "0123456789abcdef0123456789abcdef\n");
    place.file("other", "another key, which is as long as it has to be");
    place.file("short", "x");
    let args = ["export", "from:carol", "--to", "out", "--format", "jsonl"];
    let with = |key: &str| place.run(&[&args[..], &["--pseudonyms-file", key]].concat());
    for key in ["short", "nowhere"] {
        let shown = with(key);
        assert!(shown.starts_with("exit 2"), "{shown}");
        assert!(!place.path().join("out").exists(), "{key}");
    }
    let shown = with("key");
    assert!(shown.starts_with("exit 0"), "{shown}");
    let text = std::fs::read_to_string(place.path().join("out/messages.jsonl")).expect("reads");
    let told = manifest(&place, "out").to_string();
    assert!(!text.contains("carol") && !told.contains("carol"), "{told}");
    let line: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    let token = line["send_id"].as_str().expect("a token");
    let unmask = |key: &[&str]| place.run(&[&["export", "unmask", token], key].concat());
    let shown = unmask(&["--pseudonyms-file", "key"]);
    assert!(
        shown.starts_with(&format!("exit 0\n--- stdout\n{token}\tcarol\t")),
        "{shown}"
    );
    let shown = unmask(&["--pseudonyms-file", "other"]);
    assert!(
        shown.starts_with("exit 3") && shown.contains("nobody in this archive has it"),
        "{shown}"
    );
    let shown = unmask(&[]);
    assert!(
        shown.starts_with("exit 2") && shown.contains("needs the key"),
        "{shown}"
    );
}

#[test]
fn the_manifest_says_who_asked_and_what_every_name_was_taken_to_mean() {
    let place = archived().env("LOGNAME", "auditor");
    let args = ["export", "from:carol in:sg_1", "--format", "jsonl", "--to"];
    assert!(
        place
            .run(&[&args[..], &["out"]].concat())
            .starts_with("exit 0")
    );
    let asked = &manifest(&place, "out")["asked"];
    assert_eq!(asked["by"], "auditor");
    // Neither stands in a table of the archive: messages know them.
    assert_eq!(
        asked["names"],
        serde_json::json!([
            {"written": "from:carol", "ids": ["carol"]},
            {"written": "in:sg_1", "ids": ["sg_1"]},
        ])
    );
    let named = [&args[..], &["named", "--by", "the court"]].concat();
    assert!(place.run(&named).starts_with("exit 0"));
    assert_eq!(manifest(&place, "named")["asked"]["by"], "the court");
}

#[test]
fn attachments_of_the_archive_come_along() {
    let (mongod, place) = recorded_mongod(Mode::Standalone);
    let web = pictures();
    let urls = [format!("{web}/picture.png"), format!("{web}/lost.png")];
    write(&mongod, "si_with_pictures", &urls);
    let sync = ["sync", "--only", "si_with_pictures", "--media"];
    let shown = place.run(&[&sync[..], &["--media-hosts", "127.0.0.1"]].concat());
    assert!(shown.contains("1 attachment fetched"), "{shown}");
    let args = ["export", "--to", "out", "--format", "html", "--media"];
    let shown = place.run(&args);
    assert!(
        shown.starts_with("exit 0") && shown.contains("1 attachment not in the archive"),
        "{shown}"
    );
    let files = files(&place, "out");
    let media = files.iter().find(|path| path.starts_with("media/"));
    let media = media.unwrap_or_else(|| panic!("no attachment in {files:?}"));
    let page = files.iter().find(|path| path.starts_with("chats/"));
    let page = place.path().join("out").join(page.expect("a page"));
    let page = std::fs::read_to_string(page).expect("reads");
    assert!(page.contains(&format!("../{media}")), "the page shows it");
    assert_eq!(manifest(&place, "out")["totals"]["media_missing"], 1);
    let (check, code) = json(&place, &["export", "verify", "out", "--json"]);
    assert_eq!(code, Some(0), "{check}");
    let shown = place.run(&args);
    assert!(
        shown.contains("reused") && !shown.contains("new"),
        "{shown}"
    );
}
