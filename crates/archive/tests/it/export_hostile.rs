//! Messages nobody would write who means well, in files that other people's programs read.

use openim_history_archive::Archive;
use openim_history_archive::export::ExportFormat;
use openim_history_client::model::{ContentType, Message};
use serde_json::{Value, json};

use crate::export::{cells, read_by_others, request, run, said, write};
use crate::places::folder;
use crate::search::START;

/// Texts that steer terminals, turn the direction of writing, run as formulas, forge lines and markup, or are no
/// characters of XML.
const TEXTS: &[&str] = &[
    "=HYPERLINK(\"http://evil\",\"x\")",
    " \u{3000}＝cmd|' /C calc'!A0",
    "-1",
    "\t=1",
    "\u{0}\u{1}\u{1b}[31mred\u{7f}\u{9b}",
    "pay \u{202e}001\u{202c} \u{2066}x\u{2069}\u{200f}",
    "one\rtwo\nthree\r\nfour\u{2028}five\u{85}six",
    "\",\"quoted\",\r\n",
    "<script>alert(1)</script><!-- ]]> &amp; &#0;",
    "_x0041_ _x000D_ \u{ffff}",
    "\u{10ffff}👨\u{200d}👩\u{200d}👧\u{e000}",
    "'; DROP TABLE messages; --",
    "  blanks at both ends  ",
    "",
];

fn hostile() -> Vec<Message> {
    let texts = (1..).zip(TEXTS);
    let mut all: Vec<Message> = texts
        .map(|(seq, text)| said("sg_1", seq, "alice", text))
        .collect();
    all.push(said("sg_1", 50, "alice", &"长".repeat(400_000)));
    let odd = |seq: i64, kind: ContentType, content: String| Message {
        content_type: kind,
        content,
        ..said("sg_1", seq, "alice", "")
    };
    let surrogate = "{\"content\":\"\\ud800 broken\"}";
    all.push(odd(51, ContentType::TEXT, surrogate.to_owned()));
    let mut merger = json!({"text": "x"});
    for _ in 0..60 {
        merger = json!({"title": "t", "multiMessage": [{"contentType": 107, "mergeElem": merger}]});
    }
    all.push(odd(52, ContentType::MERGER, merger.to_string()));
    all.push(odd(53, ContentType::CUSTOM, "[".repeat(10_000)));
    all.push(odd(54, ContentType(-7), String::new()));
    all
}

/// What the format promises people to see of a text.
fn for_people(text: &str) -> String {
    let lines = text.replace("\r\n", "\n");
    let kept = lines.chars().filter_map(|c| match c {
        '\r' | '\u{85}' | '\u{2028}' => Some('\n'),
        '\n' | '\t' => Some(c),
        '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{ffff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    });
    kept.collect()
}

/// The same in a file of which spreadsheets would run formulas.
fn defused(text: &str) -> String {
    let shown = for_people(text);
    let begins = shown.trim_start_matches([' ', '\u{3000}']);
    if begins.starts_with(['=', '-', '\t', '＝']) {
        format!("'{shown}")
    } else {
        shown
    }
}

/// Cells of Excel end somewhere: what is longer is cut off with a remark.
fn is_cell(found: &Value, expected: &str) -> bool {
    const LONGEST: usize = 32_767;
    let found = found.as_str().expect("a text");
    if expected.encode_utf16().count() <= LONGEST {
        return found == expected;
    }
    let beginning: String = expected.chars().take(30_000).collect();
    found.starts_with(&beginning) && found.encode_utf16().count() <= LONGEST
}

#[tokio::test]
async fn hostile_messages_are_read_by_other_programs_as_they_are() {
    let (_keep, place) = folder();
    write(&place, hostile(), START).await;
    let archive = Archive::open(&place).await.expect("opens");
    let out = tempfile::tempdir().expect("a folder");
    let request = request(out.path(), ExportFormat::ALL);
    run(&archive, None, &request).await;
    let read: Value = serde_json::from_str(&read_by_others(&request)).expect("JSON");

    let messages = hostile();
    let exact: Vec<Value> = messages.iter().map(cells).collect();
    for (reader, rows) in [
        ("json", &read["jsonl"]),
        ("pyarrow", &read["pyarrow"]["rows"]),
        ("duckdb", &read["duckdb"]["rows"]),
        ("sqlite3", &read["sqlite"]["rows"]),
    ] {
        let rows = rows.as_array().expect("rows");
        assert_eq!(rows.len(), exact.len(), "{reader}");
        for (row, expected) in rows.iter().zip(&exact) {
            assert!(
                row == expected,
                "{reader} reads another message {}",
                expected[1]
            );
        }
    }
    assert_eq!(read["sqlite"]["check"], "ok");

    let rows = |reader: &Value| reader.as_array().expect("rows").clone();
    let (csv, xlsx) = (rows(&read["csv"]), rows(&read["xlsx"]["rows"]));
    assert_eq!((csv.len(), xlsx.len()), (exact.len(), exact.len()));
    for ((csv, xlsx), message) in csv.iter().zip(&xlsx).zip(&messages) {
        let seq = message.seq.0;
        for (at, text) in [(2, message.text()), (3, message.content.clone())] {
            assert!(csv[at] == defused(&text), "csv {seq}: {}", shown(&csv[at]));
            let is_same = is_cell(&xlsx[at], &for_people(&text));
            assert!(is_same, "openpyxl {seq}: {}", shown(&xlsx[at]));
        }
    }
    assert_eq!(read["xlsx"]["formulas"], 0);
    assert_eq!(read["xlsx"]["links"], 0);
}

/// Returns the beginning of a value: some are a megabyte.
fn shown(value: &Value) -> String {
    format!("{value:?}").chars().take(200).collect()
}
