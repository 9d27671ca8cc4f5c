//! The `msg` collection: blocks of 100 slots per conversation.

use std::collections::{BTreeMap, HashMap};

use bson::oid::ObjectId;
use bson::raw::RawDocument;
use bson::{Bson, Document, RawDocumentBuf};

use super::change::ChangeError;
use super::integer;
use super::interner::Interner;
use super::message::Packed;
use super::slot::{Slot, StoredSlot};

/// Slots in a block.
const SLOTS: i64 = 100;

#[derive(Debug, Clone)]
struct Block {
    id: ObjectId,
    slots: Vec<StoredSlot>,
}

/// All blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Blocks {
    interner: Interner,
    conversations: HashMap<String, BTreeMap<i64, Block>>,
    /// Which block has which `_id`: the order of a collection scan, and how change events name a block.
    by_id: BTreeMap<[u8; 12], (String, i64)>,
    /// The newest seq ever stored per conversation; survives deletion as Redis' counter does.
    newest: HashMap<String, i64>,
}

impl Blocks {
    pub(super) fn insert(&mut self, block: &RawDocument) -> Result<(), ChangeError> {
        let doc_id = block.get_str("doc_id").unwrap_or_default();
        let malformed = || ChangeError::MalformedBlock(doc_id.to_owned());
        let (conversation, number) = split_doc_id(doc_id).ok_or_else(malformed)?;
        let stored = block.get_array("msgs").map_err(|_| malformed())?;
        let id = block
            .get_object_id("_id")
            .unwrap_or_else(|_| ObjectId::new());
        let mut slots = Vec::with_capacity(SLOTS as usize);
        for slot in stored {
            slots.push(match slot?.as_document() {
                Some(slot) => StoredSlot::new(slot, &mut self.interner)?,
                None => StoredSlot::padding(),
            });
        }
        let newest = slots
            .iter()
            .rposition(|slot| slot.message.is_some() || slot.bare)
            .map(|index| number * SLOTS + to_i64(index) + 1);
        let conversation = conversation.to_owned();
        if let Some(newest) = newest {
            self.saw(&conversation, newest);
        }
        self.place(conversation, number, Block { id, slots });
        Ok(())
    }

    pub(super) fn insert_message(
        &mut self,
        conversation_id: &str,
        message: &Document,
    ) -> Result<(), ChangeError> {
        let seq = integer(message, "seq");
        if seq < 1 {
            return Err(ChangeError::MalformedBlock(format!(
                "{conversation_id} seq {seq}"
            )));
        }
        let (number, index) = address(seq);
        let message = RawDocumentBuf::try_from(message)?;
        let packed = Box::new(Packed::new(&message, &mut self.interner)?);
        let exists = self
            .conversations
            .get(conversation_id)
            .is_some_and(|blocks| blocks.contains_key(&number));
        if !exists {
            let block = Block {
                id: ObjectId::new(),
                slots: vec![StoredSlot::padding(); SLOTS as usize],
            };
            self.place(conversation_id.to_owned(), number, block);
        }
        if let Some(slot) = self.slot_mut(conversation_id, number, index) {
            slot.message = Some(packed);
        }
        self.saw(conversation_id, seq);
        Ok(())
    }

    /// Sets what a change event of the collection set, by paths like `msgs.7.msg`.
    pub(super) fn update(&mut self, id: &Bson, fields: &Document) -> Result<(), ChangeError> {
        let (conversation, number) = self.find(id)?;
        for field in &RawDocumentBuf::try_from(fields)? {
            let (path, value) = field?;
            let path = path.as_str();
            let unknown = || ChangeError::UnknownPath(path.to_owned());
            let rest = path.strip_prefix("msgs.").ok_or_else(unknown)?;
            let (index, field) = rest.split_once('.').unwrap_or((rest, ""));
            let index: usize = index.parse().map_err(|_| unknown())?;
            let Some(slot) = self
                .conversations
                .get_mut(&conversation)
                .and_then(|blocks| blocks.get_mut(&number))
                .and_then(|block| block.slots.get_mut(index))
            else {
                return Err(unknown());
            };
            if field.is_empty() {
                let empty = RawDocumentBuf::new();
                let document = value.as_document().unwrap_or(&empty);
                *slot = StoredSlot::new(document, &mut self.interner)?;
            } else {
                slot.set(field, value, &mut self.interner)?;
            }
            if slot.message.is_some() {
                self.saw(&conversation, number * SLOTS + to_i64(index) + 1);
            }
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, id: &Bson) -> Result<(), ChangeError> {
        let (conversation, number) = self.find(id)?;
        if let Some(blocks) = self.conversations.get_mut(&conversation) {
            blocks.remove(&number);
        }
        if let Some(id) = id.as_object_id() {
            self.by_id.remove(&id.bytes());
        }
        Ok(())
    }

    pub(super) fn slot(&self, conversation_id: &str, seq: i64) -> Option<Slot<'_>> {
        if seq < 1 {
            return None;
        }
        let (number, index) = address(seq);
        let stored = self
            .conversations
            .get(conversation_id)?
            .get(&number)?
            .slots
            .get(index)?;
        Some(Slot {
            stored,
            interner: &self.interner,
        })
    }

    pub(super) fn newest(&self, conversation_id: &str) -> i64 {
        self.newest
            .get(conversation_id)
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn send_time_before(&self, conversation_id: &str, seq: i64) -> i64 {
        let Some(blocks) = self.conversations.get(conversation_id) else {
            return 0;
        };
        let (number, index) = address(seq.max(1));
        blocks
            .range(..=number)
            .rev()
            .flat_map(|(at, block)| {
                let end = if *at == number {
                    index.min(block.slots.len())
                } else {
                    block.slots.len()
                };
                block.slots[..end].iter().rev()
            })
            .find_map(|slot| slot.message.as_ref().map(|message| message.send_time()))
            .unwrap_or_default()
    }

    pub(super) fn scan(
        &self,
        wanted: impl Fn(&str) -> bool,
        visit: &mut dyn FnMut(&str, i64, Slot<'_>),
    ) {
        for (conversation, number) in self.by_id.values() {
            if !wanted(conversation) {
                continue;
            }
            let Some(block) = self
                .conversations
                .get(conversation)
                .and_then(|blocks| blocks.get(number))
            else {
                continue;
            };
            for (index, stored) in block.slots.iter().enumerate() {
                let slot = Slot {
                    stored,
                    interner: &self.interner,
                };
                visit(conversation, number * SLOTS + to_i64(index) + 1, slot);
            }
        }
    }

    pub(super) fn documents(&self) -> impl Iterator<Item = Document> + Send + '_ {
        self.by_id.values().filter_map(|(conversation, number)| {
            let block = self.conversations.get(conversation)?.get(number)?;
            let slots: Vec<Bson> = block
                .slots
                .iter()
                .map(|slot| slot.document(&self.interner).into())
                .collect();
            Some(bson::doc! {
                "_id": block.id,
                "doc_id": format!("{conversation}:{number}"),
                "msgs": slots,
            })
        })
    }

    fn find(&self, id: &Bson) -> Result<(String, i64), ChangeError> {
        id.as_object_id()
            .and_then(|id| self.by_id.get(&id.bytes()))
            .cloned()
            .ok_or_else(|| ChangeError::UnknownDocument(id.to_string()))
    }

    fn slot_mut(
        &mut self,
        conversation: &str,
        number: i64,
        index: usize,
    ) -> Option<&mut StoredSlot> {
        self.conversations
            .get_mut(conversation)?
            .get_mut(&number)?
            .slots
            .get_mut(index)
    }

    fn place(&mut self, conversation: String, number: i64, block: Block) {
        let id = block.id.bytes();
        let blocks = self.conversations.entry(conversation.clone()).or_default();
        if let Some(old) = blocks.insert(number, block) {
            self.by_id.remove(&old.id.bytes());
        }
        self.by_id.insert(id, (conversation, number));
    }

    fn saw(&mut self, conversation: &str, seq: i64) {
        match self.newest.get_mut(conversation) {
            Some(newest) => *newest = (*newest).max(seq),
            None => {
                self.newest.insert(conversation.to_owned(), seq);
            }
        }
    }
}

fn address(seq: i64) -> (i64, usize) {
    let index = usize::try_from((seq - 1) % SLOTS).unwrap_or_default();
    ((seq - 1) / SLOTS, index)
}

fn to_i64(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// The separator is the last colon: a conversation id may hold others.
fn split_doc_id(doc_id: &str) -> Option<(&str, i64)> {
    let (conversation, number) = doc_id.rsplit_once(':')?;
    Some((conversation, number.parse().ok().filter(|at| *at >= 0)?))
}
