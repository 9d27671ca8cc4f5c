//! What a diagnosis wants to know of the database.

use bson::doc;
use mongodb::options::FindOptions;

use super::query::Reader;
use super::wire::Fields;
use crate::error::{Error, Result};
use crate::model::Timestamp;

/// What the database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// MongoDB's version.
    pub version: String,
    /// The replica set's name; `None` for a single server.
    pub replica_set: Option<String>,
    /// Whether this is the router of a sharded cluster.
    pub sharded: bool,
    /// Whether change streams are possible: on replica sets and sharded clusters only.
    pub change_streams: bool,
    /// How far back the oplog reaches; `None` where there is none or it may not be read.
    pub oplog: Option<OplogWindow>,
    /// What the collection `msg` holds; `None` where it may not be asked or does not exist.
    pub messages: Option<CollectionStats>,
    /// What this connection may do.
    pub rights: Rights,
}

/// The span of time a replica set's oplog holds: how long a follower may stay away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OplogWindow {
    /// The oldest entry.
    pub first: Timestamp,
    /// The newest entry.
    pub last: Timestamp,
}

/// The size of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionStats {
    /// Documents; for `msg`, blocks of 100 numbers.
    pub documents: u64,
    /// Bytes of data, uncompressed.
    pub size: u64,
    /// Bytes on disk.
    pub storage: u64,
}

/// What this connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Whether the server asked who we are. Where not, anybody may do anything.
    pub authenticated: bool,
    /// Whether `msg` may be changed. A reader should not be able to.
    pub can_write: bool,
}

impl Reader {
    pub(super) async fn server_info(&self) -> Result<ServerInfo> {
        let (version, (replica_set, sharded), rights) = futures::try_join!(
            self.command("admin", doc! { "buildInfo": 1 }, |info| info
                .text("version")
                .into_owned()),
            self.command("admin", doc! { "hello": 1 }, |hello| {
                let set = hello.text("setName").into_owned();
                let sharded = hello.text("msg") == "isdbgrid";
                ((!set.is_empty()).then_some(set), sharded)
            }),
            self.command(
                "admin",
                doc! { "connectionStatus": 1, "showPrivileges": true },
                |status| rights(status, self.database.name()),
            )
        )?;
        let oplog = match replica_set {
            Some(_) => allowed(self.oplog().await)?.flatten(),
            None => None,
        };
        Ok(ServerInfo {
            version,
            change_streams: replica_set.is_some() || sharded,
            replica_set,
            sharded,
            oplog,
            messages: allowed(self.stats("msg").await)?.flatten(),
            rights,
        })
    }

    async fn oplog(&self) -> Result<Option<OplogWindow>> {
        let local = Self {
            database: self.database.client().database("local"),
            ..self.clone()
        };
        let end = async |direction: i32| {
            let options = FindOptions::builder()
                .projection(doc! { "_id": 0, "ts": 1 })
                // The oplog has no index, but lies in the order of time.
                .sort(doc! { "$natural": direction })
                .limit(1)
                .build();
            let found = local
                .find("oplog.rs", doc! {}, options, |row| {
                    row.value("ts")?.timestamp()
                })
                .await?;
            Ok::<_, Error>(
                found
                    .first()
                    .map(|(seconds, _)| Timestamp::from_millis(i64::from(*seconds) * 1000)),
            )
        };
        let (first, last) = futures::try_join!(end(1), end(-1))?;
        Ok(first
            .zip(last)
            .map(|(first, last)| OplogWindow { first, last }))
    }

    /// Returns the bytes of all blocks together.
    pub(in crate::source::mongo) async fn bytes(&self) -> Result<Option<u64>> {
        let stats = allowed(self.stats("msg").await)?;
        Ok(stats.map(|stats| stats.map_or(0, |stats| stats.size)))
    }

    async fn stats(&self, collection: &str) -> Result<Option<CollectionStats>> {
        let pipeline = vec![doc! { "$collStats": { "storageStats": {} } }];
        let found = self
            .aggregate(collection, pipeline, |row| {
                let number = |key: &str| {
                    u64::try_from(row.integer(&format!("storageStats.{key}"))).unwrap_or(0)
                };
                Some(CollectionStats {
                    documents: number("count"),
                    size: number("size"),
                    storage: number("storageSize"),
                })
            })
            .await;
        match found {
            // One line for each shard.
            Ok(lines) => Ok(lines.into_iter().reduce(|a, b| CollectionStats {
                documents: a.documents + b.documents,
                size: a.size + b.size,
                storage: a.storage + b.storage,
            })),
            // NamespaceNotFound.
            Err(Error::Rejected { code: 26, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Turns "you may not" into `None`.
fn allowed<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Unauthorized { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn rights(status: Fields<'_>, database: &str) -> Rights {
    let list = |key: &str| status.value(key).and_then(|value| value.array());
    let authenticated =
        list("authInfo.authenticatedUsers").is_some_and(|mut users| users.next().is_some());
    let can_write = list("authInfo.authenticatedUserPrivileges")
        .into_iter()
        .flatten()
        .filter_map(|(_, privilege)| privilege.document())
        .filter(|privilege| covers(*privilege, database))
        .filter_map(|privilege| privilege.value("actions")?.array())
        .flatten()
        .any(|(_, action)| {
            matches!(
                action.text().as_ref(),
                "insert" | "update" | "remove" | "anyAction"
            )
        });
    Rights {
        authenticated,
        can_write: !authenticated || can_write,
    }
}

/// Whether a privilege speaks of the database's `msg`; empty names stand for all.
fn covers(privilege: Fields<'_>, database: &str) -> bool {
    if privilege.flag("resource.anyResource") {
        return true;
    }
    let Some(resource) = privilege
        .value("resource")
        .and_then(|value| value.document())
    else {
        return false;
    };
    let names = |key: &str, name: &str| {
        resource
            .value(key)
            .is_some_and(|value| value.text().is_empty() || value.text() == name)
    };
    names("db", database) && names("collection", "msg")
}

#[cfg(test)]
mod tests {
    use bson::Document;

    use super::*;

    fn of(users: Vec<Document>, privileges: Vec<Document>) -> Rights {
        let status = doc! { "authInfo": { "authenticatedUsers": users, "authenticatedUserPrivileges": privileges } };
        let bytes = status.to_vec().expect("encodes");
        rights(Fields::of(&bytes), "openim_v3")
    }

    #[test]
    fn rights_are_read_from_the_privileges_that_cover_msg() {
        let user = || vec![doc! { "user": "u", "db": "admin" }];
        let privilege = |db: &str, collection: &str, action: &str| {
            vec![
                doc! { "resource": { "db": db, "collection": collection }, "actions": ["find", action] },
            ]
        };
        assert!(of(vec![], vec![]).can_write);
        assert!(!of(user(), privilege("openim_v3", "", "listIndexes")).can_write);
        assert!(of(user(), privilege("openim_v3", "", "insert")).can_write);
        assert!(of(user(), privilege("", "", "update")).can_write);
        assert!(!of(user(), privilege("other", "", "insert")).can_write);
        assert!(!of(user(), privilege("openim_v3", "user", "insert")).can_write);
        let any = vec![doc! { "resource": { "anyResource": true }, "actions": ["anyAction"] }];
        assert!(of(user(), any).can_write);
        let cluster = vec![doc! { "resource": { "cluster": true }, "actions": ["insert"] }];
        assert!(!of(user(), cluster).can_write);
    }
}
