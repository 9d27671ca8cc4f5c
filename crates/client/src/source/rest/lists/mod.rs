//! Users, groups, members and conversations: lists by page, by id and by name.

pub(super) mod pages;

use std::collections::HashMap;
use std::hash::Hash;

use self::pages::{CHUNK, Pages, chunks, singles, unique};
use super::RestSource;
use super::wire::{
    AllConversations, ConversationsById, GroupsById, ListConversations, ListGroups, ListMembers,
    ListUsers, Pagination, UsersById, WireConversations, WireGroups, WireGroupsInfo, WireMembers,
    WireUsers, WireUsersInfo,
};
use crate::error::{Error, Result};
use crate::model::{Conversation, ConversationId, Group, GroupId, Member, User, UserId};
use crate::source::{Page, PageRequest};

impl RestSource {
    pub(in crate::source::rest) async fn list_users(
        &self,
        name: &str,
        page: PageRequest,
    ) -> Result<Page<User>> {
        let pattern = pattern("", name)?;
        let mut pages = Pages::new(page)?;
        while let Some(pagination) = pages.next() {
            let request = ListUsers {
                pagination,
                user_id: "",
                nickname: &pattern,
            };
            let answer: WireUsers = self.transport.call("/user/get_users", &request).await?;
            pages.add(answer.users.0, answer.total.u64());
        }
        Ok(pages.finish())
    }

    pub(in crate::source::rest) async fn users_named(&self, ids: &[UserId]) -> Result<Vec<User>> {
        let unique = unique(ids);
        let mut todo = chunks(&unique);
        let mut users = Vec::new();
        while let Some(chunk) = todo.pop() {
            let request = UsersById { user_ids: chunk };
            let call = self.transport.call("/user/get_users_info", &request);
            match call.await {
                Ok(WireUsersInfo { users: found }) => {
                    users.extend(found.0.into_iter().map(User::from));
                }
                Err(failure) if failure.is_not_found() => todo.extend(singles(chunk)),
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(in_order(&unique, users, |user| &user.user_id))
    }

    pub(in crate::source::rest) async fn list_groups(
        &self,
        name: &str,
        page: PageRequest,
    ) -> Result<Page<Group>> {
        // The flag, because the server looks for users without regard to case but for groups with.
        let pattern = pattern("(?i)", name)?;
        let mut pages = Pages::new(page)?;
        while let Some(pagination) = pages.next() {
            let request = ListGroups {
                pagination,
                group_name: &pattern,
                group_id: "",
            };
            let answer: WireGroups = self.transport.call("/group/get_groups", &request).await?;
            pages.add(answer.groups.0, answer.total.u64());
        }
        Ok(pages.finish())
    }

    pub(in crate::source::rest) async fn groups_named(
        &self,
        ids: &[GroupId],
    ) -> Result<Vec<Group>> {
        let unique = unique(ids);
        let mut todo = chunks(&unique);
        let mut groups = Vec::new();
        while let Some(chunk) = todo.pop() {
            let request = GroupsById { group_ids: chunk };
            let call = self.transport.call("/group/get_groups_info", &request);
            match call.await {
                Ok(WireGroupsInfo { groups: found }) => {
                    groups.extend(found.0.into_iter().map(Group::from));
                }
                Err(failure) if failure.is_not_found() => todo.extend(singles(chunk)),
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(in_order(&unique, groups, |group| &group.group_id))
    }

    pub(in crate::source::rest) async fn list_members(
        &self,
        group: &GroupId,
        page: PageRequest,
    ) -> Result<Page<Member>> {
        let mut pages = Pages::new(page)?;
        while let Some(pagination) = pages.next() {
            let request = ListMembers {
                group_id: group,
                pagination,
                keyword: "",
                filter: 0,
            };
            let call = self
                .transport
                .call("/group/get_group_member_list", &request);
            match call.await {
                Ok(WireMembers { total, members }) => pages.add(members.0, total.u64()),
                // A group that does not exist has no members.
                Err(failure) if failure.is_not_found() => break,
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(pages.finish())
    }

    pub(in crate::source::rest) async fn list_conversations(
        &self,
        owner: &UserId,
    ) -> Result<Vec<Conversation>> {
        let request = AllConversations { owner };
        let rows = match self
            .transport
            .call::<WireConversations>("/conversation/get_all_conversations", &request)
            .await
        {
            Ok(answer) => answer.conversations.0.into_iter().map(Into::into).collect(),
            // Tens of thousands of rows do not fit into one answer.
            Err(failure) if failure.is_too_large() => self.conversations_by_page(owner).await?,
            Err(failure) => return Err(failure.into()),
        };
        Ok(sorted(rows, owner))
    }

    async fn conversations_by_page(&self, owner: &UserId) -> Result<Vec<Conversation>> {
        let mut rows = Vec::new();
        for page_number in 1.. {
            let request = ListConversations {
                owner,
                pagination: Pagination {
                    page_number,
                    show_number: CHUNK as u32,
                },
            };
            let answer: WireConversations = self
                .transport
                .call("/conversation/get_owner_conversation", &request)
                .await?;
            let len = answer.conversations.0.len();
            rows.extend(answer.conversations.0.into_iter().map(Into::into));
            if len < CHUNK {
                break;
            }
        }
        Ok(rows)
    }

    /// Returns the rows the user owns of the named conversations.
    pub(in crate::source::rest) async fn rows(
        &self,
        owner: &UserId,
        ids: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Conversation>> {
        let unique = unique(ids);
        let mut todo = chunks(&unique);
        let mut rows = Vec::new();
        while let Some(chunk) = todo.pop() {
            let request = ConversationsById {
                owner,
                conversation_ids: chunk,
            };
            let path = "/conversation/get_conversations";
            match self.transport.call(path, &request).await {
                Ok(WireConversations { conversations, .. }) => {
                    rows.extend(conversations.0.into_iter().map(Conversation::from));
                }
                Err(failure) if failure.is_not_found() => todo.extend(singles(chunk)),
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(sorted(rows, owner)
            .into_iter()
            .map(|row| (row.conversation_id.clone(), row))
            .collect())
    }
}

/// Returns the rows that name a conversation of this owner, by id, each once.
fn sorted(mut rows: Vec<Conversation>, owner: &UserId) -> Vec<Conversation> {
    rows.retain(|row| {
        !row.conversation_id.is_empty()
            && (row.owner_user_id.is_empty() || row.owner_user_id == *owner)
    });
    for row in &mut rows {
        row.owner_user_id = owner.clone();
    }
    rows.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
    rows.dedup_by(|a, b| a.conversation_id == b.conversation_id);
    rows
}

/// Returns a regular expression that finds `name` itself, or nothing for no name.
fn pattern(flags: &str, name: &str) -> Result<String> {
    if name.contains('\0') {
        return Err(Error::invalid("name", "it holds a zero character"));
    }
    if name.is_empty() {
        return Ok(String::new());
    }
    let mut pattern = String::from(flags);
    for c in name.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    Ok(pattern)
}

/// Returns the things in the order they were asked for, without any that was not.
fn in_order<I, T>(ids: &[&I], things: Vec<T>, id_of: impl Fn(&T) -> &I) -> Vec<T>
where
    I: Eq + Hash + Clone,
{
    let mut by_id: HashMap<I, T> = things
        .into_iter()
        .map(|thing| (id_of(&thing).clone(), thing))
        .collect();
    ids.iter().filter_map(|id| by_id.remove(*id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_searched_for_as_they_are_written() {
        assert_eq!(pattern("", "a.b*(c)").expect("is fine"), r"a\.b\*\(c\)");
        assert_eq!(pattern("(?i)", "[x]").expect("is fine"), r"(?i)\[x\]");
        assert_eq!(
            pattern("(?i)", "爱丽丝 A-b").expect("is fine"),
            "(?i)爱丽丝 A-b"
        );
        assert_eq!(pattern("(?i)", "").expect("is fine"), "");
        assert!(pattern("", "a\0b").is_err());
    }
}
