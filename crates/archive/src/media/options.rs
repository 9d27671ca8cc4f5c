//! Which attachments to fetch, and how.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use openim_history_client::model::Timestamp;
use url::Url;

use super::kind::MediaKind;

/// Which attachments to fetch, and how.
#[derive(Clone, Debug)]
pub struct MediaOptions {
    /// The most bytes of one attachment.
    pub max_size: u64,
    /// Which kinds.
    pub types: BTreeSet<MediaKind>,
    /// Patterns of hosts that may be reached: `*` stands for any number of characters, `?` for one, and a
    /// pattern with a port (`files.example.com:9000`) only means that port. Empty for every host with a public
    /// address. A host that a pattern names may have a private address; the pattern `*` names none.
    pub hosts: Vec<String>,
    /// The address of the server's API. Its host may always be reached, and so may wherever it redirects to:
    /// OpenIM's own attachments lie in an object storage beside it.
    pub api: Option<Url>,
    /// Tries again what failed a short time ago, and what was gone.
    pub again: bool,
    /// Compares what is there with the files in `media/`: those that are missing or of another size are fetched anew.
    pub thorough: bool,
    /// Attachments under way at once.
    pub concurrency: usize,
    /// How often one is tried again after passing trouble, within one run.
    pub retries: u32,
    /// How long to wait before the first of these; doubled each time.
    pub retry_wait: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long a server may be silent.
    pub idle_timeout: Duration,
    /// How long one try may take in all.
    pub timeout: Duration,
    /// A PEM file with more certificate authorities to trust.
    pub ca_file: Option<PathBuf>,
    /// A proxy for everything; `None` takes the one of the environment, if any. What a proxy reaches by name
    /// is the proxy's to say: the rule of public addresses then only holds for hosts written as numbers.
    pub proxy: Option<Url>,
    /// Where attachments lie while they are fetched. `None` for the archive's own folder, or, where the archive
    /// is not on this machine, for a temporary one: without a folder that stays, what was broken off begins anew.
    pub staging: Option<PathBuf>,
    /// How long files of the table that were replaced are kept, for readers that began before.
    pub retention: Duration,
    /// Tells the time.
    pub clock: fn() -> Timestamp,
}

impl Default for MediaOptions {
    fn default() -> Self {
        Self {
            max_size: 512 << 20,
            types: MediaKind::ALL.into(),
            hosts: Vec::new(),
            api: None,
            again: false,
            thorough: false,
            concurrency: 8,
            retries: 3,
            retry_wait: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60 * 60),
            ca_file: None,
            proxy: None,
            staging: None,
            retention: Duration::from_secs(24 * 60 * 60),
            clock: || jiff::Timestamp::now().into(),
        }
    }
}
