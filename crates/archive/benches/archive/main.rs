//! How fast an archive is written, followed and brought up to date, and what it takes: beside
//! PyMongoArrow writing the same messages to Parquet from the same mongod in the same run.
//!
//! `export` gives everything out in every format; `search` asks the questions of people who search, read and count, in an archive of as many messages.
//!
//! Run it with `scripts/bench archive`, `scripts/bench search` or `scripts/bench export`, which install the peers; docs/performance.md explains the numbers.
//! The environment may say `OPENIM_HISTORY_BENCH_MESSAGES` (2,000,000) and must say
//! `OPENIM_HISTORY_MONGOD` and `OPENIM_HISTORY_BENCH_PYTHON`; `OPENIM_HISTORY_BENCH_MONGO_TOOLS` may name a folder with
//! `mongoexport` and `mongodump`, to be measured beside.

#![allow(clippy::print_stdout, reason = "what a bench is for")]

mod child;
mod follow;
mod give;
mod peer;
mod search;
mod server;

use std::time::Duration;

/// That of the command line.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    // Measured in a process of its own, so that its memory is its own too.
    if arguments.next_if(|first| first == "child").is_some() {
        return child::run(arguments);
    }
    // cargo hands over `--bench` and whatever was asked for.
    match arguments.find(|asked| !asked.starts_with('-')).as_deref() {
        Some("search") => search::measure(),
        Some("export") => give::measure(),
        _ => measure(),
    }
}

fn measure() {
    let server = server::Server::start();
    println!("{:<52}{:>10}{:>14}{:>10}", "", "seconds", "a second", "MB");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let stored = server.messages;

    let written = peer::write(&server, &at("peer.parquet"));
    line("PyMongoArrow to Parquet", stored, written.elapsed, None);
    let tables = child::sync(&server, &at("tables"), false);
    line(
        "sync, tables alone",
        tables.rows,
        tables.elapsed,
        Some(tables.peak),
    );
    let whole = child::sync(&server, &at("whole"), true);
    line(
        "sync, with the index",
        whole.rows,
        whole.elapsed,
        Some(whole.peak),
    );
    let again = child::sync(&server, &at("whole"), true);
    line(
        "sync again, nothing new",
        again.rows,
        again.elapsed,
        Some(again.peak),
    );
    assert_eq!(tables.rows, stored);
    assert_eq!(whole.rows, stored);
    assert_eq!(again.rows, 0);

    let dumped = peer::dump(&server);
    let sizes = child::sizes(&at("whole"));
    println!();
    size("the collection `msg`, dumped and gzipped", dumped);
    size("tables of messages", sizes.tables);
    size("the index", sizes.index);
    println!();
    wanted(
        "tables alone against PyMongoArrow",
        rate(stored, tables.elapsed) / rate(stored, written.elapsed),
        2.5,
    );
    wanted(
        "with the index against PyMongoArrow",
        rate(stored, whole.elapsed) / rate(stored, written.elapsed),
        1.0,
    );
    most(
        "seconds of a sync with nothing new",
        again.elapsed.as_secs_f64(),
        2.0,
    );
    most(
        "bytes of the tables against the dump",
        sizes.tables as f64 / dumped as f64,
        0.75,
    );
    most(
        "MB resident",
        whole.peak.max(tables.peak) as f64 / 1e6,
        600.0,
    );

    follow::measure(&server, &at("whole"));
}

fn rate(items: u64, elapsed: Duration) -> f64 {
    items as f64 / elapsed.as_secs_f64()
}

fn line(what: &str, items: u64, elapsed: Duration, peak: Option<u64>) {
    let peak = peak.map(|peak| format!("{:.0}", peak as f64 / 1e6));
    println!(
        "{what:<52}{:>10.2}{:>14.0}{:>10}",
        elapsed.as_secs_f64(),
        rate(items, elapsed),
        peak.unwrap_or_default()
    );
}

fn size(what: &str, bytes: u64) {
    println!("{what:<52}{:>34.1}", bytes as f64 / 1e6);
}

fn wanted(what: &str, found: f64, least: f64) {
    let verdict = if found >= least { "met" } else { "missed" };
    println!("{what}: {found:.2} times, at least {least} wanted: {verdict}");
}

fn most(what: &str, found: f64, most: f64) {
    let verdict = if found <= most { "met" } else { "missed" };
    println!("{what}: {found:.2}, at most {most} wanted: {verdict}");
}
