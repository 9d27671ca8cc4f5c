//! The contract: every recorded read of both dialects is asked of the stand-in again and answered the same.
//!
//! The reads were recorded while the data was changing, so the test travels through the recorded change stream:
//! it starts from what was there before the stream, and moves a pointer forward until the answer is the recorded
//! one. It never moves back; a read no later state answers fails the test with its smallest difference.

mod compare;
mod tables;
mod timeline;

use openim_history_standin::rest::{Clock, Dialect, Server, ServerOptions};
use serde_json::Value;

use self::compare::{Answer, differences};
use self::tables::{FACTS, Fact, SKIPPED, Side, WRITES};
use self::timeline::Timeline;

/// One recorded request and its answer.
struct Pair<'a> {
    side: Side,
    file: &'static str,
    index: usize,
    recorded: &'a Value,
}

impl Pair<'_> {
    fn name(&self) -> &str {
        self.recorded["name"].as_str().unwrap()
    }

    /// Tables name a request by its name, by its path, or by its number in the file.
    fn is(&self, name: &str) -> bool {
        name == self.name() || name == self.path() || name == format!("#{}", self.index)
    }

    fn path(&self) -> &str {
        self.recorded["request"]["path"].as_str().unwrap()
    }

    fn body(&self) -> String {
        match &self.recorded["request"]["body"] {
            // The one body that was not JSON could not be recorded; its complaint was about a `b`.
            Value::Null => "{bad".to_owned(),
            body => body.to_string(),
        }
    }

    fn answer(&self) -> Answer {
        Answer {
            status: self.recorded["status"].as_u64().unwrap(),
            content_type: self.recorded["response_headers"]["Content-Type"]
                .as_str()
                .unwrap()
                .to_owned(),
            body: self.recorded["response"].clone(),
        }
    }
}

async fn ask(client: &reqwest::Client, server: &Server, pair: &Pair<'_>) -> Answer {
    let request = &pair.recorded["request"];
    assert_eq!(request["method"], "POST");
    let mut sent = client
        .post(format!("{}{}", server.url(), pair.path()))
        .body(pair.body());
    for (name, value) in request["headers"].as_object().unwrap() {
        sent = sent.header(name, value.as_str().unwrap());
    }
    let got = sent.send().await.unwrap();
    let status = u64::from(got.status().as_u16());
    let content_type = got.headers()["content-type"].to_str().unwrap().to_owned();
    let text = got.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer {
        status,
        content_type,
        body,
    }
}

/// What came of a replay.
#[derive(Debug, Default)]
struct Outcome {
    compared: usize,
    writes: usize,
    skipped: Vec<usize>,
    facts: Vec<usize>,
    failures: Vec<String>,
}

async fn replay(side: Side, dialect: Dialect) -> Outcome {
    let mut timeline = Timeline::new(side);
    let clock = Clock::at(0);
    let options = ServerOptions {
        dialect,
        clock: Some(clock.clone()),
        ..ServerOptions::default()
    };
    let server = Server::start(timeline.start(), options).unwrap();
    let client = reqwest::Client::new();
    let mut outcome = Outcome::default();
    for (file, text) in side.files() {
        let recorded: Vec<Value> = serde_json::from_str(text).unwrap();
        for (index, recorded) in recorded.iter().enumerate() {
            let pair = Pair {
                side,
                file,
                index,
                recorded,
            };
            for (number, (fact_side, fact_file, name, fact)) in FACTS.iter().enumerate() {
                if (*fact_side, *fact_file) == (side, *file) && pair.is(name) {
                    outcome.facts.push(number);
                    apply(&server, fact);
                }
            }
            if WRITES.contains(&pair.path()) {
                outcome.writes += 1;
                follow_write(&server, &pair);
                continue;
            }
            let skip = SKIPPED.iter().position(|(skip_side, skip_file, name, _)| {
                *skip_side == side && *skip_file == *file && pair.is(name)
            });
            if let Some(number) = skip {
                outcome.skipped.push(number);
                continue;
            }
            set_clock(&clock, &pair);
            outcome.compared += 1;
            if let Err(failure) = settle(&client, &server, &mut timeline, &pair).await {
                outcome.failures.push(failure);
            }
        }
    }
    assert!(outcome.writes > 0, "the recording holds writes");
    server.stop().await;
    outcome
}

/// How many events may lie between two reads; the most are between the last in i2 and the first in m.
const LOOKAHEAD: usize = 1_000;

/// Asks, and moves forward in time until the answer is the recorded one.
async fn settle(
    client: &reqwest::Client,
    server: &Server,
    timeline: &mut Timeline,
    pair: &Pair<'_>,
) -> Result<(), String> {
    let wanted = pair.answer();
    let mut before = None;
    let started = timeline.position();
    let mut closest: Option<Vec<String>> = None;
    loop {
        let found = differences(pair.path(), &wanted, &ask(client, server, pair).await);
        if found.is_empty() {
            return Ok(());
        }
        if before.is_none() {
            before = Some(server.change(|collections| collections.clone()));
        }
        if closest
            .as_ref()
            .is_none_or(|closest| found.len() < closest.len())
        {
            closest = Some(found);
        }
        if timeline.position() - started > LOOKAHEAD {
            break;
        }
        if !server.change(|collections| timeline.step_for(pair.path(), collections)) {
            break;
        }
    }
    if let Some(before) = before {
        server.change(|collections| *collections = before);
    }
    timeline.go_back(started);
    let closest = closest.unwrap_or_default();
    Err(format!(
        "{:?}/{}.json #{} {} {} at event {started}: {} differences\n    {}",
        pair.side,
        pair.file,
        pair.index,
        pair.name(),
        pair.path(),
        closest.len(),
        closest[..closest.len().min(6)].join("\n    ")
    ))
}

/// Tokens and the server's time are compared like everything else: the clock stands where it stood.
fn set_clock(clock: &Clock, pair: &Pair<'_>) {
    let data = &pair.recorded["response"]["data"];
    if let Some(time) = data["serverTime"].as_i64() {
        clock.set(time);
    }
    if let Some(token) = data["token"].as_str() {
        clock.set(timeline::issued(token) * 1000);
    }
}

fn apply(server: &Server, fact: &Fact) {
    server.change(|collections| {
        let redis = &mut collections.redis;
        match fact {
            Fact::Head(conversation, seq) => {
                redis.heads.insert((*conversation).to_owned(), *seq);
            }
            Fact::HeadTime(conversation, time) => {
                redis.allocated.insert((*conversation).to_owned(), *time);
            }
            Fact::AsSent(conversation) => {
                redis.as_sent.insert((*conversation).to_owned());
            }
            Fact::TokensLost => {}
        }
    });
    if matches!(fact, Fact::TokensLost) {
        server.forget_tokens();
    }
}

/// Read positions are written to Redis by these calls, and to MongoDB later or never.
fn follow_write(server: &Server, pair: &Pair<'_>) {
    let body = &pair.recorded["request"]["body"];
    if pair.recorded["response"]["errCode"] != 0 {
        return;
    }
    let read = match pair.path() {
        "/msg/mark_conversation_as_read" | "/msg/set_conversation_has_read_seq" => {
            body["hasReadSeq"].as_i64()
        }
        "/msg/mark_msgs_as_read" => body["seqs"].as_array().unwrap().last().unwrap().as_i64(),
        _ => None,
    };
    if let Some(read) = read {
        let key = ["userID", "conversationID"].map(|name| body[name].as_str().unwrap().to_owned());
        let [user, conversation] = key;
        server.change(|collections| {
            collections.redis.reads.insert((user, conversation), read);
        });
    }
}

#[tokio::test]
async fn every_recorded_read_is_answered_the_same() {
    let mut skipped = Vec::new();
    let mut facts = Vec::new();
    let mut failures = Vec::new();
    let mut compared = Vec::new();
    for (side, dialect) in [
        (Side::Release, Dialect::Release),
        (Side::Main, Dialect::Main),
    ] {
        let outcome = replay(side, dialect).await;
        compared.push(outcome.compared);
        skipped.extend(outcome.skipped);
        facts.extend(outcome.facts);
        failures.extend(outcome.failures);
    }
    assert!(
        failures.is_empty(),
        "{} of {} reads differ:\n{}",
        failures.len(),
        compared.iter().sum::<usize>(),
        failures.join("\n")
    );
    for (number, skip) in SKIPPED.iter().enumerate() {
        assert!(skipped.contains(&number), "unused skip {skip:?}");
    }
    for (number, fact) in FACTS.iter().enumerate() {
        assert!(facts.contains(&number), "unused fact {fact:?}");
    }
    assert_eq!(compared, tables::COMPARED);
}
