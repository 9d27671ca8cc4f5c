//! What the commands around an archive have in common.

mod holes;
mod media;
mod place;
mod report;
mod selection;
mod stages;
mod way;

pub(crate) use self::holes::{Checked, show as show_verified};
pub(crate) use self::media::{MediaArgs, staged};
pub(crate) use self::place::{ArchiveArgs, PlaceArgs, cache_of, index_of, writer, writer_options};
pub(crate) use self::report::{ReportArgs, json, pairs, table};
pub(crate) use self::selection::FilterArgs;
pub(crate) use self::stages::Stages;
pub(crate) use self::way::{Way, perform};
