//! What becomes of a row when its slot is seen again. Pure: the one place that decides it.
//!
//! Nothing is ever lost: what a message was stays, what became of it stands beside it, and what we
//! knew before is kept among the changes.

use std::mem;

use openim_history_client::model::{ContentType, HoleCause, Message, Slot, Timestamp};

use super::{Change, PurgeCause, Row, RowSource, What};

/// Who saw a slot, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where.
    pub source: RowSource,
    /// When, by our clock.
    pub at: Timestamp,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// There was none.
    New(Row),
    /// It now is this.
    Changed(Row),
    /// Nothing new.
    Unchanged,
    /// Neither a row nor a message: a number without a message.
    Hole,
}

/// Says what becomes of `old` when `slot` is seen. Seeing the same again changes nothing.
pub fn merge(old: Option<Row>, slot: Slot, seen: Seen) -> Outcome {
    match (old, slot) {
        (None, Slot::Message(message)) => Outcome::New(new_row(message, seen)),
        (None, Slot::Hole(_)) => Outcome::Hole,
        (Some(row), Slot::Hole(hole)) => match purge_cause(hole.cause, seen.source) {
            Some(cause) => purged(row, cause, seen),
            None => Outcome::Unchanged,
        },
        (Some(row), Slot::Message(message)) => seen_again(row, message, seen),
    }
}

/// Makes a row of a message that was not there before.
pub(crate) fn new_row(mut message: Message, seen: Seen) -> Row {
    let content_known = content_known(&message, seen.source);
    if !content_known {
        // What a reader is shown in its place is not what was sent.
        message.content.clear();
    }
    Row {
        message,
        content_known,
        purged_at: None,
        purge_cause: None,
        first_seen: seen.at,
        last_changed: seen.at,
        source: seen.source,
        changes: Vec::new(),
    }
}

/// Over REST a revoked message comes as a notice, and one its reader deleted comes empty.
fn content_known(message: &Message, source: RowSource) -> bool {
    source == RowSource::Mongo
        || (message.revoked.is_none()
            && (message.deleted_for.is_empty() || !message.content.is_empty()))
}

/// Only MongoDB can tell that something went; a placeholder over REST has five causes.
fn purge_cause(cause: HoleCause, source: RowSource) -> Option<PurgeCause> {
    match (source, cause) {
        (RowSource::Mongo, HoleCause::Emptied | HoleCause::NeverStored) => {
            Some(PurgeCause::Emptied)
        }
        (RowSource::Mongo, HoleCause::NoBlock) => Some(PurgeCause::BlockRemoved),
        (RowSource::Mongo, HoleCause::Placeholder) | (RowSource::Rest, _) => None,
    }
}

fn purged(mut row: Row, cause: PurgeCause, seen: Seen) -> Outcome {
    // A slot that was emptied stays so when its block goes later.
    if row.purged_at.is_some() {
        return Outcome::Unchanged;
    }
    row.purged_at = Some(seen.at);
    row.purge_cause = Some(cause);
    changed(row, vec![What::Purged { cause }], seen)
}

fn seen_again(mut row: Row, mut message: Message, seen: Seen) -> Outcome {
    let mut news = Vec::new();
    let known_now = content_known(&message, seen.source);
    if row.purged_at.is_some() && seen.source == RowSource::Mongo {
        row.purged_at = None;
        row.purge_cause = None;
        news.push(What::Restored);
    }
    take_state(&mut row, &mut message, &mut news);
    if same_message(&row.message, &message, row.content_known && known_now) {
        if known_now && !row.content_known {
            take_facts(&mut row, message, seen.source);
            news.push(What::ContentKnown);
        } else if seen.source == RowSource::Mongo && known_now {
            take_stored(&mut row, message, &mut news);
        }
    } else if known_now {
        let before = take_facts(&mut row, message, seen.source);
        news.push(What::Replaced {
            before: Box::new(before),
        });
    }
    if news.is_empty() {
        Outcome::Unchanged
    } else {
        changed(row, news, seen)
    }
}

/// Takes over what was done to the message. State is only ever added: a slot written anew loses
/// it on the server, not here.
fn take_state(row: &mut Row, message: &mut Message, news: &mut Vec<What>) {
    let kept = &mut row.message;
    match (&kept.revoked, message.revoked.take()) {
        (None, Some(revoked)) => {
            kept.revoked = Some(revoked);
            news.push(What::Revoked);
        }
        // A search tells that a message was revoked, and not by whom.
        (Some(known), Some(revoked))
            if known.user_id.as_str().is_empty() && !revoked.user_id.as_str().is_empty() =>
        {
            kept.revoked = Some(revoked);
            news.push(What::Revoked);
        }
        _ => {}
    }
    let mut users = mem::take(&mut message.deleted_for);
    users.retain(|user| !kept.deleted_for.contains(user));
    if !users.is_empty() {
        kept.deleted_for.extend(users.iter().cloned());
        news.push(What::DeletedFor { users });
    }
    if message.is_read && !kept.is_read {
        kept.is_read = true;
        news.push(What::Read);
    }
}

/// Whether two sights are of one message. Its ids and times never change on the server; its content
/// is only compared where both know it, and a reader's view may rewrite it (quotes of what was
/// revoked), so a difference counts only with another identity.
fn same_message(kept: &Message, seen: &Message, both_known: bool) -> bool {
    let revoked_notice =
        kept.content_type == ContentType::REVOKE || seen.content_type == ContentType::REVOKE;
    kept.send_time == seen.send_time
        && kept.server_msg_id == seen.server_msg_id
        && kept.client_msg_id == seen.client_msg_id
        && kept.send_id == seen.send_id
        && (!both_known || revoked_notice || kept.content_type == seen.content_type)
}

/// Puts the facts of `message` in place of the row's, and returns what stood there.
fn take_facts(row: &mut Row, mut message: Message, source: RowSource) -> Message {
    let kept = &mut row.message;
    message.revoked = kept.revoked.clone();
    message.deleted_for.clone_from(&kept.deleted_for);
    message.is_read = kept.is_read;
    row.content_known = true;
    row.source = source;
    mem::replace(kept, message)
}

/// Takes over what MongoDB has for a message whose content was known: it is the original, a reader's
/// view of it may have differed.
fn take_stored(row: &mut Row, mut message: Message, news: &mut Vec<What>) {
    let kept = &row.message;
    message.revoked.clone_from(&kept.revoked);
    message.deleted_for.clone_from(&kept.deleted_for);
    message.is_read = kept.is_read;
    // The API answers from a cache that is a step behind in this: no news.
    message.status = kept.status;
    if message != *kept {
        let source = RowSource::Mongo;
        let before = take_facts(row, message, source);
        news.push(What::Replaced {
            before: Box::new(before),
        });
    }
}

fn changed(mut row: Row, news: Vec<What>, seen: Seen) -> Outcome {
    row.last_changed = seen.at;
    row.changes.extend(news.into_iter().map(|what| Change {
        seen: seen.at,
        what,
    }));
    Outcome::Changed(row)
}
