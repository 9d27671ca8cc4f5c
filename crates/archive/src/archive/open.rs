//! Opening an archive, to read or to write.

use super::manifest::Manifest;
use super::migrations::MIGRATIONS;
use super::search_index::{SEARCH, index_folder};
use crate::error::{Error, Result};
use crate::holder::Holder;
use crate::index::IndexWriter;
use crate::place::{Lock, Place};
use crate::progress::{NoProgress, Progress};
use crate::tables::messages::NAME as MESSAGES;
use crate::tables::messages::columns::{MONTH, TABLE_SCHEMA};
use crate::tables::table::Table;
use crate::write::{Healed, Healing, Writer, WriterOptions};

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
        manifest.check_readable(place, MIGRATIONS)?;
        Ok(Self {
            place: place.clone(),
            manifest,
            messages: messages(place).await?,
        })
    }

    /// Opens an archive, if one lies there; `None` where one could be made. Fails where something else lies.
    pub async fn open_if_there(place: &Place) -> Result<Option<Self>> {
        match Self::open(place).await {
            Err(Error::NotAnArchive { .. }) => {
                refuse_foreign(place).await?;
                Ok(None)
            }
            opened => opened.map(Some),
        }
    }

    /// Opens an archive for writing, or makes one of the server of that name where nothing lies yet. Its search index is
    /// brought up to date first, where it is behind, missing or damaged.
    pub async fn write(place: &Place, server: &str, options: WriterOptions) -> Result<Writer> {
        Self::write_with_progress(place, server, options, &NoProgress).await
    }

    /// Like [`Archive::write`], and tells how far the index is.
    ///
    /// # Errors
    /// [`Error::Stopped`] where `progress` said so before the index was up to date: what there was of it is as before, and
    /// the archive is free for another writer.
    pub async fn write_with_progress(
        place: &Place,
        server: &str,
        options: WriterOptions,
        progress: &dyn Progress,
    ) -> Result<Writer> {
        if Manifest::read(place).await?.is_none() {
            refuse_foreign(place).await?;
        }
        let lock = Lock::take(place, options.lease).await?;
        let ready = make_ready(place, server, &options, progress).await;
        match ready {
            Ok((messages, index, healed, server)) => {
                let place = place.clone();
                Writer::new(place, messages, index, healed, server, lock, options).await
            }
            Err(error) => {
                // A lease that nobody gives back runs for a while.
                lock.release().await;
                Err(error)
            }
        }
    }

    /// Returns how many messages it has. Nothing is read for it.
    pub fn len(&self) -> u64 {
        self.messages.files().iter().map(|file| file.rows).sum()
    }

    /// Whether it has no message.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns who writes to it just now, if anybody does.
    pub async fn writer(&self) -> Result<Option<Holder>> {
        Lock::holder(&self.place).await
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

/// Makes what a writer needs, where it is not there yet: the table of messages, the search index, brought up to date, and
/// the name of the server. The lock must be held.
async fn make_ready(
    place: &Place,
    server: &str,
    options: &WriterOptions,
    progress: &dyn Progress,
) -> Result<(Table, Option<IndexWriter>, Option<Healed>, String)> {
    place.sweep().await?;
    // Read again: whoever had the lock may have made it or brought it up meanwhile.
    let found = match Manifest::read(place).await? {
        Some(found) => Some(found.bring_up(place, MIGRATIONS).await?),
        None => None,
    };
    let messages = match Table::open(place, MESSAGES).await? {
        Some(table) => table,
        None => Table::create(place, MESSAGES, &TABLE_SCHEMA, Some(MONTH)).await?,
    };
    // Written last: what has it is whole.
    let manifest = match found {
        Some(manifest) => manifest,
        None => {
            let manifest = Manifest::new(server);
            manifest.write(place).await?;
            manifest
        }
    };
    let folder = index_folder(place, options.index_folder.as_ref());
    let (index, healed) = match options.index.zip(folder) {
        Some((settings, folder)) => {
            let opened = Healing::open(place, &messages, &folder, settings, progress);
            let (_, writer, healed) = opened.await?.fill().await?;
            (Some(writer), healed)
        }
        None => (None, None),
    };
    Ok((messages, index, healed, manifest.server))
}

/// Opens the table of messages, as it is now.
pub(super) async fn messages(place: &Place) -> Result<Table> {
    Table::open(place, MESSAGES).await?.ok_or_else(|| {
        Error::damaged(
            format_args!("table {MESSAGES} of {place}"),
            "it is not there",
            None,
        )
    })
}

/// Fails where something lies that is no archive.
async fn refuse_foreign(place: &Place) -> Result<()> {
    match place.occupant().await? {
        Some(found) if !is_ours(&found) => Err(Error::Foreign {
            place: place.to_string(),
            found,
        }),
        _ => Ok(()),
    }
}

/// Whether a name is one that the making of an archive leaves behind when it is broken off.
fn is_ours(name: &str) -> bool {
    [MESSAGES, "sync", SEARCH].contains(&name)
}

fn not_an_archive(place: &Place) -> Error {
    Error::NotAnArchive {
        place: place.to_string(),
        source: None,
    }
}
