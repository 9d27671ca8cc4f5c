//! JSON as Go's `encoding/json` reads and writes it.

mod read;
mod write;

pub(super) use self::read::{entries, set, strings, switches};
pub(super) use self::write::{Object, push_compact, push_string};
