//! Attachments: pictures, voice messages, videos and files, fetched once each and kept by what they hold.
//!
//! Messages name attachments by address. [`plan`] finds the addresses that are new since the last time, and
//! [`MediaPlan::perform`] fetches what is to be fetched into `media/` of the archive, under a name made of the
//! content alone. The table `attachments` says of each address what became of it, and [`MediaFiles`] tells where
//! the attachments of a message lie.

mod check;
mod fetch;
mod files;
mod find;
mod follow;
mod hosts;
mod keep;
mod kind;
mod options;
mod plan;
mod report;
mod run;
mod scan;

pub(crate) use self::check::{Checker, is_what_it_is_named};
pub use self::fetch::FailureKind;
pub use self::files::{MediaFile, MediaFiles};
pub use self::find::{Attachment, Role, attachments};
pub use self::follow::follow;
pub use self::kind::{MediaKind, MediaStatus, UnknownMediaKind};
pub use self::options::MediaOptions;
pub use self::plan::{MediaPlan, Tally, plan};
pub use self::report::{MediaFailure, MediaReport};
pub(crate) use self::scan::TYPES;
