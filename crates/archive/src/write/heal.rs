//! Bringing an index to where the tables are.

use std::path::Path;

use futures::TryStreamExt;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::index::{Entry, Index, IndexDamage, IndexError, IndexSettings, IndexWriter};
use crate::place::Place;
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

/// Opens the index in a folder for writing, and puts into it what the table has and it has not.
pub(crate) async fn open_index(
    place: &Place,
    table: &Table,
    folder: &Path,
    settings: IndexSettings,
) -> Result<(Index, IndexWriter, Option<Healed>)> {
    let path = folder.to_owned();
    let opened = tokio::task::spawn_blocking(move || {
        let (index, opened) = Index::open_or_create(&path, &settings)?;
        let writer = index.writer()?;
        Ok::<_, IndexError>((index, opened, writer))
    });
    let (index, opened, mut writer) = opened
        .await
        .map_err(|error| Error::store("open the search index", error))??;
    let version = table.version();
    let healed = match opened.covers {
        Some(_) if index.has_pinyin() != index.wants_pinyin() => {
            let reason = if index.has_pinyin() {
                "it has pinyin, which is no longer wanted"
            } else {
                "it has no pinyin"
            };
            let (back, healed) = rebuild(place, table, writer, &index, reason.to_owned()).await?;
            writer = back;
            Some(healed)
        }
        Some(covers) if covers == version => None,
        Some(covers) if covers < version => match table.added_since(covers).await? {
            Since::Added(added) => {
                let is_new = |file: &&DataFile| added.contains(&file.path);
                let files: Vec<DataFile> = table.files().iter().filter(is_new).cloned().collect();
                let (back, messages) = put(place, &files, writer, version, false).await?;
                writer = back;
                Some(Healed {
                    reason: format!(
                        "it was at version {covers} of the table, which is at {version}"
                    ),
                    messages,
                })
            }
            since => {
                let reason = match since {
                    Since::TakenOut => "messages were taken out of the table".to_owned(),
                    _ => format!("the table's log does not reach back to version {covers}"),
                };
                let (back, healed) = rebuild(place, table, writer, &index, reason).await?;
                writer = back;
                Some(healed)
            }
        },
        Some(covers) => {
            let reason = format!("it was at version {covers} of a table that is at {version}");
            let (back, healed) = rebuild(place, table, writer, &index, reason).await?;
            writer = back;
            Some(healed)
        }
        None => {
            let is_new = table.files().is_empty();
            let reason = match opened.healed {
                Some(damage) => damage.to_string(),
                None => IndexDamage::Missing.to_string(),
            };
            let (back, healed) = rebuild(place, table, writer, &index, reason).await?;
            writer = back;
            (!is_new).then_some(healed)
        }
    };
    if let Some(healed) = &healed {
        tracing::warn!(
            "the search index of {place} was brought up to date with {} messages: {}",
            healed.messages,
            healed.reason
        );
    }
    Ok((index, writer, healed))
}

/// Builds an index anew from the table.
pub(crate) async fn rebuild(
    place: &Place,
    table: &Table,
    writer: IndexWriter,
    index: &Index,
    reason: String,
) -> Result<(IndexWriter, Healed)> {
    let mut writer = writer;
    writer.clear(index.wants_pinyin())?;
    let (writer, messages) = put(place, table.files(), writer, table.version(), true).await?;
    Ok((writer, Healed { reason, messages }))
}

/// Puts the rows of files into an index.
async fn put(
    place: &Place,
    files: &[DataFile],
    mut writer: IndexWriter,
    version: u64,
    new: bool,
) -> Result<(IndexWriter, u64)> {
    let mut messages = 0;
    for file in files {
        let mut batches = Box::pin(row_batches(place, file).await?);
        while let Some(batch) = batches.try_next().await? {
            let count = batch.num_rows() as u64;
            writer = tokio::task::spawn_blocking(move || {
                let rows = rows(&batch)?;
                let entries = rows.iter().map(Entry::from);
                if new {
                    writer.insert(entries)?;
                } else {
                    writer.put(entries)?;
                }
                Ok::<_, Error>(writer)
            })
            .await
            .map_err(|error| Error::store("fill the search index", error))??;
            messages += count;
        }
    }
    let writer = tokio::task::spawn_blocking(move || {
        writer.commit(version)?;
        Ok::<_, Error>(writer)
    })
    .await
    .map_err(|error| Error::store("fill the search index", error))??;
    Ok((writer, messages))
}
