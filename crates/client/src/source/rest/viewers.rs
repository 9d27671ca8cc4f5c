//! Through whose eyes a conversation can be read.

use super::RestSource;
use crate::error::Result;
use crate::model::{ConversationId, ConversationKind, GroupId, Member, User, UserId};
use crate::source::PageRequest;

/// How many viewers are enough.
const ENOUGH: usize = 4;

/// How many candidates are asked about, so that an odd id costs a bounded number of calls.
const MOST_ASKED: usize = 64;

impl RestSource {
    pub(super) async fn viewers_of(&self, conversation: &ConversationId) -> Result<Vec<UserId>> {
        match conversation.kind() {
            ConversationKind::Single | ConversationKind::Notification => {
                let candidates = self.pair(conversation).await?;
                self.owners(conversation, candidates).await
            }
            ConversationKind::Group | ConversationKind::WriteGroup => {
                let group = conversation.group_id().unwrap_or_default();
                let candidates = self.group(&group).await?;
                self.owners(conversation, candidates).await
            }
            // Nobody owns a row of a log, and anybody may be named: only likely ones make sense.
            ConversationKind::Log => {
                let mut candidates = self.pair(conversation).await?;
                let group = conversation
                    .as_str()
                    .split_once('_')
                    .map(|(_, rest)| GroupId::new(rest));
                if let Some(group) = group.filter(|group| !group.is_empty()) {
                    candidates.extend(self.group(&group).await?);
                }
                candidates.truncate(ENOUGH);
                Ok(candidates)
            }
            ConversationKind::Other => Ok(Vec::new()),
        }
    }

    /// Returns the users an id of two may mean. The id cannot be split with certainty: readings
    /// of which both users exist come first, and people before accounts.
    async fn pair(&self, conversation: &ConversationId) -> Result<Vec<UserId>> {
        let readings: Vec<(UserId, UserId)> =
            conversation.pairs().into_iter().take(MOST_ASKED).collect();
        let ids: Vec<UserId> = readings
            .iter()
            .flat_map(|(a, b)| [a.clone(), b.clone()])
            .collect();
        let users = self.users_named(&ids).await?;
        let known = |id: &UserId| users.iter().find(|user| user.user_id == *id);
        let mut likely: Vec<&User> = Vec::new();
        let mut possible: Vec<&User> = Vec::new();
        for (a, b) in &readings {
            match (known(a), known(b)) {
                (Some(a), Some(b)) => likely.extend([a, b]),
                (a, b) => possible.extend(a.into_iter().chain(b)),
            }
        }
        likely.sort_by_key(|user| user.app_manager_level > 1);
        possible.sort_by_key(|user| user.app_manager_level > 1);
        let ids = likely.into_iter().chain(possible);
        Ok(each_once(ids.map(|user| user.user_id.clone())))
    }

    /// Returns members, the owner first. Of a dismissed group there are none, but its owner's row
    /// is still there.
    async fn group(&self, group: &GroupId) -> Result<Vec<UserId>> {
        let page = PageRequest::first(MOST_ASKED as u32);
        let mut members: Vec<Member> = self.list_members(group, page).await?.items;
        members.sort_by_key(|member| std::cmp::Reverse(member.role_level));
        let mut ids: Vec<UserId> = members.into_iter().map(|member| member.user_id).collect();
        if ids.len() < ENOUGH {
            for group in self.groups_named(std::slice::from_ref(group)).await? {
                ids.extend([group.owner_user_id, group.creator_user_id]);
            }
        }
        Ok(each_once(ids.into_iter()))
    }

    async fn owners(
        &self,
        conversation: &ConversationId,
        candidates: Vec<UserId>,
    ) -> Result<Vec<UserId>> {
        let mut owners = Vec::new();
        for user in candidates.into_iter().take(MOST_ASKED) {
            let rows = self.rows(&user, std::slice::from_ref(conversation)).await?;
            if rows.contains_key(conversation) {
                owners.push(user);
                if owners.len() == ENOUGH {
                    break;
                }
            }
        }
        Ok(owners)
    }
}

fn each_once(ids: impl Iterator<Item = UserId>) -> Vec<UserId> {
    let mut once = Vec::new();
    for id in ids {
        if !id.is_empty() && !once.contains(&id) {
            once.push(id);
        }
    }
    once
}
