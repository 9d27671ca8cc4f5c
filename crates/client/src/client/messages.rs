//! Messages of a user, a pair, a group or a conversation.

use std::sync::Arc;

use futures::StreamExt;

use super::{Answer, Client};
use crate::error::{Error, Result};
use crate::model::{ConversationId, GroupId, Message, UserId};
use crate::read::{ReadOptions, Reading, read};
use crate::source::{Origin, Source, View};

/// Whose messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All conversations of a user.
    User(UserId),
    /// One conversation.
    Conversation(ConversationId),
    /// The chat of two users; where they have none, that of a notification account and a user.
    Between(UserId, UserId),
    /// A group's chat.
    Group(GroupId),
}

/// Which messages, and how to read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageQuery {
    /// Whose.
    pub selection: Selection,
    /// Whose eyes; `None` takes everything where the source can show that, and otherwise a
    /// participant's.
    pub view: Option<View>,
    /// Which of them, and in which order.
    pub options: ReadOptions,
}

impl MessageQuery {
    /// Returns a query for everything of `selection`, oldest first.
    pub fn new(selection: Selection) -> Self {
        Self {
            selection,
            view: None,
            options: ReadOptions::default(),
        }
    }

    /// Takes only the newest `last` messages.
    #[must_use]
    pub fn last(mut self, last: usize) -> Self {
        self.options.last = Some(last);
        self
    }

    /// Reads with these eyes.
    #[must_use]
    pub fn view(mut self, view: View) -> Self {
        self.view = Some(view);
        self
    }
}

impl Client {
    /// Starts reading messages. What does not exist is an error, not an empty stream; a user or
    /// conversation without messages is an empty stream.
    pub async fn messages(&self, query: &MessageQuery) -> Result<Answer<Reading>> {
        self.ask(|source| Box::pin(start(source, query))).await
    }

    /// Returns the newest message of `query` that `wanted` accepts.
    pub async fn find_message(
        &self,
        query: &MessageQuery,
        wanted: impl Fn(&Message) -> bool + Send + Sync,
    ) -> Result<Answer<Option<Message>>> {
        let mut query = query.clone();
        query.options.newest_first = true;
        let reading = self.messages(&query).await?;
        let Answer {
            value: mut reading,
            origin,
            passed_over,
        } = reading;
        while let Some(slot) = reading.slots.next().await {
            if let Some(message) = slot?.into_message().filter(&wanted) {
                return Ok(Answer {
                    value: Some(message),
                    origin,
                    passed_over,
                });
            }
        }
        Ok(Answer {
            value: None,
            origin,
            passed_over,
        })
    }
}

async fn start(source: Arc<dyn Source>, query: &MessageQuery) -> Result<Reading> {
    let conversations = conversations_of(&*source, &query.selection).await?;
    let views = views_of(&*source, query, &conversations).await?;
    let mut reading = None;
    for view in views {
        let started = read(source.clone(), view, &conversations, query.options).await?;
        if !started.bounds.is_empty() {
            return Ok(started);
        }
        if let Selection::User(user) = &query.selection {
            // Nothing of this user is in the view: that of somebody who sees none of it, or who
            // does not exist. The user's own existence is known by now.
            if let View::As(viewer) = &started.view
                && viewer != user
            {
                must_exist(&*source, viewer).await?;
            }
            return Ok(started);
        }
        reading.get_or_insert_with(|| started.view.clone());
    }
    Err(missing(&*source, query, reading).await)
}

/// Returns the conversations to read, likely ones first.
async fn conversations_of(
    source: &dyn Source,
    selection: &Selection,
) -> Result<Vec<ConversationId>> {
    Ok(match selection {
        Selection::Conversation(id) => vec![id.clone()],
        Selection::Group(group) => vec![ConversationId::group(group)],
        Selection::Between(a, b) => vec![
            ConversationId::single(a, b),
            ConversationId::notification(a, b),
        ],
        Selection::User(user) => {
            let rows = source.conversations(user).await?;
            if rows.is_empty() {
                must_exist(source, user).await?;
            }
            rows.into_iter().map(|row| row.conversation_id).collect()
        }
    })
}

/// Returns the views to try, in order.
async fn views_of(
    source: &dyn Source,
    query: &MessageQuery,
    conversations: &[ConversationId],
) -> Result<Vec<View>> {
    if let Some(view) = &query.view {
        return Ok(vec![view.clone()]);
    }
    if source.origin() != Origin::Api {
        return Ok(vec![View::Full]);
    }
    let users = match &query.selection {
        Selection::User(user) => vec![user.clone()],
        Selection::Between(a, b) => vec![a.clone(), b.clone()],
        Selection::Conversation(_) | Selection::Group(_) => {
            source.viewers(&conversations[0]).await?
        }
    };
    Ok(users.into_iter().map(View::As).collect())
}

/// Says what of a query that found nothing does not exist.
async fn missing(source: &dyn Source, query: &MessageQuery, view: Option<View>) -> Error {
    let named: Vec<UserId> = match &query.selection {
        Selection::Between(a, b) => vec![a.clone(), b.clone()],
        Selection::User(user) => vec![user.clone()],
        Selection::Conversation(_) | Selection::Group(_) => Vec::new(),
    };
    let viewer = query.view.iter().filter_map(|view| match view {
        View::As(user) => Some(user.clone()),
        View::Full => None,
    });
    for user in viewer.chain(named) {
        if let Err(error) = must_exist(source, &user).await {
            return error;
        }
    }
    let what = match &query.selection {
        Selection::Conversation(id) => format!("conversation {:?}", id.as_str()),
        Selection::Group(group) => format!("a conversation of group {:?}", group.as_str()),
        Selection::Between(a, b) => format!(
            "a conversation between {:?} and {:?}",
            a.as_str(),
            b.as_str()
        ),
        Selection::User(user) => format!("user {:?}", user.as_str()),
    };
    match (&query.view, view) {
        (Some(View::As(user)), _) => {
            Error::not_found(format!("{what} in the view of {:?}", user.as_str()))
        }
        (None, None) => Error::not_found(format!("{what}, or a participant who can see it,")),
        _ => Error::not_found(what),
    }
}

async fn must_exist(source: &dyn Source, user: &UserId) -> Result<()> {
    let found = source.users_by_id(std::slice::from_ref(user)).await?;
    if found.is_empty() {
        Err(Error::not_found(format!("user {:?}", user.as_str())))
    } else {
        Ok(())
    }
}
