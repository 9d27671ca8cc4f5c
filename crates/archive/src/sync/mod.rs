//! Bringing an archive up to date with a server.

mod filter;
mod follow;
mod log;
mod mongo;
mod notes;
mod options;
mod people;
mod same;
mod seen;
mod stoppable;
mod views;

pub(crate) use self::filter::matches;
pub use self::filter::{Chosen, Filter};
pub use self::follow::{
    FollowOptions, FollowStatus, Observer, State, Stop, follow_mongo, follow_views,
};
pub use self::mongo::{MongoPlan, MongoSync};
pub use self::options::{PeopleReport, SyncOptions, SyncReport};
pub(crate) use self::seen::forget as forget_seen;
pub(crate) use self::views::{Share, shares_of};
pub use self::views::{ViewPlan, ViewSync};
pub use crate::progress::{NoProgress, Progress};
