//! From MongoDB: which blocks are new or different, and their messages.

mod plan;
mod run;

pub use self::plan::MongoPlan;
pub(super) use self::plan::missing;
pub use self::run::MongoSync;
pub(super) use self::run::removed;
