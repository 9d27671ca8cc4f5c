//! What the sources and the command line are given.

use std::path::PathBuf;
use std::time::Duration;

use super::key::Key;
use super::loaded::Config;
use super::origin::Layer;
use super::value::Value;
use crate::error::{Error, Result};

/// Which way to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// Whichever can answer.
    Auto,
    /// The REST API alone.
    Api,
    /// MongoDB alone.
    Mongo,
}

impl Config {
    /// Returns which way to read.
    pub fn via(&self) -> Via {
        match self.text("via").as_deref() {
            Some("api") => Via::Api,
            Some("mongo") => Via::Mongo,
            _ => Via::Auto,
        }
    }

    /// Returns the name of the time zone for times shown and typed; `None` for the system's. Not
    /// checked here.
    pub fn time_zone(&self) -> Option<String> {
        self.text("output.time_zone")
    }

    /// Returns the language of summaries, `en` or `zh`; `None` for the system's.
    pub fn language(&self) -> Option<String> {
        self.text("output.language")
    }

    /// Returns how results are written: `table`, `json`, `jsonl` or `csv`.
    pub fn format(&self) -> String {
        self.text("output.format").unwrap_or_default()
    }

    /// Returns where the archive lies: a folder, or a URL.
    pub fn archive_place(&self) -> String {
        self.text("archive.place").unwrap_or_default()
    }

    /// Returns how long files of the archive's tables that were replaced are kept.
    pub fn archive_retention(&self) -> Duration {
        let mut retention = Duration::from_secs(24 * 60 * 60);
        self.duration("archive.retention", &mut retention);
        retention
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.value(Key::named(key)?)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn owned_path(&self, key: &str) -> Option<PathBuf> {
        self.path(key).map(PathBuf::from)
    }

    fn count(&self, key: &str, count: &mut u32) {
        if let Some(Value::Count(value)) = Key::named(key).and_then(|key| self.value(key)) {
            *count = value;
        }
    }

    fn duration(&self, key: &str, duration: &mut Duration) {
        if let Some(Value::Duration(value)) = Key::named(key).and_then(|key| self.value(key)) {
            *duration = value;
        }
    }

    /// Whether somebody who means this tool, not only the server's own files, has set the key.
    fn is_meant(&self, key: &str) -> bool {
        self.settings
            .of(key)
            .is_some_and(|setting| setting.layer > Layer::OpenIm)
    }

    fn missing(&self, set: &[&str], missing: &[&str]) -> Error {
        let because = set
            .iter()
            .find(|key| self.is_meant(key))
            .map(|key| format!("{key} is set ({}) but ", self.origin(key)))
            .unwrap_or_default();
        let variables: Vec<_> = missing
            .iter()
            .filter_map(|key| Key::named(key))
            .map(|key| format!("{} ({})", key.name, key.env))
            .collect();
        Error::Config {
            what: format!("{because}nothing sets {}", variables.join(" or ")),
            source: None,
        }
    }
}

#[cfg(feature = "rest")]
mod rest {
    use std::sync::Arc;

    use super::super::text;
    use super::*;
    use crate::secret::{Secret, SecretSource};
    use crate::source::rest::RestOptions;

    impl Config {
        /// Returns how to reach the REST API; `None` where nothing is said about it.
        ///
        /// Fails if it is half configured: an address without a secret. The secret is read anew
        /// each time it is needed from the layer it came from, so that it can be rotated.
        pub fn rest_options(&self) -> Result<Option<RestOptions>> {
            let Some(secret) = self.secret() else {
                let set = ["api.url", "api.admin_id"];
                if set.iter().any(|key| self.is_meant(key)) {
                    return Err(self.missing(&set, &["api.secret_file", "api.secret"]));
                }
                return Ok(None);
            };
            let url = Key::named("api.url").and_then(|key| self.value(key));
            let (Some(Value::Url(url)), Some(admin_id)) = (url, self.text("api.admin_id")) else {
                return Ok(None);
            };
            let mut options = RestOptions::new(url, "", admin_id);
            options.secret = secret;
            let mut concurrency = 4;
            self.count("api.concurrency", &mut concurrency);
            options.concurrency = concurrency as usize;
            self.count("api.page_len", &mut options.page_len);
            self.count("api.retries", &mut options.retries);
            self.duration("api.timeout", &mut options.timeout);
            self.duration("api.connect_timeout", &mut options.connect_timeout);
            self.duration("api.settle", &mut options.settle);
            options.ca_file = self.owned_path("api.ca_file");
            let setting = |key: &str| self.settings.of(key).map(|setting| setting.value.clone());
            if let Some(Value::Rate(rate)) = setting("api.max_requests_per_second") {
                options.max_requests_per_second = Some(rate);
            }
            if let Some(Value::Url(proxy)) = setting("api.proxy") {
                options.proxy = Some(proxy);
            }
            Ok(Some(options))
        }

        fn secret(&self) -> Option<SecretSource> {
            if let Some(path) = self.owned_path("api.secret_file") {
                return Some(SecretSource::File(path));
            }
            let setting = self.settings.of("api.secret")?;
            if setting.layer >= Layer::Environment {
                let secret = self.text("api.secret")?;
                return Some(SecretSource::Value(Secret::new(secret)));
            }
            let inputs = self.inputs.clone();
            Some(SecretSource::Ask(Arc::new(move || {
                Self::load(inputs.clone())?.secret_now()
            })))
        }

        fn secret_now(&self) -> Result<Secret> {
            match (self.text("api.secret"), self.path("api.secret_file")) {
                (Some(secret), _) => Ok(Secret::new(secret)),
                (None, Some(path)) => text::read_secret("secret file", path).map(Secret::new),
                (None, None) => Err(self.missing(&[], &["api.secret_file", "api.secret"])),
            }
        }
    }
}

#[cfg(feature = "mongo")]
mod mongo {
    use super::super::mongo_uri::{self, MongoUri};
    use super::super::text;
    use super::*;
    use crate::source::mongo::MongoOptions;

    impl Config {
        /// Returns how to reach MongoDB; `None` where nothing is said about it.
        ///
        /// Fails if it is half configured, or a file that holds a part cannot be read.
        pub fn mongo_options(&self) -> Result<Option<MongoOptions>> {
            let Some((mut uri, layer)) = self.mongo_address()? else {
                let set = ["mongo.username", "mongo.password", "mongo.password_file"];
                if set.iter().any(|key| self.is_meant(key)) {
                    let missing = ["mongo.uri_file", "mongo.uri", "mongo.hosts"];
                    return Err(self.missing(&set, &missing));
                }
                return Ok(None);
            };
            let database = self.text("mongo.database").unwrap_or_default();
            self.complete(&mut uri, layer, &database)?;
            let mut options = MongoOptions::new(uri.to_text(), database);
            if let Some(preference) = self.text("mongo.read_preference") {
                options.read_preference = preference;
            }
            let mut concurrency = 4;
            self.count("mongo.concurrency", &mut concurrency);
            options.concurrency = concurrency as usize;
            self.duration(
                "mongo.server_selection_timeout",
                &mut options.server_selection_timeout,
            );
            self.duration("mongo.connect_timeout", &mut options.connect_timeout);
            options.ca_file = self.owned_path("mongo.ca_file");
            Ok(Some(options))
        }

        fn mongo_address(&self) -> Result<Option<(MongoUri, Layer)>> {
            let set =
                |key: &str| Some((&self.settings.of(key)?.value, self.settings.of(key)?.layer));
            if let Some((Value::Hosts(hosts), layer)) = set("mongo.hosts") {
                return Ok(Some((MongoUri::of_hosts(hosts), layer)));
            }
            let (text, layer) = match (set("mongo.uri"), set("mongo.uri_file")) {
                (Some((Value::Text(uri), layer)), _) => (uri.clone(), layer),
                (_, Some((Value::Path(path), layer))) => {
                    let text = text::read_secret("connection string file", path)?;
                    if !mongo_uri::is_one(&text) {
                        return Err(Error::Config {
                            what: format!(
                                "{} must hold a connection string that starts with mongodb:// or \
                                 mongodb+srv://",
                                path.display()
                            ),
                            source: None,
                        });
                    }
                    (text, layer)
                }
                _ => return Ok(None),
            };
            Ok(MongoUri::parse(&text).map(|uri| (uri, layer)))
        }

        /// Puts into the connection string what is set beside it: a stronger layer replaces what
        /// stands there, the same layer fills what is missing.
        fn complete(&self, uri: &mut MongoUri, address: Layer, database: &str) -> Result<()> {
            let stronger = |key: &str| self.settings.of(key).is_some_and(|s| s.layer > address);
            if let Some(user) = self.text("mongo.username") {
                if uri.has_user() && !stronger("mongo.username") {
                    return Err(Error::Config {
                        what: format!(
                            "mongo.username ({}) is set, but the connection string names a user \
                             already",
                            self.origin("mongo.username")
                        ),
                        source: None,
                    });
                }
                let password = match (
                    self.text("mongo.password"),
                    self.path("mongo.password_file"),
                ) {
                    (Some(password), _) => password,
                    (None, Some(path)) => text::read_secret("password file", path)?,
                    (None, None) => {
                        let missing = ["mongo.password_file", "mongo.password"];
                        return Err(self.missing(&["mongo.username"], &missing));
                    }
                };
                uri.set_user(&user, &password);
                if !uri.has_auth_source() {
                    let source = self.text("mongo.auth_source");
                    uri.set_option("authSource", source.as_deref().unwrap_or(database));
                }
            }
            self.set_tls(uri, address)?;
            self.set_option(uri, address, "mongo.replica_set", "replicaSet");
            // Drivers may refuse to be told who knows the user if there is none.
            if uri.has_user() || uri.has_option("authMechanism") {
                self.set_option(uri, address, "mongo.auth_source", "authSource");
            }
            Ok(())
        }

        /// Turns TLS on where any layer wants it, and off only where one says so that knows the
        /// address.
        fn set_tls(&self, uri: &mut MongoUri, address: Layer) -> Result<()> {
            let Some(setting) = self.settings.of("mongo.tls") else {
                return Ok(());
            };
            let Value::Switch(on) = setting.value else {
                return Ok(());
            };
            if !on && self.settings.of("mongo.ca_file").is_some() {
                return Err(Error::Config {
                    what: format!(
                        "mongo.tls ({}) is false, but mongo.ca_file ({}) turns TLS on",
                        setting.origin,
                        self.origin("mongo.ca_file")
                    ),
                    source: None,
                });
            }
            let replaces = setting.layer > address;
            let fills = !uri.says_tls() && (on || setting.layer == address);
            if replaces || fills {
                uri.set_tls(on);
            }
            Ok(())
        }

        fn set_option(&self, uri: &mut MongoUri, address: Layer, key: &str, option: &str) {
            let setting = self.settings.of(key);
            let stronger = setting.is_some_and(|setting| setting.layer > address);
            if let Some(value) = self.text(key)
                && (stronger || !uri.has_option(option))
            {
                uri.set_option(option, &value);
            }
        }
    }
}
