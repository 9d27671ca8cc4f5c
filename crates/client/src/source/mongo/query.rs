//! Asking, and reading the answers raw.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;

use bson::{Document, RawDocumentBuf, doc};
use futures::stream::{self, StreamExt, TryStreamExt};
use mongodb::options::{AggregateOptions, FindOptions, RunCursorCommandOptions};
use mongodb::raw_batch_cursor::{RawBatch, RawBatchCursor};
use mongodb::{Collection, Database};

use super::changes::ClusterTime;
use super::failure;
use super::wire::{Fields, Value};
use crate::error::{Error, Result};

/// The server takes a request of 48 MB; ids of 1,000 conversations are a thousandth of that, and
/// several such requests at once keep its cores busy.
const CHUNK: usize = 1_250;

/// The database, and how errors call it.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) database: Database,
    pub(super) end: String,
    pub(super) concurrency: usize,
    /// What the member that answers must have applied. Members of a replica set lag behind each
    /// other, so that one may not know yet what another has told.
    pub(super) after: Option<ClusterTime>,
}

impl fmt::Debug for Reader {
    // The driver's Debug of a client shows its options, credentials included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reader").field(&self.end).finish()
    }
}

impl Reader {
    pub(super) fn failure(&self, doing: &str, error: &mongodb::error::Error) -> Error {
        failure::translate(&self.end, doing, error)
    }

    pub(super) fn collection(&self, name: &str) -> Collection<RawDocumentBuf> {
        self.database.collection(name)
    }

    /// Starts a query; its batches are read by [`Reader::each`].
    pub(super) async fn cursor(
        &self,
        collection: &str,
        filter: Document,
        options: FindOptions,
    ) -> Result<RawBatchCursor> {
        let cursor = match self.after {
            None => {
                self.collection(collection)
                    .find(filter)
                    .with_options(options)
                    .batch()
                    .await
            }
            Some(after) => {
                let mut command = doc! { "find": collection, "filter": filter };
                let documents = [("projection", options.projection), ("sort", options.sort)];
                for (key, document) in documents {
                    if let Some(document) = document {
                        command.insert(key, document);
                    }
                }
                if let Some(limit) = options.limit {
                    command.insert("limit", limit);
                }
                if let Some(size) = options.batch_size {
                    command.insert("batchSize", i64::from(size));
                }
                self.waiting(command, after, options.batch_size).await
            }
        };
        cursor.map_err(|error| self.failure(&format!("find in {collection}"), &error))
    }

    /// Reads what a query finds. A collection that does not exist holds nothing.
    pub(super) async fn find<T>(
        &self,
        collection: &str,
        filter: Document,
        options: FindOptions,
        read: impl FnMut(Fields<'_>) -> Option<T> + Send,
    ) -> Result<Vec<T>> {
        let cursor = self.cursor(collection, filter, options).await?;
        self.drain(&format!("find in {collection}"), cursor, read)
            .await
    }

    /// Reads what an aggregation finds.
    pub(super) async fn aggregate<T>(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
        read: impl FnMut(Fields<'_>) -> Option<T> + Send,
    ) -> Result<Vec<T>> {
        const ROWS: u32 = 10_000;
        let doing = format!("aggregate in {collection}");
        let cursor = match self.after {
            None => {
                let options = AggregateOptions::builder().batch_size(ROWS).build();
                self.collection(collection)
                    .aggregate(pipeline)
                    .with_options(options)
                    .batch()
                    .await
            }
            Some(after) => {
                let cursor = doc! { "batchSize": i64::from(ROWS) };
                let command =
                    doc! { "aggregate": collection, "pipeline": pipeline, "cursor": cursor };
                self.waiting(command, after, Some(ROWS)).await
            }
        };
        let cursor = cursor.map_err(|error| self.failure(&doing, &error))?;
        self.drain(&doing, cursor, read).await
    }

    /// Starts a query that the member answers once it has applied everything up to `after`. The
    /// driver can say so only in a session, and a session does one thing at a time.
    async fn waiting(
        &self,
        mut command: Document,
        after: ClusterTime,
        batch_size: Option<u32>,
    ) -> mongodb::error::Result<RawBatchCursor> {
        command.insert(
            "readConcern",
            doc! { "level": "majority", "afterClusterTime": after.bson() },
        );
        let mut options = RunCursorCommandOptions::default();
        options.batch_size = batch_size;
        options.selection_criteria = self.database.selection_criteria().cloned();
        self.database
            .run_cursor_command(command)
            .with_options(options)
            .batch()
            .await
    }

    async fn drain<T>(
        &self,
        doing: &str,
        mut cursor: RawBatchCursor,
        mut read: impl FnMut(Fields<'_>) -> Option<T> + Send,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        while let Some(batch) = cursor.next().await {
            let batch = batch.map_err(|error| self.failure(doing, &error))?;
            found.extend(documents(&batch).filter_map(&mut read));
        }
        Ok(found)
    }

    /// Counts documents.
    pub(super) async fn count(&self, collection: &str, filter: Document) -> Result<u64> {
        self.collection(collection)
            .count_documents(filter)
            .await
            .map_err(|error| self.failure(&format!("count in {collection}"), &error))
    }

    /// Runs a command and reads its answer.
    pub(super) async fn command<T>(
        &self,
        database: &str,
        command: Document,
        read: impl FnOnce(Fields<'_>) -> T,
    ) -> Result<T> {
        let doing = command.keys().next().cloned().unwrap_or_default();
        self.database
            .client()
            .database(database)
            .run_command(command)
            .await
            .and_then(|answer| Ok(answer.to_vec()?))
            .map(|answer| read(Fields::of(&answer)))
            .map_err(|error| self.failure(&doing, &error))
    }

    /// Cuts a long list of ids into pieces, asks for several at once and returns all answers.
    pub(super) async fn chunked<I, T, F>(
        &self,
        ids: &[I],
        ask: impl Fn(Vec<I>) -> F + Send,
    ) -> Result<Vec<T>>
    where
        I: Clone + Send,
        F: Future<Output = Result<Vec<T>>> + Send,
        T: Send,
    {
        let asked: Vec<F> = ids.chunks(CHUNK).map(|ids| ask(ids.to_vec())).collect();
        let answers: Vec<Vec<T>> = stream::iter(asked)
            .buffered(self.concurrency.max(1))
            .try_collect()
            .await?;
        Ok(answers.into_iter().flatten().collect())
    }
}

/// Returns a batch's documents.
pub(super) fn documents(batch: &RawBatch) -> impl Iterator<Item = Fields<'_>> {
    values(batch).filter_map(|value| value.document())
}

/// Returns a batch's documents as values, which know their size.
pub(super) fn values(batch: &RawBatch) -> impl Iterator<Item = Value<'_>> {
    let reply = Fields::of(batch.as_raw_document().as_bytes());
    reply
        .value("cursor.firstBatch")
        .or_else(|| reply.value("cursor.nextBatch"))
        .and_then(|value| value.array())
        .into_iter()
        .flatten()
        .map(|(_, value)| value)
}

/// Returns options for the named fields only; `_id` is left out unless named.
pub(super) fn only(fields: &[&str]) -> FindOptions {
    let mut projection = doc! { "_id": 0 };
    for field in fields {
        projection.insert(*field, 1);
    }
    FindOptions::builder()
        .projection(projection)
        .batch_size(10_000)
        .build()
}

/// Returns options for many small documents.
pub(super) fn rows() -> FindOptions {
    FindOptions::builder().batch_size(10_000).build()
}

/// Returns options for whole documents. A projection that leaves out next to nothing would make
/// the server build each document anew.
pub(super) fn whole() -> FindOptions {
    FindOptions::default()
}

/// Returns the list without repetitions, in its order.
pub(super) fn distinct<T: Clone + Eq + Hash>(list: &[T]) -> Vec<T> {
    let mut seen = HashSet::with_capacity(list.len());
    list.iter()
        .filter(|item| seen.insert(*item))
        .cloned()
        .collect()
}

/// Returns a filter's list of ids.
pub(super) fn strings<T: AsRef<str>>(ids: &[T]) -> Vec<&str> {
    ids.iter().map(AsRef::as_ref).collect()
}
