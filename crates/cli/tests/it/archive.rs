//! The commands around an archive: sync, verify, repair, info, status, index.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bson::doc;
use insta::assert_snapshot;
use openim_history_archive::{Archive, WriterOptions};
use openim_history_standin::mongod::{Account, Mode, Mongod, MongodOptions};
use openim_history_standin::recorded;
use serde_json::Value;

use crate::mongo::{fill, runtime};
use crate::run::{Place, server, web};

/// Starts a mongod with the recorded history, and names it to every run.
pub(crate) fn recorded_mongod(mode: Mode) -> (Mongod, Place) {
    runtime().block_on(async {
        let mongod = Mongod::start(mode).await.expect("mongod starts");
        fill(&mongod, None, &recorded::release()).await;
        let place = Place::new().env("OPENIM_MONGO_URI", &mongod.uri());
        (mongod, place)
    })
}

/// Runs the program and returns the JSON it wrote, and its exit code.
pub(crate) fn json(place: &Place, args: &[&str]) -> (Value, Option<i32>) {
    let output = place
        .command()
        .args(args)
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let value = serde_json::from_slice(&output.stdout);
    (
        value.unwrap_or_else(|error| panic!("{error}: {text}")),
        output.status.code(),
    )
}

/// Shortens what differs from run to run.
fn settled(shown: &str, mongod: &Mongod) -> String {
    let shown = shown.replace(&format!("127.0.0.1:{}", mongod.port()), "[mongod]");
    let lines = shown.lines().map(|line| match line.split_once(" in ") {
        Some((what, _)) if line.contains(" new, ") => format!("{what} in [time]"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_second_sync_brings_nothing_new_and_verify_says_all_is_there() {
    let (mongod, place) = recorded_mongod(Mode::Standalone);
    assert_snapshot!(settled(&place.run(&["sync", "copy"]), &mongod));
    let (again, code) = json(&place, &["sync", "copy", "--format", "json"]);
    assert_eq!(code, Some(0));
    assert_eq!(again["via"], "mongo");
    assert_eq!(
        (&again["messages"]["new"], &again["read"]),
        (&0.into(), &0.into()),
        "{again}"
    );
    assert_snapshot!(settled(&place.run(&["verify", "copy", "--full"]), &mongod));
    let (checked, code) = json(&place, &["verify", "--archive", "copy", "--json"]);
    assert_eq!(
        (code, &checked["complete"]),
        (Some(0), &true.into()),
        "{checked}"
    );
}

#[test]
fn a_dry_run_says_what_there_is_to_read_and_makes_nothing() {
    let (mongod, place) = recorded_mongod(Mode::Standalone);
    assert_snapshot!(settled(&place.run(&["sync", "--dry-run"]), &mongod));
    assert!(!place.path().join("openim-archive").exists());
    let (planned, _) = json(&place, &["sync", "--dry-run", "--format", "json"]);
    assert!(planned["plan"]["to_read"].as_u64() > Some(0), "{planned}");
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    let (planned, _) = json(&place, &["sync", "--dry-run", "--format", "json"]);
    assert_eq!(planned["plan"]["to_read"], 0, "{planned}");
}

/// Everything in a folder: names, contents, and when each was written.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let written = path.metadata().and_then(|metadata| metadata.modified());
                let content = std::fs::read(&path).expect("a file");
                files.push((path, content, written.expect("a time")));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn a_dry_run_beside_somebody_who_writes_says_the_same_and_changes_nothing() {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    let archive = place.path().join("openim-archive");
    let opened = runtime().block_on(async {
        let place = openim_history_archive::Place::folder(&archive).expect("a path");
        Archive::write(&place, "a test", WriterOptions::default()).await
    });
    let writer = opened.expect("opens");
    // Left behind by a write that was cut off: a writer would sweep it away.
    let old = SystemTime::now() - Duration::from_secs(7_200);
    let left = archive.join("sync/status.json#1");
    std::fs::write(&left, "{").expect("writes");
    let file = std::fs::File::options().write(true).open(&left);
    file.and_then(|file| file.set_modified(old)).expect("sets");
    let before = snapshot(&archive);
    let locked = place.run(&["sync"]);
    assert!(locked.contains("is being written by"), "{locked}");
    let (planned, code) = json(&place, &["sync", "--dry-run", "--json"]);
    assert_eq!((code, &planned["plan"]["to_read"]), (Some(0), &0.into()));
    assert_eq!(snapshot(&archive), before);
    runtime().block_on(writer.close()).expect("closes");
    // Over REST, too, and where nobody writes.
    let server = server();
    let place = Place::new().server(&server);
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    let archive = place.path().join("openim-archive");
    let left = archive.join("sync/status.json#1");
    std::fs::write(&left, "{").expect("writes");
    let file = std::fs::File::options().write(true).open(&left);
    file.and_then(|file| file.set_modified(old)).expect("sets");
    let before = snapshot(&archive);
    let (planned, code) = json(&place, &["sync", "--dry-run", "--json"]);
    assert_eq!((code, &planned["plan"]["to_read"]), (Some(0), &0.into()));
    assert_eq!(snapshot(&archive), before);
}

#[test]
fn what_is_excluded_is_not_copied_and_what_is_older_neither() {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    let ids = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["sql", "--format", "json"];
        all.extend(args);
        let (rows, code) = json(&place, &all);
        assert_eq!(code, Some(0), "{rows}");
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| row["id"].as_str().expect("a text").to_owned())
            .collect()
    };
    let conversations = "select distinct conversation_id as id from messages order by 1";
    let shown = place.run(&["sync", "all", "--quiet"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let all = ids(&["--archive", "all", conversations]);
    let shown = place.run(&["sync", "some", "--exclude", "sg_*", "--exclude", "Alice"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let some = ids(&["--archive", "some", conversations]);
    let is_out = |id: &str| {
        let of_group = id.starts_with("sg_") || id.starts_with("n_") && !id[2..].contains('_');
        of_group || id.split('_').any(|part| part == "alice")
    };
    let left: Vec<String> = all.iter().filter(|id| !is_out(id)).cloned().collect();
    assert!(!left.is_empty() && left.len() < all.len(), "{all:?}");
    assert_eq!(some, left);
    // Times in order; those of the second half.
    let sent = "select cast(send_time as varchar) as id from messages order by send_time";
    let times = ids(&["--archive", "all", sent]);
    let middle = times[times.len() / 2][.."2026-11-24T10:29:33".len()].replace(' ', "T");
    let shown = place.run(&["sync", "late", "--since", &middle]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let late = ids(&["--archive", "late", sent]);
    let expected = times.iter().filter(|time| time.replace(' ', "T") >= middle);
    let expected: Vec<String> = expected.cloned().collect();
    assert!(expected.len() < times.len(), "{times:?}");
    assert_eq!(late, expected);
}

#[test]
fn what_was_left_out_is_missing_until_a_repair_brings_it() {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    let shown = place.run(&["sync", "--only", "项目组 Project", "--only", "si_*"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    assert!(shown.contains("is group grp1"), "{shown}");
    let (checked, code) = json(&place, &["verify", "--format", "json"]);
    assert_eq!(code, Some(3), "{checked}");
    assert!(checked["classes"]["missing"].as_u64() > Some(0));
    let shown = place.run(&["verify"]);
    assert!(
        shown.contains("not complete") && shown.contains("Hint: "),
        "{shown}"
    );
    let shown = place.run(&["verify", "--only", "sg_grp1"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let shown = place.run(&["repair", "--dry-run"]);
    assert!(shown.starts_with("exit 3"), "{shown}");
    let shown = place.run(&["repair"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let (checked, code) = json(&place, &["verify", "--full", "--json"]);
    assert_eq!(code, Some(0), "{checked}");
}

#[test]
fn a_lost_file_is_named_with_the_remedy_and_a_repair_brings_its_messages_back() {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    let (synced, _) = json(&place, &["sync", "--json"]);
    let messages = place.path().join("openim-archive/messages");
    let months = std::fs::read_dir(&messages).expect("a folder");
    let month = months
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().contains("month="))
        .expect("a month");
    let mut files = std::fs::read_dir(&month).expect("a folder");
    let file = files.next().expect("a file").expect("an entry").path();
    std::fs::remove_file(&file).expect("removes");
    let shown = place.run(&["sync"]);
    assert!(shown.starts_with("exit 1"), "{shown}");
    let name = file.file_name().expect("a name").to_string_lossy();
    assert!(shown.contains(&*name), "{shown}");
    assert!(shown.contains("`openim-history repair --full`"), "{shown}");
    let (planned, code) = json(&place, &["repair", "--dry-run", "--json"]);
    assert_eq!(code, Some(3));
    assert_eq!(planned["taken_out"]["files"], Value::Array(Vec::new()));
    let lost = &planned["found"]["damaged_files"][0]["rows"];
    assert!(lost.as_u64() > Some(0), "{planned}");
    let (repaired, code) = json(&place, &["repair", "--json"]);
    assert_eq!(code, Some(0), "{repaired}");
    let taken = &repaired["taken_out"]["files"];
    assert!(
        taken[0]["path"]
            .as_str()
            .is_some_and(|path| path.contains(&*name))
    );
    assert_eq!(repaired["fetched"]["new"], *lost, "{repaired}");
    assert_eq!(repaired["left"]["complete"], true);
    let (info, _) = json(&place, &["info", "--json"]);
    assert_eq!(info["messages"], synced["messages"]["new"]);
    assert!(info["bytes"]["damaged"].as_u64() > Some(0), "{info}");
    let shown = place.run(&["repair", "--full"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
}

#[test]
fn info_status_and_index_tell_what_there_is() {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    let (synced, _) = json(&place, &["sync", "--no-index", "--json"]);
    let new = &synced["messages"]["new"];
    let (info, _) = json(&place, &["info", "--json"]);
    assert_eq!(&info["messages"], new);
    assert_eq!(info["archive"]["format"], 1);
    let (status, _) = json(&place, &["status", "--json"]);
    assert_eq!(
        (&status["messages"], &status["alive"]),
        (new, &false.into())
    );
    assert_eq!(status["follow"], Value::Null);
    let (index, code) = json(&place, &["index", "status", "--json"]);
    assert_eq!((code, &index["version"]), (Some(0), &Value::Null));
    assert_eq!(index["messages"], 0, "it was left out: {index}");
    let folder = place.path().join("openim-archive/search");
    assert!(!folder.exists(), "it was only asked for: {index}");
    let shown = place.run(&["index", "status"]);
    assert!(
        shown.contains("there is none yet")
            && shown.contains("a search brings the index up to date"),
        "{shown}"
    );
    let (index, _) = json(&place, &["index", "rebuild", "--json"]);
    assert_eq!(&index["healed"]["messages"], new);
    let (index, _) = json(&place, &["index", "status", "--json"]);
    assert_eq!(
        (&index["messages"], &index["outdated"]),
        (new, &Value::Null)
    );
    let shown = place.run(&["index", "status", "--lang", "zh"]);
    assert!(shown.contains("最新") && shown.contains("拼音"), "{shown}");
    let shown = place.run(&["info", "--lang", "zh"]);
    assert!(
        shown.contains("消息数") && shown.contains("月份"),
        "{shown}"
    );
}

#[test]
fn over_rest_what_users_see_is_copied() {
    let server = server();
    let place = Place::new().server(&server);
    let (synced, code) = json(&place, &["sync", "--json"]);
    assert_eq!((code, &synced["via"]), (Some(0), &"api".into()));
    assert!(synced["messages"]["new"].as_u64() > Some(20), "{synced}");
    let (again, _) = json(&place, &["sync", "--json"]);
    assert_eq!(again["messages"]["new"], 0, "{again}");
    let (checked, code) = json(&place, &["verify", "--full", "--json"]);
    assert_eq!(
        (code, &checked["against"]),
        (Some(0), &"api".into()),
        "{checked}"
    );
}

#[test]
fn places_that_are_no_archive_are_told_with_the_remedy() {
    let server = server();
    let place = Place::new().server(&server);
    assert_snapshot!(place.run(&["info"]), @r"
    exit 1
    --- stderr
    Error: openim-archive is no archive
    Hint: `openim-history sync` makes one; another is named by --archive, OPENIM_HISTORY_ARCHIVE or archive.place of the configuration
    ");
    std::fs::create_dir(place.path().join("letters")).expect("a folder");
    place.file("letters/private.txt", "x");
    for args in [&["sync", "letters"][..], &["sync", "letters", "--dry-run"]] {
        let shown = place.run(args);
        assert!(shown.starts_with("exit 1"), "{shown}");
        assert!(shown.contains("letters is not empty and is no archive: it holds private.txt"));
        assert!(shown.contains("was not touched"), "{shown}");
    }
    let files = std::fs::read_dir(place.path().join("letters")).expect("a folder");
    assert_eq!(files.count(), 1);
}

#[test]
fn without_a_server_to_read_from_nothing_is_made() {
    let place = Place::new();
    let shown = place.run(&["sync"]);
    assert!(shown.starts_with("exit 2"), "{shown}");
    assert!(
        shown.contains("neither the REST API nor MongoDB is configured"),
        "{shown}"
    );
    assert!(!place.path().join("openim-archive").exists());
}

#[test]
fn a_user_of_mongodb_without_rights_is_told_which_are_needed() {
    let mongod = runtime().block_on(async {
        let options = MongodOptions::new(Mode::ReplicaSet).auth();
        let mongod = options.start().await.expect("mongod starts");
        fill(&mongod, Some(Account::ROOT), &recorded::release()).await;
        mongod
    });
    let run = |account: Account, args: &[&str]| {
        let place = Place::new().env("OPENIM_MONGO_URI", &mongod.uri_as(account));
        let shown = place.run(args);
        assert!(
            shown.starts_with("exit 0") || !place.path().join("openim-archive").exists(),
            "nothing is made: {shown}"
        );
        shown
    };
    let wrong = Account {
        password: "hunter2",
        ..Account::READER
    };
    for args in [&["sync"][..], &["sync", "--follow"], &["users"]] {
        let shown = run(Account::STRANGER, args);
        assert!(shown.starts_with("exit 1"), "{shown}");
        assert!(shown.contains("Hint: grant MongoDB's user the role read"));
        assert!(!shown.contains("share.yml"), "{shown}");
        let shown = run(wrong, args);
        assert!(shown.starts_with("exit 1"), "{shown}");
        assert!(shown.contains("Hint: correct MongoDB's user name and password"));
        assert!(
            !shown.contains("share.yml") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
    let shown = run(Account::READER, &["sync"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
}

#[test]
fn files_that_were_replaced_are_kept_as_long_as_configured() {
    let (mongod, place) = recorded_mongod(Mode::Standalone);
    let files = || {
        let folder = std::fs::read_dir(place.path().join("openim-archive/users"));
        let names = folder
            .expect("a table")
            .map(|entry| entry.expect("an entry").file_name());
        names
            .filter(|name| name.to_string_lossy().ends_with(".parquet"))
            .count()
    };
    let rename = |name: &str| {
        runtime().block_on(async {
            let database = mongod
                .client()
                .await
                .expect("connected")
                .database("openim_v3");
            let users = database.collection::<bson::Document>("user");
            let renamed = users.update_many(doc! {}, doc! {"$set": {"nickname": name}});
            renamed.await.expect("updates");
        });
    };
    let sync = || assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    sync();
    rename("another");
    sync();
    assert_eq!(files(), 2, "a day is not over");
    rename("a third");
    let shown = |retention: &str| {
        let output = place
            .command()
            .args(["sync"])
            .env("OPENIM_ARCHIVE_RETENTION", retention)
            .output()
            .expect("runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), text)
    };
    let (code, text) = shown("1ms");
    assert_eq!((code, files()), (Some(0), 1), "{text}");
    for wrong in ["0s", "169h", "a day"] {
        let (code, text) = shown(wrong);
        assert_eq!(code, Some(2), "{wrong}: {text}");
        assert!(
            text.contains(
                "archive.retention must be a duration longer than nothing and of at most 168 hours"
            ),
            "{text}"
        );
    }
}

#[test]
fn a_bucket_that_does_not_exist_is_named() {
    let bucket = web(|_| {
        let body = b"<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>";
        ("404 Not Found", &body[..])
    });
    let server = server();
    let place = Place::new()
        .server(&server)
        .env("AWS_ENDPOINT_URL", &bucket)
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2");
    let shown = place.run(&["sync", "s3://nowhere/archive"]);
    assert!(shown.starts_with("exit 1"), "{shown}");
    assert!(
        shown.contains("s3://nowhere/archive") && shown.contains("NoSuchBucket"),
        "{shown}"
    );
    assert!(shown.contains("is the bucket there"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
