//! The search index of an archive: opened, looked at, built anew.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::open::{Archive, messages};
use crate::error::{Error, Result};
use crate::index::{Index, IndexError, IndexSettings, IndexWriter};
use crate::place::Place;
use crate::progress::Progress;
use crate::write::{Healed, Healing, Lack};

/// The folder of the index inside an archive.
pub(super) const SEARCH: &str = "search";

/// How often it is asked whether to stop, where only waiting is left to do.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// How a search index is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexStatus {
    /// The version of the table of messages it covers; `None` where there is no index that can be used.
    pub version: Option<u64>,
    /// The version the table is at.
    pub table_version: u64,
    /// How many messages it has.
    pub messages: u64,
    /// Whether Chinese is found by its sound too.
    pub pinyin: bool,
    /// Why it has to be brought up to date before it is searched, if it has to.
    pub outdated: Option<String>,
}

impl Archive {
    /// Opens the search index, and brings it up to date where it is behind, missing or damaged; what had
    /// to be done is told. While another process writes the archive, it keeps its index up to date itself,
    /// and it is opened as it is. `folder` is where the index lies if not in the archive's own folder.
    ///
    /// # Errors
    /// [`Error::Stopped`] where `progress` said so before it was up to date: what there was of an index is as before.
    pub async fn index(
        &self,
        folder: Option<PathBuf>,
        settings: IndexSettings,
        progress: &dyn Progress,
    ) -> Result<(Index, Option<Healed>)> {
        let folder = index_folder(self.place(), folder.as_ref()).ok_or_else(nowhere)?;
        if let Ok((index, opened)) = Index::open(&folder, &settings)
            && opened.covers == Some(self.messages.version())
            && index.has_pinyin() == index.wants_pinyin()
        {
            return Ok((index, None));
        }
        // A writer may have gone on since the archive was opened, and its index with it.
        let table = messages(self.place()).await?;
        let opened = Healing::open(self.place(), &table, &folder, settings, progress);
        match opened.await {
            Ok(healing) => {
                let (index, writer, healed) = healing.fill().await?;
                finish(writer, progress).await?;
                Ok((index, healed))
            }
            Err(error) => match Index::open(&folder, &settings) {
                Ok((index, _)) if matches!(error, Error::Locked { .. }) => Ok((index, None)),
                _ => Err(error),
            },
        }
    }

    /// Says how the search index is doing. Nothing is changed.
    pub async fn index_status(&self, folder: Option<PathBuf>) -> Result<IndexStatus> {
        let folder = index_folder(self.place(), folder.as_ref()).ok_or_else(nowhere)?;
        let table = messages(self.place()).await?;
        match Index::open(&folder, &IndexSettings::default()) {
            Ok((index, opened)) => Ok(IndexStatus {
                version: opened.covers,
                table_version: table.version(),
                messages: index.len(),
                pinyin: index.has_pinyin(),
                outdated: Lack::of(&index, &opened, &table).await?.into_reason(),
            }),
            Err(IndexError::Unusable { source, .. }) => Ok(IndexStatus {
                version: None,
                table_version: table.version(),
                messages: 0,
                pinyin: false,
                outdated: Lack::everything(source).into_reason(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Builds the search index anew from the tables. `pinyin` says whether messages are found by sound too, from
    /// now on; without it that stays as it is.
    ///
    /// # Errors
    /// [`Error::Stopped`] where `progress` said so before it was built: what there was of an index is as before,
    /// and so is what was wished of it.
    pub async fn rebuild_index(
        &self,
        folder: Option<PathBuf>,
        settings: IndexSettings,
        pinyin: Option<bool>,
        progress: &dyn Progress,
    ) -> Result<Healed> {
        let folder = index_folder(self.place(), folder.as_ref()).ok_or_else(nowhere)?;
        let table = messages(self.place()).await?;
        let healing = Healing::open(self.place(), &table, &folder, settings, progress).await?;
        let index = healing.index().clone();
        let before = index.wants_pinyin();
        // Before the work: an index that is built, and not as it is wished, would be built once more.
        if let Some(pinyin) = pinyin {
            index.wish_for_pinyin(pinyin)?;
        }
        let (writer, healed) = match healing.rebuild().await {
            Ok(built) => built,
            Err(error) => {
                if pinyin.is_some() {
                    index.wish_for_pinyin(before)?;
                }
                return Err(error);
            }
        };
        finish(writer, progress).await?;
        Ok(healed)
    }
}

/// Returns where an archive's index lies; `None` where nobody said so of one that is not on this machine.
pub(crate) fn index_folder(place: &Place, chosen: Option<&PathBuf>) -> Option<PathBuf> {
    chosen
        .cloned()
        .or_else(|| Some(place.local()?.join(SEARCH)))
}

/// Waits for the merges under way, unless told to stop: then they end in their thread, or with the process. The
/// index has everything either way.
async fn finish(writer: IndexWriter, progress: &dyn Progress) -> Result<()> {
    progress.begin("tidying the index", None);
    let mut finished = tokio::task::spawn_blocking(move || writer.finish());
    loop {
        tokio::select! {
            done = &mut finished => {
                return Ok(done.map_err(|error| Error::store("close the search index", error))??);
            }
            () = tokio::time::sleep(ASKED_EVERY) => {
                if progress.stops() {
                    return Ok(());
                }
            }
        }
    }
}

fn nowhere() -> Error {
    Error::Invalid("an archive that is not on this machine needs a folder for its index".to_owned())
}
