//! Where a value came from.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from; its text is what a person would look up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueOrigin {
    /// A flag of the command line, by its name.
    Flag(String),
    /// An environment variable, by its name.
    Environment(String),
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// Nobody set it.
    Default,
}

impl fmt::Display for ValueOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The layers, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    OpenIm,
    File,
    Environment,
    Flag,
}
