//! The table of messages: one row per conversation and number.

pub(crate) mod batch;
pub(crate) mod chosen;
pub(crate) mod columns;
mod decode;
mod encode;
pub(crate) mod lookup;
mod pages;
pub(crate) mod part;
mod press;
mod properties;
pub(crate) mod read;
pub(crate) mod rewrite;
mod spill;
mod stretches;

pub(crate) use self::decode::rows;
pub(crate) use self::encode::Encoder;
pub(crate) use self::properties::Effort;

/// The folder of the table.
pub(crate) const NAME: &str = "messages";
