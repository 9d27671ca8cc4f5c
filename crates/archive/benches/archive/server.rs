//! The server that is copied: a replica set with a generated history.

use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_standin::corpus::{Corpus, CorpusOptions, fill};
use openim_history_standin::mongod::{Mode, Mongod, MongodOptions};
use tokio::runtime::Runtime;

/// The name of the database.
pub(crate) const DATABASE: &str = "whole";

/// The server that is copied.
pub(crate) struct Server {
    pub(crate) runtime: Runtime,
    pub(crate) mongod: Mongod,
    /// Messages it holds, logs included.
    pub(crate) messages: u64,
}

impl Server {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let messages = match std::env::var("OPENIM_HISTORY_BENCH_MESSAGES") {
            Ok(text) => text
                .parse()
                .expect("OPENIM_HISTORY_BENCH_MESSAGES is a number"),
            Err(_) => 2_000_000,
        };
        // The cache holds everything: disks are not what is compared here.
        let options = MongodOptions::new(Mode::ReplicaSet).cache_gb(4.0);
        let mongod = runtime.block_on(options.start()).expect("mongod starts");
        let corpus = Corpus::new(CorpusOptions::server(1, messages));
        let filled = runtime.block_on(async {
            let client = mongod.client().await.expect("mongod answers");
            fill(&corpus, &client.database(DATABASE))
                .await
                .expect("the corpus is stored")
        });
        Self {
            runtime,
            mongod,
            messages: filled.summary.messages + filled.summary.log_messages,
        }
    }
}

/// Returns a source on the database.
pub(crate) async fn source(uri: &str) -> MongoSource {
    let options = MongoOptions::new(uri, DATABASE);
    MongoSource::connect(options)
        .await
        .expect("mongod may be read")
}
