//! How the following is going, for a person and for `status`.

use std::time::{Duration, Instant};

use jiff::Timestamp as Now;
use openim_history_client::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::place::Place;
use crate::progress::Progress;
use crate::write::{Counts, Writer};

const FILE: &str = "sync/status.json";

/// How often the file is written, on this machine and elsewhere.
const EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// What a follower is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Getting ready.
    #[default]
    Starting,
    /// Copying what is there.
    Snapshot,
    /// Taking in what happened meanwhile.
    CatchingUp,
    /// Up to date.
    Following,
    /// The server does not answer; it is tried again.
    Degraded,
    /// Done, or broken off.
    Stopped,
}

/// How the following is going.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FollowStatus {
    /// What the follower is doing.
    pub state: State,
    /// The process that follows.
    pub process: u32,
    /// Since when it does.
    pub since: Timestamp,
    /// When this was written.
    pub written: Timestamp,
    /// How far the archive may be behind, in seconds: what the server had then was taken in and committed.
    /// Where the server tells its changes, that is when the newest of them happened, by its clock, or when
    /// it last said that there is nothing more; where it is asked, when the last round that succeeded
    /// began. It grows while the server does not answer. `None` before anything was taken in.
    pub lag_seconds: Option<f64>,
    /// Events taken in a second, over the last ten seconds.
    pub events_per_second: f64,
    /// When something was last committed.
    pub last_commit: Option<Timestamp>,
    /// What became of everything since it began.
    pub counts: Counts,
    /// Messages the archive has.
    pub messages: u64,
    /// What went wrong last, while it is going wrong.
    pub trouble: Option<String>,
}

impl FollowStatus {
    /// Reads what the last follower said; `None` where there never was one.
    pub(crate) async fn read(place: &Place) -> Result<Option<Self>> {
        let bytes = place.read(FILE).await?;
        // It is only news: what cannot be read will soon be written again.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

/// Told how the following is going.
pub trait Observer: Progress {
    /// Something changed, or a second went by.
    fn status(&self, status: &FollowStatus);
}

/// Keeps the status, and tells of it.
pub(super) struct Reporter<'a> {
    place: Place,
    observer: &'a dyn Observer,
    status: FollowStatus,
    written: Option<Instant>,
    window: (Instant, u64),
    /// What the server had then is in the archive.
    caught_up: Option<Timestamp>,
    before: Option<Counts>,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(place: Place, observer: &'a dyn Observer) -> Self {
        Self {
            place,
            observer,
            status: FollowStatus {
                process: std::process::id(),
                since: Now::now().into(),
                ..FollowStatus::default()
            },
            written: None,
            window: (Instant::now(), 0),
            caught_up: None,
            before: None,
        }
    }

    pub(super) fn progress(&self) -> &'a dyn Progress {
        self.observer
    }

    pub(super) fn status(&self) -> FollowStatus {
        self.status.clone()
    }

    /// Counts events.
    pub(super) fn events(&mut self, events: u64) {
        self.window.1 += events;
        let elapsed = self.window.0.elapsed().as_secs_f64();
        if elapsed >= 1.0 {
            self.status.events_per_second = self.window.1 as f64 / elapsed;
        }
        if elapsed >= 10.0 {
            self.window = (Instant::now(), 0);
        }
    }

    /// Notes that what the server had then is in the archive.
    pub(super) fn caught_up(&mut self, time: Timestamp) {
        self.caught_up = Some(time);
    }

    /// Waits, and goes on telling a state meanwhile: who looks sees that it is alive and how far behind.
    pub(super) async fn wait(
        &mut self,
        time: Duration,
        state: State,
        trouble: &str,
        writer: &Writer,
    ) -> Result<()> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            tokio::time::sleep(left.min(EVERY.0)).await;
            self.state(state, Some(trouble.to_owned()), writer).await?;
            if left <= EVERY.0 {
                return Ok(());
            }
        }
    }

    /// Tells the state, behind a commit. Writes it down when it is another one or the time has come.
    pub(super) async fn state(
        &mut self,
        state: State,
        trouble: Option<String>,
        writer: &Writer,
    ) -> Result<()> {
        let now = writer.now();
        let before = *self.before.get_or_insert_with(|| writer.counts());
        let counts = writer.counts().since(before);
        if counts != self.status.counts {
            self.status.last_commit = Some(now);
        }
        self.status.counts = counts;
        self.status.lag_seconds = self.caught_up.map(|caught_up| {
            let lag = now.as_millis().saturating_sub(caught_up.as_millis());
            lag.max(0) as f64 / 1000.0
        });
        if let Ok(ledger) = writer.ledger() {
            self.status.messages = ledger.rows();
        }
        let news = state != self.status.state || trouble != self.status.trouble;
        self.status.state = state;
        self.status.trouble = trouble;
        let every = if self.place.local().is_some() {
            EVERY.0
        } else {
            EVERY.1
        };
        let due = self
            .written
            .is_none_or(|written| written.elapsed() >= every);
        if !news && !due {
            return Ok(());
        }
        self.written = Some(Instant::now());
        self.status.written = now;
        self.observer.status(&self.status);
        let text = serde_json::to_vec_pretty(&self.status).unwrap_or_default();
        self.place.write_loosely(FILE, text).await
    }
}
