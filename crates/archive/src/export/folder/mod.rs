//! The folder of an export: its manifest, how it changes from one state to the next, and whether it is whole.

mod check;
mod hash;
mod manifest;
mod switch;

pub(crate) use self::check::listed;
pub use self::check::{ExportCheck, ExportProblem, Trouble, verify};
pub use self::hash::Sums;
pub(crate) use self::hash::{Sum, file_sums, file_sums_with, hex};
pub use self::manifest::{ArchiveRecord, AskedRecord, ExportManifest, FileKind, FileRecord, Holds};
pub(crate) use self::manifest::{MANIFEST, SUMS};
pub(crate) use self::switch::{Folder, STAGING};
