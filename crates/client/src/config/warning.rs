//! What is odd but not wrong.

use std::fmt;
use std::path::PathBuf;

/// What kind of file holds a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretHolder {
    /// `openim-history.toml`.
    Configuration,
    /// A file that holds only the secret, as `api.secret_file` names it.
    SecretFile,
    /// A file of OpenIM's own folder, which belongs to the server's deployment.
    OpenIm,
}

/// Something odd that does not stand in the way; the text says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// An environment variable that looks like a misspelt one of ours.
    UnknownVariable {
        /// The variable that is set.
        name: String,
        /// The one that was probably meant.
        nearest: &'static str,
    },
    /// A file with a secret that everybody on the machine may read.
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// What kind of file it is.
        holder: SecretHolder,
    },
    /// A variable of the server's that has no effect there and so has none here.
    IgnoredVariable {
        /// The variable.
        name: String,
        /// The file that would have to have the key.
        path: PathBuf,
        /// The key that is missing in it.
        key: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownVariable { name, nearest } => {
                write!(
                    f,
                    "environment {name} is not known; did you mean {nearest}?"
                )
            }
            Self::ReadableByOthers { path, .. } => write!(
                f,
                "{} holds a secret and everybody on this machine may read it; chmod o-r it",
                path.display()
            ),
            Self::IgnoredVariable { name, path, key } => write!(
                f,
                "environment {name} has no effect, as on the server: {} has no key {key}",
                path.display()
            ),
        }
    }
}
