//! Exports of an archive, read by other people's programs.

use std::process::Command;

use openim_history_archive::export::{
    Asked, ExportFormat, ExportReport, ExportRequest, FormatOptions, Pseudonyms, Split, export,
    plan, unmask, verify,
};
use openim_history_archive::index::{Index, IndexSettings, Query};
use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::sync::NoProgress;
use openim_history_archive::{Archive, Place, WriterOptions};
use openim_history_client::model::{ContentType, Lang, Message, Slot, Timestamp};
use serde_json::{Value, json};

use crate::places::folder;
use crate::python::{said_by, script};
use crate::search::{self, DAY, START};

pub(crate) fn said(conversation: &str, seq: i64, from: &str, text: &str) -> Message {
    Message {
        sender_nickname: format!("{from} 先生").into(),
        ..search::said(conversation, seq, from, text)
    }
}

/// Has the files of an export read by other people's programs, and returns what they found: JSON.
pub(crate) fn read_by_others(request: &ExportRequest) -> String {
    let said = said_by(script("export.py").arg(&request.folder));
    String::from_utf8(said).expect("UTF-8")
}

/// Returns what they should find of a message.
pub(crate) fn cells(message: &Message) -> Value {
    json!([
        message.conversation_id,
        message.seq,
        message.text(),
        message.content
    ])
}

fn messages() -> Vec<Message> {
    let texts = [
        "合同明天签",
        "=HYPERLINK(\"http://evil\",\"x\")",
        "@SUM(A1)",
        "https://example.com/a",
        "two\nlines, \"quoted\"",
        "👨‍👩‍👧 emoji",
    ];
    let mut all = Vec::new();
    for (conversation, from) in [
        ("si_alice_bob", "alice"),
        ("sg_1", "carol"),
        ("n_alice_bob", "bob"),
    ] {
        for seq in 1..=40 {
            let text = texts[usize::try_from(seq).expect("small") % texts.len()];
            all.push(said(conversation, seq, from, text));
        }
    }
    all
}

pub(crate) async fn write(place: &Place, messages: Vec<Message>, at: i64) {
    write_with(place, messages, at, WriterOptions::default()).await;
}

async fn write_with(place: &Place, messages: Vec<Message>, at: i64, options: WriterOptions) {
    let opened = Archive::write(place, "a test", options).await;
    let mut writer = opened.expect("opens");
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(at),
    };
    writer
        .take(messages.into_iter().map(Slot::Message).collect(), seen)
        .await
        .expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.close().await.expect("closes");
}

pub(crate) async fn open(place: &Place) -> (Archive, Index) {
    let archive = Archive::open(place).await.expect("opens");
    let index = archive
        .index(None, IndexSettings::default(), &NoProgress)
        .await;
    let (index, _) = index.expect("opens");
    (archive, index)
}

pub(crate) fn request(folder: &std::path::Path, formats: &[ExportFormat]) -> ExportRequest {
    ExportRequest {
        folder: folder.join("out"),
        query: None,
        asked: Asked::default(),
        formats: formats.to_vec(),
        options: FormatOptions::default(),
        template: Some("messages".to_owned()),
        split: None,
        lang: Lang::En,
        zone: jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone"),
        title: "a test".to_owned(),
        now: Timestamp::from_millis(START),
        pseudonyms: None,
        redact: false,
        media: false,
        logs: false,
        memory: 64 << 20,
    }
}

pub(crate) async fn run(
    archive: &Archive,
    index: Option<&Index>,
    request: &ExportRequest,
) -> ExportReport {
    let report = export(archive, index, request, &NoProgress)
        .await
        .expect("exports");
    let check = verify(&request.folder, &NoProgress)
        .await
        .expect("verifies");
    assert!(check.is_whole(), "{check:?}");
    report
}

#[tokio::test]
async fn other_programs_read_every_format_as_it_is() {
    let (keep, place) = folder();
    write(&place, messages(), START).await;
    let (archive, _) = open(&place).await;
    let out = tempfile::tempdir().expect("a folder");
    let request = request(out.path(), ExportFormat::ALL);
    let report = run(&archive, None, &request).await;
    assert_eq!(
        (
            report.totals.in_archive,
            report.totals.found,
            report.totals.included
        ),
        (120, 120, 80)
    );
    assert_eq!(report.totals.left_out[1].messages, 40);
    assert_eq!(report.totals.numbers_without_message, Some(0));

    let sums = Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet", "manifest.sha256"])
        .current_dir(&request.folder)
        .status();
    assert!(sums.expect("starts").success());

    let said: Value = serde_json::from_str(&read_by_others(&request)).expect("JSON");
    let mut expected: Vec<Value> = messages()
        .into_iter()
        .filter(|message| !message.conversation_id.as_str().starts_with("n_"))
        .map(|message| cells(&message))
        .collect();
    expected.sort_by_key(|row| (row[0].as_str().map(ToOwned::to_owned), row[1].as_i64()));
    assert_eq!(said["jsonl"], json!(expected));
    assert_eq!(said["pyarrow"]["rows"], json!(expected));
    assert_eq!(said["sqlite"]["rows"], json!(expected));
    assert_eq!(said["xlsx"]["rows"], json!(expected));
    assert_eq!(said["xlsx"]["formulas"], 0);
    assert_eq!(said["xlsx"]["links"], 0);
    // The second of November in UTC begins at eight in the morning there.
    assert_eq!(said["xlsx"]["time"], "2026-11-02 08:00:00");
    for (row, expected) in said["csv"].as_array().expect("rows").iter().zip(&expected) {
        let text = expected[2].as_str().expect("a text");
        let defused = if text.starts_with(['=', '@']) {
            format!("'{text}")
        } else {
            text.to_owned()
        };
        assert_eq!(row[2], defused);
        assert_eq!(row[3], expected[3]);
    }
    assert_eq!(said["duckdb"]["rows"], json!(expected));
    assert_eq!(said["duckdb"]["totals"], json!([80, 2, "carol 先生"]));
    assert_eq!(said["sqlite"]["check"], "ok");
    assert_eq!(said["sqlite"]["history"], 80);
    assert_eq!(said["sqlite"]["users"], json!([["alice"], ["carol"]]));
    assert!(
        said["sqlite"]["plan"]
            .as_str()
            .is_some_and(|plan| plan.contains("messages_by_sender")),
        "{said}"
    );
    let columns = said["pyarrow"]["columns"].as_array().expect("columns");
    assert!(columns.contains(&json!("month")) && columns.contains(&json!("conversation_name")));
    drop(keep);
}

#[tokio::test]
async fn a_query_is_exported_and_the_rest_is_accounted_for() {
    let (_keep, place) = folder();
    write(&place, messages(), START).await;
    let (archive, index) = open(&place).await;
    let out = tempfile::tempdir().expect("a folder");
    let mut request = request(out.path(), &[ExportFormat::Jsonl]);
    request.query = Some(Query::contains("合同"));
    request.asked.query = "合同".to_owned();
    let planned = plan(&archive, Some(&index), &request, &NoProgress)
        .await
        .expect("plans");
    assert!(!request.folder.exists(), "a plan writes nothing");
    let report = run(&archive, Some(&index), &request).await;
    assert_eq!(report.totals, planned.totals);
    assert_eq!(report.files.new, planned.files.new);
    // Every sixth of forty, in three conversations; one of them is a log.
    assert_eq!((report.totals.found, report.totals.included), (18, 12));
    let left: Vec<u64> = report
        .totals
        .left_out
        .iter()
        .map(|left| left.messages)
        .collect();
    assert_eq!(left, [102, 6]);
    let text = std::fs::read_to_string(request.folder.join("messages.jsonl")).expect("reads");
    assert_eq!(text.lines().count(), 12);
    assert!(text.lines().all(|line| line.contains("合同")));
}

#[tokio::test]
async fn what_comes_into_the_archive_comes_into_the_export_and_nothing_else_is_written() {
    let (_keep, place) = folder();
    write(&place, messages(), START).await;
    let out = tempfile::tempdir().expect("a folder");
    let mut request = request(out.path(), &[ExportFormat::Jsonl, ExportFormat::Parquet]);
    request.split = Some(Split::Month);
    request.template = Some("{conversation}".to_owned());
    let (archive, _) = open(&place).await;
    let first = run(&archive, None, &request).await;
    // Two conversations in November and December, in two formats.
    assert_eq!(first.files.new, 8);
    let again = run(&archive, None, &request).await;
    assert!(again.files.is_unchanged(), "{:?}", again.files);
    write(&place, vec![said("sg_1", 41, "carol", "新的")], START + DAY).await;
    let (archive, _) = open(&place).await;
    let third = run(&archive, None, &request).await;
    assert_eq!(
        (third.files.updated, third.files.reused, third.files.new),
        (2, 6, 0)
    );
    assert_eq!(third.totals.included, 81);
}

#[tokio::test]
async fn a_token_is_told_apart_only_with_the_key() {
    let (_keep, place) = folder();
    write(&place, messages(), START).await;
    let (archive, _) = open(&place).await;
    let out = tempfile::tempdir().expect("a folder");
    let formats = [
        ExportFormat::Parquet,
        ExportFormat::Xlsx,
        ExportFormat::Jsonl,
        ExportFormat::Csv,
        ExportFormat::Sqlite,
    ];
    let mut request = request(out.path(), &formats);
    let key = Pseudonyms::new(b"the key of this test").expect("long enough");
    request.pseudonyms = Some(key.clone());
    run(&archive, None, &request).await;
    let said = read_by_others(&request);
    for word in ["alice", "bob", "carol", "先生"] {
        assert!(!said.contains(word), "{word}");
    }
    let token = key.user(&"carol".into()).to_string();
    assert!(said.contains(&token));
    let tokens = [token.clone(), "user-0000000000000000".to_owned()];
    let found = unmask(&archive, &key, &tokens).await.expect("looks up");
    assert_eq!(
        found[0],
        (token.clone(), Some(("carol".to_owned(), String::new())))
    );
    assert_eq!(found[1].1, None);
    let other = Pseudonyms::new(b"another key of this test").expect("long enough");
    let found = unmask(&archive, &other, &[token]).await.expect("looks up");
    assert_eq!(found[0].1, None);
}

#[tokio::test]
async fn no_format_tells_a_number_of_a_phone_that_is_a_number_of_the_content() {
    let (_keep, place) = folder();
    let mut card = said("sg_1", 1, "carol", "");
    card.content_type = ContentType::CUSTOM;
    card.content = json!({"data": json!({"phone": 13_800_138_000_u64}).to_string(), "mobile": 13_900_139_000_u64})
        .to_string();
    write(&place, vec![card], START).await;
    let (archive, _) = open(&place).await;
    let out = tempfile::tempdir().expect("a folder");
    let mut request = request(out.path(), ExportFormat::ALL);
    request.redact = true;
    let report = run(&archive, None, &request).await;
    assert_eq!(report.totals.redacted["phone"], 2);
    let told: Value = serde_json::from_str(&read_by_others(&request)).expect("JSON");
    for rows in [
        &told["jsonl"],
        &told["csv"],
        &told["xlsx"]["rows"],
        &told["pyarrow"]["rows"],
        &told["sqlite"]["rows"],
    ] {
        let content = rows[0][3].as_str().expect("a content");
        assert_eq!(content.matches("[phone]").count(), 2, "{content}");
    }
    for name in ["messages.html", "messages.txt"] {
        let text = std::fs::read_to_string(request.folder.join(name)).expect(name);
        for number in ["13800138000", "13900139000"] {
            assert!(!text.contains(number), "{number} in {name}");
        }
    }
}

#[tokio::test]
async fn more_than_fits_the_memory_is_exported_in_order() {
    let (dir, place) = folder();
    let long = "abcdefghij".repeat(200);
    // In another order than they are given out in, and four times what may be held.
    let messages: Vec<Message> = (1..=1_000)
        .flat_map(|seq| (0..16).rev().map(move |group| (group, seq)))
        .map(|(group, seq)| {
            said(
                &format!("sg_{group:02}"),
                seq,
                "carol",
                &format!("{seq} {long}"),
            )
        })
        .collect();
    let options = WriterOptions {
        index: None,
        ..WriterOptions::default()
    };
    let count = messages.len();
    write_with(&place, messages, START, options).await;
    let archive = Archive::open(&place).await.expect("opens");
    let request = ExportRequest {
        memory: 16 << 20,
        ..request(dir.path(), &[ExportFormat::Jsonl])
    };
    let report = run(&archive, None, &request).await;
    assert_eq!(report.totals.included, count as u64);
    let file = std::fs::read_to_string(request.folder.join("messages.jsonl")).expect("is there");
    let keys: Vec<(String, i64)> = file
        .lines()
        .filter_map(|line| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let id = line.get("conversation_id")?.as_str()?.to_owned();
            Some((id, line.get("seq")?.as_i64()?))
        })
        .collect();
    assert_eq!(keys.len(), count);
    assert!(keys.is_sorted());
}
