//! How to reach and spare a database.

use std::path::PathBuf;
use std::time::Duration;

use crate::secret::Secret;

/// How to reach a server's MongoDB, and how hard to press it.
#[derive(Clone, Debug)]
pub struct MongoOptions {
    /// Connection string, `mongodb://` or `mongodb+srv://`; it may hold a password.
    pub uri: Secret,
    /// The database, `openim_v3` unless the server says otherwise.
    pub database: String,
    /// Which member of a replica set to read from, in MongoDB's words (`primary`,
    /// `secondaryPreferred`, …). A `readPreference` in the URI wins.
    pub read_preference: String,
    /// How long to look for a server that can answer.
    pub server_selection_timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// Reads under way at once.
    pub concurrency: usize,
    /// A PEM file with the certificate authorities to trust. Turns TLS on.
    pub ca_file: Option<PathBuf>,
}

impl MongoOptions {
    /// Returns the defaults for a connection string.
    pub fn new(uri: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            uri: Secret::new(uri),
            database: database.into(),
            read_preference: "secondaryPreferred".into(),
            server_selection_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            concurrency: 4,
            ca_file: None,
        }
    }
}
