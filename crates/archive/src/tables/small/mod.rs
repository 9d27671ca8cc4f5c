//! The small tables: users, groups, members, conversations, read positions. Each is one file that is
//! written anew when something changed; rows of what the server no longer has stay, with the time we saw it gone.

mod entity;
mod look;
mod stored;

pub(crate) use self::entity::{MinSeq, ReadState};
pub(crate) use self::look::look_through;
pub use self::stored::{Sight, SmallCounts, Stored};
pub(crate) use self::stored::{bring_up_to_date, read, schemas, vacuum};
