//! What can go wrong with the index.

use std::io;
use std::path::PathBuf;

use tantivy::TantivyError;

/// Why the index could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Another writer has it.
    #[error("search index in {} is being written by another process", folder.display())]
    Busy {
        /// The index's folder.
        folder: PathBuf,
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
        /// Why not.
        source: Box<TantivyError>,
    },
    /// Reading failed.
    #[error("cannot read the search index in {}", folder.display())]
    Read {
        /// The index's folder.
        folder: PathBuf,
        /// Why not.
        source: Box<TantivyError>,
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
