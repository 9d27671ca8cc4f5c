//! Opening an archive, to read or to write.

use std::path::PathBuf;

use super::manifest::Manifest;
use super::migrations::MIGRATIONS;
use crate::error::{Error, Result};
use crate::holder::Holder;
use crate::index::{Index, IndexSettings, IndexWriter};
use crate::place::{Lock, Place};
use crate::tables::messages::NAME as MESSAGES;
use crate::tables::messages::columns::{MONTH, TABLE_SCHEMA};
use crate::tables::table::Table;
use crate::write::{Healed, Writer, WriterOptions, open_index, rebuild};

/// The folder of the index inside an archive.
const SEARCH: &str = "search";

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

    /// Opens an archive for writing, or makes one of the server of that name where nothing lies yet.
    pub async fn write(place: &Place, server: &str, options: WriterOptions) -> Result<Writer> {
        if Manifest::read(place).await?.is_none() {
            refuse_foreign(place).await?;
        }
        let lock = Lock::take(place, options.lease).await?;
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
        let (index, healed) = match (
            options.index,
            index_folder(place, options.index_folder.as_ref()),
        ) {
            (Some(settings), Some(folder)) => {
                let (_, writer, healed) = open_index(place, &messages, &folder, settings).await?;
                (Some(writer), healed)
            }
            _ => (None, None),
        };
        Writer::new(
            place.clone(),
            messages,
            index,
            healed,
            manifest.server,
            lock,
            options,
        )
        .await
    }

    /// Opens the search index, and brings it up to date where it is behind, missing or damaged; what had
    /// to be done is told. While another process writes the archive, it keeps its index up to date itself,
    /// and it is opened as it is. `folder` is where the index lies if not in the archive's own folder.
    pub async fn index(
        &self,
        folder: Option<PathBuf>,
        settings: IndexSettings,
    ) -> Result<(Index, Option<Healed>)> {
        let folder = index_folder(&self.place, folder.as_ref()).ok_or_else(nowhere)?;
        if let Ok((index, opened)) = Index::open(&folder, &settings)
            && opened.covers == Some(self.messages.version())
            && index.has_pinyin() == index.wants_pinyin()
        {
            return Ok((index, None));
        }
        match open_index(&self.place, &self.messages, &folder, settings).await {
            Ok((index, writer, healed)) => {
                finish(writer).await?;
                Ok((index, healed))
            }
            Err(error) => match Index::open(&folder, &settings) {
                Ok((index, _)) if matches!(error, Error::Locked { .. }) => Ok((index, None)),
                _ => Err(error),
            },
        }
    }

    /// Builds the search index anew from the tables. `pinyin` says whether messages are found by sound too, from
    /// now on; without it that stays as it is.
    pub async fn rebuild_index(
        &self,
        folder: Option<PathBuf>,
        settings: IndexSettings,
        pinyin: Option<bool>,
    ) -> Result<Healed> {
        let folder = index_folder(&self.place, folder.as_ref()).ok_or_else(nowhere)?;
        let (index, writer, healed) =
            open_index(&self.place, &self.messages, &folder, settings).await?;
        if let Some(pinyin) = pinyin {
            index.wish_for_pinyin(pinyin)?;
        }
        if let Some(healed) = healed.filter(|healed| {
            healed.messages >= self.len() && index.has_pinyin() == index.wants_pinyin()
        }) {
            // It was empty and is new already.
            finish(writer).await?;
            return Ok(healed);
        }
        let reason = "it was asked for".to_owned();
        let (writer, healed) = rebuild(&self.place, &self.messages, writer, &index, reason).await?;
        finish(writer).await?;
        Ok(healed)
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

/// Returns where an archive's index lies; `None` where nobody said so of one that is not on this machine.
pub(crate) fn index_folder(place: &Place, chosen: Option<&PathBuf>) -> Option<PathBuf> {
    chosen
        .cloned()
        .or_else(|| Some(place.local()?.join(SEARCH)))
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

async fn finish(writer: IndexWriter) -> Result<()> {
    tokio::task::spawn_blocking(move || writer.finish())
        .await
        .map_err(|error| Error::store("close the search index", error))??;
    Ok(())
}

fn nowhere() -> Error {
    Error::Invalid("an archive that is not on this machine needs a folder for its index".to_owned())
}

fn not_an_archive(place: &Place) -> Error {
    Error::NotAnArchive {
        place: place.to_string(),
        source: None,
    }
}
