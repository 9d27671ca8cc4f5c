//! Whose conversations are looked at.

use std::sync::Arc;

use super::{Check, chain};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::model::{Bounds, UserId};
use crate::source::{PageRequest, Source, View};

/// How many users are tried until one has a conversation.
const USERS_TRIED: u32 = 20;

/// A user, and what that user can see.
pub(super) struct Sample {
    pub(super) user: UserId,
    /// How many conversations the user has.
    pub(super) count: usize,
    /// The longest of those that hold anything.
    pub(super) bounds: Option<Bounds>,
}

impl Sample {
    /// Looks at the user who is meant, by id or by a name only one has; where nobody is, at
    /// somebody who has a conversation.
    pub(super) async fn of(source: Arc<dyn Source>, user: Option<&str>) -> Result<Self> {
        match user {
            Some(typed) => Self::of_named(source, typed).await,
            None => Self::of_anybody(&*source).await,
        }
    }

    async fn of_named(source: Arc<dyn Source>, typed: &str) -> Result<Self> {
        let client = Client::over_shared(source.clone());
        match client.find_user(typed).await {
            Ok(found) => Self::of_user(&*source, found.value.user_id).await,
            // Messages outlive accounts: an id the server does not list may still own some.
            Err(unknown @ Error::NotFound { .. }) => {
                match Self::of_user(&*source, UserId::new(typed)).await? {
                    sample if sample.count > 0 => Ok(sample),
                    _ => Err(unknown),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn of_anybody(source: &dyn Source) -> Result<Self> {
        let users = source.users(PageRequest::first(USERS_TRIED)).await?;
        let mut first = None;
        for user in users.items {
            let sample = Self::of_user(source, user.user_id).await?;
            if sample.bounds.is_some() {
                return Ok(sample);
            }
            first.get_or_insert(sample);
        }
        first.ok_or_else(|| Error::not_found("any user"))
    }

    async fn of_user(source: &dyn Source, user: UserId) -> Result<Self> {
        let rows = source.conversations(&user).await?;
        let ids: Vec<_> = rows.into_iter().map(|row| row.conversation_id).collect();
        let view = View::As(user.clone());
        let bounds = source.bounds(&view, &ids).await?;
        let longest = bounds
            .into_iter()
            .filter(|bounds| !bounds.range.is_empty())
            .max_by_key(|bounds| bounds.range.len());
        Ok(Self {
            user,
            count: ids.len(),
            bounds: longest,
        })
    }
}

/// Says whether somebody's conversations could be listed; `user` is who was named.
pub(super) fn conversations(
    name: &'static str,
    user: Option<&str>,
    found: &Result<Sample>,
) -> Check {
    match found {
        Ok(Sample { user, count: 0, .. }) => Check::warning(
            name,
            format!("{user} has no conversations"),
            "name somebody who has (doctor --user USER); an administrator asked for as itself never has any",
        ),
        Ok(Sample { user, count: 1, .. }) => Check::ok(name, format!("{user} has 1 conversation")),
        Ok(Sample { user, count, .. }) => {
            Check::ok(name, format!("{user} has {count} conversations"))
        }
        Err(Error::NotFound { .. }) => match user {
            Some(typed) => Check::failed(
                name,
                format!("no such user: {typed:?} is no id, and in no nickname"),
                "`openim-history users --name TEXT` finds users by nickname",
            ),
            None => Check::warning(
                name,
                "no user is listed there",
                "a young server has none; name an id that has conversations (doctor --user USER)",
            ),
        },
        Err(error @ Error::Invalid { .. }) => {
            Check::failed(name, chain(error), "name one of them by id")
        }
        Err(error) => Check::failed(name, chain(error), "see the checks above"),
    }
}
