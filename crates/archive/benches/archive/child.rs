//! What is measured in a process of its own.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use openim_history_archive::index::IndexSettings;
use openim_history_archive::sync::{
    FollowOptions, FollowStatus, MongoSync, NoProgress, Observer, Progress, SyncOptions,
    follow_mongo,
};
use openim_history_archive::{Archive, Place, WriterOptions};
use tokio::runtime::Runtime;

use crate::server::{Server, source};

/// What was done, and what it took.
pub(crate) struct Timed {
    pub(crate) rows: u64,
    pub(crate) elapsed: Duration,
    /// The most memory it ever took, in bytes.
    pub(crate) peak: u64,
}

/// Bytes an archive takes.
pub(crate) struct Sizes {
    pub(crate) tables: u64,
    pub(crate) index: u64,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program's path"));
    command.arg("child").args(arguments);
    command
}

fn answer(arguments: &[&str]) -> Vec<u64> {
    let output = command(arguments).stderr(Stdio::inherit()).output();
    let output = output.expect("the child runs");
    assert!(output.status.success(), "the child failed");
    let text = String::from_utf8(output.stdout).expect("numbers");
    text.split_whitespace()
        .map(|word| word.parse().expect("a number"))
        .collect()
}

/// Brings an archive up to date.
pub(crate) fn sync(server: &Server, place: &str, with_index: bool) -> Timed {
    let how = if with_index { "index" } else { "tables" };
    timed(&["sync", &server.mongod.uri(), place, how])
}

/// Does something that tells rows, microseconds and bytes of memory.
pub(crate) fn timed(arguments: &[&str]) -> Timed {
    let numbers = answer(arguments);
    Timed {
        rows: numbers[0],
        elapsed: Duration::from_micros(numbers[1]),
        peak: numbers[2],
    }
}

/// Weighs an archive.
pub(crate) fn sizes(place: &str) -> Sizes {
    let numbers = answer(&["sizes", place]);
    Sizes {
        tables: numbers[0],
        index: numbers[1],
    }
}

/// Searches, reads and counts in an archive, and tells how long it took.
pub(crate) fn ask(place: &str) {
    let status = command(&["ask", place]).status().expect("the child runs");
    assert!(status.success(), "the child failed");
}

/// Starts following; ends when its input does.
pub(crate) fn follow(server: &Server, place: &str) -> Child {
    command(&["follow", &server.mongod.uri(), place])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child runs")
}

pub(crate) fn run(mut arguments: impl Iterator<Item = String>) {
    let runtime = Runtime::new().expect("a runtime starts");
    let mut next = || arguments.next().unwrap_or_default();
    runtime.block_on(async {
        match next().as_str() {
            "sync" => sync_here(&next(), &next(), next() == "index").await,
            "follow" => follow_here(&next(), &next()).await,
            "ask" => crate::search::ask(&next()).await,
            "export" => crate::give::export_here(&next(), &next(), &next()).await,
            "report" => crate::give::report_here(&next()).await,
            _ => sizes_here(&next()).await,
        }
    });
}

fn place(text: &str) -> Place {
    Place::new(text, &[]).expect("a folder")
}

async fn sync_here(uri: &str, folder: &str, with_index: bool) {
    let source = source(uri).await;
    let begin = Instant::now();
    let options = WriterOptions {
        index: with_index.then(IndexSettings::default),
        ..WriterOptions::default()
    };
    let mut writer = Archive::write(&place(folder), "a bench", options)
        .await
        .expect("opens");
    let sync = MongoSync::new(source, &mut writer, SyncOptions::default()).await;
    let sync = sync.expect("prepares");
    let plan = sync.plan().await.expect("plans");
    let report = sync.perform(&plan, &NoProgress).await.expect("performs");
    writer.close().await.expect("closes");
    println!(
        "{} {} {}",
        report.messages.new,
        begin.elapsed().as_micros(),
        peak()
    );
}

/// Returns the most memory this process ever took.
pub(crate) fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

async fn sizes_here(folder: &str) {
    let archive = Archive::open(&place(folder)).await.expect("opens");
    let info = archive.info().await.expect("counts");
    println!("{} {}", info.bytes.messages, info.bytes.index);
}

struct Silent;

impl Progress for Silent {
    fn begin(&self, _what: &str, _total: Option<u64>) {}
    fn advance(&self, _done: u64) {}
}

impl Observer for Silent {
    fn status(&self, _status: &FollowStatus) {}
}

async fn follow_here(uri: &str, folder: &str) {
    let source = source(uri).await;
    let options = WriterOptions::default();
    let mut writer = Archive::write(&place(folder), "a bench", options)
        .await
        .expect("opens");
    let stop = Box::pin(async {
        let _ =
            tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await;
    });
    let options = FollowOptions::default();
    let status = follow_mongo(&source, &mut writer, &options, &Silent, stop).await;
    status.expect("follows");
    writer.close().await.expect("closes");
    println!("{}", peak());
}
