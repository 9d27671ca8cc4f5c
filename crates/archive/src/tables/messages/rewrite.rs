//! Changing rows: the files that hold them are written anew, without them.

use arrow_array::RecordBatch;
use arrow_select::filter::filter_record_batch;
use futures::TryStreamExt;

use super::lookup::Keys;
use super::part::{Finished, Part};
use super::properties::Effort;
use super::read;
use crate::error::{Error, Result};
use crate::place::Place;
use crate::tables::file::DataFile;

/// Writes the rows of `files` anew, in as few files as their size allows, without those among `without`.
/// All files must be of one month.
pub(crate) async fn merged(
    place: &Place,
    month: &str,
    files: &[DataFile],
    without: &Keys,
) -> Result<Vec<Finished>> {
    let mut done = Vec::new();
    let mut part = Part::new(month.to_owned(), Effort::Thorough)?;
    for file in files {
        let mut batches = Box::pin(read::batches(place, file).await?);
        while let Some(batch) = batches.try_next().await? {
            let batch = keep(batch, without)?;
            part = tokio::task::spawn_blocking(move || {
                part.append(batch)?;
                Ok::<_, Error>(part)
            })
            .await
            .map_err(beside)??;
            if part.is_large() {
                let next = Part::new(month.to_owned(), Effort::Thorough)?;
                done.push(finished(std::mem::replace(&mut part, next)).await?);
            }
        }
    }
    if part.rows() > 0 {
        done.push(finished(part).await?);
    }
    Ok(done)
}

async fn finished(part: Part) -> Result<Finished> {
    let finished = tokio::task::spawn_blocking(move || part.finish());
    finished.await.map_err(beside)?
}

fn beside(error: tokio::task::JoinError) -> Error {
    Error::store("write a file of messages", error)
}

fn keep(batch: RecordBatch, without: &Keys) -> Result<RecordBatch> {
    if without.is_empty() {
        return Ok(batch);
    }
    let found = read::among(&batch, without);
    let keep = arrow_array::BooleanArray::from_iter(found.iter().map(|found| found.map(|f| !f)));
    Ok(filter_record_batch(&batch, &keep)?)
}
