//! Finding a user or group by id, or by a name that only one has.

use super::{Answer, Client};
use crate::error::{Error, Result};
use crate::model::{Group, GroupId, User, UserId};
use crate::source::{PageRequest, Source};

/// How many of the same name are listed in an error.
const LISTED: u32 = 10;

impl Client {
    /// Returns the user with this id, or else the only user with this nickname, or else the only
    /// one whose nickname contains it. Several are an error that lists them.
    pub async fn find_user(&self, id_or_name: &str) -> Result<Answer<User>> {
        self.ask(|source| {
            Box::pin(async move {
                if let Some(user) = user_by_id(&*source, id_or_name).await? {
                    return Ok(user);
                }
                let named = source
                    .users_by_name(id_or_name, PageRequest::first(LISTED))
                    .await?;
                only("user", id_or_name, named.items, named.total, |user| {
                    (&user.nickname, user.user_id.as_str())
                })
            })
        })
        .await
    }

    /// Returns the group with this id, dismissed or not, or else the only group with this name,
    /// or else the only one whose name contains it. Several are an error that lists them.
    pub async fn find_group(&self, id_or_name: &str) -> Result<Answer<Group>> {
        self.ask(|source| {
            Box::pin(async move {
                let by_id = source.groups_by_id(&[GroupId::new(id_or_name)]).await?;
                if let Some(group) = by_id.into_iter().next() {
                    return Ok(group);
                }
                let named = source
                    .groups_by_name(id_or_name, PageRequest::first(LISTED))
                    .await?;
                only("group", id_or_name, named.items, named.total, |group| {
                    (&group.group_name, group.group_id.as_str())
                })
            })
        })
        .await
    }
}

async fn user_by_id(source: &dyn Source, id: &str) -> Result<Option<User>> {
    Ok(source
        .users_by_id(&[UserId::new(id)])
        .await?
        .into_iter()
        .next())
}

fn only<T>(
    what: &str,
    wanted: &str,
    mut found: Vec<T>,
    total: u64,
    name_and_id: impl Fn(&T) -> (&String, &str),
) -> Result<T> {
    let exact: Vec<_> = found
        .iter()
        .enumerate()
        .filter(|(_, item)| name_and_id(item).0 == wanted)
        .collect();
    if let [(at, _)] = exact[..] {
        return Ok(found.swap_remove(at));
    }
    if found.len() == 1 {
        return Ok(found.swap_remove(0));
    }
    if found.is_empty() {
        return Err(Error::not_found(format!("{what} {wanted:?}")));
    }
    let listed = found.iter().map(|item| {
        let (name, id) = name_and_id(item);
        format!("{id} ({name})")
    });
    let listed = listed.collect::<Vec<_>>().join(", ");
    let total = total.max(found.len() as u64);
    Err(Error::invalid(
        format!("{what} {wanted:?}"),
        format!("{total} have that name, say which id: {listed}"),
    ))
}
