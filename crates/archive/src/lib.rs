//! An archive of an OpenIM server's history.
//!
//! Messages are kept in plain Delta tables that any engine reads, one row per conversation and
//! number, and found through an index beside them that can be rebuilt from them at any time.

mod archive;
#[cfg(test)]
mod browser;
mod clock;
mod error;
pub mod export;
mod holder;
pub mod index;
pub mod media;
mod place;
mod progress;
pub mod repair;
pub mod report;
pub mod row;
pub mod search;
pub mod sql;
pub mod sync;
mod tables;
pub mod verify;
mod write;

pub use self::archive::{Archive, IndexStatus, Info, Manifest, Month, Sizes};
pub use self::error::{Error, Result};
pub use self::holder::Holder;
pub use self::place::Place;
pub use self::tables::small::{Sight, SmallCounts, Stored};
pub use self::write::{Counts, Healed, Writer, WriterOptions};
