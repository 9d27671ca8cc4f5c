//! Bringing an index to where the tables are.

use std::fmt::Display;
use std::path::Path;

use futures::TryStreamExt;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::index::{Entry, Index, IndexDamage, IndexError, IndexSettings, IndexWriter, Opened};
use crate::place::Place;
use crate::progress::Progress;
use crate::tables::file::DataFile;
use crate::tables::messages::read::row_batches;
use crate::tables::messages::rows;
use crate::tables::table::{Since, Table};

/// What had to be done to an index when it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Healed {
    /// Why.
    pub reason: String,
    /// How many messages were put into it.
    pub messages: u64,
}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Busy { folder, holder } => Self::Locked {
                place: format!("the search index in {}", folder.display()),
                holder: holder.to_string(),
            },
            error => Self::store("use the search index", error),
        }
    }
}

/// What an index lacks of the table it is of.
#[derive(Debug)]
pub(crate) enum Lack {
    /// Nothing.
    Nothing,
    /// The rows of some files.
    Files {
        files: Vec<DataFile>,
        reason: String,
    },
    /// It has to be built anew.
    Everything { reason: String },
}

impl Lack {
    /// Compares what was found on opening with the table.
    pub(crate) async fn of(index: &Index, opened: &Opened, table: &Table) -> Result<Self> {
        let version = table.version();
        let Some(covers) = opened.covers else {
            let damage = opened.healed.as_ref();
            return Ok(Self::everything(damage.unwrap_or(&IndexDamage::Missing)));
        };
        if index.has_pinyin() != index.wants_pinyin() {
            return Ok(Self::everything(if index.has_pinyin() {
                "it has pinyin, which is no longer wanted"
            } else {
                "it has no pinyin"
            }));
        }
        if covers == version {
            return Ok(Self::Nothing);
        }
        if covers > version {
            return Ok(Self::everything(format_args!(
                "ahead: at version {covers} of the table, which is at {version}"
            )));
        }
        let added = match table.added_since(covers).await? {
            Since::Added(added) => added,
            Since::TakenOut => {
                return Ok(Self::everything("messages were taken out of the table"));
            }
            Since::Unknown => {
                return Ok(Self::everything(format_args!(
                    "the table's log does not reach back to version {covers}"
                )));
            }
        };
        let is_new = |file: &&DataFile| added.contains(&file.path);
        Ok(Self::Files {
            files: table.files().iter().filter(is_new).cloned().collect(),
            reason: format!("behind: at version {covers} of the table, which is at {version}"),
        })
    }

    /// Everything, for that reason.
    pub(crate) fn everything(reason: impl Display) -> Self {
        Self::Everything {
            reason: reason.to_string(),
        }
    }

    /// Returns why it lacks something; `None` where it does not.
    pub(crate) fn into_reason(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Files { reason, .. } | Self::Everything { reason } => Some(reason),
        }
    }
}

/// An index opened for writing, and the table whose messages it shall have.
///
/// All of it is committed or nothing: told to stop, it leaves the index as it was found.
pub(crate) struct Healing<'a> {
    place: &'a Place,
    table: &'a Table,
    index: Index,
    opened: Opened,
    writer: IndexWriter,
    progress: &'a dyn Progress,
}

impl<'a> Healing<'a> {
    /// Opens the index in a folder.
    pub(crate) async fn open(
        place: &'a Place,
        table: &'a Table,
        folder: &Path,
        settings: IndexSettings,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        let path = folder.to_owned();
        let (index, opened, writer) = beside("open the search index", move || {
            let (index, opened) = Index::open_or_create(&path, &settings)?;
            let writer = index.writer()?;
            Ok((index, opened, writer))
        })
        .await?;
        Ok(Self {
            place,
            table,
            index,
            opened,
            writer,
            progress,
        })
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Puts into the index what the table has and it has not.
    pub(crate) async fn fill(self) -> Result<(Index, IndexWriter, Option<Healed>)> {
        let place = self.place;
        let is_new = self.table.files().is_empty();
        let index = self.index.clone();
        let (writer, healed) = match Lack::of(&index, &self.opened, self.table).await? {
            Lack::Nothing => return Ok((index, self.writer, None)),
            Lack::Files { files, reason } => self.put(&files, reason, false).await?,
            Lack::Everything { reason } => self.build(reason).await?,
        };
        if is_new {
            // There was nothing to put into it.
            return Ok((index, writer, None));
        }
        tracing::warn!(
            "the search index of {place} was brought up to date with {} messages: {}",
            healed.messages,
            healed.reason
        );
        Ok((index, writer, Some(healed)))
    }

    /// Builds the index anew, whatever it has.
    pub(crate) async fn rebuild(self) -> Result<(IndexWriter, Healed)> {
        let reason = match (self.opened.covers, &self.opened.healed) {
            (Some(_), _) => "it was asked for".to_owned(),
            (None, damage) => damage.as_ref().unwrap_or(&IndexDamage::Missing).to_string(),
        };
        self.build(reason).await
    }

    async fn build(mut self, reason: String) -> Result<(IndexWriter, Healed)> {
        self.writer.clear(self.index.wants_pinyin())?;
        let files = self.table.files();
        self.put(files, reason, true).await
    }

    /// Puts the rows of files into the index.
    async fn put(
        self,
        files: &[DataFile],
        reason: String,
        new: bool,
    ) -> Result<(IndexWriter, Healed)> {
        let rows_of = files.iter().map(|file| file.rows);
        self.progress
            .begin("indexing messages", Some(rows_of.sum()));
        let (mut writer, mut messages) = (self.writer, 0);
        for file in files {
            let mut batches = Box::pin(row_batches(self.place, file).await?);
            while let Some(batch) = batches.try_next().await? {
                if self.progress.stops() {
                    return Err(Error::Stopped);
                }
                let count = batch.num_rows() as u64;
                writer = beside("fill the search index", move || {
                    let rows = rows(&batch)?;
                    let entries = rows.iter().map(Entry::from);
                    if new {
                        writer.insert(entries)?;
                    } else {
                        writer.put(entries)?;
                    }
                    Ok(writer)
                })
                .await?;
                messages += count;
                self.progress.advance(count);
            }
        }
        if self.progress.stops() {
            return Err(Error::Stopped);
        }
        let version = self.table.version();
        let writer = beside("fill the search index", move || {
            writer.commit(version)?;
            Ok(writer)
        })
        .await?;
        Ok((writer, Healed { reason, messages }))
    }
}

/// Does what takes a while in a thread of its own.
async fn beside<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::store(what, error))?
}
