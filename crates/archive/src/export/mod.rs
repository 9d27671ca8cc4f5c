//! Giving history out: files other programs and people read without us.

mod writer;

pub use self::writer::{Attachment, Chat, Finished, Item, Names, Part, Setting, Writer};
