//! Messages and different people of days, weeks and months.

use std::collections::{BTreeMap, HashSet};

use super::days::{monday, month};

/// Counts by day, week and month. Who was active is only remembered until [`Active::close`] says that nothing
/// earlier comes any more, so that memory does not grow with the length of the history.
#[derive(Debug, Default)]
pub(super) struct Active {
    pub(super) days: Periods,
    /// By the number of their Monday.
    pub(super) weeks: Periods,
    /// By [`month`].
    pub(super) months: Periods,
}

/// Stretches of time of one length.
#[derive(Debug, Default)]
pub(super) struct Periods {
    pub(super) counts: BTreeMap<i32, Count>,
    /// Who was seen in those that may still grow.
    seen: BTreeMap<i32, HashSet<u32>>,
}

/// What a stretch of time holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) messages: u64,
    pub(super) users: u64,
}

impl Active {
    /// Counts a message of a local day.
    pub(super) fn put(&mut self, day: i32, user: u32) {
        self.days.count(day).messages += 1;
        if self.days.see(day, user) {
            // Who was seen on this day before was seen in its week and month, too.
            self.weeks.see(monday(day), user);
            self.months.see(month(day), user);
        }
    }

    /// Forgets who was active in what ended before a day: nothing of it comes any more.
    pub(super) fn close(&mut self, before: i32) {
        self.days.close(before);
        self.weeks.close(monday(before));
        self.months.close(month(before));
    }

    /// Adds up weeks and months from their days.
    pub(super) fn finish(&mut self) {
        for (day, count) in &self.days.counts {
            self.weeks.count(monday(*day)).messages += count.messages;
            self.months.count(month(*day)).messages += count.messages;
        }
    }
}

impl Periods {
    fn count(&mut self, key: i32) -> &mut Count {
        self.counts.entry(key).or_default()
    }

    /// Notes that somebody was active, and returns whether that is news.
    fn see(&mut self, key: i32, user: u32) -> bool {
        let is_new = self.seen.entry(key).or_default().insert(user);
        self.count(key).users += u64::from(is_new);
        is_new
    }

    fn close(&mut self, before: i32) {
        self.seen = self.seen.split_off(&before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_once_in_each_day_week_and_month() {
        let mut active = Active::default();
        // Thursday and Friday of the first week, Monday of the next.
        for (day, user) in [(0, 1), (0, 1), (0, 2), (1, 1), (4, 1), (4, 3)] {
            active.put(day, user);
        }
        active.close(4);
        active.put(4, 1);
        active.finish();
        let shown = |periods: &Periods| {
            let counts = periods.counts.iter();
            counts
                .map(|(key, count)| (*key, count.messages, count.users))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&active.days), [(0, 3, 2), (1, 1, 1), (4, 3, 2)]);
        assert_eq!(shown(&active.weeks), [(-3, 4, 2), (4, 3, 2)]);
        assert_eq!(shown(&active.months), [(1970 * 12, 7, 3)]);
    }
}
