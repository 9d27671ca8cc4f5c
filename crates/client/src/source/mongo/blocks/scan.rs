//! Walking through all stored messages.

use std::pin::Pin;
use std::task::{Context, Poll};

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use futures::Stream;
use futures::stream::{self, BoxStream, StreamExt};
use mongodb::raw_batch_cursor::RawBatch;
use tokio::sync::mpsc;

use super::id::{Block, BlockId, BlockKey};
use super::tails::{block_id, blocks_of};
use crate::error::{Error, Result};
use crate::model::{ConversationId, HoleCause, SeqRange, Slot};
use crate::source::mongo::query::{Reader, distinct, values, whole};
use crate::source::mongo::wire::{self, Fields};

/// Blocks the server hands over at once: a few megabytes, so that a scan stays within some tens.
const BATCH: u32 = 50;

/// Blocks asked for by `_id` in one query.
const IDS_AT_ONCE: usize = 1_000;

/// What to walk through, and how many hands to use.
#[derive(Clone, Debug)]
pub struct ScanOptions {
    /// Which blocks.
    pub scope: ScanScope,
    /// Batches decoded at once.
    pub decoders: usize,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            scope: ScanScope::All,
            decoders: 2,
        }
    }
}

/// Which blocks to walk through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ScanScope {
    /// All of them, in the order they lie on disk.
    #[default]
    All,
    /// Those of some conversations, one conversation after the other.
    Conversations(Vec<ConversationId>),
    /// Those whose document `_id` lies behind `after` and not behind `until`, in that order.
    Ids {
        /// The last `_id` that is left out.
        after: Option<BlockId>,
        /// The last `_id` that is taken.
        until: Option<BlockId>,
    },
    /// These, in no order; those that are not there (any more) are left out.
    Blocks(Vec<BlockId>),
}

/// The stream of [`MongoSource::scan`](crate::source::mongo::MongoSource::scan).
struct Scan(BoxStream<'static, Result<Vec<Block>>>);

impl Stream for Scan {
    type Item = Result<Vec<Block>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl Reader {
    /// Two things go on beside each other: one task waits for the server, others decode.
    pub(in crate::source::mongo) fn scan(
        &self,
        options: ScanOptions,
    ) -> impl Stream<Item = Result<Vec<Block>>> + Send + Unpin + use<> {
        let (sender, receiver) = mpsc::channel(2);
        let decoders = options.decoders.max(1);
        let reader = self.clone();
        let fetch = async move {
            if let Err(error) = reader.fetch_all(options.scope, &sender).await {
                // Nobody listens any more where this fails.
                let _ = sender.send(Err(error)).await;
            }
        };
        let batches = stream::unfold(Start::Later(receiver, Box::pin(fetch)), |state| async {
            let mut receiver = match state {
                // Not before the first poll: a stream that is never polled costs nothing.
                Start::Later(receiver, fetch) => {
                    tokio::spawn(fetch);
                    receiver
                }
                Start::Done(receiver) => receiver,
            };
            let batch = receiver.recv().await?;
            Some((batch, Start::Done(receiver)))
        });
        let slots = batches
            .map(|batch| async move {
                let (only, batch) = batch?;
                tokio::task::spawn_blocking(move || decode(&batch, only.as_ref()))
                    .await
                    .map_err(|error| Error::Malformed {
                        what: "a batch of blocks".into(),
                        reason: "its decoding broke off".into(),
                        source: Some(Box::new(error)),
                    })
            })
            .buffered(decoders);
        Scan(slots.boxed())
    }

    async fn fetch_all(
        &self,
        scope: ScanScope,
        sender: &mpsc::Sender<Result<Batch>>,
    ) -> Result<()> {
        let (parts, sort): (Vec<(Option<ConversationId>, Document)>, _) = match scope {
            ScanScope::All => (vec![(None, doc! {})], None),
            ScanScope::Ids { after, until } => {
                let mut bounds = Document::new();
                if let Some(after) = after {
                    bounds.insert("$gt", after.object_id());
                }
                if let Some(until) = until {
                    bounds.insert("$lte", until.object_id());
                }
                // Without a bound every id still is one of MongoDB's own kind.
                if bounds.is_empty() {
                    bounds.insert("$gte", ObjectId::from_bytes([0; 12]));
                }
                (
                    vec![(None, doc! { "_id": bounds })],
                    Some(doc! { "_id": 1 }),
                )
            }
            ScanScope::Blocks(ids) => {
                let ids: Vec<Bson> = distinct(&ids)
                    .into_iter()
                    .map(|id| id.object_id().into())
                    .collect();
                let part = |ids: &[Bson]| (None, doc! { "_id": { "$in": ids } });
                (ids.chunks(IDS_AT_ONCE).map(part).collect(), None)
            }
            ScanScope::Conversations(ids) => {
                let part = |id: ConversationId| {
                    let filter = blocks_of(&id);
                    (Some(id), filter)
                };
                (ids.into_iter().map(part).collect(), None)
            }
        };
        for (only, filter) in parts {
            let mut options = whole();
            options.batch_size = Some(BATCH);
            options.sort.clone_from(&sort);
            let mut cursor = self.cursor("msg", filter, options).await?;
            while let Some(batch) = cursor.next().await {
                let batch = batch
                    .map(|batch| (only.clone(), batch))
                    .map_err(|error| self.failure("scan msg", &error));
                let failed = batch.is_err();
                if sender.send(batch).await.is_err() || failed {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// A batch of blocks, and the one conversation wanted of it, where it is one.
type Batch = (Option<ConversationId>, RawBatch);

type Fetch = Pin<Box<dyn Future<Output = ()> + Send>>;

enum Start {
    Later(mpsc::Receiver<Result<Batch>>, Fetch),
    Done(mpsc::Receiver<Result<Batch>>),
}

fn decode(batch: &RawBatch, only: Option<&ConversationId>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for value in values(batch) {
        let Some((document, key)) = value
            .document()
            .and_then(|document| Some((document, key_of(document)?)))
        else {
            continue;
        };
        // An id that holds a ':' itself lies among the blocks of a shorter one.
        if only.is_some_and(|only| *only != key.conversation_id) {
            continue;
        }
        let (mut slots, mut early) = (Vec::new(), Vec::new());
        wire::read_block_with_early(
            &key.name(),
            document,
            SeqRange::new(1, i64::MAX),
            &mut slots,
            &mut early,
        );
        // Only the next block could tell whether the numbers behind the last message are lost or
        // not given out yet.
        let padding = slots
            .iter()
            .rev()
            .take_while(|slot| is_padding(slot))
            .count();
        slots.truncate(slots.len() - padding);
        blocks.push(Block {
            key,
            size: value.size() as u64,
            slots,
            early,
        });
    }
    blocks
}

/// Reads which block a document is; `None`, and a word in the log, where it is none.
pub(in crate::source::mongo) fn key_of(document: Fields<'_>) -> Option<BlockKey> {
    let id = document.value("_id").and_then(|id| id.object_id());
    let key = id.zip(block_id(document)).map(|(id, name)| BlockKey {
        id: BlockId::from_bytes(id),
        conversation_id: name.conversation,
        number: name.number,
    });
    if key.is_none() {
        tracing::warn!(doc_id = %document.text("doc_id"), "a document of msg is no block");
    }
    key
}

/// Whether nothing was ever stored at the number.
pub(in crate::source::mongo) fn is_padding(slot: &Slot) -> bool {
    matches!(slot, Slot::Hole(hole) if hole.cause == HoleCause::NeverStored)
}
