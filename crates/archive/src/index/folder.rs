//! The folder of an index: what lies in it, and who holds it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::{fmt, io};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, INDEX_WRITER_LOCK, Lock, META_LOCK, MmapDirectory,
    TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{Directory, TantivyError};

use super::IndexError;
use super::error::{folder_error, system_error, write_error};

/// The list of an index's parts: where it is, there is an index.
pub(super) const META: &str = "meta.json";

/// A folder that can be read also by who may not write there. A reader must keep writers from removing files
/// while it opens them, and Tantivy does so through a file it opens for writing.
#[derive(Clone)]
pub(super) struct Folder {
    path: PathBuf,
    inner: MmapDirectory,
    refused: Refused,
}

/// The system's code for why it last refused to write; 0 for never. Tantivy's threads keep it to themselves.
#[derive(Clone, Default)]
struct Refused(Arc<AtomicI32>);

impl Refused {
    fn note<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &outcome
            && let Some(code) = error.raw_os_error()
        {
            self.0.store(code, Ordering::Relaxed);
        }
        outcome
    }
}

/// A file that is being written.
struct Noted {
    inner: Box<dyn TerminatingWrite + Send + Sync>,
    refused: Refused,
}

impl Write for Noted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.refused.note(self.inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.refused.note(self.inner.flush())
    }
}

impl TerminatingWrite for Noted {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.refused.note(self.inner.terminate_ref(token))
    }
}

impl Folder {
    pub(super) fn open(path: &Path) -> tantivy::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            inner: MmapDirectory::open(path)?,
            refused: Refused::default(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Says why writing failed. What Tantivy's threads and those below them ran into, it does not always say itself.
    pub(super) fn write_error(&self, error: TantivyError) -> IndexError {
        let code = self.refused.0.load(Ordering::Relaxed);
        let is_told = matches!(error, TantivyError::LockFailure(..))
            || system_error(&error).is_some_and(|error| error.raw_os_error().is_some());
        let error = match code {
            0 => error,
            _ if is_told => error,
            code => io::Error::from_raw_os_error(code).into(),
        };
        write_error(&self.path, error)
    }

    /// Takes the right to write, which nobody else may have.
    pub(super) fn lock(&self) -> Result<DirectoryLock, IndexError> {
        let lock = self.acquire_lock(&INDEX_WRITER_LOCK);
        lock.map_err(|error| self.write_error(error.into()))
    }

    /// Takes a lock through a file that is only read. Where there is none, no writer ever took it.
    fn lock_to_read(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match File::open(self.path.join(&lock.filepath)) {
            Ok(file) => {
                file.lock_shared().map_err(LockError::wrap_io_error)?;
                Ok(Box::new(file).into())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Box::new(()).into()),
            Err(error) => Err(LockError::wrap_io_error(error)),
        }
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Folder").field(&self.path).finish()
    }
}

impl Directory for Folder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = self.inner.open_write(path)?;
        let file = file
            .into_inner()
            .map_err(|error| OpenWriteError::wrap_io_error(error.into_error(), path.to_owned()))?;
        Ok(BufWriter::new(Box::new(Noted {
            inner: file,
            refused: self.refused.clone(),
        })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.refused.note(self.inner.atomic_write(path, data))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.inner.acquire_lock(lock) {
            Err(LockError::IoError(error))
                if lock.filepath == META_LOCK.filepath
                    && matches!(
                        error.kind(),
                        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                    ) =>
            {
                self.lock_to_read(lock)
            }
            outcome => outcome,
        }
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(watch_callback)
    }
}

/// Removes the files of an index. The lock's file stays, it is held.
pub(super) fn empty(folder: &Path) -> Result<(), IndexError> {
    for file in files_of_ours(folder).map_err(|source| folder_error(folder, source))? {
        fs::remove_file(&file).map_err(|source| folder_error(folder, source))?;
    }
    Ok(())
}

pub(super) fn has_files_of_ours(folder: &Path) -> bool {
    files_of_ours(folder).is_ok_and(|files| !files.is_empty())
}

fn files_of_ours(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && is_ours(&entry.file_name().to_string_lossy()) {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// Whether Tantivy names its files so: lists, and the parts as 32 digits and an ending.
fn is_ours(name: &str) -> bool {
    name == META
        || name == ".managed.json"
        || name.split_once('.').is_some_and(|(stem, _)| {
            stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}
