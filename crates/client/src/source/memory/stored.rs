//! One conversation as it is stored.

use std::collections::BTreeMap;

use crate::model::{HoleCause, Seq, SeqRange, Slot, Timestamp};
use crate::source::view;

/// What is stored of one conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) slots: BTreeMap<Seq, Slot>,
    pub(super) min: Option<Seq>,
}

impl Stored {
    /// The highest number that is known to have been given out: it holds a message, or held one.
    pub(super) fn head(&self) -> Seq {
        let was_used = |slot: &Slot| match slot {
            Slot::Message(_) => true,
            Slot::Hole(hole) => hole.cause == HoleCause::Emptied,
        };
        self.slots
            .iter()
            .rev()
            .find(|(_, slot)| was_used(slot))
            .map_or(Seq(0), |(seq, _)| *seq)
    }

    /// When the newest message that lies no higher was sent.
    pub(super) fn sent_up_to(&self, seq: Seq) -> Option<Timestamp> {
        let mut below = self.slots.range(..=seq).rev();
        let newest = below.find_map(|(_, slot)| slot.message())?;
        newest.send_time.known()
    }

    /// Everything from the lowest number that is stored, or could be by the server's own account.
    pub(super) fn range(&self) -> SeqRange {
        let lowest = self.slots.keys().next().copied();
        let accounted = self.min.map(|min| min.max(Seq::FIRST));
        view::normal(SeqRange {
            first: lowest
                .into_iter()
                .chain(accounted)
                .min()
                .unwrap_or(Seq::FIRST),
            last: self.head(),
        })
    }
}
