//! What a change event says.

use super::names::Known;
use super::token::ClusterTime;
use crate::model::{Seq, SeqRange, Slot, Timestamp};
use crate::source::mongo::blocks::{BlockId, BlockKey, is_padding, key_of};
use crate::source::mongo::wire::{self, BLOCK_LEN, BlockName, Fields, seqs_of};

/// What became of a block.
#[derive(Clone, Debug, PartialEq)]
pub enum BlockChange {
    /// Messages were stored. They are told whole; nothing needs to be read back.
    Messages {
        /// Where.
        block: BlockKey,
        /// The messages, and numbers already emptied, in the order they were written. One number
        /// may come more than once.
        slots: Vec<Slot>,
        /// Whether the slots' own state (revoked, deleted for whom, read) is told too: true for a
        /// block written at once, false for a message put into its slot later. Such a message
        /// shows none of it; where its slot is known already, that state stays. State written
        /// before the message was reported as [`BlockChange::Touched`] then.
        with_state: bool,
    },
    /// Something else was written at these numbers: a revoke, a delete, a read flag, or the slot
    /// was emptied. What lies there now must be read back.
    Touched {
        /// Where.
        block: BlockKey,
        /// Which numbers, in the order they were written; all hundred where the block was
        /// replaced, and in a new block those with such a thing and no message. One number may
        /// come more than once.
        seqs: Vec<Seq>,
    },
    /// The block is not there any more: the server's retention has removed it, with all it held.
    Removed {
        /// Which block.
        id: BlockId,
        /// Which block of which conversation, if that was told before.
        block: Option<BlockKey>,
    },
}

/// One event, not yet understood.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Event<'a> {
    pub(super) kind: Kind,
    pub(super) id: Option<BlockId>,
    pub(super) time: Option<ClusterTime>,
    wall_time: Option<Timestamp>,
    document: Option<Fields<'a>>,
    updated: Option<Fields<'a>>,
    removed: Option<Fields<'a>>,
    truncated: Option<Fields<'a>>,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Insert,
    Update,
    Replace,
    Delete,
    /// The collection is another one now, or none: nothing that follows can be relied upon.
    End(&'static str),
    /// Of no interest here (indexes, sharding).
    #[default]
    Other,
}

impl<'a> Event<'a> {
    pub(super) fn read(fields: Fields<'a>) -> Self {
        let mut event = Self::default();
        for (key, value) in fields {
            match key {
                b"operationType" => {
                    event.kind = match value.text().as_ref() {
                        "insert" => Kind::Insert,
                        "update" => Kind::Update,
                        "replace" => Kind::Replace,
                        "delete" => Kind::Delete,
                        "drop" => Kind::End("the collection was dropped"),
                        "rename" => Kind::End("the collection was renamed"),
                        "dropDatabase" => Kind::End("the database was dropped"),
                        "invalidate" => Kind::End("the server has ended it"),
                        _ => Kind::Other,
                    }
                }
                b"clusterTime" => {
                    event.time = value
                        .timestamp()
                        .map(|(seconds, increment)| ClusterTime { seconds, increment });
                }
                // Since MongoDB 6.0.
                b"wallTime" => event.wall_time = value.integer().map(Timestamp::from_millis),
                b"documentKey" => {
                    event.id = value
                        .document()
                        .and_then(|key| key.value("_id")?.object_id())
                        .map(BlockId::from_bytes);
                }
                b"fullDocument" => event.document = value.document(),
                b"updateDescription" => {
                    for (key, value) in value.document().into_iter().flatten() {
                        match key {
                            b"updatedFields" => event.updated = value.document(),
                            b"removedFields" => event.removed = value.array(),
                            b"truncatedArrays" => event.truncated = value.array(),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        event
    }

    /// Returns when it happened.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.wall_time.or(self.time.map(ClusterTime::time))
    }

    /// Returns the block an event tells whole, if it does.
    pub(super) fn whole(&self) -> Option<(BlockKey, Fields<'a>)> {
        let document = self.document?;
        Some((key_of(document)?, document))
    }

    /// Whether it takes the block's name from elsewhere to make sense of it.
    pub(super) fn needs_name(&self) -> bool {
        self.kind == Kind::Update
    }
}

/// Gathers what events say: neighbours of the same kind in the same block become one.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) changes: Vec<BlockChange>,
}

impl Gathered {
    /// Adds an event. `names` has the blocks that updates may be of.
    pub(super) fn add(&mut self, event: &Event<'_>, names: &Known) {
        match (event.kind, event.id) {
            (Kind::Insert, _) => {
                if let Some((block, document)) = event.whole() {
                    let (mut slots, mut early) = (Vec::new(), Vec::new());
                    let everything = SeqRange::new(1, i64::MAX);
                    let name = block.name();
                    wire::read_block_with_early(
                        &name, document, everything, &mut slots, &mut early,
                    );
                    slots.retain(|slot| !is_padding(slot));
                    self.changes.push(BlockChange::Messages {
                        block: block.clone(),
                        slots,
                        with_state: true,
                    });
                    for seq in early {
                        self.touch(&block, seq);
                    }
                }
            }
            (Kind::Replace, _) => {
                if let Some((block, _)) = event.whole() {
                    self.touch_all(&block);
                }
            }
            (Kind::Update, Some(id)) => match names.get(&id) {
                Some(Some(name)) => self.update(event, &key(id, name)),
                Some(None) => {}
                None => self.changes.push(BlockChange::Removed { id, block: None }),
            },
            (Kind::Delete, Some(id)) => self.changes.push(BlockChange::Removed {
                id,
                block: names
                    .get(&id)
                    .and_then(|name| Some(key(id, name.as_ref()?))),
            }),
            _ => {}
        }
    }

    fn update(&mut self, event: &Event<'_>, block: &BlockKey) {
        for (path, value) in event.updated.into_iter().flatten() {
            match Place::of(path, block) {
                Place::Message(seq) => match wire::read_body(&block.conversation_id, seq, &value) {
                    Some(message) => self.store(block, Slot::Message(message)),
                    None => self.touch(block, seq),
                },
                Place::Slot(seq) => self.touch(block, seq),
                Place::Block => self.touch_all(block),
                Place::Nowhere => {}
            }
        }
        let gone = event.removed.into_iter().flatten();
        for (_, path) in gone {
            match Place::of(path.text().as_bytes(), block) {
                Place::Message(seq) | Place::Slot(seq) => self.touch(block, seq),
                Place::Block => self.touch_all(block),
                Place::Nowhere => {}
            }
        }
        for (_, array) in event.truncated.into_iter().flatten() {
            let path = array.document().map(|array| array.text("field"));
            match Place::of(path.unwrap_or_default().as_bytes(), block) {
                Place::Message(seq) | Place::Slot(seq) => self.touch(block, seq),
                Place::Block | Place::Nowhere => self.touch_all(block),
            }
        }
    }

    fn store(&mut self, block: &BlockKey, slot: Slot) {
        match self.changes.last_mut() {
            Some(BlockChange::Messages {
                block: last,
                slots,
                with_state: false,
            }) if last.id == block.id => slots.push(slot),
            _ => self.changes.push(BlockChange::Messages {
                block: block.clone(),
                slots: vec![slot],
                with_state: false,
            }),
        }
    }

    fn touch(&mut self, block: &BlockKey, seq: Seq) {
        match self.changes.last_mut() {
            Some(BlockChange::Touched { block: last, seqs }) if last.id == block.id => {
                if seqs.last() != Some(&seq) {
                    seqs.push(seq);
                }
            }
            _ => self.changes.push(BlockChange::Touched {
                block: block.clone(),
                seqs: vec![seq],
            }),
        }
    }

    fn touch_all(&mut self, block: &BlockKey) {
        let seqs = seqs_of(block.number);
        self.changes.push(BlockChange::Touched {
            block: block.clone(),
            seqs: (seqs.first.0..=seqs.last.0).map(Seq).collect(),
        });
    }
}

fn key(id: BlockId, name: &BlockName) -> BlockKey {
    BlockKey {
        id,
        conversation_id: name.conversation.clone(),
        number: name.number,
    }
}

/// Where in a block something was written.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// `msgs.N.msg`
    Message(Seq),
    /// `msgs.N` and anything else below it
    Slot(Seq),
    /// `msgs` itself, or what names the block
    Block,
    /// A place no reader looks at.
    Nowhere,
}

impl Place {
    fn of(path: &[u8], block: &BlockKey) -> Self {
        let Ok(path) = std::str::from_utf8(path) else {
            return Self::Nowhere;
        };
        let Some(below) = path.strip_prefix("msgs.") else {
            return if matches!(path, "msgs" | "doc_id") {
                Self::Block
            } else {
                Self::Nowhere
            };
        };
        let (index, field) = match below.split_once('.') {
            Some((index, field)) => (index, Some(field)),
            None => (below, None),
        };
        let index = index
            .parse::<i64>()
            .ok()
            .filter(|index| (0..BLOCK_LEN).contains(index));
        match (index, field) {
            (Some(index), field) => {
                let seq = Seq(seqs_of(block.number).first.0 + index);
                if field == Some("msg") {
                    Self::Message(seq)
                } else {
                    Self::Slot(seq)
                }
            }
            // A hundred and first slot belongs to nobody.
            (None, _) => Self::Nowhere,
        }
    }
}
