//! Where archives and servers lie in the tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::TryStreamExt;
use mongodb::Database;
use openim_history_archive::row::{Key, Row};
use openim_history_archive::sync::{MongoSync, NoProgress, SyncOptions, SyncReport, ViewSync};
use openim_history_archive::{Archive, Place, Writer, WriterOptions};
use openim_history_client::model::{Message, Slot};
use openim_history_client::source::Source;
use openim_history_client::source::mongo::{MongoOptions, MongoSource, ScanOptions};
use openim_history_client::source::rest::{RestOptions, RestSource};
use openim_history_standin::collections::Collections;
use openim_history_standin::corpus::{Corpus, CorpusOptions, create_indexes};
use openim_history_standin::mongod::{Mode, Mongod};
use openim_history_standin::rest::{Dialect, Server, ServerOptions};
use tokio::sync::OnceCell;

static SINGLE: OnceCell<Mongod> = OnceCell::const_new();
static REPLICA: OnceCell<Mongod> = OnceCell::const_new();

/// Makes an empty database of its own in the one mongod of that kind.
pub(crate) async fn database(mode: Mode) -> (Database, MongoOptions) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let servers = match mode {
        Mode::Standalone => &SINGLE,
        Mode::ReplicaSet => &REPLICA,
    };
    let mongod = servers
        .get_or_init(|| async { Mongod::start(mode).await.expect("mongod starts") })
        .await;
    let name = format!("archive_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let database = mongod.client().await.expect("connects").database(&name);
    create_indexes(&database).await.expect("indexes");
    (database, MongoOptions::new(mongod.uri(), name))
}

/// Puts collections into a database, and returns a source there.
pub(crate) async fn store(mode: Mode, collections: &Collections) -> (Database, MongoSource) {
    let (database, _, source) = store_named(mode, collections).await;
    (database, source)
}

/// The same, and how another process gets there.
pub(crate) async fn store_named(
    mode: Mode,
    collections: &Collections,
) -> (Database, MongoOptions, MongoSource) {
    let (database, options) = database(mode).await;
    for name in Collections::names() {
        let documents = collections.documents(name);
        if !documents.is_empty() {
            let into = database.collection(name);
            into.insert_many(documents).await.expect("inserts");
        }
    }
    let source = MongoSource::connect(options.clone())
        .await
        .expect("connects");
    (database, options, source)
}

/// Generates a small server.
pub(crate) fn generated(seed: u64, messages: u64) -> Collections {
    let corpus = Corpus::new(CorpusOptions::server(seed, messages));
    let mut collections = Collections::new();
    let filled = collections.fill(&corpus);
    filled.expect("a generated history is well-formed");
    collections
}

/// Serves collections over REST.
pub(crate) fn serve(collections: Collections, dialect: Dialect) -> (Server, RestSource) {
    let options = ServerOptions {
        dialect,
        ..ServerOptions::default()
    };
    let server = Server::start(collections, options).expect("a free port");
    let url = server.url().parse().expect("a URL");
    let rest = RestSource::connect(RestOptions::new(url, "openIM123", "imAdmin"));
    (server, rest.expect("plain options"))
}

/// A folder of its own, and an archive's place in it.
pub(crate) fn folder() -> (tempfile::TempDir, Place) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = Place::folder(&folder.path().join("archive")).expect("a plain path");
    (folder, place)
}

pub(crate) async fn writer(place: &Place) -> Writer {
    Archive::write(place, "a test", WriterOptions::default())
        .await
        .expect("opens")
}

/// Brings an archive up to date with a MongoDB.
pub(crate) async fn sync(place: &Place, source: &MongoSource) -> SyncReport {
    sync_with(place, source, SyncOptions::default()).await
}

pub(crate) async fn sync_with(
    place: &Place,
    source: &MongoSource,
    options: SyncOptions,
) -> SyncReport {
    let mut writer = writer(place).await;
    let sync = MongoSync::new(source.clone(), &mut writer, options)
        .await
        .expect("prepares");
    let plan = sync.plan().await.expect("plans");
    let report = sync.perform(&plan, &NoProgress).await.expect("performs");
    writer.close().await.expect("closes");
    report
}

/// Brings an archive up to date through users' eyes.
pub(crate) async fn sync_views(place: &Place, source: &dyn Source) -> SyncReport {
    let mut writer = writer(place).await;
    let sync = ViewSync::new(source, &mut writer, SyncOptions::default())
        .await
        .expect("prepares");
    let plan = sync.plan(&NoProgress).await.expect("plans");
    let report = sync.perform(plan, &NoProgress).await.expect("performs");
    writer.close().await.expect("closes");
    report
}

/// Returns everything an archive has; no key may be there twice.
pub(crate) async fn content(place: &Place) -> BTreeMap<Key, Row> {
    let archive = Archive::open(place).await.expect("opens");
    let rows: Vec<Row> = archive.rows().try_concat().await.expect("reads");
    let count = rows.len();
    let by_key: BTreeMap<Key, Row> = rows.into_iter().map(|row| (row.key(), row)).collect();
    assert_eq!(by_key.len(), count, "a key is there twice");
    by_key
}

/// Returns every message a MongoDB has.
pub(crate) async fn on_server(source: &MongoSource) -> BTreeMap<Key, Message> {
    let mut messages = BTreeMap::new();
    let mut scan = source.scan(ScanOptions::default());
    while let Some(blocks) = scan.try_next().await.expect("scans") {
        let slots = blocks.into_iter().flat_map(|block| block.slots);
        for message in slots.filter_map(Slot::into_message) {
            messages.insert(Key::of(&message), message);
        }
    }
    messages
}

/// Whether an archive has what a MongoDB has now, and beside it only what is marked as gone.
pub(crate) async fn assert_same(place: &Place, source: &MongoSource) {
    let mut archived = content(place).await;
    for (key, message) in on_server(source).await {
        let row = archived.remove(&key);
        let row = row.unwrap_or_else(|| panic!("{key:?} is not in the archive"));
        assert_eq!(row.message, message, "{key:?}");
        assert_eq!(row.purged_at, None, "{key:?}");
    }
    for (key, row) in archived {
        assert!(
            row.purged_at.is_some(),
            "{key:?} is not on the server: {row:?}"
        );
    }
}
