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

/// Writes a block of a conversation nothing else is written to.
async fn write_end(msg: &Collection<Document>) {
    msg.insert_one(block("si_the_end", 0, 1, 1))
        .await
        .expect("inserted");
}

/// Reads changes up to that block.
async fn until_end(changes: &mut Changes) -> Vec<BlockChange> {
    let mut found = Vec::new();
    loop {
        for change in changes.next().await.expect("followed").changes {
            match &change {
                BlockChange::Messages { block, .. } if block.conversation_id == "si_the_end" => {
                    return found;
                }
                _ => found.push(change),
            }
        }
    }
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
