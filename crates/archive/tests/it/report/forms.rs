//! A report's workbook and csv as others read them: the same numbers as the json.

use jiff::tz::TimeZone;
use openim_history_archive::report::{
    Cell, Report, ReportRequest, ReportStyle, csv, json, tables, xlsx,
};
use openim_history_client::model::{Lang, Timestamp};
use serde_json::Value;

use super::history::{START, computed, made_up, said, stored};
use crate::places::folder;
use crate::python::{said_by, script};

fn style(zone: &TimeZone) -> ReportStyle {
    ReportStyle {
        lang: Lang::En,
        zone: zone.clone(),
        title: None,
    }
}

/// What a cell is in a workbook and in csv.
fn wanted(cell: &Cell) -> (Value, String) {
    match cell {
        Cell::Nothing => (Value::Null, String::new()),
        Cell::Word(text) | Cell::Text(text) if text.is_empty() => (Value::Null, String::new()),
        Cell::Word(text) => (text.as_str().into(), text.clone()),
        Cell::Text(text) => {
            let guard = if text.starts_with(['=', '@']) {
                "'"
            } else {
                ""
            };
            (text.as_str().into(), format!("{guard}{text}"))
        }
        Cell::Number(number) => ((*number).into(), number.to_string()),
        Cell::Decimal(number) => ((*number).into(), number.to_string()),
        Cell::Date(date) => (date.to_string().into(), date.to_string()),
        // Checked to the day: a workbook has its own way with milliseconds.
        Cell::Time(time) => (time.to_string()[..10].into(), time.to_string()),
    }
}

fn assert_same(report: &Report, said: &Value) {
    let sheets = said["sheets"].as_object().expect("sheets");
    let csv = said["csv"].as_object().expect("files");
    let tables = tables(report);
    assert_eq!(sheets.len(), tables.len());
    assert_eq!(csv.len(), tables.len());
    assert_eq!(said["formulas"], 0);
    for (table, sheet) in tables.iter().zip(sheets.values()) {
        let file = csv[table.name].as_array().expect("rows");
        let sheet = sheet.as_array().expect("rows");
        assert_eq!(sheet.len(), table.rows.len() + 1, "{}", table.name);
        assert_eq!(file.len(), table.rows.len() + 1, "{}", table.name);
        for (at, column) in table.columns.iter().enumerate() {
            assert_eq!(file[0][at], column.name);
        }
        for (row, (shown, line)) in table.rows.iter().zip(sheet.iter().zip(file).skip(1)) {
            for (at, cell) in row.iter().enumerate() {
                let (in_sheet, in_file) = wanted(cell);
                assert_eq!(line[at], in_file.as_str(), "{} {row:?}", table.name);
                let is_name_of_fact = table.name == "facts" && at == 0;
                match cell {
                    _ if is_name_of_fact => assert!(shown[at].is_string()),
                    Cell::Time(_) => {
                        let shown = shown[at].as_str().expect("a time");
                        assert!(
                            shown.starts_with(in_sheet.as_str().expect("a day")),
                            "{shown} {row:?}"
                        );
                    }
                    Cell::Number(_) | Cell::Decimal(_) => assert_eq!(
                        shown[at].as_f64(),
                        in_sheet.as_f64(),
                        "{} {row:?}",
                        table.name
                    ),
                    _ => assert_eq!(shown[at], in_sheet, "{} {row:?}", table.name),
                }
            }
        }
    }
}

/// Writes both forms and has them read.
fn read(report: &Report, style: &ReportStyle) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let workbook = folder.path().join("report.xlsx");
    std::fs::write(&workbook, xlsx(report, style).expect("writes")).expect("is written");
    for (name, bytes) in csv(report).expect("writes") {
        std::fs::write(folder.path().join(name), bytes).expect("is written");
    }
    let said = said_by(script("report.py").arg(&workbook).arg(folder.path()));
    serde_json::from_slice(&said).expect("JSON")
}

#[tokio::test]
async fn workbook_and_csv_hold_the_numbers_of_the_json() {
    let (_folder, place) = folder();
    let mut messages = made_up(3, 1_500);
    // Somebody whose id a spreadsheet would run.
    messages.push(said("si_=1+1_bob", 1, "=1+1", "bob", START));
    let archive = stored(&place, &messages).await;
    let request = ReportRequest::new(Timestamp::from_millis(START));
    let report = computed(&archive, &request).await;
    let bytes = json(&report).expect("writes");
    let from_json: Report = serde_json::from_slice(&bytes).expect("reads");
    assert_eq!(from_json, report);
    let said = read(&report, &style(&request.zone));
    assert_same(&from_json, &said);
    assert!(said["charts"].as_u64() >= Some(5), "{}", said["charts"]);
}

#[tokio::test]
async fn a_report_of_one_message_and_of_none_can_be_opened() {
    for messages in [
        vec![said("si_alice_bob", 1, "alice", "bob", START)],
        Vec::new(),
    ] {
        let (_folder, place) = folder();
        let archive = stored(&place, &messages).await;
        let request = ReportRequest::new(Timestamp::from_millis(START));
        let report = computed(&archive, &request).await;
        assert_same(&report, &read(&report, &style(&request.zone)));
    }
}
