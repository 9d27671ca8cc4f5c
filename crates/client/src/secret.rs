//! Secrets that never show themselves.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Result};

/// A string that `Debug` and logs show as `***`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps the string.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// Returns the string itself; the caller sees to it that it goes nowhere but to the server.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where a secret is read from, each time it is needed anew: so that it can be rotated while the
/// program runs.
#[derive(Clone)]
pub enum SecretSource {
    /// A value that stays as it is.
    Value(Secret),
    /// A file that holds the secret; white space around it is cut off.
    File(PathBuf),
    /// Asks the embedder, for example a configuration that is read again.
    Ask(Arc<dyn Fn() -> Result<Secret> + Send + Sync>),
}

impl SecretSource {
    /// Reads the secret now.
    pub fn read(&self) -> Result<Secret> {
        match self {
            Self::Value(secret) => Ok(secret.clone()),
            Self::File(path) => match std::fs::read_to_string(path) {
                Ok(text) => Ok(Secret::new(text.trim())),
                Err(source) => Err(Error::Io {
                    what: format!("secret file {} cannot be read", path.display()),
                    source,
                }),
            },
            Self::Ask(ask) => ask(),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value(***)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Ask(_) => f.write_str("Ask"),
        }
    }
}

impl From<&str> for SecretSource {
    fn from(secret: &str) -> Self {
        Self::Value(Secret::new(secret))
    }
}
