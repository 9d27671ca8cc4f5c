//! Answering from memory.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::MemorySource;
use super::stored::Stored;
use crate::error::Result;
use crate::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, Member, Message, ReadPosition, Seq,
    SeqRange, Slot, TimeRange, User, UserId,
};
use crate::source::view;
use crate::source::{Newest, Origin, Page, PageRequest, Source, View};

#[async_trait]
impl Source for MemorySource {
    fn origin(&self) -> Origin {
        Origin::Memory
    }

    fn page_len(&self) -> u32 {
        1_000
    }

    fn concurrency(&self) -> usize {
        1
    }

    async fn users(&self, page: PageRequest) -> Result<Page<User>> {
        Ok(self.users_where(page, |_| true))
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>> {
        let ids: BTreeSet<_> = ids.iter().collect();
        Ok(ids
            .into_iter()
            .filter_map(|id| self.users.get(id).cloned())
            .collect())
    }

    async fn users_by_name(&self, name: &str, page: PageRequest) -> Result<Page<User>> {
        Ok(self.users_where(page, |user| contains(&user.nickname, name)))
    }

    async fn groups(&self, page: PageRequest) -> Result<Page<Group>> {
        Ok(self.groups_where(page, |_| true))
    }

    async fn groups_by_id(&self, ids: &[GroupId]) -> Result<Vec<Group>> {
        let ids: BTreeSet<_> = ids.iter().collect();
        Ok(ids
            .into_iter()
            .filter_map(|id| self.groups.get(id))
            .map(|group| self.counted(group))
            .collect())
    }

    async fn groups_by_name(&self, name: &str, page: PageRequest) -> Result<Page<Group>> {
        Ok(self.groups_where(page, |group| contains(&group.group_name, name)))
    }

    async fn members(&self, group: &GroupId, page: PageRequest) -> Result<Page<Member>> {
        let mut members = self.members.get(group).cloned().unwrap_or_default();
        members.sort_by_key(|member| std::cmp::Reverse(member.role_level));
        for member in &mut members {
            let Some(user) = self.users.get(&member.user_id) else {
                continue;
            };
            if member.nickname.is_empty() {
                member.nickname.clone_from(&user.nickname);
            }
            if member.face_url.is_empty() {
                member.face_url.clone_from(&user.face_url);
            }
        }
        Ok(page_of(page, members.into_iter()))
    }

    async fn conversations(&self, owner: &UserId) -> Result<Vec<Conversation>> {
        Ok(self
            .rows
            .get(owner)
            .map_or_else(Vec::new, |rows| rows.values().cloned().collect()))
    }

    async fn viewers(&self, conversation: &ConversationId) -> Result<Vec<UserId>> {
        if !view::needs_row(conversation) {
            let pairs = conversation.pairs().into_iter();
            let known: BTreeSet<_> = pairs
                .flat_map(|(a, b)| [a, b])
                .filter(|user| self.users.contains_key(user))
                .collect();
            return Ok(known.into_iter().take(8).collect());
        }
        let mut rows: Vec<_> = self
            .rows
            .values()
            .filter_map(|rows| rows.get(conversation))
            // A maximum means that the owner has left.
            .map(|row| (row.max_seq.0 != 0, row.min_seq, &row.owner_user_id))
            .collect();
        rows.sort();
        Ok(rows
            .into_iter()
            .map(|(.., user)| user.clone())
            .take(8)
            .collect())
    }

    async fn bounds(&self, view: &View, conversations: &[ConversationId]) -> Result<Vec<Bounds>> {
        let mut seen = BTreeSet::new();
        Ok(conversations
            .iter()
            .filter(|id| seen.insert(*id))
            .filter_map(|id| {
                Some(Bounds {
                    conversation_id: id.clone(),
                    range: self.range(view, id)?,
                })
            })
            .collect())
    }

    async fn read_positions(
        &self,
        user: &UserId,
        conversations: &[ConversationId],
    ) -> Result<Vec<ReadPosition>> {
        let own = self.rows.get(user);
        let all: Vec<_> = if conversations.is_empty() {
            own.map_or_else(Vec::new, |rows| rows.keys().cloned().collect())
        } else {
            conversations.to_vec()
        };
        let mut seen = BTreeSet::new();
        Ok(all
            .into_iter()
            .filter(|id| seen.insert(id.clone()))
            .filter(|id| self.row(user, id).is_some() || self.stored.contains_key(id))
            .map(|id| {
                let head = self.stored.get(&id).map(Stored::head).unwrap_or_default();
                let bound = self.row(user, &id).map_or(Seq(0), |row| row.max_seq);
                let read = self.read.get(&(user.clone(), id.clone()));
                let max_seq = if bound.0 > 0 { bound.min(head) } else { head };
                let stored = self.stored.get(&id);
                ReadPosition {
                    user_id: user.clone(),
                    has_read_seq: read.copied().unwrap_or_default(),
                    max_seq,
                    max_seq_time: stored.and_then(|stored| stored.sent_up_to(max_seq)),
                    conversation_id: id,
                }
            })
            .collect())
    }

    async fn slots(
        &self,
        view: &View,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>> {
        Ok(match self.range(view, conversation) {
            Some(bounds) => self.read_slots(view, conversation, range.intersection(&bounds)),
            None => Vec::new(),
        })
    }

    async fn seqs_in_time(
        &self,
        conversation: &ConversationId,
        within: SeqRange,
        time: TimeRange,
    ) -> Result<Vec<SeqRange>> {
        let mut ranges: Vec<SeqRange> = Vec::new();
        if within.is_empty() {
            return Ok(ranges);
        }
        let stored = self.stored.get(conversation);
        let messages = stored.into_iter().flat_map(|stored| {
            let slots = stored.slots.range(within.first..=within.last);
            slots.filter_map(|(_, slot)| slot.message())
        });
        for message in messages.filter(|message| time.contains(message.send_time)) {
            match ranges.last_mut() {
                Some(before) if before.last.next() == message.seq => before.last = message.seq,
                _ => ranges.push(SeqRange::new(message.seq, message.seq)),
            }
        }
        Ok(ranges)
    }

    async fn newest(
        &self,
        view: &View,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Newest> {
        let ids: BTreeSet<_> = conversations.iter().collect();
        let mut messages: Vec<Message> = ids
            .into_iter()
            .filter_map(|id| Some((id, self.range(view, id)?)))
            .flat_map(|(id, range)| self.read_slots(view, id, range))
            .filter_map(Slot::into_message)
            .collect();
        view::sort_newest_first(&mut messages);
        messages.truncate(limit);
        Ok(messages.into())
    }
}

pub(super) fn page_of<T>(page: PageRequest, all: impl Iterator<Item = T>) -> Page<T> {
    let all: Vec<T> = all.collect();
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    Page {
        items: all.into_iter().skip(offset).take(limit).collect(),
        total,
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}
