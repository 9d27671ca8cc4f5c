//! Taking damaged files out of their tables.

use std::collections::HashSet;

use object_store::path::Path as ObjectPath;
use serde::Serialize;

use super::aside::put_aside;
use crate::error::Result;
use crate::media::is_what_it_is_named;
use crate::place::{LEASE, Lock, Place};
use crate::sync::forget_seen;
use crate::tables::attachments::NAME as ATTACHMENTS;
use crate::tables::damage::{Damage, size};
use crate::tables::file::DataFile;
use crate::tables::messages::NAME as MESSAGES;
use crate::tables::small::schemas;
use crate::tables::table::{Purpose, Table};
use crate::verify::{DamagedFile, Part};

/// What was taken out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TakenOut {
    /// The files.
    pub files: Vec<DamagedFile>,
    /// The folder inside the archive where those that were there are kept as they are.
    pub folder: Option<String>,
}

/// A table, and its damaged files.
struct Wounded {
    table: Table,
    files: Vec<DataFile>,
}

/// Takes those of the files out that are damaged indeed: each is read whole once more, while nobody writes.
/// One that merely cannot be reached is an error, and nothing is taken out.
///
/// What is taken out is first copied to `damaged/`, with a note of what was wrong with it. Messages go from
/// the table by a commit of their own, so that every index of it is built anew; the next sync compares
/// everything with the server.
pub async fn take_out(place: &Place, damaged: &[DamagedFile]) -> Result<TakenOut> {
    if damaged.is_empty() {
        return Ok(TakenOut::default());
    }
    let lock = Lock::take(place, LEASE).await?;
    let media = Lock::take_media(place, LEASE).await;
    let outcome = match &media {
        Ok(media) => take(place, damaged, [&lock, media]).await,
        Err(_) => Ok(TakenOut::default()),
    };
    lock.release().await;
    media?.release().await;
    outcome
}

async fn take(place: &Place, damaged: &[DamagedFile], locks: [&Lock; 2]) -> Result<TakenOut> {
    let mut wounded = Vec::new();
    let mut gone: HashSet<String> = HashSet::new();
    let small = schemas().map(|(name, _)| name);
    for name in small.into_iter().chain([MESSAGES, ATTACHMENTS]) {
        wounded.extend(look_at(place, name, damaged, &mut gone).await?);
    }
    for file in damaged.iter().filter(|file| file.part == Part::Media) {
        let there = size(place, &ObjectPath::from(file.path.as_str())).await?;
        if there.is_some() && !is_what_it_is_named(place, &file.path).await? {
            gone.insert(file.path.clone());
        }
    }
    let files: Vec<DamagedFile> = (damaged.iter())
        .filter(|file| gone.contains(&file.path))
        .cloned()
        .collect();
    if files.is_empty() {
        return Ok(TakenOut::default());
    }
    let folder = put_aside(place, &files).await?;
    if files.iter().any(|file| file.part == Part::Messages) {
        // What blocks weighed when their messages were read says nothing once these are gone.
        forget_seen(place).await?;
    }
    for Wounded { mut table, files } in wounded {
        locks.iter().try_for_each(|lock| lock.check(place))?;
        let actions = files.iter().map(|file| file.removal(true)).collect();
        // So that the addresses of lost rows are looked for in all messages again.
        let anew = (table.name() == ATTACHMENTS).then_some(0);
        table.commit(actions, Purpose::TakeOut, anew).await?;
    }
    for file in files.iter().filter(|file| file.part == Part::Media) {
        place.remove(&ObjectPath::from(file.path.as_str())).await?;
    }
    Ok(TakenOut {
        files,
        folder: Some(folder),
    })
}

/// Finds those files of a table that are damaged, and adds them to `gone`.
async fn look_at(
    place: &Place,
    name: &'static str,
    damaged: &[DamagedFile],
    gone: &mut HashSet<String>,
) -> Result<Option<Wounded>> {
    let prefix = format!("{name}/");
    let named: HashSet<&str> = (damaged.iter())
        .map(|file| file.path.as_str())
        .filter(|path| path.starts_with(&prefix))
        .collect();
    if named.is_empty() {
        return Ok(None);
    }
    let Some(table) = Table::open(place, name).await? else {
        return Ok(None);
    };
    let mut files = Vec::new();
    for file in table.files() {
        let path = file.location(name).to_string();
        if named.contains(path.as_str()) && Damage::of(place, name, file, true).await?.is_some() {
            files.push(file.clone());
            gone.insert(path);
        }
    }
    Ok((!files.is_empty()).then_some(Wounded { table, files }))
}
