//! What a configuration is made from.

use std::fmt;
use std::path::PathBuf;

use super::key::Key;
use crate::error::{Error, Result};

/// Name of the configuration file.
pub const FILE_NAME: &str = "openim-history.toml";

/// The environment variable that names the configuration file.
pub const FILE_VARIABLE: &str = "OPENIM_HISTORY_CONFIG";

/// What a configuration is made from; nothing else is read.
#[derive(Clone, Default)]
pub struct ConfigInputs {
    /// Values of the command line.
    pub flags: Flags,
    /// Environment variables, ours and the server's `IMENV_*`; others are passed over. An empty
    /// value is as good as none.
    pub env: Vec<(String, String)>,
    /// The configuration file, named by the caller; it must exist. [`FILE_VARIABLE`] in `env` does
    /// the same if this is `None`.
    pub file: Option<PathBuf>,
    /// Where to look for the configuration file if nobody named one; the first that exists is
    /// taken, and none need exist.
    pub candidates: Vec<PathBuf>,
}

impl ConfigInputs {
    /// Returns the variable's value, unless it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.env
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

// Written by hand: flags and environment hold secrets.
impl fmt::Debug for ConfigInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigInputs")
            .field("flags", &self.flags)
            .field("file", &self.file)
            .field("candidates", &self.candidates)
            .finish_non_exhaustive()
    }
}

/// Values of the command line, by the key they set.
#[derive(Clone, Default)]
pub struct Flags(Vec<(&'static Key, String, String)>);

impl Flags {
    /// Returns no flags.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key to the text of the key's own flag, or of `--set KEY=VALUE` where it has none.
    /// A later call wins. Fails if there is no such key.
    pub fn set(&mut self, key: &str, value: impl Into<String>) -> Result<()> {
        let Some(found) = Key::named(key) else {
            return Err(Error::invalid(
                format!("key \"{key}\""),
                match super::file::nearest_key(key) {
                    Some(nearest) => format!("there is no such key; did you mean \"{nearest}\"?"),
                    None => "there is no such key".to_owned(),
                },
            ));
        };
        let flag = found
            .flag
            .map_or_else(|| format!("--set {}", found.name), str::to_owned);
        self.0.retain(|(key, _, _)| key.name != found.name);
        self.0.push((found, flag, value.into()));
        Ok(())
    }

    /// Returns key, flag and value of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static Key, &str, &str)> {
        self.0
            .iter()
            .map(|(key, flag, value)| (*key, flag.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(_, flag, _)| flag))
            .finish()
    }
}
