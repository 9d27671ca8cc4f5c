//! From glances to files: which messages go into each, and what tells whether it changed.

use std::collections::{BTreeSet, HashSet};

use openim_history_client::model::{ConversationId, Timestamp, UserId};
use sha2::{Digest, Sha256};

use super::super::writer::{Chat, Names};
use super::feed::{Glance, Rank};
use super::layout::{Cut, Layout, WEIGHT};
use crate::row::month;

/// One file of messages to be, the same in every format of its layout.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// The first and the last message in it.
    pub(crate) from: Rank,
    pub(crate) to: Rank,
    /// The conversations in it, by their places among all.
    pub(crate) chats: Vec<usize>,
    /// Its number among those of its conversation, or of the whole.
    pub(crate) number: u32,
    /// Its number among those of the same period, too: what its name has.
    pub(crate) cut: u32,
    pub(crate) messages: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    /// The months its messages are kept under.
    pub(crate) months: BTreeSet<String>,
    /// What its messages, their times of change, names and attachments add up to.
    pub(crate) print: [u8; 32],
    /// Its path without the extension; set when all are known.
    pub(crate) stem: String,
}

/// What a message's glance is seen with.
pub(crate) struct Seen<'a> {
    pub(crate) glance: &'a Glance,
    /// Its conversation's place among all.
    pub(crate) chat: usize,
    pub(crate) title: &'a Chat,
    /// Where the attachments it names lie, or that they do not.
    pub(crate) attached: &'a [Option<String>],
}

/// Cuts a stream of glances into the files of a layout.
pub(crate) struct Planner<'a> {
    layout: &'a Layout,
    names: &'a Names,
    parts: Vec<Planned>,
    open: Option<Open>,
    /// What the files under way are numbered by: their conversation, or their kind.
    chain: Option<(u8, Option<ConversationId>)>,
    number: u32,
}

struct Open {
    part: Planned,
    period: i32,
    weight: u64,
    digest: Sha256,
    people: HashSet<UserId>,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(layout: &'a Layout, names: &'a Names) -> Self {
        Self {
            layout,
            names,
            parts: Vec::new(),
            open: None,
            chain: None,
            number: 0,
        }
    }

    /// Takes the next message.
    pub(crate) fn take(&mut self, seen: &Seen<'_>) {
        let glance = seen.glance;
        let id = &glance.conversation_id;
        let rank = Rank::new(self.layout.order, id, glance.seq, glance.period);
        let weight = glance.weight + WEIGHT;
        let chain = (
            self.layout.tells_kinds_apart(id.kind()),
            self.layout.is_per_conversation().then(|| id.clone()),
        );
        let goes_on = self.chain.as_ref() == Some(&chain)
            && self.open.as_ref().is_some_and(|open| {
                let is_full = match self.layout.cut {
                    Some(Cut::Messages(most)) => open.part.messages >= most,
                    // A message that is larger than a file gets one of its own.
                    Some(Cut::Bytes(most)) => open.weight + weight > most,
                    None => false,
                };
                open.period == rank.period && !is_full
            });
        if !goes_on {
            let before = self.close();
            let is_same_chain = self.chain.as_ref() == Some(&chain);
            let cut = match before {
                Some((period, cut)) if is_same_chain && period == rank.period => cut + 1,
                _ => 1,
            };
            if !is_same_chain {
                self.chain = Some(chain);
                self.number = 0;
            }
            self.number += 1;
            self.open = Some(Open::new(
                rank.clone(),
                (self.number, cut),
                glance.send_time,
            ));
        }
        if let Some(open) = &mut self.open {
            open.take(seen, rank, weight);
        }
    }

    /// Ends the file under way, and returns its period and its number there.
    fn close(&mut self) -> Option<(i32, u32)> {
        let mut open = self.open.take()?;
        let mut people: Vec<&UserId> = open.people.iter().collect();
        people.sort_unstable();
        for user in people {
            field(&mut open.digest, user.as_str().as_bytes());
            let name = self.names.users.get(user).map_or("", String::as_str);
            field(&mut open.digest, name.as_bytes());
        }
        open.part.print = open.digest.finalize().into();
        let place = (open.period, open.part.cut);
        self.parts.push(open.part);
        Some(place)
    }

    /// Returns the files.
    pub(crate) fn finish(mut self) -> Vec<Planned> {
        self.close();
        self.parts
    }
}

impl Open {
    fn new(rank: Rank, (number, cut): (u32, u32), time: Timestamp) -> Self {
        Self {
            period: rank.period,
            part: Planned {
                to: rank.clone(),
                from: rank,
                chats: Vec::new(),
                number,
                cut,
                messages: 0,
                first: time,
                last: time,
                months: BTreeSet::new(),
                print: [0; 32],
                stem: String::new(),
            },
            weight: 0,
            digest: Sha256::new(),
            people: HashSet::new(),
        }
    }

    fn take(&mut self, seen: &Seen<'_>, rank: Rank, weight: u64) {
        let (part, glance) = (&mut self.part, seen.glance);
        part.to = rank;
        part.messages += 1;
        part.first = part.first.min(glance.send_time);
        part.last = part.last.max(glance.send_time);
        self.weight += weight;
        let month = month(glance.send_time);
        if !part.months.contains(&month) {
            part.months.insert(month);
        }
        if part.chats.last() != Some(&seen.chat) {
            part.chats.push(seen.chat);
            field(&mut self.digest, glance.conversation_id.as_str().as_bytes());
            field(&mut self.digest, seen.title.title.as_bytes());
        }
        self.digest.update(glance.seq.0.to_le_bytes());
        self.digest
            .update(glance.last_changed.as_millis().to_le_bytes());
        for attached in seen.attached {
            field(
                &mut self.digest,
                attached.as_deref().unwrap_or_default().as_bytes(),
            );
        }
        // Whoever a file may name.
        for user in [Some(&glance.send_id), glance.revoked_by.as_ref()]
            .into_iter()
            .flatten()
            .chain(&glance.deleted_for)
        {
            if !self.people.contains(user) {
                self.people.insert(user.clone());
            }
        }
    }
}

/// Adds a field of any length: with its length, so that two fields never look like one.
pub(crate) fn field(digest: &mut Sha256, bytes: &[u8]) {
    digest.update((bytes.len() as u64).to_le_bytes());
    digest.update(bytes);
}
