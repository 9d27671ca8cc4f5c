//! Counting messages one by one.

use std::collections::{HashMap, HashSet};

use openim_history_client::model::{
    ContentType, ConversationId, ConversationKind, Kind, TimeRange, Timestamp, UserId,
};

use super::active::Active;
use super::answers::Turn;
use super::days::{first_day, local, month, weekday};
use crate::clock::Clock;
use crate::report::request::{ReportRequest, Scope, is_chat};

/// What is counted of one message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact<'a> {
    pub(super) conversation_id: &'a str,
    pub(super) seq: i64,
    pub(super) millis: i64,
    pub(super) send_id: &'a str,
    pub(super) recv_id: &'a str,
    pub(super) content_type: ContentType,
    pub(super) is_revoked: bool,
    pub(super) is_deleted: bool,
    pub(super) is_removed: bool,
}

/// Everything that is counted message by message. It grows with people, conversations and days, and not with
/// messages.
#[derive(Debug)]
pub(super) struct Tally {
    range: TimeRange,
    clock: Clock,
    is_timed: fn(ConversationKind) -> bool,
    pub(super) user: Option<u32>,
    pub(super) people: Vec<Person>,
    people_by_id: HashMap<Box<str>, u32>,
    pub(super) conversations: Vec<Conversation>,
    conversations_by_id: HashMap<Box<str>, u32>,
    /// Who spoke in which group.
    pub(super) speakers: HashSet<(u32, u32)>,
    pub(super) active: Active,
    pub(super) hours: [[u64; 24]; 7],
    pub(super) kinds: HashMap<Kind, u64>,
    /// What became of a month's messages.
    pub(super) fates: HashMap<i32, Fates>,
    pub(super) messages: u64,
    pub(super) received: u64,
    pub(super) not_counted: u64,
}

/// Somebody who sent messages.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) messages: u64,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// A conversation, and what it holds.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) id: ConversationId,
    pub(super) kind: ConversationKind,
    /// The two of a chat of two, as its first message says.
    pub(super) two: Option<(UserId, UserId)>,
    /// Messages that are counted.
    pub(super) messages: u64,
    /// Of those and of what was received: the first one's, and the others'.
    pub(super) from: (u64, u64),
    /// Rows of any kind that are numbered from 1 on, and the least and the greatest of their numbers.
    pub(super) rows: u64,
    pub(super) seqs: (i64, i64),
}

/// What became of messages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fates {
    pub(super) revoked: u64,
    pub(super) deleted: u64,
    pub(super) removed: u64,
}

impl Fact<'_> {
    /// Whether it is what people send, and no notice, receipt or sign of typing. What was taken back before the
    /// archive saw it stands under its own number with the type of the revoke.
    fn is_said(&self) -> bool {
        match self.content_type.kind() {
            Kind::Text
            | Kind::Picture
            | Kind::Voice
            | Kind::Video
            | Kind::File
            | Kind::Merger
            | Kind::Card
            | Kind::Location
            | Kind::Face => true,
            Kind::Custom => self.content_type != ContentType::CUSTOM_NOTIFICATION,
            Kind::Revoke => self.is_revoked,
            Kind::Other => !self.content_type.is_notification(),
            Kind::Reaction
            | Kind::Typing
            | Kind::Notice
            | Kind::Group
            | Kind::Friend
            | Kind::Conversation
            | Kind::User
            | Kind::Business
            | Kind::Delete
            | Kind::Read => false,
        }
    }
}

impl Tally {
    pub(super) fn new(request: &ReportRequest, range: TimeRange) -> Self {
        let mut tally = Self {
            range,
            clock: Clock::new(request.zone.clone()),
            is_timed: match request.scope {
                Scope::Server | Scope::User(_) => |kind| kind == ConversationKind::Single,
                Scope::Group(_) | Scope::Conversation(_) => is_chat,
            },
            user: None,
            people: Vec::new(),
            people_by_id: HashMap::new(),
            conversations: Vec::new(),
            conversations_by_id: HashMap::new(),
            speakers: HashSet::new(),
            active: Active::default(),
            hours: [[0; 24]; 7],
            kinds: HashMap::new(),
            fates: HashMap::new(),
            messages: 0,
            received: 0,
            not_counted: 0,
        };
        tally.user = request.scope.user().map(|user| tally.person(user.as_str()));
        tally
    }

    /// Counts a message. Returns it where answers are timed with it.
    pub(super) fn take(&mut self, fact: &Fact<'_>) -> Option<Turn> {
        let at = self.place(fact)?;
        let conversation = &mut self.conversations[at as usize];
        // Numbers begin at 1; what a damaged server has below fills no hole.
        if fact.seq > 0 {
            conversation.rows += 1;
            let (least, greatest) = conversation.seqs;
            conversation.seqs = (least.min(fact.seq), greatest.max(fact.seq));
        }
        if !fact.is_said() {
            self.not_counted += 1;
            return None;
        }
        let sender = self.person(fact.send_id);
        let person = &mut self.people[sender as usize];
        person.messages += 1;
        person.first = person.first.min(fact.millis);
        person.last = person.last.max(fact.millis);
        let conversation = &mut self.conversations[at as usize];
        if conversation.kind == ConversationKind::Single {
            let (one, _) = conversation
                .two
                .get_or_insert_with(|| (UserId::new(fact.send_id), UserId::new(fact.recv_id)));
            if *one == *fact.send_id {
                conversation.from.0 += 1;
            } else {
                conversation.from.1 += 1;
            }
        }
        if self.user.is_none_or(|user| user == sender) {
            conversation.messages += 1;
            if conversation.kind != ConversationKind::Single {
                self.speakers.insert((at, sender));
            }
            self.count(fact, sender);
        } else {
            self.received += 1;
        }
        (self.is_timed)(self.conversations[at as usize].kind).then_some(Turn {
            conversation: at,
            millis: fact.millis,
            seq: fact.seq,
            sender,
        })
    }

    /// Returns a message's turn without counting it: it was counted before.
    pub(super) fn turn(&mut self, fact: &Fact<'_>) -> Option<Turn> {
        let at = self.place(fact)?;
        let is_timed = (self.is_timed)(self.conversations[at as usize].kind);
        if !is_timed || !fact.is_said() {
            return None;
        }
        Some(Turn {
            conversation: at,
            millis: fact.millis,
            seq: fact.seq,
            sender: self.person(fact.send_id),
        })
    }

    fn count(&mut self, fact: &Fact<'_>, sender: u32) {
        self.messages += 1;
        let when = local(&mut self.clock, fact.millis);
        self.active.put(when.day, sender);
        self.hours[weekday(when.day)][when.hour] += 1;
        *self.kinds.entry(fact.content_type.kind()).or_default() += 1;
        if fact.is_revoked || fact.is_deleted || fact.is_removed {
            let fates = self.fates.entry(month(when.day)).or_default();
            fates.revoked += u64::from(fact.is_revoked);
            fates.deleted += u64::from(fact.is_deleted);
            fates.removed += u64::from(fact.is_removed);
        }
    }

    /// Returns the place of a message's conversation, if it is of one that is counted and was sent in time.
    fn place(&mut self, fact: &Fact<'_>) -> Option<u32> {
        if !self.range.contains(Timestamp::from_millis(fact.millis)) {
            return None;
        }
        if let Some(at) = self.conversations_by_id.get(fact.conversation_id) {
            return Some(*at);
        }
        let id = ConversationId::new(fact.conversation_id);
        let kind = id.kind();
        if !is_chat(kind) {
            return None;
        }
        let at = u32::try_from(self.conversations.len()).ok()?;
        self.conversations_by_id
            .insert(fact.conversation_id.into(), at);
        self.conversations.push(Conversation {
            id,
            kind,
            two: None,
            messages: 0,
            from: (0, 0),
            rows: 0,
            seqs: (i64::MAX, 0),
        });
        Some(at)
    }

    fn person(&mut self, id: &str) -> u32 {
        if let Some(at) = self.people_by_id.get(id) {
            return *at;
        }
        let at = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        self.people_by_id.insert(id.into(), at);
        self.people.push(Person {
            id: UserId::new(id),
            messages: 0,
            first: i64::MAX,
            last: i64::MIN,
        });
        at
    }

    /// Says that nothing from before a UTC month comes any more.
    pub(super) fn begin(&mut self, month: &str) {
        // No zone is two days away.
        if let Some(day) = first_day(month) {
            self.active.close(day.saturating_sub(2));
        }
    }

    /// Returns the local month of an instant.
    pub(super) fn month(&mut self, millis: i64) -> i32 {
        month(local(&mut self.clock, millis).day)
    }
}
