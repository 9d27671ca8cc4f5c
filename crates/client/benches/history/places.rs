//! What is read: one mongod for the whole run, databases filled once, a stand-in with latency.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use mongodb::Database;
use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_standin::collections::Collections;
use openim_history_standin::corpus::{Corpus, CorpusOptions, Filled, fill};
use openim_history_standin::mongod::{self, Mode, Mongod};
use openim_history_standin::rest::{Server, ServerOptions};
use tokio::runtime::Runtime;

use crate::report;

/// Drives what is measured; a caller's program would have one like it.
pub(crate) static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().expect("a runtime starts"));

/// All corpora lie in one server, as the peer reads from the very same.
pub(crate) static MONGOD: LazyLock<Mongod> = LazyLock::new(|| {
    // The cache holds everything: disks are not what is compared here.
    let options = mongod::MongodOptions::new(Mode::Standalone).cache_gb(4.0);
    RUNTIME
        .block_on(options.start())
        .expect("mongod starts; scripts/bench names one")
});

/// Returns how many messages the full read reads.
pub(crate) fn messages() -> u64 {
    match std::env::var("OPENIM_HISTORY_BENCH_MESSAGES") {
        Ok(text) => text
            .parse()
            .expect("OPENIM_HISTORY_BENCH_MESSAGES is a number"),
        Err(_) => 2_000_000,
    }
}

/// Returns a database of the server, which may not exist yet.
pub(crate) fn database(name: &str) -> Database {
    let client = RUNTIME.block_on(MONGOD.client()).expect("mongod answers");
    client.database(name)
}

fn filled(name: &str, options: CorpusOptions) -> Filled {
    RUNTIME
        .block_on(fill(&Corpus::new(options), &database(name)))
        .expect("the corpus is stored")
}

/// Returns a source on a database.
pub(crate) fn source(name: &str) -> Arc<MongoSource> {
    let options = MongoOptions::new(MONGOD.uri(), name);
    let source = RUNTIME.block_on(MongoSource::connect(options));
    Arc::new(source.expect("mongod may be read"))
}

/// The name of the database of a big server.
pub(crate) static WHOLE: LazyLock<(&str, Filled)> = LazyLock::new(|| {
    let name = "whole";
    let filled = filled(name, CorpusOptions::server(1, messages()));
    let stored = filled.summary.messages + filled.summary.log_messages;
    report::took("fill, all", stored, filled.elapsed);
    (name, filled)
});

/// The name of the database in which `alice` has 10,000 conversations.
pub(crate) static MANY: LazyLock<&str> = LazyLock::new(|| {
    let name = "many";
    filled(name, CorpusOptions::many_conversations());
    name
});

/// A server that takes 5 ms for an answer, with one conversation of this many messages in memory.
pub(crate) fn server(messages: u64) -> Server {
    let mut collections = Collections::new();
    let corpus = Corpus::new(CorpusOptions::one_long_conversation(messages));
    let filled = collections.fill(&corpus);
    filled.expect("the generator writes OpenIM's documents");
    let options = ServerOptions {
        latency: Duration::from_millis(5),
        ..ServerOptions::default()
    };
    Server::start(collections, options).expect("a free port")
}
