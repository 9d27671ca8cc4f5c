//! What a file's bytes add up to.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::progress::{NoProgress, Progress};

/// A file's size, and the SHA-256 of its bytes in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// How many there are.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: String,
}

/// Reads a file whole, and returns what its bytes add up to.
pub(crate) fn file_sums(path: &Path) -> io::Result<Sums> {
    let sums = file_sums_with(path, &NoProgress)?;
    sums.ok_or_else(|| io::ErrorKind::Interrupted.into())
}

/// The same, with its bytes told to a progress; `None` where that says to stop.
pub(crate) fn file_sums_with(path: &Path, progress: &dyn Progress) -> io::Result<Option<Sums>> {
    let mut file = File::open(path)?;
    let mut sum = Sum::default();
    let mut buffer = vec![0; 256 << 10];
    while !progress.stops() {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(Some(sum.end()));
        }
        sum.add(&buffer[..read]);
        progress.advance(read as u64);
    }
    Ok(None)
}

/// Bytes being added up.
#[derive(Default)]
pub(crate) struct Sum {
    bytes: u64,
    digest: Sha256,
}

impl Sum {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// Returns how many there were so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn end(self) -> Sums {
        Sums {
            bytes: self.bytes,
            sha256: hex(&self.digest.finalize()),
        }
    }
}

/// Returns bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}
