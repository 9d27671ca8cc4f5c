//! Giving history out: files other programs and people read without us.

#[allow(
    dead_code,
    unused_imports,
    reason = "the engine that calls it is made beside it"
)]
mod html;
mod writer;

pub use self::writer::{Attachment, Chat, Finished, Item, Names, Part, Setting, Writer};
