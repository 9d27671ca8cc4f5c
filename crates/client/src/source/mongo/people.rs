//! Users, groups, members, conversations and read positions.

use std::collections::HashMap;

use bson::{Document, doc};
use mongodb::options::FindOptions;

use super::query::{Reader, distinct, strings};
use super::wire;
use crate::error::Result;
use crate::model::{
    Conversation, ConversationId, ConversationKind, Group, GroupId, GroupStatus, Member,
    ReadPosition, RoleLevel, Seq, User, UserId,
};
use crate::source::{Page, PageRequest, View};

/// How many readers of a conversation are proposed at most.
const VIEWERS: usize = 8;

fn page_of(page: PageRequest, sort: Document) -> FindOptions {
    FindOptions::builder()
        .sort(sort)
        .skip(page.offset)
        .limit(i64::from(page.limit))
        .build()
}

/// Returns a filter for a field that contains `text`, ignoring case.
fn containing(text: &str) -> Document {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    doc! { "$regex": pattern, "$options": "i" }
}

/// People only: administrators and notification accounts have higher levels.
fn people() -> Document {
    doc! { "app_manger_level": { "$not": { "$gt": 1 } } }
}

fn alive() -> Document {
    doc! { "status": { "$ne": GroupStatus::DISMISSED.0 } }
}

impl Reader {
    pub(super) async fn users(
        &self,
        filter: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<User>> {
        let mut wanted = people();
        if let Some(name) = filter {
            wanted.insert("nickname", containing(name));
        }
        // In the order of their making, which is the order REST lists them in.
        let options = page_of(page, doc! { "_id": 1 });
        let (items, total) = futures::try_join!(
            self.find("user", wanted.clone(), options, |row| Some(wire::user(row))),
            self.count("user", wanted.clone())
        )?;
        Ok(Page { items, total })
    }

    pub(super) async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>> {
        self.chunked(ids, |ids| async move {
            let filter = doc! { "user_id": { "$in": strings(&ids) } };
            self.find("user", filter, FindOptions::default(), |row| {
                Some(wire::user(row))
            })
            .await
        })
        .await
    }

    pub(super) async fn groups(
        &self,
        filter: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<Group>> {
        let mut wanted = alive();
        if let Some(name) = filter {
            wanted.insert("group_name", containing(name));
        }
        let options = page_of(page, doc! { "create_time": -1, "_id": 1 });
        let (items, total) = futures::try_join!(
            self.find("group", wanted.clone(), options, |row| Some(wire::group(
                row
            ))),
            self.count("group", wanted.clone())
        )?;
        Ok(Page {
            items: self.with_members(items).await?,
            total,
        })
    }

    pub(super) async fn groups_by_id(&self, ids: &[GroupId]) -> Result<Vec<Group>> {
        let groups = self
            .chunked(ids, |ids| async move {
                let filter = doc! { "group_id": { "$in": strings(&ids) } };
                self.find("group", filter, FindOptions::default(), |row| {
                    Some(wire::group(row))
                })
                .await
            })
            .await?;
        self.with_members(groups).await
    }

    /// Adds the owner and the number of members.
    async fn with_members(&self, mut groups: Vec<Group>) -> Result<Vec<Group>> {
        if groups.is_empty() {
            return Ok(groups);
        }
        let ids: Vec<_> = groups.iter().map(|group| group.group_id.clone()).collect();
        let is_owner = doc! { "$eq": ["$role_level", RoleLevel::OWNER.0] };
        let pipeline = vec![
            doc! { "$match": { "group_id": { "$in": strings(&ids) } } },
            doc! { "$group": {
                "_id": "$group_id",
                "members": { "$sum": 1 },
                "owner": { "$max": { "$cond": [is_owner, "$user_id", ""] } },
            } },
        ];
        let counted = self
            .aggregate("group_member", pipeline, |row| {
                Some(wire::owner_and_count(row))
            })
            .await?;
        let counted: HashMap<_, _> = counted
            .into_iter()
            .map(|(id, owner, members)| (id, (owner, members)))
            .collect();
        for group in &mut groups {
            if let Some((owner, members)) = counted.get(&group.group_id) {
                group.owner_user_id.clone_from(owner);
                group.member_count = *members;
            }
        }
        Ok(groups)
    }

    pub(super) async fn members(&self, group: &GroupId, page: PageRequest) -> Result<Page<Member>> {
        let filter = doc! { "group_id": group.as_str() };
        let options = page_of(page, doc! { "role_level": -1, "_id": 1 });
        let (mut items, total) = futures::try_join!(
            self.find("group_member", filter.clone(), options, |row| Some(
                wire::member(row)
            )),
            self.count("group_member", filter.clone())
        )?;
        let unnamed: Vec<_> = items
            .iter()
            .filter(|member| member.nickname.is_empty() || member.face_url.is_empty())
            .map(|member| member.user_id.clone())
            .collect();
        let users: HashMap<_, _> = self
            .users_by_id(&unnamed)
            .await?
            .into_iter()
            .map(|user| (user.user_id.clone(), user))
            .collect();
        for member in &mut items {
            let Some(user) = users.get(&member.user_id) else {
                continue;
            };
            if member.nickname.is_empty() {
                member.nickname.clone_from(&user.nickname);
            }
            if member.face_url.is_empty() {
                member.face_url.clone_from(&user.face_url);
            }
        }
        Ok(Page { items, total })
    }

    pub(super) async fn conversations(&self, owner: &UserId) -> Result<Vec<Conversation>> {
        let filter = doc! { "owner_user_id": owner.as_str() };
        let mut rows = self
            .find("conversation", filter, FindOptions::default(), |row| {
                Some(wire::conversation(row))
            })
            .await?;
        rows.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
        Ok(rows)
    }

    /// The collection has no index by conversation before main, so that owners are guessed: from
    /// the id, from the group, from who wrote last.
    pub(super) async fn viewers(&self, conversation: &ConversationId) -> Result<Vec<UserId>> {
        let mut likely = Vec::new();
        for (a, b) in conversation.pairs() {
            likely.extend([a, b]);
        }
        let group = match conversation.kind() {
            ConversationKind::Log => conversation
                .as_str()
                .split_once('_')
                .map(|(_, group)| GroupId::new(group)),
            _ => conversation.group_id(),
        };
        if let Some(group) = group {
            let limit = u32::try_from(4 * VIEWERS).unwrap_or(u32::MAX);
            let options = page_of(
                PageRequest::first(limit),
                doc! { "role_level": -1, "_id": 1 },
            );
            let filter = doc! { "group_id": group.as_str() };
            likely.extend(
                self.find("group_member", filter, options, |row| {
                    Some(UserId::new(row.text("user_id")))
                })
                .await?,
            );
        }
        if conversation.kind() == ConversationKind::Log {
            // Anybody may read a log; those it is about are the likely ones.
            let users = self.users_by_id(&distinct(&likely)).await?;
            let known: Vec<_> = users.into_iter().map(|user| user.user_id).collect();
            likely.retain(|user| known.contains(user));
            likely = distinct(&likely);
            likely.truncate(VIEWERS);
            return Ok(likely);
        }
        let mut viewers = self.owners(conversation, distinct(&likely)).await?;
        if viewers.is_empty() {
            let newest = self
                .newest(&View::Full, std::slice::from_ref(conversation), 100)
                .await?
                .whole()?;
            let writers: Vec<_> = newest
                .into_iter()
                .flat_map(|message| [message.send_id, message.recv_id])
                .collect();
            viewers = self.owners(conversation, distinct(&writers)).await?;
        }
        Ok(viewers)
    }

    /// Returns those of the users that own a row of the conversation, those who see most first.
    async fn owners(
        &self,
        conversation: &ConversationId,
        users: Vec<UserId>,
    ) -> Result<Vec<UserId>> {
        let filter = doc! {
            "owner_user_id": { "$in": strings(&users) },
            "conversation_id": conversation.as_str(),
        };
        let rows = self
            .find("conversation", filter, FindOptions::default(), |row| {
                Some(wire::conversation(row))
            })
            .await?;
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let place = users.iter().position(|user| *user == row.owner_user_id);
                // A maximum means that the owner has left.
                (row.max_seq.0 != 0, row.min_seq, place, row.owner_user_id)
            })
            .collect();
        rows.sort();
        Ok(rows
            .into_iter()
            .map(|(.., user)| user)
            .take(VIEWERS)
            .collect())
    }

    pub(super) async fn read_positions(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<ReadPosition>> {
        let rows: HashMap<_, _> = self
            .conversations(user)
            .await?
            .into_iter()
            .map(|row| (row.conversation_id.clone(), row))
            .collect();
        let mut ids = distinct(conversations);
        if ids.is_empty() {
            ids = rows.keys().cloned().collect();
            ids.sort();
        }
        let reserved = self.reserved(&ids).await?;
        let (heads, positions) =
            futures::try_join!(self.heads(&ids, &reserved), self.positions(user, &ids))?;
        let read: HashMap<_, _> = positions
            .into_iter()
            .map(|(id, _, read)| (id, read))
            .collect();
        let mut positions: Vec<_> = ids
            .into_iter()
            .filter(|id| {
                rows.contains_key(id) || heads.contains_key(id) || reserved.contains_key(id)
            })
            .map(|id| {
                let head = heads.get(&id).copied().unwrap_or_default();
                let bound = rows.get(&id).map_or(Seq(0), |row| row.max_seq);
                ReadPosition {
                    user_id: user.clone(),
                    has_read_seq: read.get(&id).copied().unwrap_or_default(),
                    max_seq: if bound.0 > 0 { bound.min(head) } else { head },
                    max_seq_time: None,
                    conversation_id: id,
                }
            })
            .collect();
        // When numbers were given out only Redis knows; the messages tell nearly the same.
        let newest: Vec<_> = positions
            .iter()
            .map(|position| (position.conversation_id.clone(), position.max_seq))
            .collect();
        let sent = self.sent(&newest).await?;
        for position in &mut positions {
            position.max_seq_time = sent.get(&position.conversation_id).copied();
        }
        Ok(positions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_searched_for_as_it_is_written() {
        let filter = containing("a.*(b)爱$");
        assert_eq!(
            filter.get_str("$regex").expect("a pattern"),
            "a\\.\\*\\(b\\)爱\\$"
        );
    }
}
