//! How fast a change stream is read after a long absence.

use std::sync::LazyLock;
use std::time::Instant;

use bson::{Document, doc};
use divan::Bencher;
use divan::counter::ItemsCount;
use mongodb::Database;
use openim_history_client::source::mongo::{
    BlockChange, ChangesOptions, MongoOptions, MongoSource, ResumeToken, Start,
};
use openim_history_standin::corpus::{Collection, Corpus, CorpusOptions, create_indexes};
use openim_history_standin::mongod::{self, Mode, Mongod};

use crate::places::RUNTIME;
use crate::report;

/// Messages stored one by one.
const MESSAGES: usize = 60_000;

/// A replica set with a history, and the place before it was written.
static MISSED: LazyLock<(Mongod, ResumeToken)> = LazyLock::new(|| {
    RUNTIME.block_on(async {
        let options = mongod::MongodOptions::new(Mode::ReplicaSet).cache_gb(1.0);
        let mongod = options.start().await.expect("mongod starts");
        let database = mongod.client().await.expect("connects").database("missed");
        create_indexes(&database).await.expect("indexes");
        let token = source(&mongod).await.now().await.expect("a place");
        write(&database).await;
        (mongod, token)
    })
});

async fn source(mongod: &Mongod) -> MongoSource {
    let options = MongoOptions::new(mongod.uri(), "missed");
    MongoSource::connect(options).await.expect("may be read")
}

/// Writes messages as the server does: an empty block first, then one update for each message.
async fn write(database: &Database) {
    let corpus = Corpus::new(CorpusOptions::server(
        3,
        MESSAGES as u64 + MESSAGES as u64 / 10,
    ));
    let mut updates: Vec<Document> = Vec::new();
    let mut stored = 0;
    for (collection, document) in corpus.documents() {
        if collection != Collection::Msg || stored == MESSAGES {
            continue;
        }
        let mut block: Document = document.try_into().expect("BSON");
        let doc_id = block.get_str("doc_id").expect("a name").to_owned();
        for (at, slot) in block
            .get_array_mut("msgs")
            .expect("slots")
            .iter_mut()
            .enumerate()
        {
            let slot = slot.as_document_mut().expect("a slot");
            let Some(bson::Bson::Document(body)) = slot.insert("msg", bson::Bson::Null) else {
                continue;
            };
            if stored < MESSAGES {
                stored += 1;
                let change = doc! { "$set": { format!("msgs.{at}.msg"): body } };
                updates.push(doc! { "q": { "doc_id": &doc_id }, "u": change });
            }
        }
        let msg = database.collection::<Document>("msg");
        msg.insert_one(block).await.expect("inserted");
        while updates.len() >= 1_000 || (stored == MESSAGES && !updates.is_empty()) {
            let some: Vec<_> = updates.drain(..updates.len().min(1_000)).collect();
            let command = doc! { "update": "msg", "updates": some, "ordered": false };
            database.run_command(command).await.expect("updated");
        }
    }
    assert_eq!(stored, MESSAGES);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn caught_up(bencher: Bencher<'_, '_>) {
    let (mongod, token) = &*MISSED;
    let source = RUNTIME.block_on(source(mongod));
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        let options = ChangesOptions {
            start: Start::After(token.clone()),
            ..ChangesOptions::default()
        };
        let begin = Instant::now();
        let stored = RUNTIME.block_on(async {
            let mut changes = source.changes(options).await.expect("followed");
            let mut stored = 0;
            while stored < MESSAGES {
                for change in changes.next().await.expect("followed").changes {
                    if let BlockChange::Messages {
                        slots,
                        with_state: false,
                        ..
                    } = change
                    {
                        stored += slots.len();
                    }
                }
            }
            stored
        });
        report::took("change events", stored as u64, begin.elapsed());
    });
}
