//! The source itself.

use async_trait::async_trait;
use bson::doc;
use futures::Stream;
use mongodb::options::FindOptions;

use super::blocks::ScanOptions;
use super::connect;
use super::options::MongoOptions;
use super::query::Reader;
use super::server_info::ServerInfo;
use crate::error::Result;
use crate::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, Member, Message, ReadPosition, SeqRange,
    Slot, TimeRange, User, UserId,
};
use crate::source::{Origin, Page, PageRequest, Source, View};

/// History read straight from a server's MongoDB, v3.5 to main.
///
/// It never writes. Blocks are read as raw BSON, and every question is put so that an index
/// answers it, except [`MongoSource::scan`] and the lists of users and groups. Damaged documents
/// are read as far as they make sense; nothing in them is an error.
#[derive(Clone, Debug)]
pub struct MongoSource {
    reader: Reader,
}

impl MongoSource {
    /// Connects, and makes sure that `msg` may be read.
    pub async fn connect(options: MongoOptions) -> Result<Self> {
        let (client, end) = connect::client(&options).await?;
        let reader = Reader {
            database: client.database(&options.database),
            end,
            concurrency: options.concurrency.max(1),
        };
        let nothing = FindOptions::builder().limit(1).build();
        reader
            .find("msg", doc! { "doc_id": "" }, nothing, |_| Some(()))
            .await?;
        Ok(Self { reader })
    }

    /// Walks through stored messages in bounded memory: for copies of everything.
    ///
    /// Each item holds whole blocks, one after the other, the slots of a block ascending; blocks
    /// come in the order the scope says, not by conversation. Emptied and never filled slots are
    /// told; those behind a block's last message are left out, because only the next block tells
    /// whether their numbers were lost. Documents that are no blocks are passed over. After an
    /// error the stream ends. Messages that change while it runs may be seen before or after.
    pub fn scan(
        &self,
        options: ScanOptions,
    ) -> impl Stream<Item = Result<Vec<Slot>>> + Send + Unpin + use<> {
        self.reader.scan(options)
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
    ) -> Result<Vec<Message>> {
        self.reader.newest(view, conversations, limit).await
    }
}
