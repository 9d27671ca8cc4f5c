//! A file being written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::super::writer::Part;
use crate::error::{Error, Result};

/// Bytes gathered before the system is asked to take them.
const BUFFER: usize = 256 << 10;

/// A file being written, that counts its bytes.
pub(crate) struct Output {
    path: PathBuf,
    file: BufWriter<File>,
    written: u64,
}

/// Returns where a file of an export lies on this machine, with its folder made.
pub(crate) fn place(folder: &Path, part: &Part) -> Result<PathBuf> {
    let path = folder.join(&part.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| failed(&path, error))?;
    }
    Ok(path)
}

/// What writing a file fails with.
pub(crate) fn failed(
    path: &Path,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::store(format!("write {}", path.display()), error)
}

impl Output {
    /// Begins a file. One that is there already is an error: two parts of an export never share one.
    pub(crate) fn begin(folder: &Path, part: &Part) -> Result<Self> {
        let path = place(folder, part)?;
        let file = File::create_new(&path).map_err(|error| failed(&path, error))?;
        Ok(Self {
            path,
            file: BufWriter::with_capacity(BUFFER, file),
            written: 0,
        })
    }

    /// Writes some bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.written += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(|error| failed(&self.path, error))
    }

    /// Returns how many bytes it has.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Ends the file; its content is on the disk then.
    pub(crate) fn end(self) -> Result<()> {
        let Self { path, file, .. } = self;
        let file = file
            .into_inner()
            .map_err(|error| failed(&path, error.into_error()))?;
        file.sync_all().map_err(|error| failed(&path, error))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
