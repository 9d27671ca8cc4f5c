//! What MongoDB's blocks weighed when they were read: those that weigh the same need not be read again.

use std::collections::HashMap;

use bytes::Bytes;
use openim_history_client::model::ConversationId;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
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

impl SeenBlocks {
    /// Reads what was written last; what is not there or damaged is as if nothing was seen.
    pub(super) async fn read(place: &Place) -> Result<Self> {
        let Some(bytes) = place.read(FILE).await? else {
            return Ok(Self::default());
        };
        let read = tokio::task::spawn_blocking(move || parse(&bytes)).await;
        match read.map_err(|error| Error::store(format!("read {FILE}"), error))? {
            Ok(sizes) => Ok(Self {
                sizes,
                changed: false,
            }),
            Err(error) => {
                tracing::warn!(%error, "{FILE} in {place} is damaged: every block is read again");
                Ok(Self::default())
            }
        }
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
        let mut text = Vec::new();
        for (conversation_id, blocks) in lines {
            let line = Line {
                conversation_id: conversation_id.clone(),
                blocks,
            };
            serde_json::to_writer(&mut text, &line)
                .map_err(|error| Error::store(format!("write {FILE}"), error))?;
            text.push(b'\n');
        }
        let packed = zstd::encode_all(text.as_slice(), 3)
            .map_err(|error| Error::store(format!("write {FILE}"), error))?;
        place.write(FILE, packed).await?;
        self.changed = false;
        Ok(())
    }
}

fn parse(bytes: &Bytes) -> std::io::Result<HashMap<BlockKey, u64>> {
    let text = zstd::decode_all(bytes.as_ref())?;
    let mut sizes = HashMap::new();
    for line in serde_json::Deserializer::from_slice(&text).into_iter::<Line>() {
        let line = line?;
        for (number, size) in line.blocks {
            let key = BlockKey {
                conversation_id: line.conversation_id.clone(),
                number,
            };
            sizes.insert(key, size);
        }
    }
    Ok(sizes)
}
