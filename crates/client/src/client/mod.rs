//! One client over REST and MongoDB.

mod lookup;
mod messages;
mod sources;

use std::sync::Arc;

use futures::future::BoxFuture;

pub use self::messages::{MessageQuery, Selection};
use self::sources::Place;
use crate::error::{Error, Result};
use crate::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, Member, ReadPosition, User, UserId,
};
use crate::source::{Origin, Page, PageRequest, Source, View};

/// An answer, and where it came from.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What was asked for.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
    /// Why the source asked first did not answer, where it was not this one.
    pub passed_over: Option<String>,
}

impl<T> Answer<T> {
    /// Changes the value and keeps where it came from.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        Answer {
            value: change(self.value),
            origin: self.origin,
            passed_over: self.passed_over,
        }
    }
}

/// Reads an OpenIM server's history, whichever way is there.
///
/// Cheap to clone; clones share tokens and connections.
///
/// ```
/// # use openim_history_client::{client::Client, source::{MemorySource, PageRequest}};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> openim_history_client::Result<()> {
/// let client = Client::over(MemorySource::default());
/// let users = client.users(PageRequest::first(20)).await?;
/// println!("{} users, from {}", users.value.total, users.origin);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    places: Arc<[Place]>,
}

impl Client {
    /// Reads over REST only. Nothing is sent yet.
    #[cfg(feature = "rest")]
    pub fn rest(options: crate::source::rest::RestOptions) -> Result<Self> {
        Ok(Self::of([Place::rest(options)?]))
    }

    /// Reads from MongoDB only. Nothing is connected yet.
    #[cfg(feature = "mongo")]
    pub fn mongo(options: crate::source::mongo::MongoOptions) -> Self {
        Self::of([Place::mongo(options)])
    }

    /// Reads over REST where it can, and from MongoDB where REST cannot or is down.
    /// Nothing is sent or connected yet; MongoDB is left alone until it is needed.
    #[cfg(all(feature = "rest", feature = "mongo"))]
    pub fn auto(
        rest: Option<crate::source::rest::RestOptions>,
        mongo: Option<crate::source::mongo::MongoOptions>,
    ) -> Result<Self> {
        let rest = rest.map(Place::rest).transpose()?;
        let places: Vec<_> = rest.into_iter().chain(mongo.map(Place::mongo)).collect();
        if places.is_empty() {
            let what = "neither the REST API nor MongoDB is configured".to_owned();
            return Err(Error::Config { what, source: None });
        }
        Ok(Self::of(places))
    }

    /// Reads from any source.
    pub fn over(source: impl Source + 'static) -> Self {
        Self::over_shared(Arc::new(source))
    }

    /// Reads from a source that others read from too.
    pub(crate) fn over_shared(source: Arc<dyn Source>) -> Self {
        Self::of([Place::of(source)])
    }

    fn of(places: impl Into<Vec<Place>>) -> Self {
        Self {
            places: places.into().into(),
        }
    }

    /// Lists the users.
    pub async fn users(&self, page: PageRequest) -> Result<Answer<Page<User>>> {
        self.ask(|source| Box::pin(async move { source.users(page).await }))
            .await
    }

    /// Lists the users whose nickname contains `name`, ignoring case.
    pub async fn users_by_name(&self, name: &str, page: PageRequest) -> Result<Answer<Page<User>>> {
        self.ask(|source| Box::pin(async move { source.users_by_name(name, page).await }))
            .await
    }

    /// Returns those of the named users that exist.
    pub async fn users_by_id(&self, ids: &[UserId]) -> Result<Answer<Vec<User>>> {
        self.ask(|source| Box::pin(async move { source.users_by_id(ids).await }))
            .await
    }

    /// Lists the groups that are not dismissed.
    pub async fn groups(&self, page: PageRequest) -> Result<Answer<Page<Group>>> {
        self.ask(|source| Box::pin(async move { source.groups(page).await }))
            .await
    }

    /// Lists the groups whose name contains `name`, ignoring case.
    pub async fn groups_by_name(
        &self,
        name: &str,
        page: PageRequest,
    ) -> Result<Answer<Page<Group>>> {
        self.ask(|source| Box::pin(async move { source.groups_by_name(name, page).await }))
            .await
    }

    /// Returns those of the named groups that exist.
    pub async fn groups_by_id(&self, ids: &[GroupId]) -> Result<Answer<Vec<Group>>> {
        self.ask(|source| Box::pin(async move { source.groups_by_id(ids).await }))
            .await
    }

    /// Lists a group's members.
    pub async fn members(
        &self,
        group: &GroupId,
        page: PageRequest,
    ) -> Result<Answer<Page<Member>>> {
        self.ask(|source| Box::pin(async move { source.members(group, page).await }))
            .await
    }

    /// Lists a user's conversations, ordered by id; an unknown user is an error.
    pub async fn conversations(&self, owner: &UserId) -> Result<Answer<Vec<Conversation>>> {
        self.ask(|source| {
            Box::pin(async move {
                let conversations = source.conversations(owner).await?;
                if conversations.is_empty()
                    && source
                        .users_by_id(std::slice::from_ref(owner))
                        .await?
                        .is_empty()
                {
                    return Err(Error::not_found(format!("user {owner:?}")));
                }
                Ok(conversations)
            })
        })
        .await
    }

    /// Returns what can be read of each conversation in a view.
    pub async fn bounds(
        &self,
        view: &View,
        conversations: &[ConversationId],
    ) -> Result<Answer<Vec<Bounds>>> {
        self.ask(|source| Box::pin(async move { source.bounds(view, conversations).await }))
            .await
    }

    /// Returns how far a user has read; all of the user's conversations where none is named.
    pub async fn read_positions(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Answer<Vec<ReadPosition>>> {
        self.ask(|source| Box::pin(async move { source.read_positions(user, conversations).await }))
            .await
    }

    /// Asks the places in order until one can answer.
    async fn ask<'a, T>(
        &'a self,
        call: impl Fn(Arc<dyn Source>) -> BoxFuture<'a, Result<T>>,
    ) -> Result<Answer<T>> {
        let mut passed_over: Option<Error> = None;
        for place in &*self.places {
            let answer = match place.source().await {
                Ok(source) => call(source).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(value) => {
                    let passed_over = passed_over.map(|error| chain(&error));
                    return Ok(Answer {
                        value,
                        origin: place.origin(),
                        passed_over,
                    });
                }
                Err(error) if error.is_unavailable() => {
                    tracing::debug!(origin = %place.origin(), %error, "passed over");
                    // The first refusal is the one the user configured for; keep it.
                    passed_over.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(passed_over.unwrap_or_else(|| Error::Config {
            what: "no source is configured".into(),
            source: None,
        }))
    }
}

/// Writes an error and its causes on one line.
fn chain(error: &Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    std::iter::once(error.to_string())
        .chain(causes.map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(": ")
}
