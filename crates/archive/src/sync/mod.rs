//! Bringing an archive up to date with a server.

mod filter;
mod mongo;
mod options;
mod people;
mod progress;
mod seen;

pub use self::filter::Filter;
pub use self::mongo::{MongoPlan, MongoSync};
pub use self::options::{PeopleReport, SyncOptions, SyncReport};
pub use self::progress::{NoProgress, Progress};
