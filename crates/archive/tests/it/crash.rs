//! Killed at any instant, restarted, and in the end whole: nothing lost, nothing twice.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use openim_history_archive::index::{IndexSettings, Query};
use openim_history_archive::row::{Key, Row};
use openim_history_archive::sync::{
    FollowOptions, FollowStatus, MongoSync, NoProgress, Observer, Progress, State, SyncOptions,
    ViewSync, follow_mongo,
};
use openim_history_archive::{Archive, Place, WriterOptions};
use openim_history_client::model::{ContentType, ConversationKind, Seq};
use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_client::source::rest::{RestOptions, RestSource};
use openim_history_standin::faults::{Fault, When};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::{Dialect, Server};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::change::Changer;
use crate::follow::Watcher;
use crate::logs::{ACTS, Act, act};
use crate::places::{assert_same, content, folder, generated, serve, store_named, sync_views};

const ROLE: &str = "OPENIM_HISTORY_TEST_CRASH";

/// What the process that is killed does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Role {
    Snapshot {
        place: String,
        uri: String,
        database: String,
    },
    Follow {
        place: String,
        uri: String,
        database: String,
    },
    Views {
        place: String,
        url: String,
    },
    Export {
        place: String,
        folder: String,
    },
}

/// Small in everything, so that a little history passes through every phase often.
fn options() -> WriterOptions {
    WriterOptions {
        commit_rows: 300,
        memory: 256 << 10,
        index: Some(settings()),
        retention: Duration::from_secs(3_600),
        ..WriterOptions::default()
    }
}

fn settings() -> IndexSettings {
    IndexSettings {
        writer_threads: 1,
        writer_memory: 15_000_000,
        ..IndexSettings::default()
    }
}

fn follow_options() -> FollowOptions {
    FollowOptions {
        commit: Duration::from_millis(20),
        gather: Duration::from_millis(60),
        people: Duration::from_millis(300),
        ..FollowOptions::default()
    }
}

/// Nobody is told.
pub(crate) struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _what: &str, _total: Option<u64>) {}
    fn advance(&self, _done: u64) {}
}

impl Observer for Quiet {
    fn status(&self, _status: &FollowStatus) {}
}

/// The process that is killed: this test, with its role in the environment. Without one, it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_is_killed() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    play(serde_json::from_str(&role).expect("a role")).await;
}

async fn play(role: Role) {
    match role {
        Role::Snapshot {
            place,
            uri,
            database,
        } => {
            let source = MongoSource::connect(MongoOptions::new(uri, database)).await;
            let mut writer = opened(&place).await;
            let source = source.expect("connects");
            let sync = MongoSync::new(source, &mut writer, SyncOptions::default()).await;
            let sync = sync.expect("prepares");
            let plan = sync.plan().await.expect("plans");
            sync.perform(&plan, &NoProgress).await.expect("performs");
            writer.close().await.expect("closes");
        }
        Role::Follow {
            place,
            uri,
            database,
        } => {
            let source = MongoSource::connect(MongoOptions::new(uri, database)).await;
            let mut writer = opened(&place).await;
            let never = Box::pin(std::future::pending());
            follow_mongo(
                &source.expect("connects"),
                &mut writer,
                &follow_options(),
                &Quiet,
                never,
            )
            .await
            .expect("follows");
        }
        Role::Views { place, url } => {
            let options = RestOptions {
                // Many pages, so that a kill finds it in the midst of them.
                page_len: 40,
                ..RestOptions::new(url.parse().expect("a URL"), "openIM123", "imAdmin")
            };
            let source = RestSource::connect(options).expect("plain options");
            let mut writer = opened(&place).await;
            let sync = ViewSync::new(&source, &mut writer, SyncOptions::default()).await;
            let sync = sync.expect("prepares");
            let plan = sync.plan(&NoProgress).await.expect("plans");
            sync.perform(plan, &NoProgress).await.expect("performs");
            writer.close().await.expect("closes");
        }
        Role::Export { place, folder } => crate::export_killed::play(&place, &folder).await,
    }
}

async fn opened(place: &str) -> openim_history_archive::Writer {
    let place = Place::new(place, &[]).expect("a plain path");
    Archive::write(&place, "a test", options())
        .await
        .expect("opens")
}

/// Starts this test binary in a role.
pub(crate) fn start(role: &Role) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command
        .args([
            "--exact",
            "crash::the_process_that_is_killed",
            "--nocapture",
        ])
        .env(ROLE, serde_json::to_string(role).expect("JSON"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// After what a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// A file of rows was written: its commit is not.
    Data,
    /// A cursor was written: the commit it belongs to is not, or just now.
    Cursor,
    /// A commit was written: the index does not have it, or just now.
    Commit,
    /// A file of the index was written.
    Index,
}

const SIGHTS: [Sight; 4] = [Sight::Data, Sight::Cursor, Sight::Commit, Sight::Index];

impl Sight {
    /// Lists what is there of it.
    fn names(self, archive: &Path) -> BTreeSet<std::ffi::OsString> {
        let list = |folder: &Path| -> Vec<std::path::PathBuf> {
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect()
        };
        let paths = match self {
            Self::Data => {
                let months = list(&archive.join("messages"));
                months.iter().flat_map(|month| list(month)).collect()
            }
            Self::Cursor => list(&archive.join("sync")),
            Self::Commit => list(&archive.join("messages/_delta_log")),
            Self::Index => list(&archive.join("search")),
        };
        paths.into_iter().map(Into::into).collect()
    }
}

/// How often who was killed when.
#[derive(Debug, Default)]
struct Kills {
    at: Vec<(Option<Sight>, u32)>,
    /// Runs that came to their end before they were killed.
    finished: u32,
}

impl Kills {
    fn hit(&mut self, sight: Option<Sight>) {
        match self.at.iter_mut().find(|(at, _)| *at == sight) {
            Some((_, count)) => *count += 1,
            None => self.at.push((sight, 1)),
        }
    }

    fn total(&self) -> u32 {
        self.at.iter().map(|(_, count)| count).sum()
    }

    fn of(&self, sight: Option<Sight>) -> u32 {
        let found = self.at.iter().find(|(at, _)| *at == sight);
        found.map_or(0, |(_, count)| *count)
    }

    /// Whether enough were hit in every phase.
    fn assert_enough(&self, total: u32) {
        assert!(self.total() >= total, "{self:?}");
        for sight in SIGHTS {
            assert!(self.of(Some(sight)) >= total / 20, "{sight:?}: {self:?}");
        }
    }
}

/// Runs a role and kills it at a random instant. Returns whether it was still alive.
fn run(role: &Role, archive: &Path, random: &mut fastrand::Rng, kills: &mut Kills) -> bool {
    let sight = (random.u32(..5) > 0).then(|| SIGHTS[random.usize(..SIGHTS.len())]);
    let mut seen = sight.map(|sight| sight.names(archive));
    let mut child = start(role).spawn().expect("starts");
    let began = Instant::now();
    let delay = Duration::from_micros(match sight {
        Some(_) => random.u64(..4_000),
        None => random.u64(20_000..900_000),
    });
    let mut wanted = random.u32(1..6);
    // Whoever is to be killed at a sight that does not come is killed at some time.
    let latest = Duration::from_secs(3);
    loop {
        if child.try_wait().expect("can be asked").is_some() {
            break;
        }
        let is_due = match (sight, &mut seen) {
            (Some(sight), Some(seen)) => {
                let now = sight.names(archive);
                if now.difference(seen).next().is_some() {
                    wanted -= 1;
                }
                *seen = now;
                wanted == 0
            }
            _ => began.elapsed() >= delay,
        };
        if is_due {
            if sight.is_some() {
                std::thread::sleep(delay);
            }
            break;
        }
        if began.elapsed() >= latest {
            break;
        }
        std::thread::sleep(Duration::from_micros(300));
    }
    end(child, sight, kills)
}

fn end(mut child: Child, sight: Option<Sight>, kills: &mut Kills) -> bool {
    child.kill().expect("can be killed");
    let output = child.wait_with_output().expect("ends");
    if output.status.signal() == Some(9) {
        kills.hit(sight);
        return true;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    kills.finished += 1;
    false
}

/// Whether the index has exactly what the tables have, whatever state it was left in.
async fn assert_index(place: &Place, random: &mut fastrand::Rng) {
    let archive = Archive::open(place).await.expect("opens");
    let rows: Vec<Row> = content(place).await.into_values().collect();
    let (index, _) = archive
        .index(None, settings(), &NoProgress)
        .await
        .expect("opens");
    index.verify().expect("is whole");
    assert_eq!(index.len(), rows.len() as u64);
    for row in rows.iter().filter(|_| random.u32(..150) == 0) {
        let key = row.key();
        assert!(index.get(&key).expect("reads").is_some(), "{key:?}");
        let text = row.text();
        let query = Query::And(vec![
            Query::Conversation(key.conversation_id.clone()),
            Query::contains(text.clone()),
        ]);
        let found = index
            .find(&query, Default::default(), 10_000, None)
            .expect("finds");
        assert!(
            found.hits.iter().any(|hit| hit.key() == key),
            "{key:?}: {text}"
        );
    }
    let first = rows.first().expect("some rows").key().conversation_id;
    let of_first = rows
        .iter()
        .filter(|row| row.message.conversation_id == first);
    let found = index.find(
        &Query::Conversation(first.clone()),
        Default::default(),
        1,
        None,
    );
    assert_eq!(found.expect("finds").total, of_first.count() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_killed_again_and_again_ends_whole() {
    let mut random = fastrand::Rng::with_seed(61);
    let (database, options, source) = store_named(Mode::ReplicaSet, &generated(61, 1_500)).await;
    let mut changer = Changer::new(database, 61).await;
    let mut kills = Kills::default();
    let mut archives = 0;
    while kills.total() < 80 {
        archives += 1;
        let (_keep, place) = folder();
        let role = Role::Snapshot {
            place: place.to_string(),
            uri: options.uri.expose().to_owned(),
            database: options.database.clone(),
        };
        let archive = place.local().expect("a folder");
        for _ in 0..3 {
            while run(&role, archive, &mut random, &mut kills) {}
            assert_same(&place, &source).await;
            assert_index(&place, &mut random).await;
            changer.change(120).await;
        }
    }
    assert!(archives > 1, "{kills:?}");
    kills.assert_enough(80);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_is_killed_again_and_again_misses_nothing() {
    let mut random = fastrand::Rng::with_seed(62);
    let (database, options, source) = store_named(Mode::ReplicaSet, &generated(62, 1_500)).await;
    let mut changer = Changer::new(database, 62).await;
    let mut kills = Kills::default();
    while kills.total() < 70 {
        let (_keep, place) = folder();
        let role = Role::Follow {
            place: place.to_string(),
            uri: options.uri.expose().to_owned(),
            database: options.database.clone(),
        };
        let archive = place.local().expect("a folder").to_owned();
        for round in 0..24 {
            // Half of the kills find it following, the others wherever it is.
            if round == 12 {
                follow_in_peace(&place, &source, &mut changer).await;
            }
            // Things happen while it runs, and while it does not.
            changer.change(20).await;
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            let running = {
                let (role, archive) = (role.clone(), archive.clone());
                let mut random = random.fork();
                tokio::task::spawn_blocking(move || {
                    let mut kills = Kills::default();
                    run(&role, &archive, &mut random, &mut kills);
                    drop(stop);
                    kills
                })
            };
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                changer.change(3).await;
            }
            for (sight, count) in running.await.expect("runs").at {
                (0..count).for_each(|_| kills.hit(sight));
            }
        }
        follow_in_peace(&place, &source, &mut changer).await;
        assert_index(&place, &mut random).await;
    }
    kills.assert_enough(70);
}

/// Follows until the last thing that happened has come, and compares.
async fn follow_in_peace(place: &Place, source: &MongoSource, changer: &mut Changer) {
    let mut writer = opened(&place.to_string()).await;
    let (sender, mut status) = watch::channel(FollowStatus::default());
    let watcher = Watcher(Mutex::new(sender));
    let arrived = Box::pin(async {
        status
            .wait_for(|status| matches!(status.state, State::Following | State::CatchingUp))
            .await
            .expect("the follower lives");
        changer.change(20).await;
        // Events come in their order: with the last one, all are there.
        changer.add().await;
        let (conversation, last) = changer.added();
        let last = Key {
            conversation_id: conversation.into(),
            seq: Seq(last),
        };
        loop {
            let archive = Archive::open(place).await.expect("opens");
            let found = archive.get(std::slice::from_ref(&last)).await;
            if !found.expect("reads").is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    follow_mongo(source, &mut writer, &follow_options(), &watcher, arrived)
        .await
        .expect("follows");
    writer.close().await.expect("closes");
    assert_same(place, source).await;
}

/// Does things to messages of a server over REST, at random, and knows which it deleted for everybody.
struct Doer<'a> {
    server: &'a Server,
    random: fastrand::Rng,
    keys: Vec<Key>,
    deleted: BTreeSet<Key>,
}

impl Doer<'_> {
    fn act(&mut self) {
        let key = self.keys[self.random.usize(..self.keys.len())].clone();
        let what = ACTS[self.random.usize(..ACTS.len())];
        // Most messages stay.
        if what == Act::DeleteForAll && self.random.u32(..4) > 0 {
            return;
        }
        if what == Act::Read && !key.conversation_id.as_str().starts_with("si_") {
            return;
        }
        let server = self.server;
        let done = server.change(|collections| {
            let slot = collections.slot(key.conversation_id.as_str(), key.seq.0);
            let is_there = slot.is_some_and(|slot| slot.message().is_some());
            if is_there {
                act(collections, &key, what);
            }
            is_there
        });
        if done && what == Act::DeleteForAll {
            self.deleted.insert(key);
        }
    }

    /// Acts again and again while something else is done.
    fn act_during<T>(&mut self, other: impl FnOnce() -> T) -> T {
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    self.act();
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
            let done = other();
            ended.store(true, Ordering::Relaxed);
            done
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_over_rest_that_is_killed_again_and_again_ends_whole() {
    let mut random = fastrand::Rng::with_seed(63);
    let (server, rest) = serve(generated(63, 1_500), Dialect::Main);
    let (_whole, undisturbed) = folder();
    sync_views(&undisturbed, &rest).await;
    let first = content(&undisturbed).await;
    let is_chat = |key: &&Key| key.conversation_id.kind() != ConversationKind::Log;
    let mut doer = Doer {
        server: &server,
        random: random.fork(),
        keys: first.keys().filter(is_chat).cloned().collect(),
        deleted: BTreeSet::new(),
    };
    let faults = server.faults();
    faults.everywhere(When::Every(31), Fault::Http(502));
    faults.everywhere(When::Every(37), Fault::DropConnection);
    faults.everywhere(When::Every(41), Fault::Truncate);
    faults.everywhere(When::Every(97), Fault::ExpireToken);
    let mut kills = Kills::default();
    while kills.total() < 50 {
        let (_keep, place) = folder();
        let role = Role::Views {
            place: place.to_string(),
            url: server.url().to_owned(),
        };
        let archive = place.local().expect("a folder").to_owned();
        // Things happen while it runs, and while it does not.
        for _ in 0..14 {
            doer.act();
            doer.act_during(|| run(&role, &archive, &mut random, &mut kills));
        }
        sync_views(&place, &rest).await;
        assert_shown(&place, &rest, &doer.deleted).await;
        assert_index(&place, &mut random).await;
    }
    kills.assert_enough(50);
}

/// Whether an archive has what users see now, and beside it only what was deleted for everybody.
async fn assert_shown(place: &Place, rest: &RestSource, deleted: &BTreeSet<Key>) {
    let (_keep, undisturbed) = folder();
    sync_views(&undisturbed, rest).await;
    let mut found = content(place).await;
    for (key, shown) in content(&undisturbed).await {
        let row = found.remove(&key);
        let row = row.unwrap_or_else(|| panic!("{key:?} is not in the archive"));
        let (shown, kept) = (&shown.message, &row.message);
        assert_eq!(kept.is_read, shown.is_read, "{key:?}");
        assert_eq!(kept.revoked, shown.revoked, "{key:?}");
        // It may have been read through more than one pair of eyes.
        for user in &shown.deleted_for {
            assert!(kept.deleted_for.contains(user), "{key:?}: {user}");
        }
        assert_eq!(kept.client_msg_id, shown.client_msg_id, "{key:?}");
        // Of what was revoked a reader is not shown what it was, nor in a quote.
        if shown.revoked.is_none() && shown.content_type != ContentType(114) {
            assert_eq!(kept.content, shown.content, "{key:?}");
        }
    }
    for key in found.keys() {
        assert!(deleted.contains(key), "{key:?} is not on the server");
    }
}
