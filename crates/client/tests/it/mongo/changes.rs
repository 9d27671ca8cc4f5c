//! Following a real mongod.

mod apply;
mod shapes;
mod starts;

use std::time::Duration;

use bson::{Document, doc};
use mongodb::{Collection, Database};
use openim_history_client::source::mongo::{
    BlockChange, Changes, ChangesOptions, MongoSource, Start,
};
use openim_history_standin::mongod::Mode;

use super::fixture::block;

/// A database of a replica set, its blocks and a source on it.
async fn place() -> (Database, Collection<Document>, MongoSource) {
    let (database, options) = crate::mongod::database(Mode::ReplicaSet).await;
    let source = MongoSource::connect(options).await.expect("connected");
    let msg = database.collection("msg");
    (database, msg, source)
}

async fn follow(source: &MongoSource, start: Start) -> Changes {
    let options = ChangesOptions {
        start,
        wait: Duration::from_millis(50),
    };
    source.changes(options).await.expect("followed")
}

/// Waits, but not for ever: an event that got lost must fail its test and not hold up all others.
async fn in_time<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), wait)
        .await
        .expect("what is waited for comes within two minutes")
}

/// Writes a block of a conversation nothing else is written to.
async fn write_end(msg: &Collection<Document>) {
    msg.insert_one(block("si_the_end", 0, 1, 1))
        .await
        .expect("inserted");
}

/// Reads changes up to that block.
async fn until_end(changes: &mut Changes) -> Vec<BlockChange> {
    let mut found = Vec::new();
    in_time(async {
        loop {
            for change in changes.next().await.expect("followed").changes {
                if is_end(&change) {
                    return;
                }
                found.push(change);
            }
        }
    })
    .await;
    found
}

fn is_end(change: &BlockChange) -> bool {
    matches!(change, BlockChange::Messages { block, .. } if block.conversation_id == "si_the_end")
}

/// What was said of numbers, whatever was gathered into one change.
fn told(changes: &[BlockChange]) -> Vec<(&'static str, i64)> {
    let mut told = Vec::new();
    for change in changes {
        match change {
            BlockChange::Messages {
                slots, with_state, ..
            } => {
                let kind = if *with_state { "inserted" } else { "message" };
                told.extend(slots.iter().map(|slot| (kind, slot.seq().0)));
            }
            BlockChange::Touched { seqs, .. } => {
                told.extend(seqs.iter().map(|seq| ("touched", seq.0)));
            }
            BlockChange::Removed { block, .. } => {
                told.push(("removed", block.as_ref().map_or(-1, |block| block.number)));
            }
        }
    }
    told
}

/// The filter for a block.
fn named(doc_id: &str) -> Document {
    doc! { "doc_id": doc_id }
}
