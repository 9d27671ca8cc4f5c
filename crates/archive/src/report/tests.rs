//! The forms of a report: of nothing, of little, and of names that mean no good.

use jiff::tz::TimeZone;
use openim_history_client::model::{Kind, Lang, Seq, Timestamp};

use super::*;

/// A report of no message.
pub(super) fn empty() -> Report {
    Report {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: About {
            scope: "server".to_owned(),
            id: String::new(),
            name: "http://127.0.0.1:10002".to_owned(),
            since: None,
            until: None,
            zone: "Asia/Shanghai".to_owned(),
            made: Timestamp::from_millis(1_795_517_373_630),
        },
        totals: Totals::default(),
        highlights: Highlights::default(),
        days: Vec::new(),
        weeks: Vec::new(),
        months: Vec::new(),
        hours: [[0; 24]; 7],
        kinds: Vec::new(),
        senders: Vec::new(),
        groups: Vec::new(),
        pairs: Vec::new(),
        answers: Vec::new(),
        media: Vec::new(),
        holes: Some(Holes::default()),
        year: Some(Year::default()),
    }
}

/// A month of so many messages.
pub(super) fn month(month: &str, messages: u64) -> Month {
    Month {
        month: month.to_owned(),
        messages,
        users: 1,
        new_users: 0,
        messages_so_far: messages,
        users_so_far: 1,
        revoked: 0,
        deleted: 0,
        removed: 0,
    }
}

/// Text of somebody who would like to run something.
const HOSTILE: &str =
    "</title></svg><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\u{0}\"' =1+1";

/// A report of one message by somebody who means no good.
pub(super) fn hostile() -> Report {
    let mut report = empty();
    let date = "2026-11-24".parse().expect("a date");
    let time = report.about.made;
    report.about.scope = "user".to_owned();
    report.about.id = HOSTILE.to_owned();
    report.about.name = HOSTILE.to_owned();
    report.totals.messages = 1;
    report.totals.received = Some(1);
    report.highlights.busiest_day = Some(date);
    report.days = vec![Day {
        date,
        messages: 1,
        average: 0.14,
        users: 1,
    }];
    report.months = vec![Month {
        revoked: 1,
        ..month("2026-11", 1)
    }];
    report.hours[1][18] = 1;
    report.kinds = vec![KindCount {
        kind: Kind::Text,
        messages: 1,
    }];
    report.senders = vec![Sender {
        user_id: HOSTILE.into(),
        name: format!("=cmd|' /C calc'!A0{}", "名".repeat(40_000)),
        messages: 1,
        first: time,
        last: time,
    }];
    report.groups = vec![GroupCount {
        group_id: HOSTILE.into(),
        name: HOSTILE.to_owned(),
        messages: 1,
        senders: 1,
    }];
    report.pairs = vec![Pair {
        conversation_id: HOSTILE.into(),
        user_id: HOSTILE.into(),
        name: HOSTILE.to_owned(),
        other_id: HOSTILE.into(),
        other_name: HOSTILE.to_owned(),
        messages: 1,
        from_user: 1,
        from_other: 0,
    }];
    report.holes = Some(Holes {
        numbers: 1,
        conversations: 1,
        most: vec![HoleCount {
            conversation_id: HOSTILE.into(),
            name: HOSTILE.to_owned(),
            first: Seq(1),
            last: Seq(2),
            numbers: 1,
        }],
    });
    let counted = || Counted {
        text: HOSTILE.to_owned(),
        count: 1,
    };
    report.year = Some(Year {
        year: 2026,
        words: vec![counted()],
        emoji: vec![counted()],
        first_message: Some(Quote {
            conversation_id: HOSTILE.into(),
            seq: Seq(1),
            time,
            user_id: HOSTILE.into(),
            name: HOSTILE.to_owned(),
            text: HOSTILE.to_owned(),
        }),
    });
    report
}

pub(super) fn style(lang: Lang) -> ReportStyle {
    ReportStyle {
        lang,
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
        title: None,
    }
}

fn pages(report: &Report) -> Vec<String> {
    let mut overview = report.clone();
    overview.year = None;
    let mut pages = Vec::new();
    for report in [report, &overview] {
        for lang in [Lang::En, Lang::Zh] {
            let page = html(report, &style(lang)).expect("renders");
            pages.push(String::from_utf8(page).expect("UTF-8"));
        }
    }
    pages
}

#[test]
fn a_script_in_a_name_is_text() {
    for page in pages(&hostile()) {
        for found in ["<script", "<img", "\u{202e}", "onerror=alert(2)>"] {
            assert!(!page.contains(found), "{found}");
        }
        assert!(
            page.contains("&lt;script&gt;") || page.contains("&#60;script&#62;"),
            "{page}"
        );
    }
}

#[test]
fn a_page_names_no_address_and_allows_itself_nothing() {
    for page in pages(&hostile()).into_iter().chain(pages(&empty())) {
        assert!(
            page.contains("default-src &#39;none&#39;") || page.contains("default-src &#x27;none"),
            "{page}"
        );
        for found in [
            "src=\"",
            "href=",
            "url(",
            "@import",
            " style=\"",
            "<script",
            "<link",
        ] {
            assert!(!page.contains(found), "{found}");
        }
        let addresses = page.matches("http://www.w3.org/2000/svg").count();
        let of_server = page.matches("http://127.0.0.1:10002").count();
        assert_eq!(page.matches("://").count(), addresses + of_server);
    }
}

#[test]
fn every_chart_has_a_title_a_description_and_a_table_below_it() {
    let mut report = hostile();
    report.year = None;
    let page = html(&report, &style(Lang::En)).expect("renders");
    let page = String::from_utf8(page).expect("UTF-8");
    let charts = page.matches("<svg class=\"chart\"").count();
    assert!(charts > 10);
    assert_eq!(
        page.matches("role=\"img\" xmlns=\"http://www.w3.org/2000/svg\"><title>")
            .count(),
        charts
    );
    assert_eq!(page.matches("</title><desc>").count(), charts);
    assert!(page.matches("<details>").count() >= 8, "{page}");
}

#[test]
fn a_history_of_any_length_has_a_line_over_its_columns() {
    // How many days, and what the line is called on a wide screen and on a phone.
    for (length, wide, narrow) in [
        (100, "7-day average", "7-day average"),
        (500, "7-day average", "4-week average"),
        (2_000, "4-week average", "3-month average"),
        (9_000, "3-month average", "3-month average"),
    ] {
        let mut report = empty();
        report.year = None;
        let last: jiff::civil::Date = "2026-11-24".parse().expect("a date");
        let first = last - jiff::ToSpan::days(length - 1);
        let days = first.series(jiff::ToSpan::day(1)).take(length as usize);
        report.days = days
            .map(|date| Day {
                date,
                messages: 1,
                average: 1.0,
                users: 1,
            })
            .collect();
        let weeks = report.days.iter().map(|day| day.date);
        let weeks = weeks.filter(|date| date.weekday() == jiff::civil::Weekday::Monday);
        report.weeks = weeks
            .map(|monday| Week {
                week: String::new(),
                monday,
                messages: 7,
                users: 1,
            })
            .collect();
        let months = report.days.iter().map(|day| day.date);
        report.months = months
            .filter(|date| date.day() == 1)
            .map(|date| month(&format!("{:04}-{:02}", date.year(), date.month()), 30))
            .collect();
        let page = html(&report, &style(Lang::En)).expect("renders");
        let page = String::from_utf8(page).expect("UTF-8");
        let names = ["7-day average", "4-week average", "3-month average"];
        let section = page.split("id=\"days\"").nth(1).expect("a section");
        let charts: Vec<&str> = section.split("<svg class=\"chart\"").skip(1).collect();
        for (chart, name) in charts.iter().zip([wide, narrow]) {
            let chart = chart.split("</svg>").next().expect("a chart");
            let named: Vec<&str> = names
                .into_iter()
                .filter(|name| chart.contains(name))
                .collect();
            assert_eq!(named, [name], "{length} days");
            assert!(
                chart.contains("<path class=\"l2\""),
                "{length} days: {chart}"
            );
        }
    }
}

#[test]
fn empty_reports_say_that_there_is_nothing() {
    for page in pages(&empty()) {
        assert!(!page.contains("NaN") && !page.contains("inf\""), "{page}");
    }
    for form in [xlsx(&empty(), &style(Lang::Zh)), json(&empty())] {
        assert!(!form.expect("writes").is_empty());
    }
    let files = csv(&empty()).expect("writes");
    let days = files
        .iter()
        .find(|(name, _)| name == "days.csv")
        .expect("days");
    assert_eq!(days.1, b"date,messages,average,users\n");
}

#[test]
fn json_holds_the_whole_report_and_can_be_read_back() {
    let report = hostile();
    let bytes = json(&report).expect("writes");
    let read: Report = serde_json::from_slice(&bytes).expect("reads");
    assert_eq!(read, report);
    assert_eq!((read.format.as_str(), read.version), (FORMAT, VERSION));
}

#[test]
fn csv_guards_what_a_spreadsheet_would_run() {
    let files = csv(&hostile()).expect("writes");
    let senders = files
        .iter()
        .find(|(name, _)| name == "senders.csv")
        .expect("senders");
    let mut reader = ::csv::Reader::from_reader(&senders.1[..]);
    let row = reader.records().next().expect("a row").expect("csv");
    assert_eq!(&row[0], HOSTILE);
    assert!(row[1].starts_with("'=cmd|"), "{}", &row[1][..20]);
}

#[test]
fn the_documentation_names_every_table_column_and_field() {
    let page = include_str!("../../../../docs/formats/report.md");
    let report = hostile();
    for table in tables(&report) {
        assert!(
            page.contains(&format!("### {}\n", table.name)),
            "{}",
            table.name
        );
        let section = page
            .split(&format!("### {}\n", table.name))
            .nth(1)
            .expect("a section");
        let section = section.split("\n#").next().expect("its text");
        for column in &table.columns {
            let is_hour = column.name.starts_with('h') && column.name.len() == 3;
            let name = if is_hour { "h00" } else { column.name };
            assert!(
                section.contains(&format!("`{name}`")),
                "{} {name}",
                table.name
            );
        }
        if table.name == "facts" {
            for row in &table.rows {
                let Cell::Word(name) = &row[0] else {
                    panic!("{row:?}")
                };
                assert!(section.contains(&format!("`{name}`")), "{name}");
            }
        }
    }
    let value = serde_json::to_value(&report).expect("JSON");
    let fields = value.as_object().expect("an object").keys();
    for field in fields {
        assert!(page.contains(&format!("`{field}`")), "{field}");
    }
}
