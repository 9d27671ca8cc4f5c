//! The table of attachments: one row for each address that messages name. Its files are cut small,
//! so that what became of some addresses rewrites little.

mod record;
mod store;

pub(crate) use self::record::Record;
pub(crate) use self::store::{Attachments, read, schema};

/// The folder of the table. The attachments themselves lie in `media/`: an engine that cleans a table's
/// folder up takes every file away that the table's log does not name.
pub(crate) const NAME: &str = "attachments";
