//! Where history comes from: one small contract, and the places that fulfil it.

mod memory;
#[cfg(feature = "mongo")]
pub mod mongo;
#[cfg(feature = "rest")]
pub mod rest;
mod view;

use std::fmt;

use async_trait::async_trait;
use serde::Serialize;

pub use self::memory::MemorySource;
use crate::error::{Error, Result};
use crate::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, Member, Message, ReadPosition, SeqRange,
    Slot, TimeRange, User, UserId,
};

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// OpenIM's REST API.
    Api,
    /// OpenIM's MongoDB.
    Mongo,
    /// Data held in this process.
    Memory,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "the REST API",
            Self::Mongo => "MongoDB",
            Self::Memory => "memory",
        })
    }
}

/// Whose eyes history is read with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// What the store holds, with its state as labels: revoked originals, deleted for whom.
    /// REST cannot show this.
    Full,
    /// The very messages REST gives this user: bounds, deletes and revokes applied.
    As(UserId),
}

/// A stretch of a list: `limit` items behind the first `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items to pass over. REST can only page from multiples of `limit`.
    pub offset: u64,
    /// How many items at most, at least 1.
    pub limit: u32,
}

impl PageRequest {
    /// Returns the first stretch of `limit` items.
    pub const fn first(limit: u32) -> Self {
        Self { offset: 0, limit }
    }

    /// Returns the stretch behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self {
            offset: self.offset + self.limit as u64,
            limit: self.limit,
        }
    }
}

/// A stretch of a list, and how long the list is.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many there are in all, as the source says.
    pub total: u64,
}

/// The newest messages over several conversations, as far as they could be read.
#[derive(Debug, Default)]
pub struct Newest {
    /// Newest first.
    pub messages: Vec<Message>,
    /// What broke the reading off behind these, as
    /// [`Error::Incomplete`]: what it names may hold messages that
    /// belong among them.
    pub failure: Option<Error>,
}

impl Newest {
    /// Returns the messages, or the failure where some may be missing among them.
    pub fn whole(self) -> Result<Vec<Message>> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.messages),
        }
    }
}

impl From<Vec<Message>> for Newest {
    fn from(messages: Vec<Message>) -> Self {
        Self {
            messages,
            failure: None,
        }
    }
}

/// A place that holds an OpenIM server's history.
///
/// The contract with implementers is this small on purpose: comforts (streams, merging, choosing
/// a view) are written once, in [`read`](crate::read), over any source. No method has a default,
/// so that a wrapper cannot forget one.
///
/// Ids that do not exist are left out of an answer, never an error here; the caller that asked
/// for one thing by name turns its absence into [`Error::NotFound`].
#[async_trait]
pub trait Source: fmt::Debug + Send + Sync {
    /// Says which kind of place this is.
    fn origin(&self) -> Origin;

    /// Says how many numbers one call of [`Source::slots`] should ask for.
    fn page_len(&self) -> u32;

    /// Says how many calls of [`Source::slots`] should be under way at once.
    fn concurrency(&self) -> usize;

    /// Lists the users (people, not administrators or notification accounts).
    async fn users(&self, page: PageRequest) -> Result<Page<User>>;

    /// Returns those of the named users that exist, administrators and notification accounts
    /// included.
    async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>>;

    /// Returns the users whose nickname contains `name`, ignoring case.
    async fn users_by_name(&self, name: &str, page: PageRequest) -> Result<Page<User>>;

    /// Lists the groups that are not dismissed, newest first.
    async fn groups(&self, page: PageRequest) -> Result<Page<Group>>;

    /// Returns those of the named groups that exist, dismissed ones included.
    async fn groups_by_id(&self, ids: &[GroupId]) -> Result<Vec<Group>>;

    /// Returns the groups that are not dismissed whose name contains `name`, ignoring case.
    async fn groups_by_name(&self, name: &str, page: PageRequest) -> Result<Page<Group>>;

    /// Lists a group's members.
    async fn members(&self, group: &GroupId, page: PageRequest) -> Result<Page<Member>>;

    /// Lists a user's own rows of conversations, ordered by id.
    async fn conversations(&self, owner: &UserId) -> Result<Vec<Conversation>>;

    /// Returns users whose view of the conversation can be asked for, likely ones first. At most
    /// a handful; empty where nobody owns a row of it any more.
    async fn viewers(&self, conversation: &ConversationId) -> Result<Vec<UserId>>;

    /// Returns what can be read of each conversation in that view; those that do not exist in it
    /// are left out. The upper bound is the newest number in use, not one merely reserved, as far
    /// as the source can tell: it holds a message, or held one that was deleted for everybody.
    async fn bounds(&self, view: &View, conversations: &[ConversationId]) -> Result<Vec<Bounds>>;

    /// Returns how far a user has read; all of the user's conversations where `conversations` is
    /// empty.
    async fn read_positions(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<ReadPosition>>;

    /// Returns what lies at the numbers of `range`, ascending by seq, each at most once.
    ///
    /// Numbers outside the view's bounds are left out; every number inside them is answered, with
    /// a message or a [`Hole`](crate::model::Hole). `range` should not be longer than
    /// [`Source::page_len`].
    async fn slots(
        &self,
        view: &View,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>>;

    /// Returns ranges, ascending, that together hold every message of `within` sent in `time`.
    /// They may hold others too: a source that cannot tell returns `within` itself.
    async fn seqs_in_time(
        &self,
        conversation: &ConversationId,
        within: SeqRange,
        time: TimeRange,
    ) -> Result<Vec<SeqRange>>;

    /// Returns the newest `limit` messages by send time over all these conversations together,
    /// newest first. A failure before the first of them was read is this call's own; one behind
    /// it comes beside what was read.
    async fn newest(
        &self,
        view: &View,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Newest>;
}
