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

    /// Sets a key that has a flag of its own. A later call wins. Fails if there is no such key.
    pub fn set(&mut self, key: &str, value: impl Into<String>) -> Result<()> {
        let found = Self::key(key)?;
        let flag = found.flag.unwrap_or(found.name);
        self.put(found, flag, value.into());
        Ok(())
    }

    /// Sets a key by another flag, as `--secret-file -` sets `api.secret` from standard input.
    /// A later call wins. Fails if there is no such key.
    pub fn set_from(&mut self, flag: &str, key: &str, value: impl Into<String>) -> Result<()> {
        self.put(Self::key(key)?, flag, value.into());
        Ok(())
    }

    fn key(name: &str) -> Result<&'static Key> {
        Key::named(name).ok_or_else(|| {
            let meant = match super::file::nearest_key(name) {
                Some(nearest) => format!("; did you mean \"{nearest}\"?"),
                None => String::new(),
            };
            Error::invalid(
                format!("key \"{name}\""),
                format!("there is no such key{meant}"),
            )
        })
    }

    fn put(&mut self, key: &'static Key, flag: &str, value: String) {
        self.0.retain(|(other, _, _)| other.name != key.name);
        self.0.push((key, flag.to_owned(), value));
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
