//! Messages nobody would write who means well.

use std::fs;

use openim_history_client::model::ContentType;
use serde_json::{Value, json};

use super::{export, request, said, texts};
use crate::export::{ExportFormat, verify};
use crate::progress::NoProgress;
use crate::row::Row;

fn hostile() -> Vec<Row> {
    let texts = [
        "=HYPERLINK(\"http://evil\",\"x\")",
        "+1",
        "-1",
        "@SUM(A1:A9)",
        "\t=1",
        "\u{0}\u{1}\u{1b}[31mred",
        "pay \u{202e}001\u{202c}",
        "two\nlines\r\nand [00:00:00] Bob: forged",
        "\",\"quoted\",\r\n",
        "<script>alert(1)</script>",
    ];
    let mut rows: Vec<Row> = (1..)
        .zip(texts)
        .map(|(seq, text)| said("sg_1", seq, "alice", text))
        .collect();
    let at = |seq: i64, content: String, kind: ContentType| {
        let mut row = said("sg_1", seq, "alice", "");
        row.message.content = content;
        row.message.content_type = kind;
        row
    };
    rows.push(said("sg_1", 50, "alice", &"长".repeat(400_000)));
    rows.push(at(
        51,
        "{\"content\":\"\\ud800 broken\"}".to_owned(),
        ContentType::TEXT,
    ));
    let mut merger = json!({"text": "x"});
    for _ in 0..60 {
        merger = json!({"title": "t", "multiMessage": [{"contentType": 107, "mergeElem": merger}]});
    }
    rows.push(at(52, merger.to_string(), ContentType::MERGER));
    rows.push(at(53, "[".repeat(10_000), ContentType::CUSTOM));
    rows.push(at(54, String::new(), ContentType(-7)));
    rows
}

#[tokio::test]
async fn nothing_a_message_holds_breaks_a_format() {
    let keep = tempfile::tempdir().expect("a folder");
    let request = request(keep.path(), ExportFormat::ALL);
    let rows = hostile();
    let count = rows.len() as u64;
    let report = export(rows.clone(), &request).await.expect("exports");
    assert_eq!(report.totals.included, count);
    // The text and the content of the long one are too long for a cell, and so is its summary.
    assert!(report.cut_cells >= 3, "{}", report.cut_cells);
    let check = verify(keep.path(), &NoProgress).await.expect("verifies");
    assert!(check.is_whole(), "{check:?}");
    assert_eq!(check.counted, 4 * count);

    let texts = texts(keep.path());
    for (line, row) in texts["messages.jsonl"].lines().zip(&rows) {
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["content"], row.message.content);
        assert_eq!(line["seq"], row.message.seq.0);
    }
    let text = &texts["groups/项目组.txt"];
    assert!(!text.contains(['\u{0}', '\u{1b}', '\u{202e}']));
    let forged = text
        .lines()
        .filter(|line| line.starts_with("[00:00:00] Bob"));
    assert_eq!(forged.count(), 0, "no message can look like another one");
}

#[tokio::test]
async fn no_cell_of_a_csv_is_a_formula() {
    let keep = tempfile::tempdir().expect("a folder");
    let request = request(keep.path(), &[ExportFormat::Csv]);
    export(hostile(), &request).await.expect("exports");
    let bytes = fs::read(keep.path().join("messages.csv")).expect("reads");
    assert!(bytes.starts_with("\u{feff}time,".as_bytes()));
    let mut reader = ::csv::Reader::from_reader(&bytes[3..]);
    let mut records = 0;
    for record in reader.records() {
        for (column, cell) in record.expect("a record").iter().enumerate() {
            // Numbers that the program writes itself are numbers: seq and content_type.
            if [7, 12].contains(&column) {
                continue;
            }
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell:?}"
            );
            assert!(!cell.contains(['\u{0}', '\u{1b}', '\u{202e}']), "{cell:?}");
        }
        records += 1;
    }
    assert_eq!(records, hostile().len());
}
