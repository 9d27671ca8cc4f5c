//! The tables: Delta Lake, one folder each.

pub(crate) mod attachments;
pub(crate) mod damage;
pub(crate) mod file;
pub(crate) mod messages;
mod plain;
mod reader;
pub(crate) mod small;
pub(crate) mod table;
