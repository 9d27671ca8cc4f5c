//! What there is to read.

use std::collections::{BTreeSet, HashSet};

use futures::{StreamExt, TryStreamExt};
use openim_history_client::model::ConversationId;
use openim_history_client::source::mongo::{BlockId, BlockScope, MongoSource};
use serde::Serialize;

use crate::archive::Archive;
use crate::error::Result;
use crate::sync::filter::Filter;
use crate::sync::options::SyncOptions;
use crate::sync::same;
use crate::sync::seen::SeenBlocks;
use crate::write::{BlockKey, Ledger};

/// What there is to read from MongoDB.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MongoPlan {
    /// Conversations on the server that the options take.
    pub conversations: u64,
    /// Blocks of theirs on the server.
    pub blocks: u64,
    /// Blocks that are new or look different.
    pub to_read: u64,
    /// Bytes of these, uncompressed.
    pub bytes: u64,
    /// Blocks the archive has messages of and the server no longer has.
    pub removed: u64,
    #[serde(skip)]
    pub(super) read: Vec<BlockId>,
    #[serde(skip)]
    pub(super) gone: Vec<BlockKey>,
    /// Whether every block of the server is to be read.
    #[serde(skip)]
    pub(super) everything: bool,
}

impl MongoPlan {
    /// Looks what there is to read into an archive, or into one that is yet to be made. The archive is only read
    /// for it: somebody else may be writing to it.
    pub async fn look(
        source: &MongoSource,
        archive: Option<&Archive>,
        options: &SyncOptions,
    ) -> Result<Self> {
        let Some(archive) = archive else {
            return Self::make(source, options, &SeenBlocks::default(), &Ledger::default()).await;
        };
        let (place, server) = (archive.place(), &archive.manifest().server);
        let ledger = Ledger::read(place, archive.messages.files()).await?;
        let sample = archive.get(&same::sample(&ledger)).await?;
        same::check(source, true, sample, place, server).await?;
        let seen = SeenBlocks::read(place).await?;
        Self::make(source, options, &seen, &ledger).await
    }

    pub(super) async fn make(
        source: &MongoSource,
        options: &SyncOptions,
        seen: &SeenBlocks,
        ledger: &Ledger,
    ) -> Result<Self> {
        let mut plan = Self::default();
        let mut conversations: HashSet<ConversationId> = HashSet::new();
        let mut there: HashSet<BlockKey> = HashSet::new();
        let mut others = false;
        // Where nothing was seen, every block is read, whatever it weighs: its weight is known then.
        let together = match seen.is_empty() && options.filter.is_all() {
            true => source.bytes().await?,
            false => None,
        };
        let mut blocks = match together {
            Some(_) => source.block_keys(BlockScope::All).left_stream(),
            None => source.blocks(BlockScope::All).right_stream(),
        };
        while let Some(blocks) = blocks.try_next().await? {
            for block in blocks {
                if !options.filter.takes(&block.key.conversation_id) {
                    others = true;
                    continue;
                }
                plan.blocks += 1;
                let key = BlockKey {
                    conversation_id: block.key.conversation_id,
                    number: block.key.number,
                };
                if !conversations.contains(&key.conversation_id) {
                    conversations.insert(key.conversation_id.clone());
                }
                if options.thorough || !seen.has(&key, block.size) {
                    plan.read.push(block.key.id);
                    plan.bytes += block.size.unwrap_or_default();
                }
                there.insert(key);
            }
        }
        plan.bytes = together.unwrap_or(plan.bytes);
        plan.conversations = conversations.len() as u64;
        plan.to_read = plan.read.len() as u64;
        plan.everything = !others && plan.to_read == plan.blocks;
        // In the order they were made: neighbours are of one time, and land in one file.
        plan.read.sort_unstable();
        plan.gone = gone(&options.filter, &there, ledger);
        plan.removed = plan.gone.len() as u64;
        Ok(plan)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.to_read == 0 && self.removed == 0
    }
}

/// Returns the blocks the archive has messages of and that are not there, ascending.
fn gone(filter: &Filter, there: &HashSet<BlockKey>, ledger: &Ledger) -> Vec<BlockKey> {
    let mut gone = BTreeSet::new();
    for conversation in ledger.conversations() {
        if !filter.takes(conversation) {
            continue;
        }
        for number in ledger.blocks(conversation) {
            let key = BlockKey {
                conversation_id: conversation.clone(),
                number,
            };
            if !there.contains(&key) {
                gone.insert(key);
            }
        }
    }
    gone.into_iter().collect()
}

/// Returns the blocks the archive has messages of and the server no longer has, ascending.
pub(in crate::sync) async fn missing(
    source: &MongoSource,
    options: &SyncOptions,
    ledger: &Ledger,
) -> Result<Vec<BlockKey>> {
    let mut there = HashSet::new();
    let mut blocks = source.block_keys(BlockScope::All);
    while let Some(blocks) = blocks.try_next().await? {
        there.extend(blocks.into_iter().map(|block| BlockKey {
            conversation_id: block.key.conversation_id,
            number: block.key.number,
        }));
    }
    Ok(gone(&options.filter, &there, ledger))
}
