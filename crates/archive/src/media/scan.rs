//! Looking for addresses in messages.

use std::collections::HashSet;

use openim_history_client::model::{Content, ContentType};
use sha2::{Digest, Sha256};

use super::find::{Attachment, attachments};
use super::kind::MediaKind;
use crate::error::Result;
use crate::place::Place;
use crate::row::{Change, What};
use crate::tables::file::DataFile;
use crate::tables::messages::read::each_content;

/// The types of messages that can have attachments.
pub(crate) const TYPES: &[ContentType] = &[
    ContentType::PICTURE,
    ContentType::VOICE,
    ContentType::VIDEO,
    ContentType::FILE,
    ContentType::AT_TEXT,
    ContentType::MERGER,
    ContentType::QUOTE,
    ContentType::OA_NOTIFICATION,
];

/// The longest address that is taken for one: servers take no longer ones.
const LONGEST: usize = 8 << 10;

/// A short stand-in for an address.
pub(super) type Digest16 = [u8; 16];

pub(super) fn digest16(url: &str) -> Digest16 {
    let whole: [u8; 32] = Sha256::digest(url.as_bytes()).into();
    let mut short = Digest16::default();
    short.copy_from_slice(&whole[..16]);
    short
}

/// An address that is new. Kept small: there may be a million.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) url: Box<str>,
    pub(super) kind: MediaKind,
    pub(super) size: Option<u64>,
}

/// Collects addresses that are not known yet.
#[derive(Debug, Default)]
pub(super) struct Finder {
    /// Known addresses, those found here included.
    pub(super) known: HashSet<Digest16>,
    pub(super) found: Vec<Found>,
    /// Attachments whose address is none of HTTP.
    pub(super) elsewhere: u64,
}

impl Finder {
    /// Looks through a file of messages.
    pub(super) async fn look_through(&mut self, place: &Place, file: &DataFile) -> Result<()> {
        each_content(place, file, TYPES, |kind, content, changes| {
            if let Some(content) = content
                && TYPES.contains(&kind)
            {
                self.take(&Content::parse(kind, content));
            }
            // A message whose changes cannot be read is told by whoever reads it whole.
            let changes: Vec<Change> = changes
                .and_then(|changes| serde_json::from_str(changes).ok())
                .unwrap_or_default();
            for change in changes {
                if let What::Replaced { before } = change.what {
                    self.take(&before.parsed());
                }
            }
        })
        .await
    }

    fn take(&mut self, content: &Content) {
        for Attachment {
            role, url, size, ..
        } in attachments(content)
        {
            if !is_http(&url) {
                self.elsewhere += 1;
            } else if self.known.insert(digest16(&url)) {
                self.found.push(Found {
                    url: url.into_boxed_str(),
                    kind: role.kind(),
                    size,
                });
            }
        }
    }
}

fn is_http(url: &str) -> bool {
    let starts = |scheme: &str| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    url.len() <= LONGEST && (starts("http://") || starts("https://"))
}
