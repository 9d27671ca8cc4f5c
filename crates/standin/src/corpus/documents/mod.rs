//! The documents of a corpus, one after the other.

mod block;
mod log;
mod raw;
mod rows;
mod stream;
mod writer;

pub use self::stream::{Collection, Documents};
