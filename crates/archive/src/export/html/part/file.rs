//! A file that is written from its beginning to its end, and corrected in a few places then.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file in the making.
#[derive(Debug)]
pub(in crate::export::html) struct Sink {
    path: PathBuf,
    file: File,
    written: u64,
}

impl Sink {
    /// Makes the file and the folders above it.
    pub(in crate::export::html) fn create(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|source| {
                Error::store(
                    format!("cannot make the folder {}", parent.display()),
                    source,
                )
            })?;
        }
        let file = File::create(&path)
            .map_err(|source| Error::store(format!("cannot create {}", path.display()), source))?;
        Ok(Self {
            path,
            file,
            written: 0,
        })
    }

    /// Returns how many bytes were written.
    pub(in crate::export::html) fn written(&self) -> u64 {
        self.written
    }

    /// Adds to the end.
    pub(in crate::export::html) fn write(&mut self, text: &str) -> Result<()> {
        self.file
            .write_all(text.as_bytes())
            .map_err(|source| self.failed(source))?;
        self.written += text.len() as u64;
        Ok(())
    }

    /// Writes over what stands at a place.
    pub(in crate::export::html) fn correct(&mut self, at: u64, text: &str) -> Result<()> {
        debug_assert!(
            at + text.len() as u64 <= self.written,
            "nothing grows by this"
        );
        self.file
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.seek(SeekFrom::Start(self.written)))
            .map_err(|source| self.failed(source))?;
        Ok(())
    }

    /// Makes sure everything is on the disk.
    pub(in crate::export::html) fn close(self) -> Result<()> {
        self.file.sync_all().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::store(format!("cannot write {}", self.path.display()), source)
    }
}
