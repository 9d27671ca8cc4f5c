//! An archive in a bucket, against a real server of the S3 protocol.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use openim_history_standin::mongod::Mode;

use crate::archive::{json, recorded_mongod};
use crate::media::{PICTURE, pictures, write};
use crate::run::Place;

/// A server with one bucket, `history`, that ends with this value.
struct Bucket {
    server: Child,
    url: String,
}

impl Bucket {
    fn start() -> Self {
        let python = std::env::var("OPENIM_HISTORY_PYTHON").expect("scripts/test sets it");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../archive/tests/peers/s3.py");
        let mut server = Command::new(python)
            .arg(script)
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut url = String::new();
        let output = server.stdout.take().expect("piped");
        BufReader::new(output)
            .read_line(&mut url)
            .expect("says its address");
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://"), "{url}");
        Self { server, url }
    }

    /// Names it to every run, as the environment does.
    fn named_to(&self, place: Place) -> Place {
        place
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "hunter2")
            .env("OPENIM_HISTORY_ARCHIVE", "s3://history/kept/here")
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

#[test]
fn an_archive_in_a_bucket_is_copied_searched_and_checked() {
    let bucket = Bucket::start();
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    let place = bucket.named_to(place);
    let (synced, code) = json(&place, &["sync", "--json"]);
    assert_eq!(code, Some(0), "{synced}");
    let new = &synced["messages"]["new"];
    assert!(new.as_u64() > Some(20), "{synced}");
    let (again, _) = json(&place, &["sync", "--json"]);
    assert_eq!(
        (&again["read"], &again["messages"]["new"]),
        (&0.into(), &0.into()),
        "{again}"
    );
    // Its index lies on this machine, up to date since the copy.
    let indexes = place.path().join(".cache/openim-history/index");
    assert_eq!(std::fs::read_dir(&indexes).expect("a folder").count(), 1);
    let shown = place.run(&["search", "群消息"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    assert!(shown.contains("3 messages found\n"), "{shown}");
    assert!(!shown.contains("search index"), "{shown}");
    // Where it is missing, as on another machine, it is built from the tables.
    std::fs::remove_dir_all(&indexes).expect("removes");
    let shown = place.run(&["search", "群消息"]);
    assert!(shown.contains("3 messages found\n"), "{shown}");
    assert!(shown.contains("search index"), "{shown}");

    let (info, code) = json(&place, &["info", "--json"]);
    assert_eq!((code, &info["messages"]), (Some(0), new));
    assert_eq!(info["place"], "s3://history/kept/here");
    let (status, _) = json(&place, &["status", "--json"]);
    assert_eq!(
        (&status["messages"], &status["writer"]),
        (new, &serde_json::Value::Null)
    );
    let (checked, code) = json(&place, &["verify", "--full", "--json"]);
    assert_eq!((code, &checked["complete"]), (Some(0), &true.into()));
    let shown = place.run(&["sql", "select count(*) as n from messages"]);
    assert!(shown.contains(&new.to_string()), "{shown}");
    let shown = place.run(&["export", "群消息", "--to", "out", "--format", "jsonl"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    assert!(!place.path().join("openim-archive").exists());
}

#[test]
fn attachments_go_into_the_bucket_too() {
    let bucket = Bucket::start();
    let (mongod, place) = recorded_mongod(Mode::Standalone);
    let place = bucket.named_to(place);
    let web = pictures();
    let urls = ["one", "two"].map(|name| format!("{web}/picture.png?name={name}"));
    write(&mongod, "si_with_pictures", &urls);
    let args = [
        "sync",
        "--only",
        "si_with_pictures",
        "--media",
        "--media-hosts",
        "127.0.0.1",
        "--json",
    ];
    let (synced, code) = json(&place, &args);
    assert_eq!((code, &synced["media"]["fetched"]), (Some(0), &2.into()));
    let (again, _) = json(&place, &args);
    let media = &again["media"];
    assert_eq!((&media["fetched"], &media["there"]), (&0.into(), &2.into()));
    let (info, _) = json(&place, &["info", "--json"]);
    assert_eq!(info["bytes"]["media"], PICTURE.len(), "kept once: {info}");
    let (checked, _) = json(
        &place,
        &["verify", "--against", "itself", "--full", "--json"],
    );
    assert_eq!(checked["complete"], true, "{checked}");
}
