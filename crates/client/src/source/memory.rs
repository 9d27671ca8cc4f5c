//! History held in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::error::Result;
use crate::model::{
    Bounds, Conversation, ConversationId, Group, GroupId, GroupStatus, Hole, HoleCause, Member,
    Message, ReadPosition, RoleLevel, Seq, SeqRange, Slot, TimeRange, User, UserId,
};
use crate::source::view::{self, Limits};
use crate::source::{Origin, Page, PageRequest, Source, View};

/// History held in this process: for tests, examples and whatever was read elsewhere.
///
/// It holds what a server's database holds and answers both views by the server's own rules:
/// a user reads only conversations of which that user owns a row
/// ([`MemorySource::with_conversation`]), within its bounds.
///
/// ```
/// # fn main() -> openim_history_client::Result<()> {
/// use openim_history_client::model::{Conversation, Message, Seq, SeqRange, Slot, User};
/// use openim_history_client::source::{MemorySource, Source, View};
///
/// let source = MemorySource::new()
///     .with_user(User {
///         user_id: "alice".into(),
///         nickname: "Alice".into(),
///         ..User::default()
///     })
///     .with_conversation(Conversation {
///         owner_user_id: "alice".into(),
///         conversation_id: "si_alice_bob".into(),
///         ..Conversation::default()
///     })
///     .with_message(Message {
///         conversation_id: "si_alice_bob".into(),
///         seq: Seq(1),
///         content: r#"{"content":"hi"}"#.into(),
///         ..Message::default()
///     });
/// # let runtime = tokio::runtime::Builder::new_current_thread().build();
/// # runtime.expect("a runtime").block_on(async {
/// let slots = source
///     .slots(&View::Full, &"si_alice_bob".into(), SeqRange::new(1, 10))
///     .await?;
/// assert!(matches!(&slots[..], [Slot::Message(message)] if message.seq == Seq(1)));
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemorySource {
    users: BTreeMap<UserId, User>,
    groups: BTreeMap<GroupId, Group>,
    members: BTreeMap<GroupId, Vec<Member>>,
    rows: BTreeMap<UserId, BTreeMap<ConversationId, Conversation>>,
    stored: BTreeMap<ConversationId, Stored>,
    read: BTreeMap<(UserId, ConversationId), Seq>,
    log_bounds: BTreeMap<(UserId, ConversationId), (Seq, Seq)>,
}

/// What is stored of one conversation.
#[derive(Clone, Debug, Default)]
struct Stored {
    slots: BTreeMap<Seq, Slot>,
    min: Option<Seq>,
}

impl Stored {
    /// The highest number that is known to have been given out: it holds a message, or held one.
    fn head(&self) -> Seq {
        let was_used = |slot: &Slot| match slot {
            Slot::Message(_) => true,
            Slot::Hole(hole) => hole.cause == HoleCause::Emptied,
        };
        self.slots
            .iter()
            .rev()
            .find(|(_, slot)| was_used(slot))
            .map_or(Seq(0), |(seq, _)| *seq)
    }

    /// Everything from the lowest number that is stored, or could be by the server's own account.
    fn range(&self) -> SeqRange {
        let lowest = self.slots.keys().next().copied();
        let accounted = self.min.map(|min| min.max(Seq::FIRST));
        view::normal(SeqRange {
            first: lowest
                .into_iter()
                .chain(accounted)
                .min()
                .unwrap_or(Seq::FIRST),
            last: self.head(),
        })
    }
}

impl MemorySource {
    /// Returns a source without any history.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a user, or replaces the one with that id.
    #[must_use]
    pub fn with_user(mut self, user: User) -> Self {
        self.users.insert(user.user_id.clone(), user);
        self
    }

    /// Adds a group, or replaces the one with that id. Its owner and number of members are those
    /// of the members added, where there are any.
    #[must_use]
    pub fn with_group(mut self, group: Group) -> Self {
        self.groups.insert(group.group_id.clone(), group);
        self
    }

    /// Adds a member to the group it names.
    #[must_use]
    pub fn with_member(mut self, member: Member) -> Self {
        self.members
            .entry(member.group_id.clone())
            .or_default()
            .push(member);
        self
    }

    /// Adds a user's own row of a conversation, its bounds included, or replaces it.
    #[must_use]
    pub fn with_conversation(mut self, row: Conversation) -> Self {
        self.rows
            .entry(row.owner_user_id.clone())
            .or_default()
            .insert(row.conversation_id.clone(), row);
        self
    }

    /// Adds a message in its stored form, state included: a revoked one with its original
    /// content. It replaces what lay at its number.
    #[must_use]
    pub fn with_message(self, message: Message) -> Self {
        self.with_slot(Slot::Message(message))
    }

    /// Adds messages, see [`MemorySource::with_message`].
    #[must_use]
    pub fn with_messages(self, messages: impl IntoIterator<Item = Message>) -> Self {
        messages.into_iter().fold(self, Self::with_message)
    }

    /// Adds a slot, for a hole whose cause is known. Numbers without a slot count as never
    /// stored.
    #[must_use]
    pub fn with_slot(mut self, slot: Slot) -> Self {
        let conversation = match &slot {
            Slot::Message(message) => &message.conversation_id,
            Slot::Hole(hole) => &hole.conversation_id,
        };
        self.stored
            .entry(conversation.clone())
            .or_default()
            .slots
            .insert(slot.seq(), slot);
        self
    }

    /// Sets the number below which the conversation has nothing for any user.
    #[must_use]
    pub fn with_min_seq(mut self, conversation: impl Into<ConversationId>, min: Seq) -> Self {
        self.stored.entry(conversation.into()).or_default().min = Some(min);
        self
    }

    /// Sets how far a user has read a conversation.
    #[must_use]
    pub fn with_read_position(
        mut self,
        user: impl Into<UserId>,
        conversation: impl Into<ConversationId>,
        read: Seq,
    ) -> Self {
        self.read.insert((user.into(), conversation.into()), read);
        self
    }

    /// Sets the bounds of a user in a log (`n_`), of which nobody owns a row; 0 for no bound.
    #[must_use]
    pub fn with_log_bounds(
        mut self,
        user: impl Into<UserId>,
        conversation: impl Into<ConversationId>,
        min: Seq,
        max: Seq,
    ) -> Self {
        self.log_bounds
            .insert((user.into(), conversation.into()), (min, max));
        self
    }

    fn row(&self, user: &UserId, conversation: &ConversationId) -> Option<&Conversation> {
        self.rows.get(user)?.get(conversation)
    }

    /// What can be read of a conversation; `None` where there is no such thing in that view.
    fn range(&self, view: &View, conversation: &ConversationId) -> Option<SeqRange> {
        let stored = self.stored.get(conversation);
        let user = match view {
            View::Full => return stored.map(Stored::range),
            View::As(user) => user,
        };
        let mut limits = Limits {
            conversation_min: stored.and_then(|stored| stored.min).unwrap_or_default(),
            ..Limits::default()
        };
        if view::needs_row(conversation) {
            let row = self.row(user, conversation)?;
            (limits.user_min, limits.user_max) = (row.min_seq, row.max_seq);
        } else {
            stored?;
            let key = (user.clone(), conversation.clone());
            let (min, max) = self.log_bounds.get(&key).copied().unwrap_or_default();
            (limits.user_min, limits.user_max) = (min, max);
        }
        Some(limits.of(stored.map(Stored::head).unwrap_or_default()))
    }

    /// The slots of a range that lies within the view's bounds.
    fn read_slots(&self, view: &View, conversation: &ConversationId, range: SeqRange) -> Vec<Slot> {
        let Some(stored) = self.stored.get(conversation) else {
            return Vec::new();
        };
        let slots: Vec<Slot> = (range.first.0..=range.last.0)
            .map(|seq| {
                stored.slots.get(&Seq(seq)).cloned().unwrap_or_else(|| {
                    Slot::Hole(Hole {
                        conversation_id: conversation.clone(),
                        seq: Seq(seq),
                        cause: HoleCause::NeverStored,
                    })
                })
            })
            .collect();
        let View::As(user) = view else {
            return slots;
        };
        let quoted: BTreeMap<Seq, Slot> = view::quoted_seqs(user, &slots)
            .into_iter()
            .filter_map(|seq| Some((seq, stored.slots.get(&seq)?.clone())))
            .collect();
        slots
            .into_iter()
            .map(|slot| view::seen_by(user, slot, &quoted))
            .collect()
    }

    fn counted(&self, group: &Group) -> Group {
        let mut group = group.clone();
        if let Some(members) = self.members.get(&group.group_id) {
            group.member_count = u32::try_from(members.len()).unwrap_or(u32::MAX);
            if let Some(owner) = members
                .iter()
                .find(|member| member.role_level == RoleLevel::OWNER)
            {
                group.owner_user_id = owner.user_id.clone();
            }
        }
        group
    }

    fn groups_where(&self, page: PageRequest, wanted: impl Fn(&Group) -> bool) -> Page<Group> {
        let mut groups: Vec<_> = self
            .groups
            .values()
            .filter(|group| group.status != GroupStatus::DISMISSED && wanted(group))
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.create_time));
        page_of(page, groups.into_iter().map(|group| self.counted(group)))
    }

    fn users_where(&self, page: PageRequest, wanted: impl Fn(&User) -> bool) -> Page<User> {
        let people = self
            .users
            .values()
            .filter(|user| user.app_manager_level <= 1 && wanted(user))
            .cloned();
        page_of(page, people)
    }
}

fn page_of<T>(page: PageRequest, all: impl Iterator<Item = T>) -> Page<T> {
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
                ReadPosition {
                    user_id: user.clone(),
                    has_read_seq: read.copied().unwrap_or_default(),
                    max_seq: if bound.0 > 0 { bound.min(head) } else { head },
                    max_seq_time: None,
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
    ) -> Result<Vec<Message>> {
        let ids: BTreeSet<_> = conversations.iter().collect();
        let mut messages: Vec<Message> = ids
            .into_iter()
            .filter_map(|id| Some((id, self.range(view, id)?)))
            .flat_map(|(id, range)| self.read_slots(view, id, range))
            .filter_map(Slot::into_message)
            .collect();
        view::sort_newest_first(&mut messages);
        messages.truncate(limit);
        Ok(messages)
    }
}
