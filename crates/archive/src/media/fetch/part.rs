//! A file that is being fetched. What a broken-off run leaves is gone on with, as far as it was on the disk.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::error::{Error, Result};

/// After how many bytes what is there is brought to the disk, and may be gone on with.
const STEP: u64 = 8 << 20;

/// How much of a beginning is looked at to tell what it is.
const HEAD: usize = 8 << 10;

/// Writes bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file being fetched.
#[derive(Debug)]
pub(super) struct Part {
    url: String,
    path: PathBuf,
    file: File,
    hasher: Sha256,
    /// Bytes that are there.
    len: u64,
    /// Bytes that are on the disk.
    synced: u64,
    pub(super) head: Vec<u8>,
    /// What tells that the server still has the same: an entity tag or a date.
    validator: Option<String>,
}

/// What is said of a file that is not whole yet.
#[derive(Serialize, Deserialize)]
struct Note {
    url: String,
    validator: String,
    synced: u64,
}

/// What the answer said of itself.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) content_type: Option<String>,
    pub(super) extension: Option<&'static str>,
}

/// A file that is whole and on the disk.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) staged: PathBuf,
    pub(crate) sha256: String,
    pub(crate) size: u64,
    pub(crate) content_type: Option<String>,
    /// By what the content is; never by what anybody says.
    pub(crate) extension: Option<&'static str>,
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |error| Error::store(format!("write {}", path.display()), error)
}

/// Where an address is fetched to: of the address itself nothing gets into a path.
fn path_of(staging: &Path, url: &str) -> PathBuf {
    staging.join(hex(&Sha256::digest(url.as_bytes())))
}

fn note_of(path: &Path) -> PathBuf {
    path.with_extension("json")
}

impl Part {
    /// Opens the file for an address, with what an earlier run left of it.
    pub(super) async fn open(staging: &Path, url: &str) -> Result<Self> {
        let path = path_of(staging, url);
        let failed = failed(&path);
        let note = fs::read(note_of(&path)).await.ok();
        let note: Option<Note> = note.and_then(|note| serde_json::from_slice(&note).ok());
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .await
            .map_err(&failed)?;
        let there = file.metadata().await.map_err(&failed)?.len();
        let note = note.filter(|note| note.url == url && note.synced > 0 && note.synced <= there);
        // Behind what was brought to the disk, a power cut may have left anything.
        let keep = note.as_ref().map_or(0, |note| note.synced);
        file.set_len(keep).await.map_err(&failed)?;
        let mut part = Self {
            url: url.to_owned(),
            path: path.clone(),
            file,
            hasher: Sha256::new(),
            len: 0,
            synced: keep,
            head: Vec::new(),
            validator: note.map(|note| note.validator),
        };
        let mut buffer = vec![0; if keep > 0 { 256 << 10 } else { 0 }];
        while part.len < keep {
            let read = part.file.read(&mut buffer).await.map_err(&failed)?;
            if read == 0 {
                return part.begin(None).await.map(|()| part);
            }
            part.count(&buffer[..read]);
        }
        Ok(part)
    }

    /// Removes what there is of an address.
    pub(super) async fn forget(staging: &Path, url: &str) -> Result<()> {
        let path = path_of(staging, url);
        for path in [note_of(&path), path] {
            match fs::remove_file(&path).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::store(format!("remove {}", path.display()), error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns how many bytes are there.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Returns what the server is to compare, where there is anything to go on with.
    pub(super) fn resumes(&self) -> Option<&str> {
        self.validator.as_deref().filter(|_| self.len > 0)
    }

    /// Begins anew.
    pub(super) async fn begin(&mut self, validator: Option<String>) -> Result<()> {
        let failed = failed(&self.path);
        // First the note: it must never tell of more than there is.
        let _ = fs::remove_file(note_of(&self.path)).await;
        self.file.set_len(0).await.map_err(&failed)?;
        self.file.seek(SeekFrom::Start(0)).await.map_err(&failed)?;
        self.hasher = Sha256::new();
        (self.len, self.synced) = (0, 0);
        self.head.clear();
        self.validator = validator;
        Ok(())
    }

    fn count(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        let more = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..more]);
    }

    /// Takes bytes in.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .await
            .map_err(failed(&self.path))?;
        self.count(bytes);
        if self.validator.is_some() && self.len - self.synced >= STEP {
            self.keep().await?;
        }
        Ok(())
    }

    /// Brings what is there to the disk, so that it can be gone on with, where the server lets us tell that it
    /// still has the same.
    pub(super) async fn keep(&mut self) -> Result<()> {
        let failed = failed(&self.path);
        // Also where nothing is kept: a write that is still under way must not reach what is begun next.
        self.file.flush().await.map_err(&failed)?;
        let Some(validator) = &self.validator else {
            return Ok(());
        };
        if self.synced == self.len {
            return Ok(());
        }
        self.file.sync_data().await.map_err(&failed)?;
        let note = Note {
            url: self.url.clone(),
            validator: validator.clone(),
            synced: self.len,
        };
        let note = serde_json::to_vec(&note)
            .map_err(|error| Error::store(format!("write {}", self.path.display()), error))?;
        fs::write(note_of(&self.path), note)
            .await
            .map_err(&failed)?;
        self.synced = self.len;
        Ok(())
    }

    /// Ends the file: it is whole, and on the disk.
    pub(super) async fn finish(mut self, got: Got) -> Result<Whole> {
        let failed = failed(&self.path);
        self.file.flush().await.map_err(&failed)?;
        self.file.sync_all().await.map_err(&failed)?;
        // A note that was left would let a whole file be gone on with.
        let _ = fs::remove_file(note_of(&self.path)).await;
        Ok(Whole {
            sha256: hex(&self.hasher.finalize()),
            size: self.len,
            content_type: got.content_type,
            extension: got.extension,
            staged: self.path,
        })
    }
}
