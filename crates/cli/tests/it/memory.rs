//! However long a conversation is, `messages` needs the same memory.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use openim_history_standin::collections::Collections;
use openim_history_standin::corpus::{Corpus, CorpusOptions, fill};
use openim_history_standin::mongod::{Mode, Mongod};
use openim_history_standin::rest::{Server, ServerOptions};

use crate::run::Place;

/// How many messages the conversation has.
const MESSAGES: u64 = 40_000;
/// What a reading of any length must stay below, in kilobytes.
const LIMIT: u64 = 150 * 1024;
/// How much more twice the length may take, in kilobytes: less than the added messages would take
/// if they were held, at well over half a kilobyte each.
const SLACK: u64 = 8 * 1024;

fn corpus() -> Corpus {
    Corpus::new(CorpusOptions::one_long_conversation(MESSAGES))
}

/// Runs `messages` and returns how many rows it wrote and the most memory it held, in kilobytes.
fn read(place: &Place, via: &str, last: u64) -> (u64, u64) {
    let range = format!("1..{last}");
    let mut child = place
        .command()
        .args([
            "messages",
            "--conversation",
            "si_alice_bob",
            "--view",
            "alice",
        ])
        .args([
            "--via", via, "--seq", &range, "--format", "jsonl", "--quiet",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let status = format!("/proc/{}/status", child.id());
    let peak = || {
        let text = std::fs::read_to_string(&status).ok()?;
        let (_, peak) = text.split_once("VmHWM:")?;
        peak.split_whitespace().next()?.parse().ok()
    };
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let (mut rows, mut most, mut line) = (0, 0, Vec::new());
    while stdout.read_until(b'\n', &mut line).expect("a pipe") > 0 {
        rows += 1;
        line.clear();
        // A pipe takes a hundred rows, so the program is never much farther than this.
        if rows % 500 == 0 {
            most = peak().map_or(most, |peak: u64| peak.max(most));
        }
    }
    assert!(child.wait().expect("it ends").success());
    assert!(most > 0, "{status} did not tell");
    (rows, most)
}

fn assert_bounded(place: &Place, via: &str) {
    let (half_rows, half) = read(place, via, MESSAGES / 2);
    let (rows, most) = read(place, via, MESSAGES);
    // Some numbers hold no message.
    assert!(rows > MESSAGES * 9 / 10 && half_rows > MESSAGES * 4 / 10);
    assert!(rows > half_rows + MESSAGES * 4 / 10);
    assert!(most < LIMIT, "{most} kB for {rows} messages");
    assert!(
        most < half + SLACK,
        "{most} kB for {rows} messages, {half} kB for {half_rows}"
    );
}

#[test]
fn a_long_conversation_over_rest_takes_no_more_memory_than_a_short_one() {
    let mut collections = Collections::new();
    for (collection, document) in corpus().documents() {
        let document = document.try_into().expect("BSON");
        collections
            .insert(collection.name(), document)
            .expect("a document of OpenIM's");
    }
    let server = Server::start(collections, ServerOptions::default()).expect("a free port");
    assert_bounded(&Place::new().server(&server), "api");
}

#[tokio::test]
async fn a_long_conversation_from_mongodb_takes_no_more_memory_than_a_short_one() {
    let mongod = Mongod::start(Mode::Standalone)
        .await
        .expect("mongod starts");
    let database = mongod.client().await.expect("connects");
    fill(&corpus(), &database.database("openim_v3"))
        .await
        .expect("filled");
    assert_bounded(
        &Place::new().env("OPENIM_MONGO_URI", &mongod.uri()),
        "mongo",
    );
}
