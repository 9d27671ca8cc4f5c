//! History held in memory.

mod source;
mod stored;

use std::collections::BTreeMap;

use self::source::page_of;
use self::stored::Stored;
use crate::model::{
    Conversation, ConversationId, Group, GroupId, GroupStatus, Hole, HoleCause, Member, Message,
    RoleLevel, Seq, SeqRange, Slot, User, UserId,
};

use crate::source::view::{self, Limits};
use crate::source::{Page, PageRequest, View};

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
        self.stored
            .entry(slot.conversation_id().clone())
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
