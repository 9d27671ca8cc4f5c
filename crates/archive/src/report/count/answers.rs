//! How long people wait for an answer.

use super::super::model::{AnswerSpan, Answers};

/// Who waits longer than this, in milliseconds, waits for no answer any more: 12 hours.
const PATIENCE: i64 = 12 * 60 * 60 * 1000;

/// Spans of time that are shown, in seconds: where each begins, and the end of the last.
pub(super) const SPANS: [u64; 9] = [0, 10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200];

/// One message of a conversation whose answers are timed; ordered as they were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    pub(super) conversation: u32,
    pub(super) millis: i64,
    pub(super) seq: i64,
    pub(super) sender: u32,
}

/// Times answers: in each conversation, from somebody's first message to the next one of somebody else.
#[derive(Debug)]
pub(super) struct Timing {
    /// Of a user's report, the user: what others answered is counted apart.
    user: Option<u32>,
    /// Who waits in each conversation, and since when.
    waiting: Vec<Option<(u32, i64)>>,
    given: Histogram,
    received: Histogram,
}

impl Timing {
    pub(super) fn new(user: Option<u32>) -> Self {
        Self {
            user,
            waiting: Vec::new(),
            given: Histogram::new(),
            received: Histogram::new(),
        }
    }

    /// Takes messages: none of a conversation's may have been sent before those taken earlier.
    pub(super) fn take(&mut self, turns: &mut [Turn]) {
        turns.sort_unstable();
        for turn in &*turns {
            self.turn(turn);
        }
    }

    fn turn(&mut self, turn: &Turn) {
        let at = turn.conversation as usize;
        if self.waiting.len() <= at {
            self.waiting.resize(at + 1, None);
        }
        let now = Some((turn.sender, turn.millis));
        let Some((who, since)) = self.waiting[at] else {
            self.waiting[at] = now;
            return;
        };
        let took = turn.millis.saturating_sub(since);
        if who == turn.sender {
            // Asked again after all patience was lost: waits anew.
            if took > PATIENCE {
                self.waiting[at] = now;
            }
            return;
        }
        if took <= PATIENCE {
            let is_received = self.user.is_some_and(|user| user != turn.sender);
            let histogram = if is_received {
                &mut self.received
            } else {
                &mut self.given
            };
            histogram.put(took);
        }
        self.waiting[at] = now;
    }

    pub(super) fn finish(&self) -> Vec<Answers> {
        match self.user {
            None => vec![self.given.finish("all")],
            Some(_) => vec![self.given.finish("given"), self.received.finish("received")],
        }
    }
}

/// How many answers took how many whole seconds.
#[derive(Debug)]
struct Histogram {
    seconds: Vec<u64>,
}

impl Histogram {
    fn new() -> Self {
        let longest = usize::try_from(PATIENCE / 1000).unwrap_or_default();
        Self {
            seconds: vec![0; longest + 1],
        }
    }

    fn put(&mut self, millis: i64) {
        let second = usize::try_from(millis / 1000).unwrap_or_default();
        if let Some(count) = self.seconds.get_mut(second) {
            *count += 1;
        }
    }

    fn finish(&self, of: &str) -> Answers {
        let count: u64 = self.seconds.iter().sum();
        // The least second that at least so many of a hundred do not exceed.
        let within = |percent: u64| {
            let wanted = (count * percent).div_ceil(100);
            let mut so_far = 0;
            let found = self.seconds.iter().position(|count| {
                so_far += count;
                so_far >= wanted
            });
            found.map(|second| second as u64).filter(|_| count > 0)
        };
        let spread = SPANS.windows(2).map(|span| {
            let (from, to) = (span[0], span[1]);
            let is_last = Some(&to) == SPANS.last();
            let behind = if is_last { to + 1 } else { to };
            let of_span = self.seconds.iter().enumerate();
            let of_span = of_span.filter(|(second, _)| (from..behind).contains(&(*second as u64)));
            AnswerSpan {
                from_seconds: from,
                to_seconds: to,
                count: of_span.map(|(_, count)| count).sum(),
            }
        });
        Answers {
            of: of.to_owned(),
            count,
            median_seconds: within(50),
            p90_seconds: within(90),
            spread: spread.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    fn timed(user: Option<u32>, turns: &[(u32, i64)]) -> Vec<Answers> {
        let mut timing = Timing::new(user);
        let mut turns: Vec<Turn> = turns
            .iter()
            .zip(1..)
            .map(|((sender, millis), seq)| Turn {
                conversation: 0,
                millis: *millis,
                seq,
                sender: *sender,
            })
            .collect();
        turns.reverse();
        timing.take(&mut turns);
        timing.finish()
    }

    #[test]
    fn an_answer_is_timed_from_the_first_of_the_messages_it_answers() {
        let turns = [(1, 0), (1, 4_000), (2, 9_999), (2, 12_000), (1, 70_000)];
        let [all] = &timed(None, &turns)[..] else {
            panic!("one");
        };
        // 9.999 s and 60.001 s.
        assert_eq!(
            (all.count, all.median_seconds, all.p90_seconds),
            (2, Some(9), Some(60))
        );
        let counts: Vec<u64> = all.spread.iter().map(|span| span.count).collect();
        assert_eq!(counts, [1, 0, 1, 0, 0, 0, 0, 0]);
        let of_user = timed(Some(1), &turns);
        assert_eq!(of_user[0].median_seconds, Some(60));
        assert_eq!(of_user[1].median_seconds, Some(9));
    }

    #[test]
    fn nobody_waits_longer_than_twelve_hours() {
        let turns = [
            (1, 0),
            (2, 12 * HOUR),
            (1, 24 * HOUR + 1),
            (1, 36 * HOUR + 2),
            (2, 37 * HOUR),
        ];
        let [all] = &timed(None, &turns)[..] else {
            panic!("one");
        };
        // The first answer just in time, the second not, and the third to a question asked again.
        assert_eq!(all.count, 2);
        assert_eq!(all.spread.last().map(|span| span.count), Some(1));
        assert_eq!(all.median_seconds, Some(3_599));
        let none = &timed(None, &[(1, 0), (1, 1)])[0];
        assert_eq!((none.count, none.median_seconds), (0, None));
    }
}
