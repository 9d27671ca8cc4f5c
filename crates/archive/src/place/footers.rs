//! What footers of Parquet files said. A file never changes, so it is worth remembering: to show twenty messages of
//! a search means to look into as many files, and reading a footer takes longer than reading a message.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use parquet::arrow::arrow_reader::ArrowReaderMetadata;

/// Bytes that may be remembered.
const ROOM: usize = 64 << 20;

/// Footers by the path of their file.
#[derive(Default)]
pub(crate) struct Footers(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_path: HashMap<String, ArrowReaderMetadata>,
    bytes: usize,
}

impl Footers {
    /// Returns what is remembered of a file.
    pub(crate) fn get(&self, path: &str) -> Option<ArrowReaderMetadata> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_path.get(path).cloned()
    }

    /// Remembers one. Where there is no more room, all are forgotten: a search soon has those it needs again.
    pub(crate) fn put(&self, path: &str, footer: ArrowReaderMetadata) {
        let bytes = footer.metadata().memory_size();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + bytes > ROOM {
            *kept = Kept::default();
        }
        kept.bytes += bytes;
        kept.by_path.insert(path.to_owned(), footer);
    }
}
