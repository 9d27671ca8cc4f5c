//! The peer: PyMongoArrow writing to Parquet, and what a dump of the collection would take.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::{DATABASE, Server};

/// What the peer did, by its own clock.
pub(crate) struct Written {
    pub(crate) elapsed: Duration,
}

fn ask(line: &str) -> (u64, f64) {
    let python = std::env::var_os("OPENIM_HISTORY_BENCH_PYTHON").expect(
        "OPENIM_HISTORY_BENCH_PYTHON names a Python with PyMongoArrow; scripts/bench installs one",
    );
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/bench-peers/pymongoarrow_read.py"
    );
    let mut child = Command::new(python)
        .args(["-W", "ignore", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut input, format!("{line}\n").as_bytes()).expect("the peer runs");
    drop(input);
    let output = child.wait_with_output().expect("the peer ends");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut words = text.split_whitespace();
    let number = words.next().and_then(|word| word.parse().ok());
    let seconds = words.next().and_then(|word| word.parse().ok());
    (
        number.expect("the peer answers; its trouble is on standard error"),
        seconds.expect("the peer answers; its trouble is on standard error"),
    )
}

/// Lets it write everything into one Parquet file, in the faster of its ways.
pub(crate) fn write(server: &Server, path: &str) -> Written {
    let (rows, seconds) = ask(&format!(
        "write {} {DATABASE} arrow {path}",
        server.mongod.uri()
    ));
    assert_eq!(rows, server.messages);
    Written {
        elapsed: Duration::from_secs_f64(seconds),
    }
}

/// Returns how many bytes the collection takes as `mongodump --gzip` dumps it; where that is not there, as its raw
/// documents gzipped in Python.
pub(crate) fn dump(server: &Server) -> u64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().display().to_string();
    match tool("mongodump", server, &["--gzip", "--out", &out]) {
        Some(_) => {
            let file = folder.path().join(DATABASE).join("msg.bson.gz");
            file.metadata().expect("was dumped").len()
        }
        None => ask(&format!("dump {} {DATABASE}", server.mongod.uri())).0,
    }
}

/// Lets `mongoexport` write the collection to a file, where it is there.
pub(crate) fn mongoexport(server: &Server) -> Option<Duration> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("msg.json").display().to_string();
    tool("mongoexport", server, &["--out", &out])
}

/// Runs one of MongoDB's tools on the collection, if the environment says where they are, and returns how long it took.
fn tool(name: &str, server: &Server, arguments: &[&str]) -> Option<Duration> {
    let tools = std::env::var_os("OPENIM_HISTORY_BENCH_MONGO_TOOLS")?;
    let begin = Instant::now();
    let status = Command::new(Path::new(&tools).join(name))
        .args(["--quiet", "--uri", &server.mongod.uri()])
        .args(["--db", DATABASE, "--collection", "msg"])
        .args(arguments)
        .status()
        .expect("the tool runs");
    assert!(status.success(), "{name} failed");
    Some(begin.elapsed())
}
