//! The blocks of a log.

use bson::RawArrayBuf;

use super::block::SLOTS;
use super::raw::{self, SlotState};
use crate::corpus::content::LogEntry;
use crate::corpus::plan::{Corpus, Plan};
use crate::corpus::summary::CorpusSummary;

/// Gathers the entries of a log until they fill a block.
#[derive(Debug, Default)]
pub(super) struct LogWriter {
    slots: RawArrayBuf,
    time: i64,
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
    ) -> Option<(u64, i64, RawArrayBuf)> {
        if self.last_seq.is_multiple_of(SLOTS) {
            self.time = entry.time;
        }
        self.last_seq += 1;
        let message = entry.message(corpus, plan, self.last_seq);
        summary.log_messages += 1;
        summary.stored(message.content_type);
        self.slots.push(raw::slot(&message, &SlotState::default()));
        self.last_seq.is_multiple_of(SLOTS).then(|| self.take())
    }

    /// Returns the last block, filled up, where one was begun.
    pub(super) fn finish(&mut self) -> Option<(u64, i64, RawArrayBuf)> {
        let used = self.last_seq % SLOTS;
        if used == 0 {
            return None;
        }
        for _ in used..SLOTS {
            self.slots.push(raw::padding());
        }
        Some(self.take())
    }

    fn take(&mut self) -> (u64, i64, RawArrayBuf) {
        let number = (self.last_seq - 1) / SLOTS;
        (number, self.time, std::mem::take(&mut self.slots))
    }
}
