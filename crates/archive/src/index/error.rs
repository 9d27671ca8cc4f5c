//! What can go wrong with the index.

use std::io;
use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};

use super::writing;
use crate::holder::Holder;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the index could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Another writer has it.
    #[error("search index in {} is being written by {holder}", folder.display())]
    Busy {
        /// The index's folder.
        folder: PathBuf,
        /// Who has it, as far as it said so.
        holder: Holder,
    },
    /// There is none, or it cannot be used; a writer would empty it and build it again.
    #[error("search index in {} cannot be used", folder.display())]
    Unusable {
        /// The index's folder.
        folder: PathBuf,
        /// Why not.
        source: IndexDamage,
    },
    /// The folder cannot be made, read or emptied.
    #[error("cannot use the folder {} for a search index", folder.display())]
    Folder {
        /// The index's folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Writing failed. What was not committed is lost; make a new writer.
    #[error("cannot write the search index in {}", folder.display())]
    Write {
        /// The index's folder.
        folder: PathBuf,
        /// Why not: where a file is to blame, the system's [`io::Error`].
        source: Cause,
    },
    /// Reading failed.
    #[error("cannot read the search index in {}", folder.display())]
    Read {
        /// The index's folder.
        folder: PathBuf,
        /// Why not: where a file is to blame, the system's [`io::Error`].
        source: Cause,
    },
}

/// What is wrong with an index that has to be built again.
#[derive(Debug, thiserror::Error)]
pub enum IndexDamage {
    /// There is none.
    #[error("there is none yet")]
    Missing,
    /// Another version of this program wrote it.
    #[error("it has another format than this version writes")]
    OtherFormat,
    /// A file is missing or is not what was written.
    #[error("its files are damaged")]
    Unreadable(#[source] Box<TantivyError>),
    /// A file's checksum does not match.
    #[error("its file {} has a wrong checksum", file.display())]
    Checksum {
        /// Its name.
        file: PathBuf,
    },
}

pub(super) fn folder_error(folder: &Path, source: io::Error) -> IndexError {
    IndexError::Folder {
        folder: folder.to_owned(),
        source,
    }
}

/// Tells an index that is damaged from one that just cannot be read: emptying that would help nobody.
pub(super) fn opening_error(folder: &Path, error: TantivyError) -> IndexError {
    if system_error(&error).is_some_and(is_refusal) {
        return read_error(folder, error);
    }
    IndexError::Unusable {
        folder: folder.to_owned(),
        source: IndexDamage::Unreadable(Box::new(error)),
    }
}

pub(super) fn read_error(folder: &Path, error: TantivyError) -> IndexError {
    IndexError::Read {
        folder: folder.to_owned(),
        source: cause(error),
    }
}

pub(super) fn write_error(folder: &Path, error: TantivyError) -> IndexError {
    let folder = folder.to_owned();
    match error {
        TantivyError::LockFailure(LockError::LockBusy, _) => IndexError::Busy {
            holder: writing::holder(&folder),
            folder,
        },
        error => IndexError::Write {
            folder,
            source: cause(error),
        },
    }
}

/// Tantivy shows the system's errors as code and hands none out.
fn cause(error: TantivyError) -> Cause {
    match system_error(&error) {
        Some(found) => Box::new(match found.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(found.kind(), found.to_string()),
        }),
        None => Box::new(error),
    }
}

pub(super) fn system_error(error: &TantivyError) -> Option<&io::Error> {
    match error {
        TantivyError::IoError(error)
        | TantivyError::LockFailure(LockError::IoError(error), _)
        | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError {
            io_error: error, ..
        })
        | TantivyError::OpenReadError(OpenReadError::IoError {
            io_error: error, ..
        })
        | TantivyError::OpenWriteError(OpenWriteError::IoError {
            io_error: error, ..
        }) => Some(error),
        _ => None,
    }
}

/// Whether the system refused to read, which says nothing of what lies there.
fn is_refusal(error: &io::Error) -> bool {
    /// Of Unix: the whole system's, and this process's.
    const TOO_MANY_OPEN_FILES: [i32; 2] = [23, 24];

    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::OutOfMemory
            | io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
    ) || error
        .raw_os_error()
        .is_some_and(|code| cfg!(unix) && TOO_MANY_OPEN_FILES.contains(&code))
}
