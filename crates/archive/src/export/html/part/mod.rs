//! One page of messages, written while they come.

mod blank;
mod body;
mod file;
mod found;
mod known;
mod writer;

pub(super) use self::file::Sink;
pub(crate) use self::writer::begin;
pub(super) use self::writer::zone_name;
