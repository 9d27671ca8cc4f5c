//! Who is who, as they are called now.

use std::collections::HashMap;

use openim_history_client::model::{GroupId, UserId};

use super::tally::Conversation;
use crate::archive::Archive;
use crate::error::Result;

/// Names of users and groups.
#[derive(Debug, Default)]
pub(super) struct Names {
    users: HashMap<UserId, String>,
    groups: HashMap<GroupId, String>,
}

impl Names {
    pub(super) async fn read(archive: &Archive) -> Result<Self> {
        let (users, groups) = (archive.users().await?, archive.groups().await?);
        let users = users.into_iter().map(|stored| stored.entity);
        let groups = groups.into_iter().map(|stored| stored.entity);
        Ok(Self {
            users: users
                .map(|user| (user.user_id, user.nickname.to_string()))
                .collect(),
            groups: groups
                .map(|group| (group.group_id, group.group_name.to_string()))
                .collect(),
        })
    }

    /// Returns a user's name, or the id.
    pub(super) fn user(&self, id: &UserId) -> String {
        let name = self.users.get(id).filter(|name| !name.trim().is_empty());
        name.map_or_else(|| id.to_string(), Clone::clone)
    }

    /// Returns a group's name, or the id.
    pub(super) fn group(&self, id: &GroupId) -> String {
        let name = self.groups.get(id).filter(|name| !name.trim().is_empty());
        name.map_or_else(|| id.to_string(), Clone::clone)
    }

    /// Returns a group's name, or those of both sides, or the id.
    pub(super) fn conversation(&self, conversation: &Conversation) -> String {
        match (&conversation.two, conversation.id.group_id()) {
            (Some((one, other)), _) => format!("{} · {}", self.user(one), self.user(other)),
            (None, Some(group)) => self.group(&group),
            (None, None) => conversation.id.to_string(),
        }
    }
}
