//! Staying up to date with a server, until told to stop.

mod poll;
mod status;
mod stream;
mod views;

use std::pin::Pin;
use std::time::{Duration, Instant};

use openim_history_client::source::mongo::MongoSource;

use self::status::Reporter;
pub use self::status::{FollowStatus, Observer, State};
pub use self::views::follow_views;
use super::mongo::MongoSync;
use super::options::SyncOptions;
use super::people;
use super::stoppable::Stoppable;
use crate::error::{Error, Result};
use crate::write::{Cursor, Writer};

/// How to stay up to date.
#[derive(Clone, Debug)]
pub struct FollowOptions {
    /// What to bring up to date.
    pub sync: SyncOptions,
    /// How often new messages are committed.
    pub commit: Duration,
    /// How long changes of older messages are gathered before the files they lie in are rewritten.
    pub gather: Duration,
    /// How often the server is asked where it cannot tell by itself.
    pub poll: Duration,
    /// How often every block is compared by its size where the server cannot tell by itself.
    pub compare: Duration,
    /// How often users, groups, members and read positions are read.
    pub people: Duration,
}

impl Default for FollowOptions {
    fn default() -> Self {
        Self {
            sync: SyncOptions::default(),
            commit: Duration::from_millis(200),
            gather: Duration::from_secs(5),
            poll: Duration::from_secs(1),
            compare: Duration::from_secs(5 * 60),
            people: Duration::from_secs(10 * 60),
        }
    }
}

/// Tells when to stop.
pub type Stop<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// How long to wait before a server that went away is tried again; doubled up to a minute.
const RETRY: Duration = Duration::from_secs(1);

/// Stays up to date with a server's MongoDB until `stop` is ready, and then commits what it has.
///
/// Where the server is a replica set it tells its changes by itself; otherwise its newest blocks are
/// looked at again and again. A server that goes away is waited for; one that no longer knows where
/// we were is compared with block by block.
pub async fn follow_mongo(
    source: &MongoSource,
    writer: &mut Writer,
    options: &FollowOptions,
    observer: &dyn Observer,
    mut stop: Stop<'_>,
) -> Result<FollowStatus> {
    let mut reporter = Reporter::new(writer.place().clone(), observer);
    reporter.state(State::Starting, None, writer).await?;
    let mut wait = RETRY;
    loop {
        let began = Instant::now();
        let ended = attempt(source, writer, options, &mut reporter, &mut stop).await;
        match ended {
            Ok(()) => {
                reporter.state(State::Stopped, None, writer).await?;
                return Ok(reporter.status());
            }
            Err(Error::Source(error)) if is_passing(&error) => {
                let trouble = error.to_string();
                reporter
                    .state(State::Degraded, Some(trouble.clone()), writer)
                    .await?;
                if began.elapsed() > wait * 4 {
                    wait = RETRY;
                }
                tokio::select! {
                    () = &mut stop => {
                        reporter.state(State::Stopped, None, writer).await?;
                        return Ok(reporter.status());
                    }
                    waited = reporter.wait(wait, State::Degraded, &trouble, writer) => waited?,
                }
                wait = (wait * 2).min(Duration::from_secs(60));
            }
            Err(error) => {
                // The archive may be what failed: the error says more than this could.
                let _ = reporter
                    .state(State::Stopped, Some(error.to_string()), writer)
                    .await;
                return Err(error);
            }
        }
    }
}

fn is_passing(error: &openim_history_client::Error) -> bool {
    matches!(error, openim_history_client::Error::Unreachable { .. })
}

/// Follows until told to stop, or until something fails.
async fn attempt(
    source: &MongoSource,
    writer: &mut Writer,
    options: &FollowOptions,
    reporter: &mut Reporter<'_>,
    stop: &mut Stop<'_>,
) -> Result<()> {
    use openim_history_client::Error as Trouble;

    if writer.cursor().mongo_token.is_none() {
        // The token first: what happens while the copy is made is told again behind it.
        match source.now().await {
            Ok(token) => {
                let from = source.caught_up_with(&token);
                if !copy(&from, writer, options, reporter, stop).await? {
                    return Ok(());
                }
                let cursor = Cursor {
                    mongo_token: Some(token.to_string()),
                    ..writer.cursor().clone()
                };
                writer.commit(cursor).await?;
            }
            Err(Trouble::NotSupported { .. }) => {
                if !copy(source, writer, options, reporter, stop).await? {
                    return Ok(());
                }
                return poll::run(source, writer, options, reporter, stop).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    match stream::run(source, writer, options, reporter, stop).await {
        Err(Error::Source(error @ (Trouble::TokenLost { .. } | Trouble::NotSupported { .. }))) => {
            tracing::warn!(%error, "everything is compared");
            let cursor = Cursor {
                mongo_token: None,
                ..writer.cursor().clone()
            };
            writer.commit(cursor).await?;
            Box::pin(attempt(source, writer, options, reporter, stop)).await
        }
        outcome => outcome,
    }
}

/// Brings the archive up to date once. Returns false where it was told to stop meanwhile.
async fn copy(
    source: &MongoSource,
    writer: &mut Writer,
    options: &FollowOptions,
    reporter: &mut Reporter<'_>,
    stop: &mut Stop<'_>,
) -> Result<bool> {
    reporter.state(State::Snapshot, None, writer).await?;
    let began = writer.now();
    let progress = Stoppable::new(reporter.progress());
    let work = async {
        let sync = MongoSync::new(source.clone(), writer, options.sync.clone()).await?;
        let plan = sync.plan().await?;
        sync.perform(&plan, &progress).await
    };
    let (outcome, stopped) = progress.watch(work, stop).await;
    match outcome {
        // Told to stop, nobody waits for the server to come back.
        Err(Error::Source(error)) if stopped && is_passing(&error) => Ok(false),
        outcome => {
            outcome?;
            if !stopped {
                reporter.caught_up(began);
            }
            Ok(!stopped)
        }
    }
}

/// Work that comes round again and again.
struct Chores {
    people: Instant,
    compaction: Instant,
    vacuum: Instant,
}

impl Chores {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            people: now,
            compaction: now,
            vacuum: now,
        }
    }

    /// Does what is due.
    async fn run(
        &mut self,
        source: &MongoSource,
        writer: &mut Writer,
        options: &FollowOptions,
    ) -> Result<()> {
        if self.compaction.elapsed() >= Duration::from_secs(10) {
            writer.compact(false).await?;
            self.compaction = Instant::now();
        }
        if self.people.elapsed() >= options.people {
            let now = writer.now();
            people::from_mongo(writer.place(), source, now).await?;
            self.people = Instant::now();
        }
        if self.vacuum.elapsed() >= Duration::from_secs(60 * 60) {
            writer.vacuum().await?;
            self.vacuum = Instant::now();
        }
        Ok(())
    }
}
