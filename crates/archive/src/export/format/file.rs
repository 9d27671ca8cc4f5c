//! A file being written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::super::folder::{Sum, Sums};
use super::super::writer::Part;
use crate::error::{Error, Result};

/// Bytes gathered before the system is asked to take them.
const BUFFER: usize = 256 << 10;

/// A file being written, that adds up its bytes.
pub(crate) struct Output {
    path: PathBuf,
    file: BufWriter<Summed>,
}

/// A file whose bytes are added up as they go to the system.
struct Summed {
    file: File,
    sum: Sum,
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
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
            file: BufWriter::with_capacity(
                BUFFER,
                Summed {
                    file,
                    sum: Sum::default(),
                },
            ),
        })
    }

    /// Writes some bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|error| failed(&self.path, error))
    }

    /// Returns how many bytes it has.
    pub(crate) fn written(&self) -> u64 {
        self.file.get_ref().sum.bytes() + self.file.buffer().len() as u64
    }

    /// Ends the file; its content is on the disk then.
    pub(crate) fn end(self) -> Result<Sums> {
        let Self { path, file } = self;
        let Summed { file, sum } = file
            .into_inner()
            .map_err(|error| failed(&path, error.into_error()))?;
        file.sync_all().map_err(|error| failed(&path, error))?;
        Ok(sum.end())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
