//! A server that goes away while it is followed, and one that no longer knows where we were.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::Database;
use openim_history_archive::sync::{FollowStatus, State, follow_mongo, follow_views};
use openim_history_archive::{Archive, WriterOptions};
use openim_history_client::model::Timestamp;
use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_standin::faults::{Fault, When};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::Dialect;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::follow::{Watcher, quick};
use crate::places::{assert_same, folder, generated, serve, store, store_named, writer};

/// A way to a server that can be shut: what is under way breaks off, and nobody gets through.
struct Gate {
    port: u16,
    is_open: watch::Sender<bool>,
}

impl Gate {
    async fn to(host: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let (is_open, open) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let (host, mut open) = (host.clone(), open.clone());
                if !*open.borrow() {
                    continue;
                }
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(&host).await.expect("a server");
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
                        _ = open.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { port, is_open }
    }
}

async fn add(database: &Database, seq: i64) {
    let message = doc! {
        "send_id": "甲", "recv_id": "乙", "group_id": "", "client_msg_id": format!("live-{seq}"),
        "server_msg_id": format!("live-{seq}"), "session_type": 1, "msg_from": 100,
        "content_type": 101, "content": "{\"content\":\"在\"}", "seq": seq,
        "send_time": 1_790_000_000_000_i64 + seq, "create_time": 1_790_000_000_000_i64 + seq,
        "status": 2,
    };
    let padding = doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
    let msg = database.collection::<Document>("msg");
    let which = doc! {"doc_id": "si_甲_乙:0"};
    let block = doc! {"$setOnInsert": {"msgs": vec![padding; 100]}};
    let made = msg.update_one(which.clone(), block).upsert(true).await;
    made.expect("upserts");
    let set = doc! {"$set": {format!("msgs.{}.msg", seq - 1): message}};
    msg.update_one(which, set).await.expect("updates");
}

async fn waited_for(mode: Mode) {
    let (database, options, direct) = store_named(mode, &generated(91, 300)).await;
    let uri = options.uri.expose().to_owned();
    let (_, rest) = uri.split_once("://").expect("a URI");
    let host = rest.split(['/', '?']).next().expect("a host").to_owned();
    let gate = Gate::to(host).await;
    let through = format!("mongodb://127.0.0.1:{}/?directConnection=true", gate.port);
    let options = MongoOptions {
        server_selection_timeout: Duration::from_millis(500),
        ..MongoOptions::new(through, options.database)
    };
    let source = MongoSource::connect(options).await.expect("connects");
    let (_keep, place) = folder();
    let (sender, mut status) = watch::channel(FollowStatus::default());
    let watcher = Watcher(Mutex::new(sender));
    let mut archive = writer(&place).await;
    let lives = "the follower lives";
    let happens = Box::pin(async {
        let following = |status: &FollowStatus| status.state == State::Following;
        let before = status.wait_for(following).await.expect(lives).messages;
        gate.is_open.send_replace(false);
        let gone = |status: &FollowStatus| status.state == State::Degraded;
        let first = status.wait_for(gone).await.expect(lives).clone();
        assert!(first.trouble.is_some(), "{first:?}");
        // Whoever asks is told so, and how far behind it is grows.
        let opened = Archive::open(&place).await.expect("opens");
        let said = opened
            .follow_status()
            .await
            .expect("reads")
            .expect("a status");
        assert_eq!(said.state, State::Degraded);
        let farther = |status: &FollowStatus| {
            status.state == State::Degraded && status.lag_seconds > first.lag_seconds
        };
        status.wait_for(farther).await.expect(lives);
        add(&database, 1).await;
        gate.is_open.send_replace(true);
        let back = |status: &FollowStatus| {
            status.state == State::Following && status.messages == before + 1
        };
        let back = status.wait_for(back).await.expect(lives).clone();
        assert_eq!(back.trouble, None);
    });
    let last = follow_mongo(&source, &mut archive, &quick(), &watcher, happens).await;
    assert_eq!(last.expect("follows").state, State::Stopped);
    archive.close().await.expect("closes");
    assert_same(&place, &direct).await;
}

#[tokio::test]
async fn a_replica_set_that_goes_away_is_waited_for() {
    waited_for(Mode::ReplicaSet).await;
}

#[tokio::test]
async fn a_single_server_that_goes_away_is_waited_for() {
    waited_for(Mode::Standalone).await;
}

/// A clock that only a test moves, in milliseconds.
static CLOCK: AtomicI64 = AtomicI64::new(1_795_000_000_000);

#[tokio::test]
async fn how_far_behind_counts_from_when_the_last_round_began() {
    fn pass(seconds: i64) {
        CLOCK.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }
    let (server, rest) = serve(generated(92, 300), Dialect::Main);
    let (_keep, place) = folder();
    let options = WriterOptions {
        clock: || Timestamp::from_millis(CLOCK.load(Ordering::Relaxed)),
        ..WriterOptions::default()
    };
    let opened = Archive::write(&place, "a test", options).await;
    let mut archive = opened.expect("opens");
    let (sender, mut status) = watch::channel(FollowStatus::default());
    let watcher = Watcher(Mutex::new(sender));
    let lives = "the follower lives";
    let happens = Box::pin(async {
        let lag = |state: State, seconds: f64| {
            move |status: &FollowStatus| {
                status.state == state && status.lag_seconds == Some(seconds)
            }
        };
        status
            .wait_for(lag(State::Following, 0.0))
            .await
            .expect(lives);
        server.faults().everywhere(When::Always, Fault::Http(500));
        let gone = |status: &FollowStatus| status.state == State::Degraded;
        status.wait_for(gone).await.expect(lives);
        pass(60);
        status
            .wait_for(lag(State::Degraded, 60.0))
            .await
            .expect(lives);
        pass(60);
        status
            .wait_for(lag(State::Degraded, 120.0))
            .await
            .expect(lives);
        server.faults().clear();
        status
            .wait_for(lag(State::Following, 0.0))
            .await
            .expect(lives);
    });
    let followed = follow_views(&rest, &mut archive, &quick(), &watcher, happens).await;
    followed.expect("follows");
    archive.close().await.expect("closes");
}

#[tokio::test]
async fn where_nobody_knows_any_more_what_happened_everything_is_compared() {
    let (database, source) = store(Mode::ReplicaSet, &generated(93, 300)).await;
    let (_keep, place) = folder();
    let (sender, mut status) = watch::channel(FollowStatus::default());
    let watcher = Watcher(Mutex::new(sender));
    let lives = "the follower lives";
    let mut archive = writer(&place).await;
    let happens = Box::pin(async {
        let following = |status: &FollowStatus| status.state == State::Following;
        status.wait_for(following).await.expect(lives);
    });
    let first = follow_mongo(&source, &mut archive, &quick(), &watcher, happens).await;
    let first = first.expect("follows");
    archive.close().await.expect("closes");
    // The place we were at is one of a collection that is not there any more: what came instead has the
    // same blocks, and something new.
    let msg = database.collection::<Document>("msg");
    let found = msg.find(doc! {}).await.expect("finds");
    let blocks: Vec<Document> = found.try_collect().await.expect("reads");
    msg.drop().await.expect("drops");
    msg.insert_many(blocks).await.expect("inserts");
    add(&database, 1).await;
    let mut archive = writer(&place).await;
    let had = first.messages;
    let happens = Box::pin(async {
        let compared =
            |status: &FollowStatus| status.state == State::Following && status.messages == had + 1;
        status.wait_for(compared).await.expect(lives);
        add(&database, 2).await;
        let told = |status: &FollowStatus| status.messages == had + 2;
        status.wait_for(told).await.expect(lives);
    });
    let last = follow_mongo(&source, &mut archive, &quick(), &watcher, happens).await;
    let last = last.expect("follows");
    archive.close().await.expect("closes");
    assert_eq!((last.counts.new, last.counts.changed), (2, 0), "{last:?}");
    // What looked the same was not read again.
    assert!(last.counts.unchanged < had / 2, "{last:?}");
    assert_same(&place, &source).await;
}
