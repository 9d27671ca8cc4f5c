//! The one way in: slots from any source become rows, exactly once.

mod change;
mod cursor;
mod intake;
mod ledger;
mod upkeep;
mod writer;

pub(crate) use self::cursor::Cursor;
pub(crate) use self::ledger::{BlockKey, Ledger, Month};
pub use self::writer::{Counts, Writer, WriterOptions};
