//! A source whose every answer a test decides: what it holds, where it breaks, what it counts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use openim_history_client::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, Hole, HoleCause, Member, Message,
    ReadPosition, Seq, SeqRange, Slot, TimeRange, Timestamp, User, UserId,
};
use openim_history_client::source::{Newest, Origin, Page, PageRequest, Source, View};
use openim_history_client::{Error, Result};

/// Holds conversations as slots from 1 upwards.
#[derive(Debug)]
pub(crate) struct Scripted {
    pub(crate) origin: Origin,
    pub(crate) page_len: u32,
    pub(crate) conversations: BTreeMap<ConversationId, Vec<Slot>>,
    /// Users to be found by name: id and nickname.
    pub(crate) nicknames: Vec<(String, String)>,
    /// Asking for this number fails.
    pub(crate) breaks_at: Option<(ConversationId, i64)>,
    /// Numbers answered so far.
    pub(crate) answered: AtomicU64,
    /// Pages answered so far.
    pub(crate) pages: AtomicU64,
}

impl Scripted {
    pub(crate) fn new(origin: Origin) -> Self {
        let conversations = BTreeMap::new();
        Self {
            origin,
            page_len: 10,
            conversations,
            nicknames: Vec::new(),
            breaks_at: None,
            answered: AtomicU64::new(0),
            pages: AtomicU64::new(0),
        }
    }

    /// Adds a conversation with one message for each time, or a hole for `None`.
    pub(crate) fn with(mut self, id: &str, times: impl IntoIterator<Item = Option<i64>>) -> Self {
        let id = ConversationId::new(id);
        let slots = times
            .into_iter()
            .zip(1..)
            .map(|(time, seq)| slot(&id, seq, time))
            .collect();
        self.conversations.insert(id, slots);
        self
    }

    /// Adds a user to be found by this name.
    pub(crate) fn named(mut self, id: &str, nickname: &str) -> Self {
        self.nicknames.push((id.to_owned(), nickname.to_owned()));
        self
    }

    pub(crate) fn ids(&self) -> Vec<ConversationId> {
        self.conversations.keys().cloned().collect()
    }

    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

fn slot(id: &ConversationId, seq: i64, time: Option<i64>) -> Slot {
    match time {
        Some(time) => Slot::Message(Message {
            conversation_id: id.clone(),
            seq: Seq(seq),
            send_time: Timestamp::from_millis(time),
            ..Message::default()
        }),
        None => Slot::Hole(Hole {
            conversation_id: id.clone(),
            seq: Seq(seq),
            cause: HoleCause::Placeholder,
        }),
    }
}

#[async_trait]
impl Source for Scripted {
    fn origin(&self) -> Origin {
        self.origin
    }

    fn page_len(&self) -> u32 {
        self.page_len
    }

    fn concurrency(&self) -> usize {
        3
    }

    async fn users(&self, _: PageRequest) -> Result<Page<User>> {
        Ok(Page {
            items: Vec::new(),
            total: 0,
        })
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>> {
        let known = ids.iter().filter(|id| id.as_str().starts_with("user"));
        Ok(known
            .map(|id| User {
                user_id: id.clone(),
                ..User::default()
            })
            .collect())
    }

    async fn users_by_name(&self, name: &str, page: PageRequest) -> Result<Page<User>> {
        let named = self.nicknames.iter().filter(|(_, own)| own.contains(name));
        let users = named.map(|(id, nickname)| User {
            user_id: id.as_str().into(),
            nickname: nickname.clone(),
            ..User::default()
        });
        let users: Vec<_> = users.collect();
        let total = users.len() as u64;
        let offset = usize::try_from(page.offset).expect("short");
        let items = users.into_iter().skip(offset).take(page.limit as usize);
        Ok(Page {
            items: items.collect(),
            total,
        })
    }

    async fn groups(&self, _: PageRequest) -> Result<Page<Group>> {
        Ok(Page {
            items: Vec::new(),
            total: 0,
        })
    }

    async fn groups_by_id(&self, _: &[GroupId]) -> Result<Vec<Group>> {
        Ok(Vec::new())
    }

    async fn groups_by_name(&self, _: &str, _: PageRequest) -> Result<Page<Group>> {
        Ok(Page {
            items: Vec::new(),
            total: 0,
        })
    }

    async fn members(&self, _: &GroupId, _: PageRequest) -> Result<Page<Member>> {
        Ok(Page {
            items: Vec::new(),
            total: 0,
        })
    }

    async fn conversations(&self, owner: &UserId) -> Result<Vec<Conversation>> {
        if owner.as_str() != "user1" {
            return Ok(Vec::new());
        }
        let row = |id| Conversation {
            owner_user_id: owner.clone(),
            conversation_id: id,
            ..Conversation::default()
        };
        Ok(self.ids().into_iter().map(row).collect())
    }

    async fn viewers(&self, _: &ConversationId) -> Result<Vec<UserId>> {
        Ok(vec!["user1".into()])
    }

    async fn bounds(&self, view: &View, conversations: &[ConversationId]) -> Result<Vec<Bounds>> {
        // Strangers, and the lonely user9, have no part in anything.
        if matches!(view, View::As(user) if !user.as_str().starts_with("user") || *user == "user9")
        {
            return Ok(Vec::new());
        }
        let known = conversations
            .iter()
            .filter_map(|id| Some((id, self.conversations.get(id)?)));
        let bounds = known.map(|(id, slots)| Bounds {
            conversation_id: id.clone(),
            range: SeqRange::new(1, i64::try_from(slots.len()).expect("short")),
        });
        Ok(bounds.collect())
    }

    async fn read_positions(&self, _: &UserId, _: &[ConversationId]) -> Result<Vec<ReadPosition>> {
        Ok(Vec::new())
    }

    async fn slots(
        &self,
        view: &View,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>> {
        if *view == View::Full && self.origin == Origin::Api {
            return Err(Error::NotSupported {
                what: "the full view".into(),
                origin: self.origin,
            });
        }
        if let Some((broken, seq)) = &self.breaks_at
            && broken == conversation
            && range.contains(Seq(*seq))
        {
            return Err(Error::Unreachable {
                what: "the server".into(),
                source: None,
            });
        }
        assert!(range.len() <= u64::from(self.page_len), "a page of {range}");
        self.answered.fetch_add(range.len(), Ordering::Relaxed);
        self.pages.fetch_add(1, Ordering::Relaxed);
        let slots = self
            .conversations
            .get(conversation)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(slots
            .iter()
            .filter(|slot| range.contains(slot.seq()))
            .cloned()
            .collect())
    }

    async fn seqs_in_time(
        &self,
        _: &ConversationId,
        within: SeqRange,
        _: TimeRange,
    ) -> Result<Vec<SeqRange>> {
        Ok(vec![within])
    }

    async fn newest(
        &self,
        _: &View,
        conversations: &[ConversationId],
        limit: usize,
    ) -> Result<Newest> {
        let all = conversations
            .iter()
            .filter_map(|id| self.conversations.get(id))
            .flatten();
        let mut messages: Vec<_> = all.filter_map(Slot::message).cloned().collect();
        messages.sort_by_key(|message| std::cmp::Reverse(message.send_time));
        messages.truncate(limit);
        Ok(messages.into())
    }
}
