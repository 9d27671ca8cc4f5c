//! Giving history out: files other programs and people read without us.
//!
//! [`export`] goes through the messages twice: once to see which files there are to be and which of them an
//! earlier run made already, once to write the others. What it writes is no part of the folder before all of it
//! is on the disk. [`verify`] needs only the folder.

mod attachments;
mod feed;
mod folder;
mod format;
mod html;
mod name;
mod privacy;
mod report;
mod request;
mod run;
mod unmask;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

pub use self::folder::{
    ArchiveRecord, AskedRecord, ExportCheck, ExportManifest, ExportProblem, FileKind, FileRecord,
    Holds, Sums, Trouble, verify,
};
pub use self::format::{ExportFormat, FormatOptions};
pub use self::name::Template;
pub use self::privacy::Pseudonyms;
pub use self::report::{ExportReport, FileCounts, LeftOut, Totals};
pub use self::request::{Asked, ExportRequest, Resolved, Split};
pub use self::run::{export, plan};
pub use self::unmask::unmask;
pub use self::writer::{Attachment, Chat, Finished, Item, Names, Part, Setting, Writer};
