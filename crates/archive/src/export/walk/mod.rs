//! The walk over the messages of an export: once to see what files there are to be, once to write them.

mod chats;
mod feed;
mod layout;
mod paths;
mod plan;
mod survey;
mod write;

pub(crate) use self::chats::People;
#[cfg(test)]
pub(crate) use self::feed::memory::Memory;
pub(crate) use self::feed::{Counts, Feed, Glance, Order, Period, Rank, Scope, Sent};
pub(crate) use self::layout::{Layout, layouts, template};
pub(crate) use self::plan::{Planned, field};
pub(crate) use self::survey::{Survey, Surveyor};
pub(crate) use self::write::{Job, Plan, Staged, Walk, record};
