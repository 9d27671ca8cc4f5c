//! Putting whole attachments where they belong.

use std::path::{Path, PathBuf};

use object_store::buffered::BufWriter;
use object_store::path::Path as ObjectPath;
use object_store::{Error as StoreError, ObjectStoreExt};
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::fetch::Whole;
use super::options::MediaOptions;
use crate::error::{Error, Result};
use crate::place::Place;

/// Attachments that are fetched lie here, in an archive of this machine.
const STAGING: &str = "media/part";

/// The folder attachments are fetched into.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    /// Goes when it is dropped.
    _temporary: Option<tempfile::TempDir>,
}

impl Staging {
    pub(super) async fn open(place: &Place, options: &MediaOptions) -> Result<Self> {
        let chosen = options.staging.clone();
        let folder = chosen.or_else(|| Some(place.local()?.join(STAGING)));
        let (folder, temporary) = match folder {
            Some(folder) => (folder, None),
            None => {
                let temporary = tempfile::tempdir()
                    .map_err(|error| Error::store("make a temporary folder", error))?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        fs::create_dir_all(&folder)
            .await
            .map_err(|error| Error::store(format!("make {}", folder.display()), error))?;
        Ok(Self {
            folder,
            _temporary: temporary,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// What became of a whole attachment.
#[derive(Debug)]
pub(super) struct Kept {
    /// Where it lies inside the archive.
    pub(super) path: String,
    /// Whether the same content was there already.
    pub(super) was_there: bool,
}

/// Puts a whole attachment where its content says, unless it is there.
pub(super) async fn keep(place: &Place, whole: &Whole) -> Result<Kept> {
    let (first, rest) = whole.sha256.split_at(2);
    let mut path = format!("media/{first}/{rest}");
    if let Some(extension) = whole.extension {
        path = format!("{path}.{extension}");
    }
    let location = ObjectPath::from(path.as_str());
    let was_there = match place.store().head(&location).await {
        Ok(found) => found.size == whole.size,
        Err(StoreError::NotFound { .. }) => false,
        Err(error) => return Err(Error::store(format!("look for {path} in {place}"), error)),
    };
    if !was_there {
        match place.local() {
            Some(folder) => rename(&whole.staged, &folder.join(&path)).await,
            None => upload(place, &whole.staged, location).await,
        }
        .map_err(|error| Error::store(format!("write {path} in {place}"), error))?;
    }
    match fs::remove_file(&whole.staged).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let shown = whole.staged.display();
            Err(Error::store(format!("remove {shown}"), error))
        }
        _ => Ok(Kept { path, was_there }),
    }
}

/// Gives a file its name, for good. It is on the disk already.
async fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    let folder = to.parent().unwrap_or(to).to_owned();
    fs::create_dir_all(&folder).await?;
    match fs::rename(from, to).await {
        // A staging folder on another disk.
        Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
            let beside = to.with_extension("part");
            fs::copy(from, &beside).await?;
            fs::File::open(&beside).await?.sync_all().await?;
            fs::rename(&beside, to).await?;
        }
        outcome => outcome?,
    }
    tokio::task::spawn_blocking(move || {
        // Not every system can open a folder: there its names are left to the system.
        for folder in [Some(folder.as_path()), folder.parent()]
            .into_iter()
            .flatten()
        {
            if let Ok(folder) = std::fs::File::open(folder) {
                let _ = folder.sync_all();
            }
        }
    })
    .await
    .map_err(std::io::Error::other)
}

/// Uploads a file; it is there whole or not at all.
async fn upload(place: &Place, from: &Path, to: ObjectPath) -> std::io::Result<()> {
    let mut file = fs::File::open(from).await?;
    let mut writer = BufWriter::new(std::sync::Arc::clone(place.store()), to);
    if let Err(error) = tokio::io::copy(&mut file, &mut writer).await {
        // What was uploaded so far is of no use; where this fails too, the bucket's own rules clean it up.
        let _ = writer.abort().await;
        return Err(error);
    }
    writer.shutdown().await
}
