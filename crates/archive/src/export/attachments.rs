//! Attachments that come along with an export.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use futures::StreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path as ObjectPath;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::folder::{ExportManifest, FileKind, FileRecord, Folder, hex};
use super::run::{Becomes, Extra, whole};
use crate::error::{Error, Result};
use crate::place::Place;
use crate::progress::Progress;

/// Copies what is not there yet. The archive names attachments by their hashes, so that one which is there under
/// its name with the right bytes is the right one. `None` where it was told to stop.
pub(super) async fn stage(
    place: &Place,
    media: &BTreeMap<String, u64>,
    before: Option<&ExportManifest>,
    folder: &mut Folder,
    progress: &dyn Progress,
) -> Result<Option<Vec<Extra>>> {
    let held: HashMap<&str, &FileRecord> = before
        .map_or(&[][..], |before| &before.files)
        .iter()
        .filter(|file| file.kind == FileKind::Media)
        .map(|file| (file.path.as_str(), file))
        .collect();
    let there = media.keys().filter_map(|path| held.get(path.as_str()));
    let there = there.copied().cloned().collect();
    let Some(whole) = whole(folder, there, progress).await? else {
        return Ok(None);
    };
    progress.begin("attachments", Some(media.len() as u64));
    let mut staging: Option<PathBuf> = None;
    let mut all = Vec::with_capacity(media.len());
    for (number, path) in media.keys().enumerate() {
        if progress.stops() {
            return Ok(None);
        }
        progress.advance(1);
        let record = held.get(path.as_str()).copied();
        if let Some(record) = record
            && whole.contains(path)
        {
            all.push(Extra {
                record: record.clone(),
                staged: None,
            });
            continue;
        }
        let beside = match staging.take() {
            Some(staging) => staging,
            None => folder.stage()?,
        };
        let staged = beside.join(number.to_string());
        staging = Some(beside);
        let (bytes, sha256) = copy(place, path, &staged).await?;
        let becomes = if record.is_some() {
            Becomes::Repaired
        } else {
            Becomes::New
        };
        all.push(Extra {
            record: FileRecord {
                path: path.clone(),
                kind: FileKind::Media,
                bytes,
                sha256,
                format: None,
                of: None,
                holds: None,
            },
            staged: Some((staged, becomes)),
        });
    }
    Ok(Some(all))
}

/// Copies one attachment, and returns its size and hash.
async fn copy(place: &Place, path: &str, to: &PathBuf) -> Result<(u64, String)> {
    let failed = |error: std::io::Error| Error::store(format!("write {}", to.display()), error);
    let unreadable = |error| Error::store(format!("read {path} in {place}"), error);
    let mut bytes = place
        .store()
        .get(&ObjectPath::from(path))
        .await
        .map_err(unreadable)?
        .into_stream();
    let mut file = tokio::fs::File::create(to).await.map_err(failed)?;
    let (mut digest, mut size) = (Sha256::new(), 0);
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(unreadable)?;
        digest.update(&chunk);
        size += chunk.len() as u64;
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)?;
    let sha256 = hex(&digest.finalize());
    // The name is the hash: what does not fit it was damaged in the archive.
    let name = path.trim_start_matches("media/").replace('/', "");
    if !name.starts_with(&sha256) {
        return Err(Error::damaged(
            format_args!("{path} in {place}"),
            "its bytes are not those of its name",
            None,
        ));
    }
    Ok((size, sha256))
}
