//! What is said behind the messages: where they came from, what is missing, how to go on.

use openim_history_client::client::{MessageQuery, Selection};
use openim_history_client::model::{Bounds, HoleCause, Seq, SeqRange, Slot, Timestamp};
use openim_history_client::source::{Origin, View};

use crate::numbers::{count, thousands};
use crate::seqs;
use crate::time::just_after;

/// What was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    messages: u64,
    holes: u64,
    emptied: u64,
    never_stored: u64,
    no_block: u64,
    lowest: Option<Seq>,
    oldest: Option<Timestamp>,
}

impl Tally {
    pub(super) fn count(&mut self, slot: &Slot) {
        let seq = slot.seq();
        self.lowest = Some(self.lowest.map_or(seq, |lowest| lowest.min(seq)));
        match slot {
            Slot::Message(message) => {
                self.messages += 1;
                let sent = message.send_time;
                self.oldest = Some(self.oldest.map_or(sent, |oldest| oldest.min(sent)));
            }
            Slot::Hole(hole) => {
                self.holes += 1;
                match hole.cause {
                    HoleCause::Emptied => self.emptied += 1,
                    HoleCause::NeverStored => self.never_stored += 1,
                    HoleCause::NoBlock => self.no_block += 1,
                    HoleCause::Placeholder => {}
                }
            }
        }
    }
}

/// A reading that has ended.
#[derive(Debug)]
pub(super) struct Closing<'a> {
    pub(super) query: &'a MessageQuery,
    pub(super) view: &'a View,
    pub(super) bounds: &'a [Bounds],
    pub(super) origin: Origin,
    pub(super) tally: &'a Tally,
    /// Whether nothing broke it off.
    pub(super) is_whole: bool,
}

impl Closing<'_> {
    /// Returns what the user is told, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.source()];
        lines.extend(self.holes());
        if self.is_whole {
            lines.extend(self.nothing_there());
            lines.extend(self.cut());
        }
        lines
    }

    fn source(&self) -> String {
        let messages = match self.tally.messages {
            0 => "no messages".to_owned(),
            some => count(some, "message"),
        };
        let of = match (&self.query.selection, self.bounds) {
            (Selection::User(user), bounds) => {
                let conversations = count(bounds.len() as u64, "conversation");
                format!("{conversations} of {user}")
            }
            (_, [one]) => one.conversation_id.to_string(),
            (_, several) => count(several.len() as u64, "conversation"),
        };
        let eyes = match self.view {
            View::Full => "seen in full".to_owned(),
            View::As(user) => format!("seen as {user}"),
        };
        format!("{messages} of {of}, {eyes}, from {}", self.origin)
    }

    fn holes(&self) -> Option<String> {
        let tally = self.tally;
        let holes = match tally.holes {
            0 => return None,
            1 => "1 number holds no message".to_owned(),
            many => format!("{} numbers hold no message", thousands(many)),
        };
        let causes: Vec<_> = [
            (tally.emptied, "deleted for everybody"),
            (tally.never_stored, "never stored"),
            (tally.no_block, "gone with their whole block"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, cause)| format!("{} {cause}", thousands(number)))
        .collect();
        Some(if causes.is_empty() {
            holes
        } else {
            format!("{holes}: {}", causes.join(", "))
        })
    }

    /// Says which numbers there are, where none of those asked for is among them.
    fn nothing_there(&self) -> Option<String> {
        let ([only], Some(seqs)) = (self.bounds, self.query.options.seqs) else {
            return None;
        };
        if !self.within(only).is_empty() {
            return None;
        }
        let asked = seqs::show(seqs);
        Some(match only.range.is_empty() {
            true => format!("{} holds no numbers", only.conversation_id),
            false => format!(
                "{} holds the numbers {}, not {asked}",
                only.conversation_id, only.range
            ),
        })
    }

    /// Says what a limit left out, and how to see it.
    fn cut(&self) -> Option<String> {
        let last = self.query.options.last?;
        if self.tally.messages < last as u64 {
            return None;
        }
        let lowest = self.tally.lowest?;
        let shown = thousands(self.tally.messages);
        let numbers: u64 = self.bounds.iter().map(|b| self.within(b).len()).sum();
        let most = numbers.saturating_sub(self.tally.holes);
        let twice = last.saturating_mul(2);
        if !self.query.options.time.is_all() {
            return Some(format!(
                "the newest {shown} shown; --last {twice} shows more, if there are more"
            ));
        }
        if let [only] = self.bounds {
            let within = self.within(only);
            let rest = SeqRange::new(within.first, lowest.previous());
            if rest.is_empty() {
                return None;
            }
            let next = seqs::show(rest.newest(last as u64));
            return Some(format!(
                "{shown} of at most {} shown; --last {twice} or --seq {next} shows more",
                thousands(most)
            ));
        }
        if most <= self.tally.messages {
            return None;
        }
        // One millisecond is read again: others may have been sent in it.
        let until = just_after(self.tally.oldest?);
        Some(format!(
            "{shown} of at most {} shown; --last {twice}, or --last {last} --until {until}, shows \
             more",
            thousands(most)
        ))
    }

    /// Returns the numbers asked for of those there are.
    fn within(&self, bounds: &Bounds) -> SeqRange {
        let seqs = self.query.options.seqs;
        seqs.map_or(bounds.range, |seqs| seqs.intersection(&bounds.range))
    }
}

#[cfg(test)]
mod tests {
    use openim_history_client::model::{Hole, Message, TimeRange};

    use super::*;

    fn message(seq: i64) -> Slot {
        Slot::Message(Message {
            seq: Seq(seq),
            send_time: Timestamp::from_millis(1_795_517_373_630 + seq),
            ..Message::default()
        })
    }

    fn hole(seq: i64, cause: HoleCause) -> Slot {
        Slot::Hole(Hole {
            conversation_id: "si_alice_bob".into(),
            seq: Seq(seq),
            cause,
        })
    }

    fn bounds(id: &str, first: i64, last: i64) -> Bounds {
        Bounds {
            conversation_id: id.into(),
            range: SeqRange::new(first, last),
        }
    }

    fn said(query: &MessageQuery, bounds: &[Bounds], slots: &[Slot]) -> String {
        let mut tally = Tally::default();
        slots.iter().for_each(|slot| tally.count(slot));
        let view = View::As("alice".into());
        let closing = Closing {
            query,
            view: &view,
            bounds,
            origin: Origin::Api,
            tally: &tally,
            is_whole: true,
        };
        closing.lines().join("\n")
    }

    fn pair() -> MessageQuery {
        MessageQuery::new(Selection::Conversation("si_alice_bob".into()))
    }

    #[test]
    fn a_cut_says_the_total_and_the_very_numbers_that_come_next() {
        let slots: Vec<_> = (1185..=1234).map(message).collect();
        let query = pair().last(50);
        insta::assert_snapshot!(said(&query, &[bounds("si_alice_bob", 1, 1234)], &slots), @r"
        50 messages of si_alice_bob, seen as alice, from the REST API
        50 of at most 1,234 shown; --last 100 or --seq 1135..1184 shows more
        ");
        let query = MessageQuery {
            options: openim_history_client::read::ReadOptions {
                seqs: Some(SeqRange::new(1180, 1234)),
                ..query.options
            },
            ..query
        };
        insta::assert_snapshot!(said(&query, &[bounds("si_alice_bob", 1, 1234)], &slots), @r"
        50 messages of si_alice_bob, seen as alice, from the REST API
        50 of at most 55 shown; --last 100 or --seq 1180..1184 shows more
        ");
    }

    #[test]
    fn what_is_all_there_promises_no_more() {
        let slots = [message(1), hole(2, HoleCause::Placeholder), message(3)];
        insta::assert_snapshot!(said(&pair().last(2), &[bounds("si_alice_bob", 1, 3)], &slots), @r"
        2 messages of si_alice_bob, seen as alice, from the REST API
        1 number holds no message
        ");
    }

    #[test]
    fn holes_are_told_by_cause() {
        let slots = [
            hole(1, HoleCause::NoBlock),
            hole(2, HoleCause::Emptied),
            hole(3, HoleCause::Emptied),
            hole(4, HoleCause::NeverStored),
            message(5),
        ];
        insta::assert_snapshot!(said(&pair(), &[bounds("si_alice_bob", 1, 5)], &slots), @r"
        1 message of si_alice_bob, seen as alice, from the REST API
        4 numbers hold no message: 2 deleted for everybody, 1 never stored, 1 gone with their whole block
        ");
    }

    #[test]
    fn numbers_that_are_not_there_name_those_that_are() {
        let mut query = pair();
        query.options.seqs = Some(SeqRange::new(5000, i64::MAX));
        insta::assert_snapshot!(said(&query, &[bounds("si_alice_bob", 1, 1234)], &[]), @r"
        no messages of si_alice_bob, seen as alice, from the REST API
        si_alice_bob holds the numbers 1..1234, not 5000..
        ");
    }

    #[test]
    fn across_conversations_it_goes_on_by_time() {
        let query = MessageQuery::new(Selection::User("alice".into())).last(2);
        let several = [bounds("si_alice_bob", 1, 9), bounds("sg_1", 1, 1000)];
        insta::assert_snapshot!(said(&query, &several, &[message(8), message(9)]), @r"
        2 messages of 2 conversations of alice, seen as alice, from the REST API
        2 of at most 1,009 shown; --last 4, or --last 2 --until 2026-11-24T10:49:33.639Z, shows more
        ");
    }

    #[test]
    fn a_span_of_time_does_not_know_its_total() {
        let mut query = pair().last(1);
        query.options.time = TimeRange {
            since: Some(Timestamp::from_millis(0)),
            until: None,
        };
        insta::assert_snapshot!(said(&query, &[bounds("si_alice_bob", 1, 9)], &[message(9)]), @r"
        1 message of si_alice_bob, seen as alice, from the REST API
        the newest 1 shown; --last 2 shows more, if there are more
        ");
    }
}
