//! Databases for the tests.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use bson::{Bson, Document, doc};
use mongodb::{Client, Database, IndexModel};
use openim_history_client::source::mongo::{MongoOptions, MongoSource};

use crate::mongod;

/// An own database with the server's indexes, and a source on it.
pub(crate) async fn database(replica: bool) -> (Database, MongoOptions) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let uri = if replica {
        mongod::replica().await
    } else {
        mongod::single().await
    };
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let database = Client::with_uri_str(uri)
        .await
        .expect("a client")
        .database(&name);
    for (collection, keys, unique) in [
        ("msg", doc! { "doc_id": 1 }, true),
        ("seq", doc! { "conversation_id": 1 }, false),
        (
            "seq_user",
            doc! { "user_id": 1, "conversation_id": 1 },
            false,
        ),
        (
            "conversation",
            doc! { "owner_user_id": 1, "conversation_id": 1 },
            true,
        ),
        ("user", doc! { "user_id": 1 }, true),
        ("group", doc! { "group_id": 1 }, true),
        ("group_member", doc! { "group_id": 1, "user_id": 1 }, true),
    ] {
        let options = mongodb::options::IndexOptions::builder()
            .unique(unique)
            .build();
        let index = IndexModel::builder().keys(keys).options(options).build();
        database
            .collection::<Document>(collection)
            .create_index(index)
            .await
            .expect("an index");
    }
    (database, MongoOptions::new(uri, name))
}

/// A database with the recorded collections of `release` or `main`.
pub(crate) async fn recorded(dialect: &str) -> (Database, MongoSource) {
    let (database, options) = database(false).await;
    let folder = recordings().join(dialect).join("mongo");
    for entry in std::fs::read_dir(&folder).expect("recorded collections") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("a name");
        let documents: Vec<Document> = std::fs::read_to_string(&path)
            .expect("readable")
            .lines()
            .map(|line| {
                let json: serde_json::Map<String, serde_json::Value> =
                    serde_json::from_str(line).expect("JSON");
                Document::try_from(json).expect("extended JSON")
            })
            .collect();
        database
            .collection::<Document>(name)
            .insert_many(documents)
            .await
            .expect("inserted");
    }
    let source = MongoSource::connect(options).await.expect("connected");
    (database, source)
}

pub(crate) fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../standin/recorded")
}

/// A stored slot with a text message sent at `time`.
pub(crate) fn slot(seq: i64, time: i64) -> Document {
    doc! {
        "msg": {
            "send_id": "a", "recv_id": "b", "group_id": "", "client_msg_id": format!("c{seq}"),
            "server_msg_id": format!("s{seq}"), "sender_platform_id": 5, "sender_nickname": "",
            "sender_face_url": "", "session_type": 1, "msg_from": 100, "content_type": 101,
            "content": format!("{{\"content\":\"{seq}\"}}"), "seq": seq, "send_time": time,
            "create_time": time, "status": 2, "is_read": false, "options": Bson::Null,
            "offline_push": Bson::Null, "at_user_id_list": Bson::Null, "attached_info": "", "ex": "",
        },
        "revoke": Bson::Null, "del_list": [], "is_read": false,
    }
}

/// A prepared slot.
pub(crate) fn padding() -> Document {
    doc! { "msg": Bson::Null, "revoke": Bson::Null, "del_list": [], "is_read": false }
}

/// A block whose first `len` slots hold messages, one a second up to `last`.
pub(crate) fn block(conversation: &str, number: i64, len: i64, last: i64) -> Document {
    let slots: Vec<_> = (1..=100)
        .map(|at| {
            if at <= len {
                slot(number * 100 + at, last - (len - at) * 1000)
            } else {
                padding()
            }
        })
        .collect();
    doc! { "doc_id": format!("{conversation}:{number}"), "msgs": slots }
}
