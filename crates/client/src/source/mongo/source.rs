//! The source itself.

use async_trait::async_trait;
use bson::doc;
use futures::Stream;
use mongodb::options::FindOptions;

use super::blocks::{Block, BlockInfo, BlockScope, ScanOptions};
use super::changes::{Changes, ChangesOptions, ResumeToken};
use super::connect::{self, Route};
use super::options::MongoOptions;
use super::query::Reader;
use super::rows::{self, ConversationSeqs, UserSeqs};
use super::server_info::ServerInfo;
use super::wire;
use crate::error::Result;
use crate::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, Member, ReadPosition, SeqRange, Slot,
    TimeRange, User, UserId,
};
use crate::source::{Newest, Origin, Page, PageRequest, Source, View};

/// History read straight from a server's MongoDB, v3.5 to main.
///
/// It never writes. Blocks are read as raw BSON, and every question is put so that an index
/// answers it, except [`MongoSource::scan`] and the lists of users and groups. Damaged documents
/// are read as far as they make sense; nothing in them is an error.
#[derive(Clone, Debug)]
pub struct MongoSource {
    reader: Reader,
    route: Route,
}

impl MongoSource {
    /// Connects, and makes sure that `msg` may be read.
    pub async fn connect(options: MongoOptions) -> Result<Self> {
        let (client, end, route) = connect::client(&options).await?;
        let reader = Reader {
            database: client.database(&options.database),
            end,
            concurrency: options.concurrency.max(1),
            after: None,
        };
        let nothing = FindOptions::builder().limit(1).build();
        reader
            .find("msg", doc! { "doc_id": "" }, nothing, |_| Some(()))
            .await?;
        Ok(Self { reader, route })
    }

    /// Returns which database this is, without user name and password.
    pub fn shown(&self) -> &str {
        &self.reader.end
    }

    /// Returns how it is reached.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Walks through stored messages in bounded memory: for copies of everything.
    ///
    /// Each item holds some whole blocks; they come in the order the scope says, not by
    /// conversation. Emptied and never filled slots are told. Documents that are no blocks are
    /// passed over. After an error the stream ends. Messages that change while it runs may be
    /// seen before or after.
    pub fn scan(
        &self,
        options: ScanOptions,
    ) -> impl Stream<Item = Result<Vec<Block>>> + Send + Unpin + use<> {
        self.reader.scan(options)
    }

    /// Lists blocks with their sizes and without what lies in them, in no order. Documents that
    /// are no blocks are passed over. After an error the stream ends.
    ///
    /// A block whose size is the same may still have changed: a message marked as read takes no
    /// more room than before.
    pub fn blocks(
        &self,
        scope: BlockScope,
    ) -> impl Stream<Item = Result<Vec<BlockInfo>>> + Send + Unpin + use<> {
        self.reader.blocks(scope, true)
    }

    /// Lists blocks as [`MongoSource::blocks`] does, without their sizes: to tell those, the server reads every block
    /// whole.
    pub fn block_keys(
        &self,
        scope: BlockScope,
    ) -> impl Stream<Item = Result<Vec<BlockInfo>>> + Send + Unpin + use<> {
        self.reader.blocks(scope, false)
    }

    /// Returns the bytes of all blocks together, uncompressed; `None` where the user may not ask.
    pub async fn bytes(&self) -> Result<Option<u64>> {
        self.reader.bytes().await
    }

    /// Follows `msg`. A caller may want to tell these failures apart:
    ///
    /// - [`Error::NotSupported`](crate::Error::NotSupported): the server is no replica set. Look
    ///   at the blocks from time to time instead.
    /// - [`Error::TokenLost`](crate::Error::TokenLost): the start is older than the oplog, or of
    ///   another server or collection. Compare with what is there, from a new start.
    /// - [`Error::Unauthorized`](crate::Error::Unauthorized): this user may not follow (the roles
    ///   `read` and `readWrite` may).
    ///
    /// Only what a majority of the replica set has written is told, so that nothing told is ever
    /// taken back.
    pub async fn changes(&self, options: ChangesOptions) -> Result<Changes> {
        self.reader.changes(options).await
    }

    /// Returns the place behind all that has happened. Read it before a copy is made, read
    /// through [`MongoSource::caught_up_with`], and follow from it afterwards: then nothing is
    /// missed, and some of the copy is told again. Fails as [`MongoSource::changes`] does.
    pub async fn now(&self) -> Result<ResumeToken> {
        self.reader.now().await
    }

    /// Returns this source with reads that show at least what happened before a place in the
    /// stream of changes.
    ///
    /// Members of a replica set lag behind each other: one may tell of a change that another,
    /// asked for the block right after, does not have yet. Such a member waits here until it has.
    /// Only what a majority has written is read.
    #[must_use]
    pub fn caught_up_with(&self, token: &ResumeToken) -> Self {
        Self {
            reader: Reader {
                after: token.cluster_time().max(self.reader.after),
                ..self.reader.clone()
            },
            route: self.route.clone(),
        }
    }

    /// Walks through all users, administrators and notification accounts included.
    pub fn all_users(&self) -> impl Stream<Item = Result<Vec<User>>> + Send + Unpin + use<> {
        self.reader.all("user", wire::user)
    }

    /// Walks through all groups, dismissed ones included. Owner and number of members are not
    /// filled in: the members tell.
    pub fn all_groups(&self) -> impl Stream<Item = Result<Vec<Group>>> + Send + Unpin + use<> {
        self.reader.all("group", wire::group)
    }

    /// Walks through the members of all groups, as stored: a name or picture left empty is that
    /// of the user.
    pub fn all_members(&self) -> impl Stream<Item = Result<Vec<Member>>> + Send + Unpin + use<> {
        self.reader.all("group_member", wire::member)
    }

    /// Walks through all users' rows of conversations.
    pub fn all_conversations(
        &self,
    ) -> impl Stream<Item = Result<Vec<Conversation>>> + Send + Unpin + use<> {
        self.reader.all("conversation", wire::conversation)
    }

    /// Walks through how far all users have read all conversations, and what bounds them.
    pub fn all_user_seqs(
        &self,
    ) -> impl Stream<Item = Result<Vec<UserSeqs>>> + Send + Unpin + use<> {
        self.reader.all("seq_user", rows::user_seqs)
    }

    /// Walks through what bounds all conversations.
    pub fn all_conversation_seqs(
        &self,
    ) -> impl Stream<Item = Result<Vec<ConversationSeqs>>> + Send + Unpin + use<> {
        self.reader.all("seq", rows::conversation_seqs)
    }

    /// Asks the database about itself, for a diagnosis.
    pub async fn server_info(&self) -> Result<ServerInfo> {
        self.reader.server_info().await
    }
}

#[async_trait]
impl Source for MongoSource {
    fn origin(&self) -> Origin {
        Origin::Mongo
    }

    fn page_len(&self) -> u32 {
        // Ten blocks: about half a megabyte.
        1_000
    }

    fn concurrency(&self) -> usize {
        self.reader.concurrency
    }

    async fn users(&self, page: PageRequest) -> Result<Page<User>> {
        self.reader.users(None, page).await
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>> {
        self.reader.users_by_id(ids).await
    }

    async fn users_by_name(&self, name: &str, page: PageRequest) -> Result<Page<User>> {
        self.reader.users(Some(name), page).await
    }

    async fn groups(&self, page: PageRequest) -> Result<Page<Group>> {
        self.reader.groups(None, page).await
    }

    async fn groups_by_id(&self, ids: &[GroupId]) -> Result<Vec<Group>> {
        self.reader.groups_by_id(ids).await
    }

    async fn groups_by_name(&self, name: &str, page: PageRequest) -> Result<Page<Group>> {
        self.reader.groups(Some(name), page).await
    }

    async fn members(&self, group: &GroupId, page: PageRequest) -> Result<Page<Member>> {
        self.reader.members(group, page).await
    }

    async fn conversations(&self, owner: &UserId) -> Result<Vec<Conversation>> {
        self.reader.conversations(owner).await
    }

    async fn viewers(&self, conversation: &ConversationId) -> Result<Vec<UserId>> {
        self.reader.viewers(conversation).await
    }

    async fn bounds(&self, view: &View, conversations: &[ConversationId]) -> Result<Vec<Bounds>> {
        self.reader.bounds(view, conversations).await
    }

    async fn read_positions(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<ReadPosition>> {
        self.reader.read_positions(user, conversations).await
    }

    async fn slots(
        &self,
        view: &View,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>> {
        self.reader.slots(view, conversation, range).await
    }

    async fn seqs_in_time(
        &self,
        conversation: &ConversationId,
        within: SeqRange,
        time: TimeRange,
    ) -> Result<Vec<SeqRange>> {
        self.reader.seqs_in_time(conversation, within, time).await
    }

    async fn newest(
        &self,
        view: &View,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Newest> {
        self.reader.newest(view, conversations, limit).await
    }
}
