//! The recorded data in each place a source can read it from.

use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_client::source::rest::{RestOptions, RestSource};
use openim_history_standin::collections::Collections;
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::{Dialect, Server, ServerOptions};

/// Returns what was recorded of a server.
pub(crate) fn collections(dialect: Dialect) -> Collections {
    match dialect {
        Dialect::Release => openim_history_standin::recorded::release(),
        Dialect::Main => openim_history_standin::recorded::main(),
    }
}

/// Serves collections over REST.
pub(crate) fn serve(collections: Collections, dialect: Dialect) -> (Server, RestSource) {
    let options = ServerOptions {
        dialect,
        ..ServerOptions::default()
    };
    let server = Server::start(collections, options).expect("a free port");
    let rest = RestSource::connect(rest_options(&server)).expect("plain options");
    (server, rest)
}

/// Returns how to reach a server.
pub(crate) fn rest_options(server: &Server) -> RestOptions {
    RestOptions::new(server.url().parse().expect("a URL"), "openIM123", "imAdmin")
}

/// Puts collections into a real mongod; returns a source there, and how to reach it.
pub(crate) async fn store(collections: &Collections) -> (MongoSource, MongoOptions) {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    for name in Collections::names() {
        let documents = collections.documents(name);
        if !documents.is_empty() {
            database
                .collection(name)
                .insert_many(documents)
                .await
                .expect("inserts");
        }
    }
    let source = MongoSource::connect(options.clone())
        .await
        .expect("connects");
    (source, options)
}

/// Puts what was recorded of a server into a real mongod.
pub(crate) async fn stored(dialect: Dialect) -> MongoSource {
    store(&collections(dialect)).await.0
}
