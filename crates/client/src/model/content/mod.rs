//! What a message says.

use serde::{Deserialize, Serialize};

use super::Message;

/// What the content of a message is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ContentType(pub i32);

impl ContentType {
    /// A revoke.
    pub const REVOKE: Self = Self(2101);
}

/// The language of a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// Parsed content.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Verbatim.
    Raw(String),
}

impl Message {
    /// Parses the content.
    pub fn parsed(&self) -> Content {
        Content::Raw(self.content.clone())
    }

    /// Returns what a person would search for.
    pub fn text(&self) -> String {
        self.content.clone()
    }

    /// Returns one line a person would read.
    pub fn summary(&self, _lang: Lang) -> String {
        self.content.clone()
    }
}
