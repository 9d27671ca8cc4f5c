//! OpenIM's own names and shapes, and how they become ours. Nothing outside this folder knows
//! them.
//!
//! Absent, `null` and empty are the same everywhere: the release writes `null` where main leaves
//! the key out. A number may be any integer. Keys nobody asked for are passed over.

mod entity;
mod lenient;
mod message;
mod request;

pub(super) use self::entity::{
    WireAccessUrl, WireConversations, WireGroups, WireGroupsInfo, WireHeads, WireMembers,
    WireNewest, WireNewestKeys, WireParsedToken, WireServerTime, WireToken, WireUsers,
    WireUsersInfo,
};
pub(super) use self::lenient::{Anything, Int, lenient};
pub(super) use self::message::{WireMessage, WirePull, WireSearch};
pub(super) use self::request::*;
