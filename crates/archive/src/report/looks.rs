//! The pages in a real browser: wide and narrow, light and dark, in both languages.

use jiff::ToSpan;
use jiff::civil::Date;
use openim_history_client::model::{Kind, Lang};

use super::tests::{empty, hostile, month, style};
use super::*;
use crate::browser::Browser;

/// Names that people have, and some that only test pages.
fn name(at: usize) -> String {
    let names = [
        "张三",
        "Alexandra von Hohenzollern-Sigmaringen",
        "ProjektgruppeDonaudampfschifffahrtsgesellschaftskapitän",
        "👨‍👩‍👧‍👦👨‍👩‍👧‍👦",
    ];
    format!("{} {at}", names[at % names.len()])
}

/// A report with much of everything.
fn full() -> Report {
    let mut report = hostile();
    let first: Date = "2026-01-01".parse().expect("a date");
    let days = first.series(1.day()).take(320).zip(0_u64..);
    report.days = days
        .map(|(date, at)| Day {
            date,
            messages: 1_000_000 + at * 977 % 90_000,
            average: 1_000_000.0,
            users: 900 + at % 71,
        })
        .collect();
    report.months = (1..=11)
        .map(|number| Month {
            revoked: 12_345_678,
            deleted: 1,
            removed: 77_777,
            ..month(&format!("2026-{number:02}"), 30_000_000)
        })
        .collect();
    report.totals.messages = 320_000_000;
    report.totals.senders = 1_234_567;
    report.hours = [[123_456_789; 24]; 7];
    report.kinds = Kind::ALL
        .iter()
        .map(|kind| KindCount {
            kind: *kind,
            messages: 9_999_999,
        })
        .collect();
    let (sender, group, pair) = (
        report.senders[0].clone(),
        report.groups[0].clone(),
        report.pairs[0].clone(),
    );
    for at in 0..20 {
        let name = name(at);
        let messages = 100_000_000 / (at as u64 + 1);
        report.senders.push(Sender {
            name: name.clone(),
            messages,
            ..sender.clone()
        });
        report.groups.push(GroupCount {
            name: name.clone(),
            messages,
            ..group.clone()
        });
        report.pairs.push(Pair {
            name: name.clone(),
            other_name: name,
            messages,
            from_user: messages,
            ..pair.clone()
        });
    }
    report
}

/// The largest of the three parts of a colour.
fn light(colour: &serde_json::Value) -> u32 {
    let colour = colour.as_str().expect("a colour");
    let parts = colour.trim_start_matches(|c: char| !c.is_ascii_digit());
    let parts = parts.split(|c: char| !c.is_ascii_digit());
    let parts = parts.filter_map(|part| part.parse::<u32>().ok()).take(3);
    parts.max().expect("parts")
}

#[test]
fn pages_fit_every_screen_and_follow_the_system_between_light_and_dark() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut browser = Browser::start();
    let mut overview = full();
    overview.year = None;
    let mut nothing = empty();
    nothing.year = None;
    for (name, report) in [
        ("year", full()),
        ("overview", overview),
        ("nothing", nothing),
    ] {
        for lang in [Lang::En, Lang::Zh] {
            let path = folder.path().join(format!("{name}-{lang:?}.html"));
            std::fs::write(&path, html(&report, &style(lang)).expect("renders"))
                .expect("is written");
            for (width, height) in [(390, 844), (1280, 900)] {
                for is_dark in [false, true] {
                    let at = format!("{name} {lang:?} {width} dark: {is_dark}");
                    browser.show(width, height, is_dark);
                    browser.open(&path, "");
                    assert_eq!(browser.complaints(), [""; 0], "{at}");
                    let overflow = "document.documentElement.scrollWidth - innerWidth";
                    assert!(browser.evaluate(overflow).as_i64() <= Some(0), "{at}");
                    let shown = "[...document.querySelectorAll('svg.chart')]
                        .filter(chart => chart.getBoundingClientRect().width > innerWidth).length";
                    assert_eq!(browser.evaluate(shown), 0, "{at}");
                    // The page, the cards on it and the axes of charts are light or dark, and what is written on them is
                    // not.
                    let mut colour = |of: &str, what: &str| {
                        let element = format!("document.querySelector('{of}')");
                        let expression = format!("{element} && getComputedStyle({element}).{what}");
                        let found = browser.evaluate(&expression);
                        (!found.is_null()).then(|| light(&found))
                    };
                    let ground = colour("body", "backgroundColor").expect("a body");
                    let ink = colour("body", "color").expect("a body");
                    assert_eq!((ground < 60, ink > 200), (is_dark, is_dark), "{at}");
                    if let Some(card) = colour("section", "backgroundColor") {
                        assert_eq!((card < 60, card > 200), (is_dark, !is_dark), "{at}");
                    }
                    if let Some(label) = colour("svg.chart text", "fill") {
                        assert!(label.abs_diff(ground) > 80, "{at}: {label} on {ground}");
                    }
                }
            }
        }
    }
}
