//! `export`: an archive of the recorded history given out, verified, and brought up to date.

use openim_history_standin::mongod::Mode;

use crate::archive::{json, recorded_mongod};
use crate::run::Place;

/// A folder with an archive of the recorded history; the server is gone.
fn archived() -> Place {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    place
}

#[test]
fn an_export_is_made_verified_and_only_brought_up_to_date() {
    let place = archived();
    let make = [
        "export",
        "群消息",
        "--from",
        "bob",
        "--to",
        "out",
        "--format",
        "jsonl,txt,csv",
    ];
    let shown = place.run(&make);
    assert!(shown.starts_with("exit 0"), "{shown}");
    assert!(
        shown.contains("3 messages of 1 conversation in out"),
        "{shown}"
    );
    assert!(shown.contains("files: 3 new"), "{shown}");
    assert!(shown.contains("not asked for"), "{shown}");
    let lines = std::fs::read_to_string(place.path().join("out/messages.jsonl")).expect("reads");
    assert_eq!(lines.lines().count(), 3);
    let manifest = std::fs::read(place.path().join("out/manifest.json")).expect("reads");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    assert_eq!(manifest["asked"]["query"], "群消息 from:bob");
    assert_eq!(manifest["asked"]["names"][0]["ids"][0], "bob");

    let shown = place.run(&make);
    assert!(shown.contains("files: 3 reused"), "{shown}");
    let shown = place.run(&["export", "verify", "out"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("all as the manifest says"),
        "{shown}"
    );
    std::fs::write(place.path().join("out/messages.jsonl"), "x").expect("writes");
    let (check, code) = json(&place, &["export", "verify", "out", "--json"]);
    assert_eq!(code, Some(3));
    assert_eq!(check["problems"][0]["trouble"], "changed", "{check}");
    let shown = place.run(&[&make[..], &["--lang", "zh"]].concat());
    assert!(
        shown.starts_with("exit 2") && shown.contains("language"),
        "another export: {shown}"
    );
    let shown = place.run(&make);
    assert!(shown.contains("2 reused, 1 repaired"), "{shown}");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_written() {
    let place = archived();
    std::fs::create_dir(place.path().join("thesis")).expect("makes");
    place.file("thesis/x.doc", "x");
    for (args, said) in [
        (
            &["--to", "out", "--format", "docx"][..],
            "there is no format \"docx\"",
        ),
        (
            &["--to", "out", "--format", "csv", "--template", "{nmae}"],
            "did you mean {name}?",
        ),
        (
            &["--to", "out", "--format", "csv", "--split", "week"],
            "no way to split",
        ),
        (
            &["from:nobody", "--to", "out", "--format", "csv"],
            "has no user \"nobody\"",
        ),
        (&["--to", "thesis", "--format", "csv"], "holds x.doc"),
        (&["--format", "csv"], "--to"),
    ] {
        let shown = place.run(&[&["export"][..], args].concat());
        assert!(
            shown.starts_with("exit 2") && shown.contains(said),
            "{args:?}: {shown}"
        );
        assert!(!place.path().join("out").exists(), "{args:?}");
    }
}

#[test]
fn saved_exports_run_by_name_and_those_that_failed_again() {
    let place = archived();
    place.file(
        "openim-history.toml",
        "[export.good]\nto = \"good\"\nformat = \"jsonl\"\n\n[export.bad]\nto = \"bad\"\nformat = \"csv\"\nquery = \"from:nobody\"\n",
    );
    let shown = place.run(&["export", "run", "--all"]);
    assert!(
        shown.starts_with("exit 1") && shown.contains("has no user \"nobody\""),
        "{shown}"
    );
    assert!(place.path().join("good/messages.jsonl").is_file());
    let (jobs, _) = json(&place, &["export", "jobs", "--json"]);
    assert_eq!(jobs[0]["last"]["outcome"], "done", "{jobs}");
    assert_eq!(jobs[1]["last"]["outcome"], "failed", "{jobs}");
    place.file(
        "openim-history.toml",
        "[export.good]\nto = \"good\"\nformat = \"jsonl\"\n\n[export.bad]\nto = \"bad\"\nformat = \"csv\"\nquery = \"from:bob\"\n",
    );
    let shown = place.run(&["export", "run", "--failed"]);
    assert!(
        shown.starts_with("exit 0") && !shown.contains("export good"),
        "{shown}"
    );
    assert!(
        place
            .run(&["export", "run", "--failed"])
            .contains("nothing to run")
    );
    let shown = place.run(&["export", "run", "nobody"]);
    assert!(
        shown.starts_with("exit 2") && shown.contains("there are good, bad"),
        "{shown}"
    );
}
