//! How soon a message is found, and how fast many missed ones are taken in.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bson::{Document, doc};
use openim_history_archive::index::{Index, IndexSettings};

use crate::server::Server;
use crate::{child, most, wanted};

/// Messages written one by one, and how many in a second.
const LIVE: usize = 40_000;
const PACE: f64 = 2_000.0;

/// Messages that were missed.
const MISSED: usize = 200_000;

/// Conversations they lie in.
const CONVERSATIONS: usize = 50;

pub(crate) fn measure(server: &Server, place: &str) {
    let folder = Path::new(place).join("search");
    let child = child::follow(server, place);
    let before = settled(&folder);
    let (written, latencies) = live(server, &folder, before);
    println!();
    most(
        "seconds from a message's write to its being found, 99 of 100",
        latencies[latencies.len() * 99 / 100].as_secs_f64(),
        1.0,
    );
    println!(
        "  half within {:.3}, all within {:.3}; {:.0} a second were written",
        latencies[latencies.len() / 2].as_secs_f64(),
        latencies[latencies.len() - 1].as_secs_f64(),
        LIVE as f64 / written.as_secs_f64(),
    );
    let peak = stop(child);
    most("MB resident while following", peak as f64 / 1e6, 600.0);

    let total = count(&folder);
    server
        .runtime
        .block_on(write(server, "missed", MISSED, None));
    let begin = Instant::now();
    let child = child::follow(server, place);
    while count(&folder) < total + MISSED as u64 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let elapsed = begin.elapsed();
    stop(child);
    wanted(
        "thousands of missed messages taken in in a second, opening included",
        MISSED as f64 / elapsed.as_secs_f64() / 1e3,
        20.0,
    );
}

fn count(folder: &Path) -> u64 {
    let opened = Index::open(folder, &IndexSettings::default());
    opened.map_or(0, |(index, _)| index.len())
}

/// Waits until the follower has taken in what there was, and returns how much that is.
fn settled(folder: &Path) -> u64 {
    let status = folder.with_file_name("sync").join("status.json");
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        if value["state"] == "following" {
            return count(folder);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn stop(mut child: Child) -> u64 {
    drop(child.stdin.take());
    let output = child.stdout.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(output)
        .read_line(&mut line)
        .expect("the child answers");
    assert!(child.wait().expect("the child ends").success());
    line.trim().parse().expect("a number")
}

/// Writes messages at a steady pace, and tells how long each took to be found.
fn live(server: &Server, folder: &Path, before: u64) -> (Duration, Vec<Duration>) {
    let done = Arc::new(AtomicBool::new(false));
    let watcher = std::thread::spawn({
        let (done, folder) = (Arc::clone(&done), folder.to_owned());
        move || {
            let (index, _) = Index::open(&folder, &IndexSettings::default()).expect("opens");
            let mut found: Vec<(Instant, u64)> = Vec::new();
            let mut patience = 200;
            while patience > 0 {
                index.refresh().expect("reads");
                let len = index.len() - before;
                found.push((Instant::now(), len));
                if len >= LIVE as u64 {
                    break;
                }
                patience -= i32::from(done.load(Ordering::Acquire));
                std::thread::sleep(Duration::from_millis(10));
            }
            found
        }
    });
    let begin = Instant::now();
    let times = server
        .runtime
        .block_on(write(server, "live", LIVE, Some(PACE)));
    let written = begin.elapsed();
    done.store(true, Ordering::Release);
    let found = watcher.join().expect("the watcher ends");
    let mut latencies: Vec<Duration> = times
        .iter()
        .enumerate()
        .map(|(at, time)| {
            let seen = found.iter().find(|(_, len)| *len > at as u64);
            let (when, _) = seen.expect("every message was found");
            when.saturating_duration_since(*time)
        })
        .collect();
    latencies.sort();
    (written, latencies)
}

/// Writes messages as the server does, in batches of a tenth of a second, and returns when each was
/// acknowledged.
async fn write(server: &Server, name: &str, messages: usize, pace: Option<f64>) -> Vec<Instant> {
    let client = server.mongod.client().await.expect("mongod answers");
    let database = client.database(crate::server::DATABASE);
    let msg = database.collection::<Document>("msg");
    let empty = || doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
    let now = jiff::Timestamp::now().as_millisecond();
    let mut times = Vec::with_capacity(messages);
    let begin = Instant::now();
    let mut at = 0;
    while at < messages {
        let batch = 200.min(messages - at);
        let mut updates = Vec::with_capacity(batch);
        for n in at..at + batch {
            let (conversation, seq) = (n % CONVERSATIONS, n / CONVERSATIONS + 1);
            let doc_id = format!("sg_{name}{conversation}:{}", (seq - 1) / 100);
            let slot = (seq - 1) % 100;
            if slot == 0 {
                let slots: Vec<Document> = (0..100).map(|_| empty()).collect();
                let block = doc! {"doc_id": &doc_id, "msgs": slots};
                msg.insert_one(block).await.expect("inserts");
            }
            let message = doc! {
                "send_id": format!("user{}", n % 97), "recv_id": "", "group_id": format!("{name}{conversation}"),
                "client_msg_id": format!("{n:032x}"), "server_msg_id": format!("{:032x}", n * 31),
                "sender_platform_id": 1, "sender_nickname": "张三", "sender_face_url": "", "session_type": 3,
                "msg_from": 100, "content_type": 101,
                "content": format!("{{\"content\":\"第 {n} 条：合同明天上午签，记得带章\"}}"), "seq": seq as i64,
                "send_time": now + n as i64, "create_time": now + n as i64, "status": 2, "is_read": false,
                "attached_info": "", "ex": "",
            };
            let set = doc! {"$set": {format!("msgs.{slot}.msg"): message}};
            updates.push(doc! {"q": {"doc_id": doc_id}, "u": set});
        }
        let command = doc! {"update": "msg", "updates": updates, "ordered": true};
        database.run_command(command).await.expect("updates");
        times.extend(std::iter::repeat_n(Instant::now(), batch));
        at += batch;
        if let Some(pace) = pace {
            let due = Duration::from_secs_f64(at as f64 / pace);
            tokio::time::sleep(due.saturating_sub(begin.elapsed())).await;
        }
    }
    times
}
