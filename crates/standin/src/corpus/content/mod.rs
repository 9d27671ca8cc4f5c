//! What messages hold: JSON as OpenIM's SDK and server write it.

mod catalogue;
mod log;
mod message;
mod quoted;
mod system;
mod user;

pub(super) use self::catalogue::showcase_len;
pub(super) use self::log::{LogEntry, rare_entries};
pub(super) use self::message::{Envelope, Message};
