//! What footers of Parquet files said. A file never changes, so it is worth remembering: to show twenty messages of
//! a search means to look into as many files, and reading a footer takes longer than reading a message.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::row::Stretches;

/// Bytes that may be remembered.
const ROOM: usize = 64 << 20;

/// What the end of a file says.
#[derive(Clone)]
pub(crate) struct Footer {
    pub(crate) metadata: ArrowReaderMetadata,
    /// Which columns a row is made of.
    pub(crate) of_rows: ProjectionMask,
    /// Which messages its rows are, where that is told.
    pub(crate) stretches: Option<Arc<Stretches>>,
}

/// Footers by the path of their file.
#[derive(Default)]
pub(crate) struct Footers(Mutex<Kept>);

struct Kept {
    by_path: LruCache<String, Footer>,
    bytes: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            by_path: LruCache::unbounded(),
            bytes: 0,
        }
    }
}

impl Footer {
    fn memory(&self) -> usize {
        let stretches = self.stretches.as_deref().map_or(0, Stretches::memory);
        self.metadata.metadata().memory_size() + stretches
    }
}

impl Footers {
    /// Returns what is remembered of a file.
    pub(crate) fn get(&self, path: &str) -> Option<Footer> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_path.get(path).cloned()
    }

    /// Remembers one. Where there is no more room, those are forgotten that nobody asked for longest.
    pub(crate) fn put(&self, path: &str, footer: Footer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += footer.memory();
        if let Some(before) = kept.by_path.put(path.to_owned(), footer) {
            kept.bytes -= before.memory();
        }
        while kept.bytes > ROOM
            && let Some((_, oldest)) = kept.by_path.pop_lru()
        {
            kept.bytes -= oldest.memory();
        }
    }
}
