//! Opening an archive, to read or to write.

use super::manifest::Manifest;
use crate::error::{Error, Result};
use crate::place::{Lock, Place};
use crate::tables::messages::NAME as MESSAGES;
use crate::tables::messages::columns::{MONTH, TABLE_SCHEMA};
use crate::tables::table::Table;
use crate::write::{Writer, WriterOptions};

/// An archive, open for reading. Any number of readers may read while one writer writes; what they see
/// is as of the last [`Archive::refresh`].
#[derive(Debug)]
pub struct Archive {
    place: Place,
    manifest: Manifest,
    pub(crate) messages: Table,
}

impl Archive {
    /// Opens an archive.
    pub async fn open(place: &Place) -> Result<Self> {
        let Some(manifest) = Manifest::read(place).await? else {
            return Err(not_an_archive(place));
        };
        let messages = Table::open(place, MESSAGES).await?.ok_or_else(|| {
            Error::damaged(
                format_args!("table {MESSAGES} of {place}"),
                "it is not there",
                None,
            )
        })?;
        Ok(Self {
            place: place.clone(),
            manifest,
            messages,
        })
    }

    /// Opens an archive for writing, or makes one of the server of that name where nothing lies yet.
    pub async fn write(place: &Place, server: &str, options: WriterOptions) -> Result<Writer> {
        let found = Manifest::read(place).await?;
        if found.is_none()
            && let Some(found) = place.occupant().await?
            && !is_ours(&found)
        {
            return Err(Error::Foreign {
                place: place.to_string(),
                found,
            });
        }
        let lock = Lock::take(place).await?;
        // Read again: whoever had the lock may have made it meanwhile.
        let messages = match Table::open(place, MESSAGES).await? {
            Some(table) => table,
            None => Table::create(place, MESSAGES, &TABLE_SCHEMA, Some(MONTH)).await?,
        };
        // Written last: what has it is whole.
        if Manifest::read(place).await?.is_none() {
            Manifest::new(server).write(place).await?;
        }
        let index = crate::index::IndexWriter::open(place, &messages, options.index_memory).await?;
        Writer::new(place.clone(), messages, index, lock, options).await
    }

    /// Returns where it lies.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns what it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Looks for what was written meanwhile.
    pub async fn refresh(&mut self) -> Result<()> {
        self.messages.refresh().await
    }
}

/// Whether a name is one that the making of an archive leaves behind when it is broken off.
fn is_ours(name: &str) -> bool {
    [MESSAGES, "sync", "search"].contains(&name)
}

fn not_an_archive(place: &Place) -> Error {
    Error::NotAnArchive {
        place: place.to_string(),
        source: None,
    }
}
