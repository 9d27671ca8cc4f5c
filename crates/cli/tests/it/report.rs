//! `report`: an archive of the recorded history in numbers, without its server.

use openim_history_standin::mongod::Mode;
use serde_json::Value;

use crate::archive::{json, recorded_mongod};
use crate::run::Place;

/// A folder with an archive of the recorded history; the server is gone.
fn archived() -> Place {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    place
}

#[test]
fn every_form_is_written_where_it_should_and_nothing_is_overwritten() {
    let place = archived();
    let shown = place.run(&["report", "--tz", "Asia/Shanghai"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("openim-report.html is written"),
        "{shown}"
    );
    let page = std::fs::read_to_string(place.path().join("openim-report.html")).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Asia/Shanghai"));
    let again = place.run(&["report"]);
    assert!(
        again.starts_with("exit 2") && again.contains("openim-report.html is there already"),
        "{again}"
    );
    assert!(again.contains("--overwrite"), "{again}");
    let replaced = place.run(&["report", "--overwrite", "--lang", "zh"]);
    assert!(
        replaced.starts_with("exit 0") && replaced.contains("已写入"),
        "{replaced}"
    );
    let page = std::fs::read_to_string(place.path().join("openim-report.html")).expect("a page");
    assert!(page.contains("消息走势"));
    for (to, there) in [
        ("a.xlsx", "a.xlsx"),
        ("numbers.csv", "numbers.csv/days.csv"),
    ] {
        let shown = place.run(&["report", "--to", to]);
        assert!(shown.starts_with("exit 0"), "{shown}");
        assert!(place.path().join(there).is_file(), "{there}");
        let again = place.run(&["report", "--to", to]);
        assert!(again.starts_with("exit 2"), "{again}");
    }
    let shown = place.run(&[
        "report",
        "--format",
        "html",
        "--to",
        "numbers.csv",
        "--overwrite",
    ]);
    assert!(
        shown.starts_with("exit 2") && shown.contains("is a folder"),
        "{shown}"
    );
}

#[test]
fn scopes_are_named_by_ids_and_names_and_counted_apart() {
    let place = archived();
    let messages = |args: &[&str]| -> (Value, u64) {
        let mut all = vec!["report", "--format", "json"];
        all.extend(args);
        let (report, code) = json(&place, &all);
        assert_eq!(code, Some(0), "{report}");
        let messages = report["totals"]["messages"].as_u64().expect("a number");
        (report, messages)
    };
    let (server, all) = messages(&[]);
    assert_eq!(server["format"], "openim-history report");
    let (group, of_group) = messages(&["--group", "项目组 Project"]);
    assert_eq!(group["about"]["id"], "grp1");
    let (_, of_conversation) = messages(&["--conversation", "sg_grp1"]);
    assert_eq!(of_group, of_conversation);
    let (user, of_user) = messages(&["--user", "alice"]);
    assert!(user["totals"]["received"].as_u64() > Some(0), "{user}");
    assert!(0 < of_user && of_user < all && 0 < of_group && of_group < all);
    let (_, later) = messages(&["--since", "2999"]);
    assert_eq!(later, 0);
    let days = server["days"].as_array().expect("days");
    let year = days[0]["date"].as_str().expect("a date")[..4].to_owned();
    let (year_of, code) = json(
        &place,
        &[
            "report", "year", &year, "--user", "alice", "--format", "json",
        ],
    );
    assert_eq!(
        (code, year_of["year"]["year"].as_u64()),
        (Some(0), year.parse().ok())
    );
    let shown = place.run(&["report", "year", &year, "--user", "alice"]);
    let name = format!("openim-{year}-alice.html");
    assert!(
        shown.starts_with("exit 0") && shown.contains(&name),
        "{shown}"
    );
}

#[test]
fn what_makes_no_sense_is_told() {
    let place = archived();
    for (args, said) in [
        (&["report", "--user", "alcie"][..], "near it are: alice"),
        (
            &["report", "--user", "alice", "--group", "grp1"],
            "cannot be used with",
        ),
        (
            &["report", "--since", "morgen"],
            "--since: \"morgen\" is no point in time",
        ),
        (
            &["report", "--conversation", "n_grp1"],
            "is no chat of two and no group",
        ),
        (&["report", "year", "26x"], "invalid value"),
        (
            &["report", "--format", "csv", "--to", "-"],
            "name one with --to",
        ),
    ] {
        let shown = place.run(args);
        assert!(
            shown.starts_with("exit 2") && shown.contains(said),
            "{args:?}: {shown}"
        );
    }
    let nowhere = place.run(&["report", "--archive", "nowhere"]);
    assert!(
        nowhere.starts_with("exit 1") && nowhere.contains("is no archive"),
        "{nowhere}"
    );
}
