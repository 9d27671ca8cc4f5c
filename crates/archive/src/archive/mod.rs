//! The archive as a whole: what marks a place as one, and the ways to open it.

mod manifest;
mod open;

pub use self::manifest::Manifest;
pub use self::open::Archive;
