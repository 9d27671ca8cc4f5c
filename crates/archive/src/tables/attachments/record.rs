//! One row of the table of attachments.

use openim_history_client::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::media::{MediaKind, MediaStatus};
use crate::tables::messages::columns::{Column, Kind, may, must};

/// Its columns, in order. What they mean is said in docs/formats/archive.md.
pub(crate) const COLUMNS: &[Column] = &[
    must("url", Kind::Text),
    must("kind", Kind::Text),
    must("status", Kind::Text),
    may("sha256", Kind::Text),
    may("size", Kind::Long),
    may("content_type", Kind::Text),
    may("path", Kind::Text),
    may("declared_size", Kind::Long),
    must("attempts", Kind::Int),
    may("last_error", Kind::Text),
    must("first_seen", Kind::Time),
    may("tried_at", Kind::Time),
    may("fetched_at", Kind::Time),
];

/// What is known of one address. The serde names are those of the columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The address, as the message has it.
    pub(crate) url: String,
    pub(crate) kind: MediaKind,
    pub(crate) status: MediaStatus,
    /// Of the content, in hexadecimal digits.
    pub(crate) sha256: Option<String>,
    /// Bytes: of the content, or as far as is known of one that is too large.
    pub(crate) size: Option<u64>,
    /// As the server said, or else as the content looks.
    pub(crate) content_type: Option<String>,
    /// Where the content lies inside the archive.
    pub(crate) path: Option<String>,
    /// Bytes, as the message says.
    pub(crate) declared_size: Option<u64>,
    /// Runs that tried it since it was last fetched.
    pub(crate) attempts: u32,
    /// Why the last of them failed, or what is odd about the content.
    pub(crate) last_error: Option<String>,
    pub(crate) first_seen: Timestamp,
    pub(crate) tried_at: Option<Timestamp>,
    pub(crate) fetched_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::COLUMNS;
    use crate::tables::messages::columns::tests::are_documented;

    #[test]
    fn the_documentation_names_every_column_and_its_type() {
        are_documented("attachments", COLUMNS, &[]);
    }
}
