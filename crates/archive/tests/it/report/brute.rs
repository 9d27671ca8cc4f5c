//! The numbers of a report, counted the slow and plain way.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ZonedDateTime;
use jiff::civil::Date;
use openim_history_archive::report::{ReportRequest, Scope};
use openim_history_client::model::{ConversationKind, Kind, Message};

/// A history as one report looks at it.
pub(super) struct Brute<'a> {
    request: &'a ReportRequest,
    /// Everything in the conversations and the time of the report.
    pub(super) all: Vec<&'a Message>,
    /// What people sent there.
    pub(super) said: Vec<&'a Message>,
    /// What of it the report counts.
    pub(super) counted: Vec<&'a Message>,
}

/// What is counted of the groups, by id.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OfGroup<'a> {
    pub(super) messages: u64,
    pub(super) senders: BTreeSet<&'a str>,
}

fn is_chat(message: &Message) -> bool {
    matches!(
        message.conversation_id.kind(),
        ConversationKind::Single | ConversationKind::Group
    )
}

fn is_said(message: &Message) -> bool {
    // What the made-up history has of it.
    [101, 102, 103, 104, 105, 110, 150].contains(&message.content_type.0)
}

impl<'a> Brute<'a> {
    pub(super) fn new(messages: &'a [Message], request: &'a ReportRequest) -> Self {
        let is_meant = |message: &&Message| match &request.scope {
            Scope::Server => true,
            Scope::Group(group) => message.conversation_id.as_str() == format!("sg_{group}"),
            Scope::Conversation(id) => message.conversation_id == *id,
            Scope::User(user) => message.send_id == *user || message.recv_id == *user,
        };
        let all = messages
            .iter()
            .filter(|message| is_chat(message))
            .filter(is_meant);
        let all = all.filter(|message| request.times.contains(message.send_time));
        let all: Vec<&Message> = all.collect();
        let said: Vec<&Message> = all
            .iter()
            .copied()
            .filter(|message| is_said(message))
            .collect();
        let counted = said.iter().copied().filter(|message| match &request.scope {
            Scope::User(user) => message.send_id == *user,
            _ => true,
        });
        Self {
            request,
            counted: counted.collect(),
            said,
            all,
        }
    }

    pub(super) fn local(&self, message: &Message) -> ZonedDateTime {
        let time = message.send_time.to_jiff().expect("a time");
        time.to_zoned_datetime(self.request.zone.clone())
    }

    /// Messages and senders by whatever a local time is turned into.
    pub(super) fn by<K: Ord>(&self, key: impl Fn(&ZonedDateTime) -> K) -> BTreeMap<K, (u64, u64)> {
        let mut found: BTreeMap<K, (u64, BTreeSet<&str>)> = BTreeMap::new();
        for message in &self.counted {
            let entry = found.entry(key(&self.local(message))).or_default();
            entry.0 += 1;
            entry.1.insert(message.send_id.as_str());
        }
        let found = found.into_iter();
        found
            .map(|(key, (messages, users))| (key, (messages, users.len() as u64)))
            .collect()
    }

    /// The mean of the seven days that end with one, to two digits.
    pub(super) fn average(&self, last: Date) -> f64 {
        let in_week = self.counted.iter().filter(|message| {
            let days = self
                .local(message)
                .date()
                .until(last)
                .expect("near")
                .get_days();
            (0..7).contains(&days)
        });
        (in_week.count() as f64 / 7.0 * 100.0).round() / 100.0
    }

    /// How many of the counted messages something is true of.
    pub(super) fn count(&self, is: impl Fn(&Message) -> bool) -> u64 {
        let all = self.counted.iter();
        all.filter(|message| is(message)).count() as u64
    }

    /// How many conversations of a kind have counted messages.
    pub(super) fn conversations(&self, kind: ConversationKind) -> u64 {
        let ids = self.counted.iter().map(|message| &message.conversation_id);
        let ids: BTreeSet<_> = ids.filter(|id| id.kind() == kind).collect();
        ids.len() as u64
    }

    pub(super) fn groups(&self) -> BTreeMap<&'a str, OfGroup<'a>> {
        let mut groups: BTreeMap<&str, OfGroup<'a>> = BTreeMap::new();
        for message in &self.counted {
            if let Some(group) = message.conversation_id.as_str().strip_prefix("sg_") {
                let group = groups.entry(group).or_default();
                group.messages += 1;
                group.senders.insert(message.send_id.as_str());
            }
        }
        groups
    }

    pub(super) fn kinds(&self) -> BTreeMap<Kind, u64> {
        let mut kinds = BTreeMap::new();
        for message in &self.counted {
            *kinds.entry(message.content_type.kind()).or_default() += 1;
        }
        kinds
    }

    /// Answer times in milliseconds: whether somebody else than the user of the report answered, and how long.
    pub(super) fn answers(&self) -> Vec<(bool, i64)> {
        let by_two = matches!(self.request.scope, Scope::Server | Scope::User(_));
        let mut conversations: BTreeMap<&str, Vec<&Message>> = BTreeMap::new();
        for message in &self.said {
            if !by_two || message.conversation_id.kind() == ConversationKind::Single {
                let id = message.conversation_id.as_str();
                conversations.entry(id).or_default().push(message);
            }
        }
        let mut answers = Vec::new();
        for messages in conversations.values_mut() {
            messages.sort_by_key(|message| (message.send_time, message.seq));
            let mut asked: Option<&Message> = None;
            for message in &*messages {
                let took =
                    asked.map(|asked| message.send_time.as_millis() - asked.send_time.as_millis());
                let is_late = took.is_some_and(|took| took > 12 * 60 * 60 * 1000);
                match asked {
                    Some(asked) if asked.send_id == message.send_id && !is_late => continue,
                    Some(asked) if asked.send_id != message.send_id && !is_late => {
                        let is_received = match &self.request.scope {
                            Scope::User(user) => message.send_id != *user,
                            _ => false,
                        };
                        answers.push((is_received, took.expect("asked")));
                    }
                    _ => {}
                }
                asked = Some(message);
            }
        }
        answers
    }

    /// Missing numbers by conversation.
    pub(super) fn holes(&self) -> BTreeMap<&str, u64> {
        let mut seqs: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for message in &self.all {
            let id = message.conversation_id.as_str();
            seqs.entry(id).or_default().insert(message.seq.0);
        }
        let holes = seqs.into_iter().map(|(id, seqs)| {
            let least = *seqs.first().expect("one");
            let first = if self.request.times.since.is_none() {
                1
            } else {
                least
            };
            let last = *seqs.last().expect("one");
            let missing = (first..=last).filter(|seq| !seqs.contains(seq)).count();
            (id, missing as u64)
        });
        holes.filter(|(_, missing)| *missing > 0).collect()
    }
}
