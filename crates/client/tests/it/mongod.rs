//! A real mongod for the tests, one of each kind for the whole run, and databases of their own.

use std::sync::atomic::{AtomicU32, Ordering};

use mongodb::Database;
use openim_history_client::source::mongo::MongoOptions;
use openim_history_standin::corpus::create_indexes;
use openim_history_standin::mongod::{Mode, Mongod};
use tokio::sync::OnceCell;

static SINGLE: OnceCell<Mongod> = OnceCell::const_new();
static REPLICA: OnceCell<Mongod> = OnceCell::const_new();

/// Makes an empty database with the server's indexes, and returns how to reach it.
pub(crate) async fn database(mode: Mode) -> (Database, MongoOptions) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let servers = match mode {
        Mode::Standalone => &SINGLE,
        Mode::ReplicaSet => &REPLICA,
    };
    // Nothing stops it here: it ends with this process.
    let mongod = servers
        .get_or_init(|| async { Mongod::start(mode).await.expect("mongod starts") })
        .await;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    // A client of its own: one is bound to the runtime of the test that made it.
    let database = mongod.client().await.expect("connects").database(&name);
    create_indexes(&database).await.expect("indexes");
    (database, MongoOptions::new(mongod.uri(), name))
}
