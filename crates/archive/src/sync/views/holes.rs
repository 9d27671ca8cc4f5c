//! Numbers that were asked for and held no message: they need not be asked for again.

use std::collections::BTreeMap;

use openim_history_client::model::{ConversationId, Seq, SeqRange};
use serde::{Deserialize, Serialize};

use super::plan::without;
use crate::error::Result;
use crate::place::Place;
use crate::sync::notes;

const FILE: &str = "sync/holes.jsonl.zst";

/// Numbers that were asked for and held no message. Only a hint: without it, more is asked.
#[derive(Debug, Default)]
pub(super) struct Holes {
    ranges: BTreeMap<ConversationId, Vec<SeqRange>>,
    changed: bool,
}

#[derive(Serialize, Deserialize)]
struct Line {
    conversation_id: ConversationId,
    /// First and last number of each stretch.
    holes: Vec<(Seq, Seq)>,
}

impl Holes {
    /// Reads what was written last; what is not there or damaged is as if nothing was asked.
    pub(super) async fn read(place: &Place) -> Result<Self> {
        let lines: Vec<Line> = notes::read(place, FILE, "all holes are asked for again").await?;
        let ranges = lines.into_iter().map(|line| {
            let holes = line.holes.into_iter();
            let ranges = holes.map(|(first, last)| SeqRange { first, last });
            (line.conversation_id, ranges.collect())
        });
        Ok(Self {
            ranges: ranges.collect(),
            changed: false,
        })
    }

    /// Notes a number.
    pub(super) fn put(&mut self, conversation: &ConversationId, seq: Seq) {
        self.changed = true;
        let ranges = match self.ranges.get_mut(conversation) {
            Some(ranges) => ranges,
            None => self.ranges.entry(conversation.clone()).or_default(),
        };
        match ranges.last_mut() {
            Some(last) if last.contains(seq) => {}
            Some(last) if last.last.next() == seq => last.last = seq,
            _ => ranges.push(SeqRange {
                first: seq,
                last: seq,
            }),
        }
    }

    /// Returns the parts of `range` not noted, ascending.
    pub(super) fn without(&self, conversation: &ConversationId, range: SeqRange) -> Vec<SeqRange> {
        let mut left = vec![range];
        for hole in self.ranges.get(conversation).into_iter().flatten() {
            left = left
                .into_iter()
                .flat_map(|part| without(part, *hole))
                .collect();
        }
        left
    }

    /// Writes it down. What was seen beside the holes must be committed before.
    pub(super) async fn write(&mut self, place: &Place) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let lines = self.ranges.iter().map(|(conversation_id, ranges)| Line {
            conversation_id: conversation_id.clone(),
            holes: ranges
                .iter()
                .map(|range| (range.first, range.last))
                .collect(),
        });
        notes::write(place, FILE, lines).await?;
        self.changed = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_not_asked_for_again() {
        let mut holes = Holes::default();
        let chat = ConversationId::new("si_a_b");
        for seq in [3, 4, 5, 9] {
            holes.put(&chat, Seq(seq));
        }
        let left: Vec<_> = holes
            .without(&chat, SeqRange::new(1, 10))
            .iter()
            .map(|range| (range.first.0, range.last.0))
            .collect();
        assert_eq!(left, [(1, 2), (6, 8), (10, 10)]);
        assert_eq!(holes.without(&chat, SeqRange::new(3, 5)), []);
        let other = ConversationId::new("si_a_c");
        assert_eq!(holes.without(&other, SeqRange::new(3, 5)).len(), 1);
    }
}
