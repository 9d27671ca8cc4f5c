//! The bytes of a file in the making: in memory while they are few, and on the disk beyond that. A copy has files of
//! all months under way at once.

use std::io::{self, Read, Seek, Write};

use tempfile::SpooledTempFile;

use crate::error::{Error, Result};
use crate::tables::file::Content;

/// Bytes that stay in memory.
const FEW: usize = 256 << 10;

/// What a file has so far.
pub(super) struct Spill {
    file: SpooledTempFile,
    hasher: crc32fast::Hasher,
    size: u64,
}

impl Spill {
    pub(super) fn new() -> Self {
        Self {
            file: SpooledTempFile::new(FEW),
            hasher: crc32fast::Hasher::new(),
            size: 0,
        }
    }

    /// Returns what is to be told of it.
    pub(super) fn content(&self) -> Content {
        Content {
            size: self.size,
            checksum: self.hasher.clone().finalize(),
        }
    }

    /// Returns all of it.
    pub(super) fn read(mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or_default());
        self.file
            .rewind()
            .and_then(|()| self.file.read_to_end(&mut bytes))
            .map_err(|error| Error::store("read a new file of messages", named(&error)))?;
        Ok(bytes)
    }
}

impl Write for Spill {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes).map_err(|error| named(&error))?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| named(&error))
    }
}

/// Says where: it is not the archive's own disk that is full.
fn named(error: &io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::new(error.kind(), format!("in {}: {error}", folder.display()))
}
