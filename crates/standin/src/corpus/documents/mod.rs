//! The documents of a corpus, one after the other.

mod block;
mod log;
mod raw;
mod rows;
mod stream;

pub use self::stream::{Collection, Documents};
