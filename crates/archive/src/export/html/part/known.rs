//! Which messages a page has already, so that a quote can lead to the one it quotes.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

use openim_history_client::model::{ClientMsgId, NestedMessage, Seq};

/// How many of the last messages are found by the client's id.
const REMEMBERED: usize = 16_384;

/// The messages of one conversation that stand on the page so far, in little memory: numbers as runs, which in a
/// whole history is one, and the client's ids of the last ones only.
#[derive(Debug, Default)]
pub(super) struct Known {
    runs: Vec<(i64, i64)>,
    by_id: HashMap<u64, i64>,
    order: VecDeque<u64>,
    hasher: RandomState,
}

impl Known {
    /// Adds the next message.
    pub(super) fn add(&mut self, seq: Seq, id: &ClientMsgId) {
        match self.runs.last_mut() {
            Some((_, last)) if seq.0 == last.saturating_add(1) => *last = seq.0,
            _ => self.runs.push((seq.0, seq.0)),
        }
        if id.is_empty() {
            return;
        }
        let id = self.hasher.hash_one(id.as_str());
        if self.by_id.insert(id, seq.0).is_none() {
            self.order.push_back(id);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.by_id.remove(&oldest);
            }
        }
    }

    /// Returns the number of a quoted message that is there. A client's id says more than a number, which may be
    /// that of another conversation.
    pub(super) fn find(&self, quoted: &NestedMessage) -> Option<i64> {
        let id = &quoted.client_msg_id;
        let by_id = (!id.is_empty())
            .then(|| self.by_id.get(&self.hasher.hash_one(id.as_str())))
            .flatten();
        by_id
            .copied()
            .or_else(|| self.has(quoted.seq.0).then_some(quoted.seq.0))
    }

    fn has(&self, seq: i64) -> bool {
        let after = self.runs.partition_point(|(first, _)| *first <= seq);
        after > 0 && self.runs[after - 1].1 >= seq
    }

    /// Forgets everything: another conversation begins.
    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.by_id.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_by_number_and_the_last_ones_by_id() {
        let mut known = Known::default();
        for seq in (1..=10).chain(20..=20_000) {
            known.add(Seq(seq), &ClientMsgId::from(format!("id{seq}")));
        }
        assert_eq!(known.runs.len(), 2);
        for (seq, there) in [
            (0, false),
            (1, true),
            (10, true),
            (11, false),
            (19, false),
            (20, true),
            (20_001, false),
        ] {
            assert_eq!(known.has(seq), there, "{seq}");
        }
        assert_eq!(known.order.len(), REMEMBERED);
        assert_eq!(known.by_id.len(), REMEMBERED);
        let hash = |id: &str| known.hasher.hash_one(id);
        assert_eq!(known.by_id.get(&hash("id20000")), Some(&20_000));
        assert_eq!(known.by_id.get(&hash("id1")), None);
    }
}
