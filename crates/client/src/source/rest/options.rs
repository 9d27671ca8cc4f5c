//! How to reach and spare a server.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::model::UserId;
use crate::secret::SecretSource;

/// How to reach a server's REST API, and how hard to press it.
#[derive(Clone, Debug)]
pub struct RestOptions {
    /// Base URL, with the path prefix a reverse proxy adds (`https://im.example.com/api`).
    pub url: Url,
    /// `secret` of the server's share.yml.
    pub secret: SecretSource,
    /// One of the server's administrators (`imAdminUserID` or `imAdminUser.userIDs`).
    pub admin_id: UserId,
    /// Calls under way at once. 4 is where a server stops getting faster.
    pub concurrency: usize,
    /// Numbers asked for in one pull. 500 is where a server stops getting faster.
    pub page_len: u32,
    /// At most this many calls a second; `None` for no limit.
    pub max_requests_per_second: Option<f64>,
    /// How long one call may take.
    pub timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How often a call is tried again after passing trouble.
    pub retries: u32,
    /// How old the newest number must be before it is pulled. The server remembers a too early
    /// look for 24 hours and spoils the message for every reader.
    pub settle: Duration,
    /// A PEM file with more certificate authorities to trust.
    pub ca_file: Option<PathBuf>,
    /// A proxy for all calls; `None` takes the one of the environment, if any.
    pub proxy: Option<Url>,
}

impl RestOptions {
    /// Returns the defaults for a server.
    pub fn new(url: Url, secret: impl Into<SecretSource>, admin_id: impl Into<UserId>) -> Self {
        Self {
            url,
            secret: secret.into(),
            admin_id: admin_id.into(),
            concurrency: 4,
            page_len: 500,
            max_requests_per_second: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            retries: 4,
            settle: Duration::from_secs(2),
            ca_file: None,
            proxy: None,
        }
    }
}
