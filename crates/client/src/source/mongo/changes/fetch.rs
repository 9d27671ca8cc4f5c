//! Getting batches of events from the server, across its passing troubles.

use std::time::Duration;

use bson::doc;
use futures::StreamExt;
use mongodb::error::ErrorKind;
use mongodb::options::{AggregateOptions, ReadConcern};
use mongodb::raw_batch_cursor::{RawBatch, RawBatchCursor};
use tokio::sync::mpsc;

use super::stream::Start;
use super::token::ResumeToken;
use crate::error::{Error, Result};
use crate::source::Origin;
use crate::source::mongo::query::{Reader, documents};
use crate::source::mongo::wire::Fields;

/// Events handed over at once; the server also stops at 16 MB.
const EVENTS: u32 = 10_000;

/// "$changeStream is only supported on replica sets".
const NO_REPLICA_SET: i32 = 40_573;
/// "Cursor not found": the server has forgotten where we were, and we have not.
const CURSOR_NOT_FOUND: i32 = 43;
/// What an oplog that does not reach back far enough and a token of another collection or another
/// server are answered with, and an event greater than 16 MB, which stands in the way of all that
/// follow.
const LOST: [i32; 8] = [136, 260, 280, 286, 10_334, 40_615, 40_647, 40_649];

impl Reader {
    /// Opens a change stream on `msg`.
    pub(super) async fn open(
        &self,
        start: &Start,
        wait: Duration,
    ) -> mongodb::error::Result<RawBatchCursor> {
        let mut stage = doc! {};
        match start {
            Start::Now => {}
            Start::After(token) => {
                stage.insert("resumeAfter", token.document());
            }
            Start::At(time) => {
                stage.insert("startAtOperationTime", time.bson());
            }
        }
        let options = AggregateOptions::builder()
            .batch_size(EVENTS)
            .max_await_time(wait)
            // Whatever the connection string says: nothing else is allowed here.
            .read_concern(ReadConcern::majority())
            .build();
        self.collection("msg")
            .aggregate([doc! { "$changeStream": stage }])
            .with_options(options)
            .batch()
            .await
    }

    /// Hands batches over until nobody takes them, the server ends the stream, or an error comes
    /// twice in a row.
    pub(super) async fn fetch_changes(
        self,
        mut cursor: RawBatchCursor,
        mut token: ResumeToken,
        wait: Duration,
        sender: mpsc::Sender<Result<RawBatch>>,
    ) {
        let mut tried_again = false;
        loop {
            let next = tokio::select! {
                biased;
                () = sender.closed() => return,
                next = cursor.next() => next,
            };
            let outcome = match next {
                Some(Ok(batch)) => {
                    tried_again = false;
                    token = token_of(&batch).unwrap_or(token);
                    Ok(batch)
                }
                Some(Err(error)) if !tried_again && is_passing(&error) => {
                    tracing::debug!(%error, "the change stream broke off and is opened again");
                    tried_again = true;
                    match self.open(&Start::After(token.clone()), wait).await {
                        Ok(again) => {
                            cursor = again;
                            continue;
                        }
                        Err(error) => Err(self.changes_failure(&error)),
                    }
                }
                Some(Err(error)) => Err(self.changes_failure(&error)),
                None => return,
            };
            let failed = outcome.is_err();
            if sender.send(outcome).await.is_err() || failed {
                return;
            }
        }
    }

    /// Says why a start was refused. MongoDB has many codes for a damaged token; whether it is to
    /// blame shows where a stream without it opens.
    pub(super) async fn start_failure(
        &self,
        start: &Start,
        wait: Duration,
        error: &mongodb::error::Error,
    ) -> Error {
        match self.changes_failure(error) {
            Error::Rejected { message, .. }
                if *start != Start::Now && self.open(&Start::Now, wait).await.is_ok() =>
            {
                self.lost(message)
            }
            failure => failure,
        }
    }

    pub(super) fn lost(&self, reason: impl Into<String>) -> Error {
        Error::TokenLost {
            what: format!("the change stream of {}", self.end),
            reason: reason.into(),
        }
    }

    pub(super) fn changes_failure(&self, error: &mongodb::error::Error) -> Error {
        match error.kind.as_ref() {
            ErrorKind::Command(command) if command.code == NO_REPLICA_SET => Error::NotSupported {
                what: "a change stream of a server that is no replica set".into(),
                origin: Origin::Mongo,
            },
            ErrorKind::Command(command) if LOST.contains(&command.code) => {
                self.lost(&command.message)
            }
            _ => self.failure("change stream of msg", error),
        }
    }
}

/// Whether the same stream can go on at once (the driver's own rule for its change streams).
fn is_passing(error: &mongodb::error::Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => {
            command.code == CURSOR_NOT_FOUND || error.contains_label("ResumableChangeStreamError")
        }
        ErrorKind::Authentication { .. } => false,
        _ => true,
    }
}

/// Returns the place behind all of a batch.
pub(super) fn token_of(batch: &RawBatch) -> Option<ResumeToken> {
    let reply = Fields::of(batch.as_raw_document().as_bytes());
    let behind_all = reply
        .value("cursor.postBatchResumeToken")
        .and_then(|token| token.document());
    // Before MongoDB 4.0.7 only events have one.
    let of_last = || documents(batch).last()?.value("_id")?.document();
    ResumeToken::read(behind_all.or_else(of_last)?)
}
