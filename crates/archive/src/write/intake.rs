//! What happens to slots first: new messages go on to the files in the making, the rest waits for what the tables say
//! of it. No waiting here, only work, shared among the cores.

use std::collections::HashMap;

use openim_history_client::model::{Slot, Timestamp};
use rayon::iter::Either;
use rayon::prelude::*;

use super::drafts::Added;
use super::ledger::{Ledger, Month};
use super::writer::Counts;
use crate::row::{Key, Row, Seen, month, new_row};

/// What tells new messages from those seen again.
pub(super) struct Intake {
    pub(super) ledger: Ledger,
    calendar: Calendar,
    /// What was seen of messages the archive has: to be compared with what it has of them.
    pub(super) again: HashMap<Key, Vec<(Slot, Seen)>>,
    pub(super) counts: Counts,
}

/// What a slot is at first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// A message the archive does not have, of that month.
    New(Month),
    /// Something about a message the archive has.
    Again,
    /// A number without a message, of which the archive has none either.
    Hole,
}

impl Intake {
    pub(super) fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            calendar: Calendar::default(),
            again: HashMap::new(),
            counts: Counts::default(),
        }
    }

    /// Takes in slots, and returns the rows that are new.
    pub(super) fn take(&mut self, slots: Vec<Slot>, seen: Seen) -> Vec<Added> {
        // Messages are large, and stay where they are until they are rows.
        let sights: Vec<Sight> = slots.iter().map(|slot| self.look_at(slot)).collect();
        let (added, rest): (Vec<Added>, Vec<(Sight, Slot)>) = (sights, slots)
            .into_par_iter()
            .partition_map(|(sight, slot)| match (sight, slot) {
                (Sight::New(month), Slot::Message(message)) => {
                    Either::Left(Added::new(month, new_row(message, seen)))
                }
                other => Either::Right(other),
            });
        for (sight, slot) in rest {
            if sight == Sight::Again {
                let key = Key {
                    conversation_id: slot.conversation_id().clone(),
                    seq: slot.seq(),
                };
                self.again.entry(key).or_default().push((slot, seen));
            } else {
                self.counts.holes += 1;
            }
        }
        self.counts.new += added.len() as u64;
        added
    }

    fn look_at(&mut self, slot: &Slot) -> Sight {
        let (conversation, seq) = (slot.conversation_id(), slot.seq());
        let Slot::Message(message) = slot else {
            return match self.ledger.has(conversation, seq) {
                true => Sight::Again,
                false => Sight::Hole,
            };
        };
        let month = self.calendar.month(message.send_time);
        match self.ledger.put(conversation, seq, month) {
            true => Sight::New(month),
            false => Sight::Again,
        }
    }

    /// Takes in rows that changed, to be put in place of those that lie in the table.
    pub(super) fn replace(&mut self, rows: Vec<Row>) -> Vec<Added> {
        self.counts.changed += rows.len() as u64;
        let replaced = rows.into_iter().map(|row| {
            let month = self.calendar.month(row.message.send_time);
            let message = &row.message;
            self.ledger
                .put(&message.conversation_id, message.seq, month);
            Added::new(month, row)
        });
        replaced.collect()
    }
}

/// Tells the month of a time. Messages next to each other are mostly of one day, and no day has two months.
#[derive(Default)]
pub(crate) struct Calendar {
    last: Option<(i64, Month)>,
}

impl Calendar {
    /// Returns the month a time lies in.
    pub(crate) fn month(&mut self, time: Timestamp) -> Month {
        const DAY: i64 = 24 * 60 * 60 * 1_000;
        let day = time.as_millis().div_euclid(DAY);
        match self.last {
            Some((last, month)) if last == day => month,
            _ => {
                let month = Month::parse(&month(time));
                self.last = Some((day, month));
                month
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_says_what_a_rows_month_says() {
        let mut calendar = Calendar::default();
        let mut random = fastrand::Rng::with_seed(7);
        let mut millis = 1_700_000_000_000;
        for _ in 0..10_000 {
            millis += random.i64(-40_000_000..60_000_000);
            let time = Timestamp::from_millis(millis);
            assert_eq!(calendar.month(time).to_string(), month(time));
        }
        for millis in [i64::MIN, -1, 0, i64::MAX] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(calendar.month(time).to_string(), month(time));
        }
    }
}
