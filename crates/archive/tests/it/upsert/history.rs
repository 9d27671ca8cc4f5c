//! A server whose slots change at random, and what is seen of them: from MongoDB what is stored, over REST
//! what a reader is shown, now and then something old, and now and then a number that holds nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use openim_history_archive::row::{Key, RowSource};
use openim_history_client::model::{
    ContentType, ConversationId, Hole, HoleCause, Message, Revoked, Seq, Slot, Status, Timestamp,
    UserId,
};

pub(super) struct History {
    random: fastrand::Rng,
    /// All that ever lay in each slot; the last is what lies there now.
    slots: BTreeMap<Key, Vec<Slot>>,
}

impl History {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: fastrand::Rng::with_seed(seed),
            slots: BTreeMap::new(),
        }
    }

    pub(super) fn number(&mut self, range: Range<usize>) -> usize {
        self.random.usize(range)
    }

    pub(super) fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.random.usize(..from.len())]
    }

    /// Something may happen to a slot; then somebody looks at it.
    pub(super) fn sight(&mut self, by: RowSource) -> Slot {
        let ids = ["si_a_b", "sg_1", "n_a_b", "si_甲_乙"];
        let key = Key {
            conversation_id: ConversationId::new(self.choose(&ids)),
            // Few, so that each is seen often, and in two blocks.
            seq: Seq(self.random.i64(92..110)),
        };
        let now = self.slots.get(&key).and_then(|slots| slots.last()).cloned();
        let next = match now {
            // What was never there may be looked at all the same.
            None if self.random.u32(..4) == 0 => return self.nothing(&key, by),
            None => Some(Slot::Message(self.message(&key))),
            Some(slot) => self.happens(&key, slot),
        };
        let slots = self.slots.entry(key.clone()).or_default();
        slots.extend(next);
        // Replays of what lay there long ago come too, after a restart or from another page.
        let old = self.random.u32(..6) == 0;
        let at = match old {
            true => self.random.usize(..slots.len()),
            false => slots.len() - 1,
        };
        let slot = slots[at].clone();
        match by {
            RowSource::Mongo => slot,
            RowSource::Rest => self.shown(slot),
        }
    }

    /// Returns what a slot becomes, if anything happens to it.
    fn happens(&mut self, key: &Key, slot: Slot) -> Option<Slot> {
        let happens = self.random.u32(..12);
        let Slot::Message(mut message) = slot else {
            // A purged slot is written anew, as a restored backup does.
            return (happens < 3).then(|| Slot::Message(self.message(key)));
        };
        match happens {
            0 | 1 => {
                message.revoked = Some(Box::new(Revoked {
                    user_id: UserId::new("boss"),
                    time: Timestamp::from_millis(1_790_000_000_000),
                    ..Revoked::default()
                }));
            }
            2 | 3 => {
                let user = UserId::new(format!("u{}", self.random.u32(..5)));
                if !message.deleted_for.contains(&user) {
                    message.deleted_for.push(user);
                }
            }
            4 => message.is_read = true,
            5 => return Some(hole(key, HoleCause::Emptied)),
            6 => return Some(hole(key, HoleCause::NoBlock)),
            7 => return Some(hole(key, HoleCause::NeverStored)),
            // Something else altogether under this number.
            8 => return Some(Slot::Message(self.message(key))),
            // The same message with another content.
            9 => message.content = self.text(),
            _ => return None,
        }
        Some(Slot::Message(message))
    }

    fn nothing(&mut self, key: &Key, by: RowSource) -> Slot {
        let stored = [
            HoleCause::Emptied,
            HoleCause::NeverStored,
            HoleCause::NoBlock,
        ];
        match by {
            RowSource::Mongo => hole(key, *self.choose(&stored)),
            RowSource::Rest => hole(key, HoleCause::Placeholder),
        }
    }

    /// What a reader is shown of a slot: of a revoked message a notice, of one the reader deleted nothing but
    /// that it was there, of what was purged a placeholder.
    fn shown(&mut self, slot: Slot) -> Slot {
        let Slot::Message(mut message) = slot else {
            return hole(&key_of(&slot), HoleCause::Placeholder);
        };
        // Every reader is shown who deleted it only if that is the reader.
        let viewer = UserId::new(format!("u{}", self.random.u32(..5)));
        message.deleted_for.retain(|user| *user == viewer);
        if let Some(revoked) = &mut message.revoked {
            message.content_type = ContentType::REVOKE;
            message.content = r#"{"detail":"a notice"}"#.to_owned();
            if self.random.bool() {
                // A search tells that it was revoked, and not by whom.
                revoked.user_id = UserId::default();
            }
        } else if !message.deleted_for.is_empty() {
            message.content.clear();
        } else if self.random.u32(..8) == 0 {
            // A quote of something that was revoked is rewritten for readers.
            message.content = self.text();
        }
        // The cache is a step behind.
        message.status = Status(self.random.i32(1..3));
        Slot::Message(message)
    }

    fn message(&mut self, key: &Key) -> Message {
        // Two years, so that keys move between months when a slot is rewritten.
        let month = self.random.i64(0..4);
        Message {
            conversation_id: key.conversation_id.clone(),
            seq: key.seq,
            send_time: Timestamp::from_millis(1_730_419_200_000 + month * 2_700_000_000),
            send_id: UserId::new(format!("u{}", self.random.u32(..5))),
            content_type: *self.choose(&[ContentType::TEXT, ContentType::QUOTE]),
            content: self.text(),
            client_msg_id: format!("c{}", self.random.u64(..)).into(),
            server_msg_id: format!("s{}", self.random.u64(..)).into(),
            status: Status(2),
            ..Message::default()
        }
    }

    fn text(&mut self) -> String {
        format!("{{\"content\":\"合同 {}\"}}", self.random.u32(..100_000))
    }
}

pub(super) fn key_of(slot: &Slot) -> Key {
    Key {
        conversation_id: slot.conversation_id().clone(),
        seq: slot.seq(),
    }
}

fn hole(key: &Key, cause: HoleCause) -> Slot {
    Slot::Hole(Hole {
        conversation_id: key.conversation_id.clone(),
        seq: key.seq,
        cause,
    })
}
