//! `demo`: a newcomer sees the same on every machine, whatever is configured there.

use insta::assert_snapshot;

use crate::run::Place;

/// Configuration that leads nowhere, in every place the other commands would read.
fn hostile() -> Place {
    let place = Place::new()
        .env("OPENIM_API_URL", "http://127.0.0.1:1/nowhere")
        .env("OPENIM_SECRET", "hunter2")
        .env("OPENIM_ADMIN_ID", "nobody")
        .env(
            "OPENIM_MONGO_URI",
            "mongodb://127.0.0.1:1/?directConnection=true",
        )
        .env("OPENIM_VIA", "mongo")
        .env("OPENIM_CONFIG", "/nowhere")
        .env("OPENIM_OUTPUT_FORMAT", "csv")
        .env("OPENIM_OUTPUT_LANGUAGE", "zh")
        .env("OPENIM_OUTPUT_TIME_ZONE", "Mars/Olympus")
        .env("OPENIM_HISTORY_CONFIG", "/nowhere/openim-history.toml")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1")
        .env("IMENV_SHARE_SECRET", "hunter2");
    place.file("openim-history.toml", "[api]\nurll = 1\n");
    place
}

/// Runs the demo, and shortens what differs from run to run.
fn shown(place: &Place, lang: &str) -> String {
    let shown = place.run(&["demo", "--lang", lang]);
    let temporary = std::env::temp_dir().display().to_string();
    let lines = shown.lines().map(|line| {
        let line = match line.split_once("http://127.0.0.1:") {
            Some((before, _)) if !line.starts_with('$') => format!("{before}[server]"),
            _ => line.to_owned(),
        };
        let line = match line.split_once("openim-archive") {
            Some((before, after)) if before.starts_with(&temporary) => {
                format!("[folder]/openim-archive{after}")
            }
            _ => line,
        };
        let is_time = |c: char| c.is_ascii_digit() || c == '.';
        for (before, after) in [(" in ", " s"), ("用时 ", " 秒")] {
            if let Some((what, time)) = line.rsplit_once(before)
                && let Some(time) = time.strip_suffix(after)
                && time.chars().all(is_time)
            {
                return format!("{what}{before}[time]");
            }
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_main_job_is_shown_on_recorded_data() {
    let shown = shown(&Place::new(), "en");
    assert_snapshot!("demo_en", shown);
    let long: Vec<_> = shown
        .lines()
        .filter(|line| line.chars().count() > 110 && !line.starts_with("CONTENT "))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn in_chinese_everything_but_the_commands_is_chinese() {
    let shown = shown(&Place::new(), "zh");
    let (_, said) = shown.split_once("--- stderr\n").expect("something is said");
    for line in said.lines() {
        assert!(!line.is_ascii(), "{line}");
    }
    assert_snapshot!("demo_zh", shown);
}

#[test]
fn nothing_configured_on_this_machine_changes_it() {
    for lang in ["en", "zh"] {
        assert_eq!(shown(&hostile(), lang), shown(&Place::new(), lang));
    }
}
