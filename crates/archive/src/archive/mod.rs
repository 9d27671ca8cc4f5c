//! The archive as a whole: what marks a place as one, and the ways to open it.

mod info;
mod manifest;
mod migrations;
mod open;
mod read;
mod search_index;

pub use self::info::{Info, Month, Sizes};
pub use self::manifest::Manifest;
pub use self::open::Archive;
pub use self::search_index::IndexStatus;
pub(crate) use self::search_index::index_folder;
