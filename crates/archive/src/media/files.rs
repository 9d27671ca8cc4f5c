//! Where the attachments of messages lie.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use smol_str::SmolStr;

use super::find::{Attachment, attachments};
use super::kind::MediaStatus;
use super::scan::{Digest16, digest16};
use crate::archive::Archive;
use crate::error::Result;
use crate::row::Row;
use crate::tables::attachments::{Attachments, read};

/// An attachment the archive has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MediaFile {
    /// Where it lies inside the archive, with slashes: `media/ab/cdef….png`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Its type, as the server said or else as the content looks; empty where neither is known.
    pub content_type: SmolStr,
}

/// The attachments an archive has, by address: about 200 bytes of memory each.
#[derive(Clone, Debug)]
pub struct MediaFiles {
    by_url: HashMap<Digest16, MediaFile>,
}

impl MediaFiles {
    /// Reads which attachments an archive has now; none where none were ever fetched.
    pub async fn open(archive: &Archive) -> Result<Self> {
        let place = archive.place();
        let mut by_url = HashMap::new();
        let files = Attachments::open(place).await?.files().to_vec();
        let mut files = stream::iter(files)
            .map(|file| async move { read(place, &file).await })
            .buffer_unordered(4);
        while let Some(records) = files.try_next().await? {
            for record in records {
                if record.status == MediaStatus::Ok
                    && let Some(path) = record.path
                {
                    let file = MediaFile {
                        path,
                        size: record.size.unwrap_or_default(),
                        content_type: record.content_type.unwrap_or_default().into(),
                    };
                    by_url.insert(digest16(&record.url), file);
                }
            }
        }
        Ok(Self { by_url })
    }

    /// Returns how many addresses have their content in the archive.
    pub fn len(&self) -> usize {
        self.by_url.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_url.is_empty()
    }

    /// Returns what the archive has of an address.
    pub fn get(&self, url: &str) -> Option<&MediaFile> {
        self.by_url.get(&digest16(url))
    }

    /// Returns the attachments of a message in their order, each with where it lies if the archive has it. Where
    /// the content is not known, there are none.
    pub fn of(&self, row: &Row) -> Vec<(Attachment, Option<&MediaFile>)> {
        if !row.content_known {
            return Vec::new();
        }
        let named = attachments(&row.message.parsed()).into_iter();
        named
            .map(|attachment| {
                let file = self.get(&attachment.url);
                (attachment, file)
            })
            .collect()
    }
}
