//! What MongoDB's blocks weighed when they were read: those that weigh the same need not be read again.

use std::collections::HashMap;

use object_store::path::Path as ObjectPath;
use openim_history_client::model::ConversationId;
use serde::{Deserialize, Serialize};

use super::notes;
use crate::error::Result;
use crate::place::Place;
use crate::write::BlockKey;

const FILE: &str = "sync/blocks.jsonl.zst";

/// What blocks weighed when they were read and all of it was committed. Only a hint: without it, more is
/// read and nothing is lost.
#[derive(Debug, Default)]
pub(super) struct SeenBlocks {
    sizes: HashMap<BlockKey, u64>,
    changed: bool,
}

/// One conversation's blocks, as they are written.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    conversation_id: ConversationId,
    /// Number and size of each.
    blocks: Vec<(i64, u64)>,
}

/// Forgets which blocks were seen: the next copy reads all of them.
pub(crate) async fn forget(place: &Place) -> Result<()> {
    place.remove(&ObjectPath::from(FILE)).await
}

impl SeenBlocks {
    /// Reads what was written last; what is not there or damaged is as if nothing was seen.
    pub(super) async fn read(place: &Place) -> Result<Self> {
        let lines: Vec<Line> = notes::read(place, FILE, "every block is read again").await?;
        let mut sizes = HashMap::new();
        for line in lines {
            for (number, size) in line.blocks {
                let key = BlockKey {
                    conversation_id: line.conversation_id.clone(),
                    number,
                };
                sizes.insert(key, size);
            }
        }
        Ok(Self {
            sizes,
            changed: false,
        })
    }

    /// Whether nothing was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Whether a block was seen with this size.
    pub(super) fn has(&self, key: &BlockKey, size: Option<u64>) -> bool {
        size.is_some() && self.sizes.get(key).copied() == size
    }

    /// Notes what a block weighed when it was read.
    pub(super) fn put(&mut self, key: BlockKey, size: u64) {
        self.changed |= self.sizes.insert(key, size) != Some(size);
    }

    /// Forgets a block: it must be read again.
    pub(super) fn forget(&mut self, key: &BlockKey) {
        self.changed |= self.sizes.remove(key).is_some();
    }

    /// Writes it down. Everything noted must be committed before.
    pub(super) async fn write(&mut self, place: &Place) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let mut lines: HashMap<&ConversationId, Vec<(i64, u64)>> = HashMap::new();
        for (key, size) in &self.sizes {
            let blocks = lines.entry(&key.conversation_id).or_default();
            blocks.push((key.number, *size));
        }
        let lines = lines.into_iter().map(|(conversation_id, blocks)| Line {
            conversation_id: conversation_id.clone(),
            blocks,
        });
        notes::write(place, FILE, lines).await?;
        self.changed = false;
        Ok(())
    }
}
