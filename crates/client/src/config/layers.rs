//! One layer over the other.

use std::collections::HashMap;

use super::key::Key;
use super::mongo_uri::MongoUri;
use super::origin::Layer;
use super::text;
use super::value::{Setting, Value};
use crate::error::{Error, Result};

/// Keys that say the same thing in different ways: the strongest layer that has one of them
/// settles the matter, and no layer may have two.
const EITHER: &[&[&str]] = &[
    &["api.secret", "api.secret_file"],
    &["mongo.uri", "mongo.uri_file", "mongo.hosts"],
    &["mongo.password", "mongo.password_file"],
];

/// What is said about an address and goes with no other.
const OF_ADDRESS: &[&str] = &[
    "mongo.username",
    "mongo.password",
    "mongo.password_file",
    "mongo.auth_source",
    "mongo.replica_set",
];

/// What holds in the end, by the key's name.
#[derive(Clone, Default)]
pub(super) struct Settings(HashMap<&'static str, Setting>);

impl Settings {
    /// Returns what is set for a key.
    pub(super) fn of(&self, key: &str) -> Option<&Setting> {
        self.0.get(key)
    }

    /// Lays a layer over what is there.
    pub(super) fn lay(&mut self, layer: Vec<(&'static Key, Setting)>) -> Result<()> {
        for (key, setting) in layer {
            let either = EITHER.iter().find(|keys| keys.contains(&key.name));
            for other in either.into_iter().copied().flatten() {
                let Some(beside) = self.0.get(other) else {
                    continue;
                };
                if *other != key.name && beside.layer == setting.layer {
                    return Err(Error::Config {
                        what: format!(
                            "{other} ({}) and {} ({}) exclude each other",
                            beside.origin, key.name, setting.origin
                        ),
                        source: None,
                    });
                }
                self.0.remove(other);
            }
            self.0.insert(key.name, setting);
        }
        Ok(())
    }

    /// Drops what must not be combined, and adds what follows. After all layers are laid.
    pub(super) fn settle(&mut self) {
        // OpenIM's password belongs to OpenIM's user.
        if self
            .of("mongo.username")
            .is_some_and(|user| user.layer > Layer::OpenIm)
        {
            self.0.retain(|key, setting| {
                !key.starts_with("mongo.password") || setting.layer > Layer::OpenIm
            });
        }
        let Some(address) = self.connection_string().cloned() else {
            return;
        };
        // A connection string is complete; what a weaker layer says was said of another one, and
        // a password must not go to a host it was not meant for.
        self.0
            .retain(|key, setting| !OF_ADDRESS.contains(key) || setting.layer >= address.layer);
        let weaker_database = self
            .of("mongo.database")
            .is_none_or(|database| database.layer < address.layer);
        let named = match &address.value {
            Value::Text(uri) => MongoUri::parse(uri),
            // If the file cannot be read, whoever needs the connection string says so.
            Value::Path(path) => text::read_secret("connection string file", path)
                .ok()
                .and_then(|uri| MongoUri::parse(&uri)),
            _ => None,
        };
        if let Some(database) = named.and_then(|uri| uri.database())
            && weaker_database
        {
            let setting = Setting {
                value: Value::Text(database),
                ..address
            };
            self.0.insert("mongo.database", setting);
        }
    }

    fn connection_string(&self) -> Option<&Setting> {
        self.of("mongo.uri").or_else(|| self.of("mongo.uri_file"))
    }
}
