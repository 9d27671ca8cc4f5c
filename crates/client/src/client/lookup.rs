//! Finding a user or group by id, or by a name that only one has.

use super::{Answer, Client};
use crate::error::{Error, Result};
use crate::model::{Group, GroupId, User, UserId};
use crate::source::{Page, PageRequest, Source};

/// How many of the same name are listed in an error.
const LISTED: usize = 10;

/// How many names that contain what was typed are asked for at once.
const AT_ONCE: u32 = 500;

/// How many of them are looked through for the very name; where there are more, an id is needed.
const LOOKED_THROUGH: u64 = 10_000;

impl Client {
    /// Returns the user with this id, or else the only user with this nickname, or else the only
    /// one whose nickname contains it. Several are an error that lists them.
    pub async fn find_user(&self, id_or_name: &str) -> Result<Answer<User>> {
        self.ask(|source| {
            Box::pin(async move {
                if let Some(user) = user_by_id(&*source, id_or_name).await? {
                    return Ok(user);
                }
                let mut named = Named::new(id_or_name, |user: &User| {
                    (&user.nickname, user.user_id.as_str())
                });
                while let Some(page) = named.next() {
                    named.add(source.users_by_name(id_or_name, page).await?);
                }
                named.only("user")
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
                let mut named = Named::new(id_or_name, |group: &Group| {
                    (&group.group_name, group.group_id.as_str())
                });
                while let Some(page) = named.next() {
                    named.add(source.groups_by_name(id_or_name, page).await?);
                }
                named.only("group")
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

/// Those whose name contains what was typed, page by page: the very name may stand on any.
struct Named<'a, T> {
    wanted: &'a str,
    name_and_id: fn(&T) -> (&String, &str),
    /// What to ask for next; `None` once all are known, or more than are looked through.
    next: Option<PageRequest>,
    /// How many there are, as the source says.
    total: u64,
    looked_through: u64,
    /// The first few with exactly that name, and how many have it.
    exact: (Vec<T>, u64),
    /// The first few of the others.
    others: Vec<T>,
}

impl<'a, T> Named<'a, T> {
    fn new(wanted: &'a str, name_and_id: fn(&T) -> (&String, &str)) -> Self {
        Self {
            wanted,
            name_and_id,
            next: Some(PageRequest::first(AT_ONCE)),
            total: 0,
            looked_through: 0,
            exact: (Vec::new(), 0),
            others: Vec::new(),
        }
    }

    fn next(&self) -> Option<PageRequest> {
        self.next
    }

    /// Takes the page that was asked for.
    fn add(&mut self, page: Page<T>) {
        let len = page.items.len() as u64;
        self.total = page.total;
        self.looked_through += len;
        for item in page.items {
            let kept = if (self.name_and_id)(&item).0 == self.wanted {
                self.exact.1 += 1;
                &mut self.exact.0
            } else {
                &mut self.others
            };
            if kept.len() < LISTED {
                kept.push(item);
            }
        }
        // A list may shrink while it is read; an empty page is its end whatever the total says.
        let goes_on = len > 0 && !self.knows_all() && self.looked_through < LOOKED_THROUGH;
        self.next = self.next.filter(|_| goes_on).map(PageRequest::next);
    }

    fn knows_all(&self) -> bool {
        self.total <= self.looked_through
    }

    /// Returns the only one with that name, or the only one whose name contains it.
    fn only(mut self, what: &str) -> Result<T> {
        let wanted = self.wanted;
        let total = self.total.max(self.looked_through);
        let is_sure = self.knows_all();
        match (self.exact.1, self.others.len()) {
            (0, 0) => return Err(Error::not_found(format!("{what} {wanted:?}"))),
            (1, _) if is_sure => return Ok(self.exact.0.swap_remove(0)),
            (0, 1) if is_sure => return Ok(self.others.swap_remove(0)),
            _ => {}
        }
        // Where several have the very name, those who have more than it are not meant.
        let (listed, count) = match self.exact {
            (exact, count @ 2..) => (exact, count),
            (mut exact, _) => {
                exact.append(&mut self.others);
                exact.truncate(LISTED);
                (exact, total)
            }
        };
        let more = count.saturating_sub(listed.len() as u64);
        let listed = listed.iter().map(|item| {
            let (name, id) = (self.name_and_id)(item);
            format!("{id} ({name})")
        });
        let mut listed = listed.collect::<Vec<_>>().join(", ");
        if more > 0 {
            listed.push_str(&format!(" and {more} more"));
        }
        Err(Error::invalid(
            format!("{what} {wanted:?}"),
            format!("{count} have that name, say which id: {listed}"),
        ))
    }
}
