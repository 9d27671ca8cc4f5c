//! How fast things are found, read and counted, in an archive that was copied in the same run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use openim_history_archive::index::{Around, IndexSettings, Order};
use openim_history_archive::row::Row;
use openim_history_archive::search::{Context, Directory, Search, SearchOptions, parse, resolve};
use openim_history_archive::sql::{Sql, SqlOptions};
use openim_history_archive::sync::NoProgress;
use openim_history_archive::{Archive, Place};

use crate::{child, line, most, server, size};

/// How many questions of each kind are asked.
const QUESTIONS: usize = 300;

pub(crate) fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().join("archive").display().to_string();
    println!("{:<52}{:>10}{:>14}{:>10}", "", "seconds", "a second", "MB");
    {
        let server = server::Server::start();
        let copied = child::sync(&server, &place, true);
        assert_eq!(copied.rows, server.messages);
        line(
            "sync, with the index",
            copied.rows,
            copied.elapsed,
            Some(copied.peak),
        );
    }
    let sizes = child::sizes(&place);
    size("tables of messages", sizes.tables);
    size("the index", sizes.index);
    println!();
    child::ask(&place);
}

/// Asks everything, in a process of its own.
pub(crate) async fn ask(place: &str) {
    let place = Place::new(place, &[]).expect("a folder");
    let archive = Archive::open(&place).await.expect("opens");
    let begin = Instant::now();
    let (index, _) = archive
        .index(None, IndexSettings::default(), &NoProgress)
        .await
        .expect("opens");
    println!(
        "{:<52}{:>10.3}",
        "opening the index",
        begin.elapsed().as_secs_f64()
    );
    let search = Search::new(&archive, &index);
    let samples = samples(&archive).await;
    let directory = Directory::default();

    let mut random = fastrand::Rng::with_seed(7);
    let mut found = Times::new("a query of 2 to 4 characters, total and 20 hits");
    let mut totals = 0;
    for row in samples.iter().cycle().take(QUESTIONS) {
        let query = piece(&row.text(), &mut random);
        let node = parse(&query).expect("a query");
        let context = Context {
            query: &query,
            directory: &directory,
            index: &index,
            now: jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC),
        };
        let resolved = resolve(&node, &context).expect("a query");
        let options = SearchOptions {
            order: Order::Newest,
            ..SearchOptions::default()
        };
        let begin = Instant::now();
        let page = search
            .page(&resolved, &node.texts(), &options)
            .await
            .expect("finds");
        found.took(begin.elapsed());
        assert!(page.total > 0, "{query}");
        totals += page.total;
    }
    found.tell(30.0);
    println!(
        "{:<52}{:>34.0}",
        "  hits of a query, mean",
        totals as f64 / QUESTIONS as f64
    );

    let mut pages = Times::new("a page of 50 of a conversation");
    let mut around = Times::new("the messages around one, 10 before and after");
    for row in samples.iter().cycle().take(QUESTIONS) {
        let message = &row.message;
        for (times, around, limit) in [
            (&mut pages, Around::Before(message.seq), 50),
            (&mut around, Around::At(message.seq), 21),
        ] {
            let begin = Instant::now();
            let page = search
                .conversation(&message.conversation_id, around, limit)
                .await;
            times.took(begin.elapsed());
            assert!(page.expect("reads").len() <= limit);
        }
    }
    pages.tell(5.0);
    around.tell(10.0);
    count(&archive).await;
    println!();
    most("MB resident", child::peak() as f64 / 1e6, 600.0);
}

/// Returns messages with Chinese text, from all over the archive.
async fn samples(archive: &Archive) -> Vec<Row> {
    let every = usize::try_from(archive.len() / 3_000).unwrap_or(1).max(1);
    let mut samples = Vec::new();
    let mut rows = archive.rows().enumerate();
    while let Some((at, batch)) = rows.next().await {
        let mut batch = batch.expect("reads");
        if at % (every / 2_048).max(1) == 0 {
            batch.retain(|row| han(&row.text()).count() >= 8);
            samples.extend(batch.into_iter().take(1));
        }
    }
    let mut random = fastrand::Rng::with_seed(1);
    random.shuffle(&mut samples);
    samples.truncate(QUESTIONS);
    assert!(!samples.is_empty());
    samples
}

fn han(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| ('\u{4E00}'..='\u{9FFF}').contains(c))
}

/// Two to four Han characters that stand next to each other in a text.
fn piece(text: &str, random: &mut fastrand::Rng) -> String {
    let runs: Vec<Vec<char>> = text
        .split(|c: char| !('\u{4E00}'..='\u{9FFF}').contains(&c))
        .map(|run| run.chars().collect())
        .filter(|run: &Vec<char>| run.len() >= 2)
        .collect();
    let Some(run) = random.choice(&runs) else {
        return "合同".to_owned();
    };
    let length = random.usize(2..=4.min(run.len()));
    let start = random.usize(..=run.len() - length);
    run[start..start + length].iter().collect()
}

/// Counts messages by day, and lets DuckDB do it on the same files.
async fn count(archive: &Archive) {
    let options = SqlOptions {
        zone: jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone"),
        ..SqlOptions::default()
    };
    let begin = Instant::now();
    let sql = Sql::open(archive, &options).await.expect("opens");
    println!(
        "{:<52}{:>10.3}",
        "opening the tables for SQL",
        begin.elapsed().as_secs_f64()
    );
    let statement = "SELECT local_date(send_time) AS day, count(*) FROM messages GROUP BY 1";
    let mut ours = Vec::new();
    for _ in 0..5 {
        let begin = Instant::now();
        let answer = sql.query(statement).await.expect("asks");
        let rows: Vec<_> = answer.try_collect().await.expect("answers");
        assert!(!rows.is_empty());
        ours.push(begin.elapsed());
    }
    ours.sort();
    let ours = ours[ours.len() / 2];
    println!(
        "{:<52}{:>10.3}",
        "messages of each day, median of 5",
        ours.as_secs_f64()
    );
    most("  milliseconds of it", ours.as_secs_f64() * 1e3, 300.0);
    let folder = archive.place().local().expect("a folder").join("messages");
    if let Some(theirs) = duckdb(&folder) {
        println!("{:<52}{:>10.3}", "… by DuckDB on the same files", theirs);
        most("  times DuckDB", ours.as_secs_f64() / theirs, 1.5);
    }
}

fn duckdb(folder: &Path) -> Option<f64> {
    let python = std::env::var_os("OPENIM_HISTORY_BENCH_PYTHON")?;
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/bench-peers/duckdb_days.py"
    );
    let output = Command::new(python)
        .args([script.as_ref(), folder.as_os_str()])
        .stderr(Stdio::inherit())
        .output()
        .expect("Python runs");
    let text = String::from_utf8(output.stdout).expect("text");
    Some(
        text.trim()
            .parse()
            .expect("DuckDB answers; its trouble is on standard error"),
    )
}

/// How long questions of one kind took.
struct Times {
    what: &'static str,
    all: Vec<Duration>,
}

impl Times {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            all: Vec::new(),
        }
    }

    fn took(&mut self, time: Duration) {
        self.all.push(time);
    }

    /// Tells the middle one and the one that 95 of 100 are below; the first one warms up.
    fn tell(mut self, target: f64) {
        let first = self.all.remove(0);
        self.all.sort();
        let at = |part: usize| self.all[self.all.len() * part / 100].as_secs_f64() * 1e3;
        println!(
            "{:<52}first {:>8.2} ms, median {:>8.2} ms, 95 of 100 {:>8.2} ms",
            self.what,
            first.as_secs_f64() * 1e3,
            at(50),
            at(95)
        );
        most("  milliseconds of 95 of 100", at(95), target);
    }
}
