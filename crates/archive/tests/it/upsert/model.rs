//! What the archive promises of a message, told a second time: by what was seen of it, and in the plainest
//! way. Nothing here calls what is tested.

use std::collections::BTreeMap;

use openim_history_archive::row::{Change, Key, PurgeCause, Row, RowSource, Seen, What};
use openim_history_client::model::{
    ContentType, HoleCause, Message, Revoked, Slot, Timestamp, UserId,
};

use super::history::key_of;

/// What is known of all messages ever seen.
#[derive(Default)]
pub(super) struct Model {
    pub(super) rows: BTreeMap<Key, Kept>,
    /// Numbers seen without a message.
    pub(super) holes: u64,
    /// Everything that was seen of a number since its first message.
    seen: BTreeMap<Key, Vec<(Slot, Seen)>>,
}

/// What is known of one message.
pub(super) struct Kept {
    /// The message without its state.
    facts: Message,
    /// Whether its content is the one that was sent.
    is_known: bool,
    source: RowSource,
    revoked: Option<Revoked>,
    deleted_for: Vec<UserId>,
    is_read: bool,
    purged: Option<(Timestamp, PurgeCause)>,
    first_seen: Timestamp,
    changes: Vec<Change>,
}

/// Whether the content is the one that was sent: MongoDB has no other; a reader is shown a notice in place of
/// what was revoked, and nothing of what that reader deleted.
fn shows_content(message: &Message, source: RowSource) -> bool {
    match source {
        RowSource::Mongo => true,
        RowSource::Rest if message.revoked.is_some() => false,
        RowSource::Rest => message.deleted_for.is_empty() || !message.content.is_empty(),
    }
}

fn without_state(message: &Message) -> Message {
    Message {
        revoked: None,
        deleted_for: Vec::new(),
        is_read: false,
        ..message.clone()
    }
}

/// A message keeps its ids, its sender and its time for life.
fn identity(message: &Message) -> (Timestamp, &UserId, &str, &str) {
    (
        message.send_time,
        &message.send_id,
        message.server_msg_id.as_str(),
        message.client_msg_id.as_str(),
    )
}

impl Model {
    pub(super) fn see(&mut self, slot: &Slot, seen: Seen) {
        let key = key_of(slot);
        match (self.rows.get_mut(&key), slot) {
            (None, Slot::Hole(_)) => {
                self.holes += 1;
                return;
            }
            (None, Slot::Message(message)) => {
                self.rows.insert(key.clone(), Kept::new(message, seen));
            }
            (Some(kept), Slot::Hole(hole)) => kept.goes(hole.cause, seen),
            (Some(kept), Slot::Message(message)) => kept.comes(message, seen),
        }
        self.seen.entry(key).or_default().push((slot.clone(), seen));
    }

    /// Checks promises that need no model of what becomes of what: each is told of what was seen alone.
    pub(super) fn assert_nothing_lost(&self, key: &Key, row: &Row, again: &str) {
        let seen = &self.seen[key];
        let befores = row.changes.iter().filter_map(|change| match &change.what {
            What::Replaced { before } => Some(&**before),
            _ => None,
        });
        let ever: Vec<&Message> = befores.chain([&row.message]).collect();
        for (slot, Seen { source, .. }) in seen {
            let Slot::Message(message) = slot else {
                continue;
            };
            if *source == RowSource::Mongo {
                let kept = ever.iter().any(|ever| {
                    identity(ever) == identity(message) && ever.content == message.content
                });
                assert!(kept, "{key:?} lost {message:?}: {again}");
            }
            for user in &message.deleted_for {
                assert!(row.message.deleted_for.contains(user), "{key:?}: {again}");
            }
            assert!(row.message.is_read || !message.is_read, "{key:?}: {again}");
            let is_revoked = row.message.revoked.is_some();
            assert!(is_revoked || message.revoked.is_none(), "{key:?}: {again}");
        }
        let last = seen
            .iter()
            .rev()
            .find(|(_, seen)| seen.source == RowSource::Mongo);
        let is_gone = matches!(last, Some((Slot::Hole(_), _)));
        assert_eq!(row.purged_at.is_some(), is_gone, "{key:?}: {again}");
        assert_eq!(row.first_seen, seen[0].1.at, "{key:?}: {again}");
    }
}

impl Kept {
    fn new(message: &Message, seen: Seen) -> Self {
        let is_known = shows_content(message, seen.source);
        let mut facts = without_state(message);
        if !is_known {
            // What is shown in its place is not kept as if it had been sent.
            facts.content = String::new();
        }
        Self {
            facts,
            is_known,
            source: seen.source,
            revoked: message.revoked.as_deref().cloned(),
            deleted_for: message.deleted_for.clone(),
            is_read: message.is_read,
            purged: None,
            first_seen: seen.at,
            changes: Vec::new(),
        }
    }

    fn note(&mut self, what: What, seen: Seen) {
        let seen = seen.at;
        self.changes.push(Change { seen, what });
    }

    /// Only MongoDB can tell that a message is gone, and the first way it went counts.
    fn goes(&mut self, cause: HoleCause, seen: Seen) {
        if seen.source == RowSource::Rest || self.purged.is_some() {
            return;
        }
        let cause = match cause {
            HoleCause::NoBlock => PurgeCause::BlockRemoved,
            _ => PurgeCause::Emptied,
        };
        self.purged = Some((seen.at, cause));
        self.note(What::Purged { cause }, seen);
    }

    fn comes(&mut self, message: &Message, seen: Seen) {
        if seen.source == RowSource::Mongo && self.purged.take().is_some() {
            self.note(What::Restored, seen);
        }
        self.take_state(message, seen);
        if shows_content(message, seen.source) {
            self.take_facts(without_state(message), seen);
        }
    }

    /// What was done to a message stays done.
    fn take_state(&mut self, message: &Message, seen: Seen) {
        if let Some(news) = message.revoked.as_deref() {
            let is_news = match &self.revoked {
                None => true,
                // By whom was not known.
                Some(known) => known.user_id.is_empty() && !news.user_id.is_empty(),
            };
            if is_news {
                self.revoked = Some(news.clone());
                self.note(What::Revoked, seen);
            }
        }
        let users: Vec<UserId> = (message.deleted_for.iter())
            .filter(|user| !self.deleted_for.contains(user))
            .cloned()
            .collect();
        if !users.is_empty() {
            self.deleted_for.extend(users.iter().cloned());
            self.note(What::DeletedFor { users }, seen);
        }
        if message.is_read && !self.is_read {
            self.is_read = true;
            self.note(What::Read, seen);
        }
    }

    /// Somebody saw the message with the content it was sent with, or something else under its number.
    fn take_facts(&mut self, mut facts: Message, seen: Seen) {
        let is_same = identity(&facts) == identity(&self.facts);
        if is_same && !self.is_known {
            self.facts = facts;
            self.is_known = true;
            self.source = seen.source;
            self.note(What::ContentKnown, seen);
            return;
        }
        let notice = [facts.content_type, self.facts.content_type].contains(&ContentType::REVOKE);
        if is_same && (notice || facts.content_type == self.facts.content_type) {
            // A reader's view of a message may be rewritten; what is stored is the original.
            facts.status = self.facts.status;
            if seen.source == RowSource::Rest || facts == self.facts {
                return;
            }
        }
        let mut before = std::mem::replace(&mut self.facts, facts);
        before.revoked = self.revoked.clone().map(Box::new);
        before.deleted_for.clone_from(&self.deleted_for);
        before.is_read = self.is_read;
        let before = Box::new(before);
        self.is_known = true;
        self.source = seen.source;
        self.note(What::Replaced { before }, seen);
    }

    /// Returns the row this comes to.
    pub(super) fn row(&self) -> Row {
        let last = self.changes.last().map(|change| change.seen);
        Row {
            message: Message {
                revoked: self.revoked.clone().map(Box::new),
                deleted_for: self.deleted_for.clone(),
                is_read: self.is_read,
                ..self.facts.clone()
            },
            content_known: self.is_known,
            purged_at: self.purged.map(|(at, _)| at),
            purge_cause: self.purged.map(|(_, cause)| cause),
            first_seen: self.first_seen,
            last_changed: last.unwrap_or(self.first_seen),
            source: self.source,
            changes: self.changes.clone(),
        }
    }
}
