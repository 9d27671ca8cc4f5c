//! The one way in: slots from any source become rows, exactly once.

mod beside;
mod change;
mod cursor;
mod drafts;
mod early;
mod heal;
mod intake;
mod ledger;
mod upkeep;
mod writer;

pub(crate) use self::cursor::Cursor;
pub(crate) use self::early::Early;
pub use self::heal::Healed;
pub(crate) use self::heal::{Healing, Lack};
pub(crate) use self::intake::Calendar;
pub(crate) use self::ledger::{BlockKey, Ledger, Month};
pub use self::writer::{Counts, Writer, WriterOptions};
