//! How files are named: a template, and names that are safe on every file system.

mod safe;
mod template;

pub(crate) use self::safe::{digest8, fold};
pub use self::template::Template;
pub(crate) use self::template::Values;
