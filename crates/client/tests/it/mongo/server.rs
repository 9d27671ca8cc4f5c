//! Reaching a database, and what it says of itself.

use std::error::Error as _;
use std::time::Duration;

use bson::doc;
use openim_history_client::Error;
use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_client::source::{Newest, Origin, PageRequest, Source, View};
use openim_history_standin::mongod::Mode;

use super::fixture::block;

#[tokio::test]
async fn a_single_server_has_no_change_streams_and_no_oplog() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    database
        .collection("msg")
        .insert_one(block("si_a_b", 0, 3, 1))
        .await
        .expect("inserted");
    let source = MongoSource::connect(options).await.expect("connected");
    let info = source.server_info().await.expect("info");
    assert!(
        info.version.starts_with(|c: char| c.is_ascii_digit()),
        "{info:?}"
    );
    assert_eq!(
        (info.replica_set, info.oplog, info.change_streams),
        (None, None, false)
    );
    let stats = info.messages.expect("a collection");
    assert_eq!(stats.documents, 1);
    assert!(stats.size > 1_000 && stats.storage > 0);
    assert!(info.rights.can_write && !info.rights.authenticated);
    assert_eq!(source.origin(), Origin::Mongo);
}

#[tokio::test]
async fn a_replica_set_tells_its_name_and_how_far_back_it_can_be_followed() {
    let (_, options) = crate::mongod::database(Mode::ReplicaSet).await;
    let source = MongoSource::connect(options).await.expect("connected");
    let info = source.server_info().await.expect("info");
    assert_eq!(info.replica_set.as_deref(), Some("rs0"));
    assert!(info.change_streams);
    let window = info.oplog.expect("an oplog");
    assert!(window.first <= window.last && window.first.as_millis() > 1_600_000_000_000);
}

#[tokio::test]
async fn a_database_without_any_collection_is_an_empty_history() {
    let (_, mut options) = crate::mongod::database(Mode::Standalone).await;
    options.database = "nothing_here".into();
    let source = MongoSource::connect(options).await.expect("connected");
    assert_eq!(source.server_info().await.expect("info").messages, None);
    let id = ["si_a_b".into()];
    assert!(
        source
            .bounds(&View::Full, &id)
            .await
            .expect("bounds")
            .is_empty()
    );
    assert!(
        source
            .newest(&View::Full, &id, 5)
            .await
            .and_then(Newest::whole)
            .expect("newest")
            .is_empty()
    );
    assert_eq!(
        source
            .groups(PageRequest::first(5))
            .await
            .expect("groups")
            .total,
        0
    );
}

#[tokio::test]
async fn nobody_there_is_told_in_plain_words() {
    let mut options = MongoOptions::new("mongodb://root:s3cret@127.0.0.1:1/", "openim_v3");
    options.server_selection_timeout = Duration::from_millis(300);
    let error = MongoSource::connect(options).await.expect_err("nobody");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    let cause = error.source().expect("a cause").to_string();
    assert_eq!(
        error.to_string(),
        "MongoDB 127.0.0.1:1/openim_v3 cannot be reached"
    );
    assert!(cause.to_lowercase().contains("refused"), "{cause}");
    for word in ["Kind", "labels", "Topology", "s3cret"] {
        assert!(!cause.contains(word), "{cause}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_unauthorized() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let admin = database.client().database("admin");
    // May have been made by an earlier call.
    let _ = admin
        .run_command(doc! { "createUser": "reader", "pwd": "s3cret", "roles": ["readAnyDatabase"] })
        .await;
    let uri = options
        .uri
        .expose()
        .replace("mongodb://", "mongodb://reader:wr0ng@");
    let uri = uri.replace("/?", "/?authSource=admin&");
    let error = MongoSource::connect(MongoOptions::new(uri, &options.database))
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("wr0ng"));

    let uri = options
        .uri
        .expose()
        .replace("mongodb://", "mongodb://reader:s3cret@");
    let uri = uri.replace("/?", "/?authSource=admin&");
    let source = MongoSource::connect(MongoOptions::new(uri, &options.database))
        .await
        .expect("connected");
    let rights = source.server_info().await.expect("info").rights;
    assert!(rights.authenticated && !rights.can_write, "{rights:?}");
    assert!(!format!("{source:?}").contains("s3cret"));
}
