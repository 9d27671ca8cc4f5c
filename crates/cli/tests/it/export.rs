//! `export`: an archive of the recorded history given out, verified, and brought up to date.

use openim_history_standin::mongod::Mode;
use serde_json::Value;

use crate::archive::{json, recorded_mongod};
use crate::run::Place;
use crate::terminal::on_a_terminal;

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
    let shown = place.run(&["export", "jobs", "bad"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("failed") && shown.contains("nobody"),
        "{shown}"
    );
    place.file(
        "openim-history.toml",
        "[export.good]\nto = \"good\"\nformat = \"jsonl\"\n\n[export.bad]\nto = \"bad\"\nformat = \"csv\"\nquery = \"from:bob\"\n",
    );
    let shown = place.run(&["export", "run", "--failed"]);
    assert!(
        shown.starts_with("exit 0") && !shown.contains("export good"),
        "{shown}"
    );
    let (runs, _) = json(&place, &["export", "jobs", "bad", "--json"]);
    let outcomes = [&runs[0]["outcome"], &runs[1]["outcome"], &runs[2]];
    assert_eq!(
        outcomes,
        [&"done".into(), &"failed".into(), &Value::Null],
        "{runs}"
    );
    let shown = place.run(&["export", "jobs", "nobody"]);
    assert!(
        shown.starts_with("exit 2") && shown.contains("there are good, bad"),
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

#[test]
fn a_saved_export_keeps_its_language_and_zone_whoever_runs_it() {
    let place = archived();
    place.file(
        "openim-history.toml",
        "[export.a]\nto = \"a\"\nformat = [\"csv\", \"txt\"]\nlanguage = \"zh\"\ntime_zone = \"Asia/Shanghai\"\n\
         bom = false\nmemory = \"64MB\"\n",
    );
    let shown = place.run(&["export", "run", "a", "--lang", "en", "--tz", "UTC"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("messages of"),
        "what is said is in the language of who reads it: {shown}"
    );
    // As cron would.
    let shown = place.run(&["export", "run", "a"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("reused"),
        "{shown}"
    );
    let manifest = std::fs::read(place.path().join("a/manifest.json")).expect("reads");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let asked = &manifest["asked"];
    assert_eq!(asked["language"], "zh");
    assert_eq!(asked["zone"], "Asia/Shanghai");
    assert_eq!(asked["csv_bom"], false);
    for (key, value, said) in [
        ("language", "fr", "none of en and zh"),
        ("time_zone", "Mars", "is no time zone"),
        ("memory", "much", "is no size"),
    ] {
        let text = format!("[export.a]\nto = \"b\"\nformat = \"csv\"\n{key} = \"{value}\"\n");
        place.file("openim-history.toml", &text);
        let shown = place.run(&["export", "run", "a"]);
        assert!(
            shown.starts_with("exit 1") && shown.contains("[export.a]") && shown.contains(said),
            "{shown}"
        );
        assert!(!place.path().join("b").exists(), "{key}");
    }
}

/// Makes a file of an export, and what the manifest says of it, so large that nobody waits for it to be read. It
/// takes no room on the disk.
fn swell(place: &Place, name: &str) {
    const BYTES: u64 = 1 << 40;
    let folder = place.path().join("out");
    let manifest = std::fs::read(folder.join("manifest.json")).expect("reads");
    let mut manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    for file in manifest["files"].as_array_mut().expect("files") {
        if file["path"] == name {
            file["bytes"] = BYTES.into();
        }
    }
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).expect("writes");
    let file = std::fs::File::options().write(true).open(folder.join(name));
    file.expect("opens").set_len(BYTES).expect("it grows");
}

#[test]
fn ctrl_c_breaks_off_the_reading_of_an_export_that_is_there() {
    let place = archived();
    let make = ["export", "--to", "out", "--format", "jsonl"];
    assert!(place.run(&make).starts_with("exit 0"));
    swell(&place, "messages.jsonl");
    let before = std::fs::read(place.path().join("out/manifest.json")).expect("reads");
    let again = [&make[..], &["--archive", "openim-archive", "--tz", "UTC"]].concat();
    for (args, shown, said) in [
        (
            &["export", "verify", "out"][..],
            "checking files",
            "interrupted",
        ),
        (&again, "comparing files", "broken off"),
    ] {
        // What is under way is shown, and can be stopped.
        let script = format!("until('{shown}')\ntype('\\x03')\nuntil('{said}')\nend()\n");
        let output = on_a_terminal(&place, args, &script);
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{args:?}: {trouble}");
        let now = std::fs::read(place.path().join("out/manifest.json")).expect("reads");
        assert!(before == now, "{args:?} changed the export");
        assert!(
            !place.path().join("out/.openim-history-export").exists(),
            "{args:?}"
        );
    }
}
