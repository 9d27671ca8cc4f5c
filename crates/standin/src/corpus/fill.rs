//! A corpus in a real MongoDB.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use bson::{Document, RawDocumentBuf, doc};
use futures::{StreamExt as _, TryStreamExt as _};
use mongodb::options::{CollectionOptions, WriteConcern};
use mongodb::{Database, IndexModel};
use tokio::sync::mpsc;

use super::documents::Collection;
use super::plan::Corpus;
use super::summary::CorpusSummary;

/// How many bytes go into one insert: well below the 48 MB a server takes.
const BATCH_BYTES: usize = 8 << 20;
/// How many inserts are under way at once. With one more being made and one waiting, memory stays
/// below 50 MB.
const IN_FLIGHT: usize = 2;

/// What was put into the database.
#[derive(Clone, Debug)]
pub struct Filled {
    /// Counts of what the database holds now.
    pub summary: CorpusSummary,
    /// How many documents were inserted.
    pub documents: u64,
    /// How long it took, the indexes included.
    pub elapsed: Duration,
}

impl Filled {
    /// Returns how many messages were stored in a second, those of logs included.
    pub fn messages_per_second(&self) -> u64 {
        let messages = self.summary.messages + self.summary.log_messages;
        let millis = self.elapsed.as_millis().max(1);
        u64::try_from(u128::from(messages) * 1_000 / millis).unwrap_or(u64::MAX)
    }
}

/// Puts a corpus into a database, with OpenIM's indexes. The database should hold none of it yet:
/// documents that are there already make it fail.
pub async fn fill(corpus: &Corpus, database: &Database) -> Result<Filled> {
    let begin = Instant::now();
    create_indexes(database).await?;
    let (sender, receiver) = mpsc::channel(1);
    let maker = tokio::task::spawn_blocking({
        let corpus = corpus.clone();
        move || make_batches(&corpus, &sender)
    });
    let batches = futures::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|batch| (batch, receiver))
    });
    let documents = batches
        .map(|(collection, batch)| insert(database, collection, batch))
        .buffer_unordered(IN_FLIGHT)
        .try_fold(0, |sum, inserted| async move { Ok(sum + inserted) })
        .await?;
    let summary = maker.await.context("the generator failed")?;
    Ok(Filled {
        summary: summary.ok_or_else(|| anyhow!("the generator was stopped"))?,
        documents,
        elapsed: begin.elapsed(),
    })
}

/// Creates the indexes OpenIM creates, of the collections a corpus has
/// (open-im-server `pkg/common/storage/database/mgo`, v3.8.3-patch.16).
pub async fn create_indexes(database: &Database) -> Result<()> {
    for collection in Collection::ALL {
        let (keys, unique) = match collection {
            Collection::Msg => (doc! { "doc_id": 1 }, true),
            Collection::Conversation => (doc! { "owner_user_id": 1, "conversation_id": 1 }, true),
            Collection::User => (doc! { "user_id": 1 }, true),
            Collection::Group => (doc! { "group_id": 1 }, true),
            Collection::GroupMember => (doc! { "group_id": 1, "user_id": 1 }, true),
            Collection::Seq => (doc! { "conversation_id": 1 }, false),
            Collection::SeqUser => (doc! { "user_id": 1, "conversation_id": 1 }, false),
        };
        let mut index = IndexModel::builder().keys(keys).build();
        index.options.get_or_insert_default().unique = unique.then_some(true);
        database
            .collection::<Document>(collection.name())
            .create_index(index)
            .await
            .with_context(|| format!("the index of {} cannot be created", collection.name()))?;
    }
    Ok(())
}

type Batch = (Collection, Vec<RawDocumentBuf>);

/// Hands batches over until all are made; `None` where nobody takes them any more.
fn make_batches(corpus: &Corpus, sender: &mpsc::Sender<Batch>) -> Option<CorpusSummary> {
    let mut documents = corpus.documents();
    let mut batches: Vec<(Collection, Vec<RawDocumentBuf>, usize)> = Collection::ALL
        .iter()
        .map(|collection| (*collection, Vec::new(), 0))
        .collect();
    for (collection, document) in documents.by_ref() {
        let slot = batches.iter_mut().find(|batch| batch.0 == collection)?;
        slot.2 += document.as_bytes().len();
        slot.1.push(document);
        if slot.2 >= BATCH_BYTES {
            slot.2 = 0;
            let full = std::mem::take(&mut slot.1);
            sender.blocking_send((collection, full)).ok()?;
        }
    }
    for (collection, batch, _) in batches {
        if !batch.is_empty() {
            sender.blocking_send((collection, batch)).ok()?;
        }
    }
    Some(documents.summary().clone())
}

async fn insert(
    database: &Database,
    collection: Collection,
    batch: Vec<RawDocumentBuf>,
) -> Result<u64> {
    let options = CollectionOptions::builder()
        .write_concern(WriteConcern::nodes(1))
        .build();
    let count = batch.len();
    database
        .collection_with_options::<RawDocumentBuf>(collection.name(), options)
        .insert_many(batch)
        .ordered(false)
        .await
        .with_context(|| format!("{count} documents cannot be put into {}", collection.name()))?;
    Ok(count as u64)
}
