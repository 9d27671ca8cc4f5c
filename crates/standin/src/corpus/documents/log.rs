//! The blocks of a log.

use super::block::SLOTS;
use super::raw::{Block, SlotState};
use crate::corpus::content::LogEntry;
use crate::corpus::plan::{Corpus, Plan};
use crate::corpus::summary::CorpusSummary;

/// A block of a log, and when its first entry was written.
#[derive(Debug)]
pub(super) struct LogBlock {
    pub(super) block: Block,
    pub(super) time: i64,
}

/// Gathers the entries of a log until they fill a block.
#[derive(Debug, Default)]
pub(super) struct LogWriter {
    begun: Option<LogBlock>,
    /// The newest number given out.
    pub(super) last_seq: u64,
}

impl LogWriter {
    /// Adds an entry; returns a block where it was the last that fitted.
    pub(super) fn push(
        &mut self,
        corpus: &Corpus,
        plan: &Plan,
        entry: &LogEntry,
        summary: &mut CorpusSummary,
    ) -> Option<LogBlock> {
        let number = self.last_seq / SLOTS;
        self.last_seq += 1;
        let message = entry.message(corpus, plan, self.last_seq);
        summary.log_messages += 1;
        summary.stored(message.content_type);
        let begun = self.begun.get_or_insert_with(|| LogBlock {
            block: Block::new(&plan.log_id, number),
            time: entry.time,
        });
        begun.block.message(&message, &SlotState::default());
        self.last_seq
            .is_multiple_of(SLOTS)
            .then(|| self.begun.take())?
    }

    /// Returns the last block, filled up, where one was begun.
    pub(super) fn finish(&mut self) -> Option<LogBlock> {
        let mut begun = self.begun.take()?;
        while begun.block.len() < SLOTS {
            begun.block.padding();
        }
        Some(begun)
    }
}
