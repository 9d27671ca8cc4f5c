//! The stream as its user sees it.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use mongodb::raw_batch_cursor::RawBatch;
use tokio::sync::mpsc;

use super::event::{BlockChange, Event, Gathered, Kind};
use super::fetch::token_of;
use super::names::{Known, Names};
use super::token::{ClusterTime, ResumeToken};
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::source::mongo::blocks::BlockId;
use crate::source::mongo::query::{Reader, documents};
use crate::source::mongo::wire::Fields;

/// Where to begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With what happens from now on.
    #[default]
    Now,
    /// With what happened behind a place.
    After(ResumeToken),
    /// With what happened at a time of the cluster's clock or later.
    At(ClusterTime),
}

/// How to follow.
#[derive(Clone, Debug)]
pub struct ChangesOptions {
    /// Where to begin.
    pub start: Start,
    /// How long to wait for something to happen before a batch without changes is given out.
    /// Changes are given out as they come, whatever this says.
    pub wait: Duration,
}

impl Default for ChangesOptions {
    fn default() -> Self {
        Self {
            start: Start::Now,
            wait: Duration::from_millis(500),
        }
    }
}

/// Some changes, in their order, and the place behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeBatch {
    /// What happened; empty where nothing did.
    pub changes: Vec<BlockChange>,
    /// The place behind these changes. It moves on even where nothing happened, so that it does
    /// not fall out of the oplog.
    pub token: ResumeToken,
    /// How many events these were.
    pub events: usize,
    /// When the newest of them happened, by the server's clock.
    pub newest: Option<Timestamp>,
}

/// A stream of changes. Dropping it ends it.
pub struct Changes {
    reader: Reader,
    batches: mpsc::Receiver<Result<RawBatch>>,
    /// Fetched and not yet given out: a call that is given up must not lose it.
    pending: Option<Arc<RawBatch>>,
    names: Names,
    /// Behind the last batch fetched, for batches that do not say.
    token: ResumeToken,
    ended: Option<&'static str>,
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes")
            .field("reader", &self.reader)
            .field("token", &self.token)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// Returns the place behind all that has happened.
    pub(in crate::source::mongo) async fn now(&self) -> Result<ResumeToken> {
        Ok(self.changes(ChangesOptions::default()).await?.token)
    }

    pub(in crate::source::mongo) async fn changes(
        &self,
        options: ChangesOptions,
    ) -> Result<Changes> {
        let ChangesOptions { start, wait } = options;
        let failure = |error| self.changes_failure(&error);
        let mut cursor = match self.open(&start, wait).await {
            Ok(cursor) => cursor,
            Err(error) => return Err(self.start_failure(&start, wait, &error).await),
        };
        // The first batch waits for nothing, and only it shows whether the start was good.
        let first = cursor.next().await.transpose().map_err(failure)?;
        let before = match start {
            Start::After(token) => Some(token),
            Start::Now | Start::At(_) => None,
        };
        let Some(token) = first.as_ref().and_then(token_of).or(before) else {
            return Err(Error::NotSupported {
                what: "a place in the stream of changes (MongoDB 4.0.7 and later)".into(),
                origin: crate::source::Origin::Mongo,
            });
        };
        let (sender, batches) = mpsc::channel(1);
        let reader = self.clone();
        tokio::spawn(reader.fetch_changes(cursor, token.clone(), wait, sender));
        Ok(Changes {
            reader: self.clone(),
            batches,
            pending: first.map(Arc::new),
            names: Names::default(),
            token,
            ended: None,
        })
    }
}

impl Changes {
    /// Waits for the next batch; after [`ChangesOptions::wait`] without any change, for an empty
    /// one. A call may be given up without losing anything.
    ///
    /// Troubles of the network and elections are got over once without a word. After an error
    /// the stream is over: after [`Error::Unreachable`] a new one can be opened behind the last
    /// batch's token; after [`Error::TokenLost`] nobody can tell what happened since, and only a
    /// comparison helps.
    pub async fn next(&mut self) -> Result<ChangeBatch> {
        let batch = match &self.pending {
            Some(batch) => Arc::clone(batch),
            None => {
                let fetched = self.fetched().await?;
                Arc::clone(self.pending.insert(Arc::new(fetched)))
            }
        };
        let names = self.names_for(&batch).await?;
        let decoding = Arc::clone(&batch);
        let decoded = tokio::task::spawn_blocking(move || decode(documents(&decoding), &names));
        let decoded = decoded.await.map_err(|error| Error::Malformed {
            what: "a batch of changes".into(),
            reason: "its decoding broke off".into(),
            source: Some(Box::new(error)),
        })?;
        for change in &decoded.changes {
            if let BlockChange::Removed { id, .. } = change {
                self.names.remove(*id);
            }
        }
        self.pending = None;
        self.ended = decoded.ended;
        if let Some(token) = token_of(&batch) {
            self.token = token;
        }
        Ok(ChangeBatch {
            changes: decoded.changes,
            token: self.token.clone(),
            events: decoded.events,
            newest: decoded.newest,
        })
    }

    async fn fetched(&mut self) -> Result<RawBatch> {
        if let Some(reason) = self.ended {
            return Err(self.reader.lost(reason));
        }
        match self.batches.recv().await {
            Some(batch) => batch,
            None => Err(Error::Unreachable {
                what: self.reader.end.clone(),
                source: None,
            }),
        }
    }

    /// Returns the names of the blocks a batch speaks of: from the batch itself, from what is
    /// remembered, and for the rest from the server.
    async fn names_for(&mut self, batch: &RawBatch) -> Result<Known> {
        let mut names = Known::new();
        let mut unknown: HashSet<BlockId> = HashSet::new();
        let mut newest = None;
        for event in documents(batch).map(Event::read) {
            newest = event.time.or(newest);
            let Some(id) = event.id else {
                continue;
            };
            if let Some((key, _)) = event.whole() {
                self.names.insert(id, key.name());
                names.insert(id, Some(key.name()));
            } else if !names.contains_key(&id) && !unknown.contains(&id) {
                match self.names.get(id) {
                    Some(name) => {
                        names.insert(id, Some(name));
                    }
                    None if event.needs_name() => {
                        unknown.insert(id);
                    }
                    None => {}
                }
            }
        }
        let unknown: Vec<_> = unknown
            .into_iter()
            .filter(|id| !names.contains_key(id))
            .collect();
        if !unknown.is_empty() {
            // A member that lags behind the one that told would not know the newest blocks.
            let reader = Reader {
                after: newest.max(self.reader.after),
                ..self.reader.clone()
            };
            for (id, name) in reader.names(&unknown).await? {
                if let Some(name) = &name {
                    self.names.insert(id, name.clone());
                }
                names.insert(id, name);
            }
        }
        Ok(names)
    }
}

/// What the events of a batch say.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) changes: Vec<BlockChange>,
    pub(super) events: usize,
    pub(super) newest: Option<Timestamp>,
    pub(super) ended: Option<&'static str>,
}

pub(super) fn decode<'a>(events: impl Iterator<Item = Fields<'a>>, names: &Known) -> Decoded {
    let mut decoded = Decoded::default();
    let mut gathered = Gathered::default();
    for event in events.map(Event::read) {
        decoded.events += 1;
        decoded.newest = event.at().or(decoded.newest);
        if let Kind::End(reason) = event.kind {
            decoded.ended = Some(reason);
            break;
        }
        gathered.add(&event, names);
    }
    decoded.changes = gathered.changes;
    decoded
}
