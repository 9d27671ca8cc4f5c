//! History over REST.

mod heads;
mod lists;
mod newest;
mod options;
mod probe;
mod pull;
mod search;
mod settle;
mod transport;
mod viewers;
mod wire;

#[cfg(test)]
mod tests;

use std::fmt;

use async_trait::async_trait;

pub use self::options::RestOptions;
pub use self::probe::{Dialect, ObjectUrl, TokenInfo};
pub use self::search::SearchFilter;
use self::settle::Settled;
use self::transport::{Backoff, Transport};
use super::{Newest, Origin, Page, PageRequest, Source, View};
use crate::error::Result;
use crate::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, Member, ReadPosition, SeqRange, Slot,
    TimeRange, User, UserId,
};

/// Pulls longer than this gain nothing and only make answers too large.
const LONGEST_PAGE: u32 = 10_000;

/// An OpenIM server behind its REST API, read with an administrator's token.
///
/// The token is fetched at the first call, kept in memory, and fetched anew when the server no
/// longer takes it; no user is ever logged out by reading. Passing trouble is tried again with
/// growing pauses. All calls together keep to the limits of [`RestOptions`], so one source should
/// be shared rather than several made.
pub struct RestSource {
    options: RestOptions,
    transport: Transport,
    settled: Settled,
}

impl RestSource {
    /// Prepares a source. Nothing is sent before the first call; what fails here is a URL, a file
    /// of certificates or a limit that makes no sense.
    pub fn connect(options: RestOptions) -> Result<Self> {
        Self::with_backoff(options, Backoff::default())
    }

    fn with_backoff(mut options: RestOptions, backoff: Backoff) -> Result<Self> {
        options.page_len = options.page_len.clamp(1, LONGEST_PAGE);
        options.concurrency = options.concurrency.max(1);
        Ok(Self {
            transport: Transport::new(&options, backoff)?,
            options,
            settled: Settled::default(),
        })
    }

    /// Returns the server's base URL, without user name and password.
    pub fn url(&self) -> &str {
        self.transport.shown()
    }

    /// Returns the administrator whose token is used.
    pub fn admin_id(&self) -> &UserId {
        &self.options.admin_id
    }
}

impl fmt::Debug for RestSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestSource")
            .field("url", &self.url())
            .field("admin_id", &self.options.admin_id)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Source for RestSource {
    fn origin(&self) -> Origin {
        Origin::Api
    }

    fn page_len(&self) -> u32 {
        self.options.page_len
    }

    fn concurrency(&self) -> usize {
        self.options.concurrency
    }

    async fn users(&self, page: PageRequest) -> Result<Page<User>> {
        self.list_users("", page).await
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>> {
        self.users_named(ids).await
    }

    async fn users_by_name(&self, name: &str, page: PageRequest) -> Result<Page<User>> {
        self.list_users(name, page).await
    }

    async fn groups(&self, page: PageRequest) -> Result<Page<Group>> {
        self.list_groups("", page).await
    }

    async fn groups_by_id(&self, ids: &[GroupId]) -> Result<Vec<Group>> {
        self.groups_named(ids).await
    }

    async fn groups_by_name(&self, name: &str, page: PageRequest) -> Result<Page<Group>> {
        self.list_groups(name, page).await
    }

    async fn members(&self, group: &GroupId, page: PageRequest) -> Result<Page<Member>> {
        self.list_members(group, page).await
    }

    async fn conversations(&self, owner: &UserId) -> Result<Vec<Conversation>> {
        self.list_conversations(owner).await
    }

    async fn viewers(&self, conversation: &ConversationId) -> Result<Vec<UserId>> {
        self.viewers_of(conversation).await
    }

    /// Waits up to [`RestOptions::settle`] where a head has just moved, and then returns it as it
    /// was before the wait.
    async fn bounds(&self, view: &View, conversations: &[ConversationId]) -> Result<Vec<Bounds>> {
        self.settled_bounds(view, conversations).await
    }

    async fn read_positions(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<ReadPosition>> {
        self.positions(user, conversations).await
    }

    /// Numbers below the server's own lower bound, which REST does not tell, come as holes.
    async fn slots(
        &self,
        view: &View,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>> {
        let user = heads::viewer(view)?;
        let range = self.pullable(user, conversation, range).await?;
        self.pull(user, conversation, range).await
    }

    /// Returns `within`: REST finds no message by time.
    async fn seqs_in_time(
        &self,
        _conversation: &ConversationId,
        within: SeqRange,
        _time: TimeRange,
    ) -> Result<Vec<SeqRange>> {
        Ok(if within.is_empty() {
            Vec::new()
        } else {
            vec![within]
        })
    }

    /// Goes by when numbers were given out, which is when the server took the messages. A message
    /// whose sender set its time far ahead, and that lies deep in a conversation, is missed.
    async fn newest(
        &self,
        view: &View,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Newest> {
        self.newest_of(view, conversations, limit).await
    }
}
