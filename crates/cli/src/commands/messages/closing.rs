//! What is said behind the messages: where they came from, what is missing, how to go on.

use openim_history_client::client::{MessageQuery, Selection};
use openim_history_client::model::{Bounds, HoleCause, Lang, Seq, SeqRange, Slot, Timestamp};
use openim_history_client::source::{Origin, View};

use crate::error::{CommandError, Result};
use crate::numbers::thousands;
use crate::seqs;
use crate::time::just_after;
use crate::words::{self, Thing};

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

/// How a reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With all that was asked for.
    Whole,
    /// With the rest unread.
    BrokenOff,
    /// By the user.
    Interrupted,
}

impl End {
    pub(super) fn of(ended: &Result) -> Self {
        match ended {
            Ok(()) => Self::Whole,
            Err(CommandError::Interrupted) => Self::Interrupted,
            Err(_) => Self::BrokenOff,
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
    /// In how many conversations looking back for a time stopped before their beginning.
    pub(super) stopped_in: u64,
    /// How it ended.
    pub(super) end: End,
    pub(super) lang: Lang,
}

impl Closing<'_> {
    /// Returns what the user is told, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.source()];
        lines.extend(self.holes());
        match self.end {
            End::Whole => {
                lines.extend(self.outside());
                lines.extend(self.cut());
                lines.extend(self.stopped());
            }
            End::BrokenOff => lines.extend(self.not_the_newest()),
            End::Interrupted => {}
        }
        lines
    }

    fn source(&self) -> String {
        let lang = self.lang;
        let messages = match self.tally.messages {
            0 => Thing::Message.none(lang),
            some => Thing::Message.count(some, lang),
        };
        let conversations = || Thing::Conversation.count(self.bounds.len() as u64, lang);
        let of = match (&self.query.selection, self.bounds, lang) {
            (Selection::User(user), _, Lang::En) => format!("{} of {user}", conversations()),
            (Selection::User(user), _, Lang::Zh) => format!("{user} 的 {}", conversations()),
            (_, [one], _) => one.conversation_id.to_string(),
            _ => conversations(),
        };
        let what = match lang {
            Lang::En => format!("{messages} of {of}"),
            Lang::Zh => format!("{of}：{messages}"),
        };
        let eyes = match (self.view, lang) {
            (View::Full, Lang::En) => "seen in full".to_owned(),
            (View::Full, Lang::Zh) => "完整视图".to_owned(),
            (View::As(user), Lang::En) => format!("seen as {user}"),
            (View::As(user), Lang::Zh) => format!("{user} 的视图"),
        };
        let seen = words::with(&what, &eyes, lang);
        words::with(&seen, &words::from(self.origin, lang), lang)
    }

    fn holes(&self) -> Option<String> {
        let tally = self.tally;
        let holes = match (tally.holes, self.lang) {
            (0, _) => return None,
            (1, Lang::En) => "1 number holds no message".to_owned(),
            (many, Lang::En) => format!("{} numbers hold no message", thousands(many)),
            (many, Lang::Zh) => format!("{} 个序号没有消息", thousands(many)),
        };
        let causes = [
            (tally.emptied, "deleted for everybody", "已为所有人删除"),
            (tally.never_stored, "never stored", "从未存储"),
            (
                tally.no_block,
                "gone with their whole block",
                "随整块一起消失",
            ),
        ];
        let causes: Vec<_> = causes
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, english, chinese)| match self.lang {
                Lang::En => format!("{} {english}", thousands(number)),
                Lang::Zh => format!("{} 个{chinese}", thousands(number)),
            })
            .collect();
        Some(match (causes.is_empty(), self.lang) {
            (true, _) => holes,
            (false, Lang::En) => format!("{holes}: {}", causes.join(", ")),
            (false, Lang::Zh) => format!("{holes}：{}", causes.join("，")),
        })
    }

    /// Says which of the numbers asked for there are not, and which there are.
    fn outside(&self) -> Option<String> {
        let ([only], Some(asked)) = (self.bounds, self.query.options.seqs) else {
            return None;
        };
        let (id, range) = (&only.conversation_id, only.range);
        if range.is_empty() {
            return Some(match self.lang {
                Lang::En => format!("{id} holds no numbers"),
                Lang::Zh => format!("{id} 没有任何序号"),
            });
        }
        if self.within(only).is_empty() {
            let asked = seqs::show(asked);
            return Some(match self.lang {
                Lang::En => format!("{id} holds the numbers {range}, not {asked}"),
                Lang::Zh => format!("{id} 的序号为 {range}，不含 {asked}"),
            });
        }
        let below = SeqRange::new(asked.first, range.first.previous());
        let above = SeqRange::new(range.last.next(), asked.last);
        // What has no end asks for whatever there is.
        let above = Some(above).filter(|above| above.last != Seq(i64::MAX));
        let outside: Vec<String> = [Some(below), above]
            .into_iter()
            .flatten()
            .filter(|outside| !outside.is_empty())
            .map(seqs::show)
            .collect();
        if outside.is_empty() {
            return None;
        }
        Some(match self.lang {
            Lang::En => format!(
                "{id} holds the numbers {range}, not {}",
                outside.join(" and ")
            ),
            Lang::Zh => format!("{id} 的序号为 {range}，不含 {}", outside.join(" 和 ")),
        })
    }

    /// Says where reading stopped because everything was too old for a while.
    fn stopped(&self) -> Option<String> {
        let after = self.query.options.lookback?;
        let after = thousands(after);
        Some(match (self.stopped_in, self.lang) {
            (0, _) => return None,
            (1, Lang::En) => format!(
                "looking back stopped after {after} numbers in a row that are too old; --exact \
                 reads on"
            ),
            (1, Lang::Zh) => format!("连续 {after} 个序号都过早，已停止向前查找；用 --exact 继续"),
            (many, Lang::En) => format!(
                "looking back stopped in {} after {after} numbers in a row that are too old; \
                 --exact reads on",
                Thing::Conversation.count(many, self.lang)
            ),
            (many, Lang::Zh) => format!(
                "{}中连续 {after} 个序号都过早，已停止向前查找；用 --exact 继续",
                Thing::Conversation.count(many, self.lang)
            ),
        })
    }

    /// Says that some of the newest may be missing between those shown: across conversations they
    /// are looked for in all at once, not from the newest down.
    fn not_the_newest(&self) -> Option<String> {
        let options = &self.query.options;
        let is_search = options.seqs.is_none() && options.time.is_all() && self.bounds.len() > 1;
        options.last.filter(|_| is_search)?;
        Some(match self.lang {
            Lang::En => "what was not read may hold messages that belong among these".to_owned(),
            Lang::Zh => "未读取的部分可能含有应在其中的消息".to_owned(),
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
            return Some(match self.lang {
                Lang::En => format!(
                    "the newest {shown} shown; --last {twice} shows more, if there are more; \
                     without --last all are shown and counted"
                ),
                Lang::Zh => format!(
                    "显示了最新的 {shown} 条；如果还有，用 --last {twice} 显示更多；不加 --last \
                     则显示全部并计数"
                ),
            });
        }
        if let [only] = self.bounds {
            let within = self.within(only);
            let rest = SeqRange::new(within.first, lowest.previous());
            if rest.is_empty() {
                return None;
            }
            let next = seqs::show(rest.newest(last as u64));
            let most = thousands(most);
            return Some(match self.lang {
                Lang::En => format!(
                    "{shown} of at most {most} shown; --last {twice} or --seq {next} shows more"
                ),
                Lang::Zh => format!(
                    "至多 {most} 条，显示了 {shown} 条；用 --last {twice} 或 --seq {next} 显示更多"
                ),
            });
        }
        if most <= self.tally.messages {
            return None;
        }
        // One millisecond is read again: others may have been sent in it.
        let until = just_after(self.tally.oldest?);
        let most = thousands(most);
        Some(match self.lang {
            Lang::En => format!(
                "{shown} of at most {most} shown; --last {twice}, or --last {last} --until {until}, \
                 shows more"
            ),
            Lang::Zh => format!(
                "至多 {most} 条，显示了 {shown} 条；用 --last {twice}，或 --last {last} --until \
                 {until} 显示更多"
            ),
        })
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

    /// What is said in English, and behind it in Chinese.
    fn said(query: &MessageQuery, bounds: &[Bounds], slots: &[Slot]) -> String {
        let said = [Lang::En, Lang::Zh].map(|lang| said_in(lang, query, bounds, slots));
        said.join("\n")
    }

    fn said_in(lang: Lang, query: &MessageQuery, bounds: &[Bounds], slots: &[Slot]) -> String {
        let mut tally = Tally::default();
        slots.iter().for_each(|slot| tally.count(slot));
        let view = View::As("alice".into());
        let closing = Closing {
            query,
            view: &view,
            bounds,
            origin: Origin::Api,
            tally: &tally,
            stopped_in: 0,
            end: End::Whole,
            lang,
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
        si_alice_bob：50 条消息，alice 的视图，来自 REST API
        至多 1,234 条，显示了 50 条；用 --last 100 或 --seq 1135..1184 显示更多
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
        si_alice_bob：50 条消息，alice 的视图，来自 REST API
        至多 55 条，显示了 50 条；用 --last 100 或 --seq 1180..1184 显示更多
        ");
    }

    #[test]
    fn what_is_all_there_promises_no_more() {
        let slots = [message(1), hole(2, HoleCause::Placeholder), message(3)];
        insta::assert_snapshot!(said(&pair().last(2), &[bounds("si_alice_bob", 1, 3)], &slots), @r"
        2 messages of si_alice_bob, seen as alice, from the REST API
        1 number holds no message
        si_alice_bob：2 条消息，alice 的视图，来自 REST API
        1 个序号没有消息
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
        si_alice_bob：1 条消息，alice 的视图，来自 REST API
        4 个序号没有消息：2 个已为所有人删除，1 个从未存储，1 个随整块一起消失
        ");
    }

    #[test]
    fn numbers_that_are_not_there_name_those_that_are() {
        let mut query = pair();
        query.options.seqs = Some(SeqRange::new(5000, i64::MAX));
        insta::assert_snapshot!(said(&query, &[bounds("si_alice_bob", 1, 1234)], &[]), @r"
        no messages of si_alice_bob, seen as alice, from the REST API
        si_alice_bob holds the numbers 1..1234, not 5000..
        si_alice_bob：没有消息，alice 的视图，来自 REST API
        si_alice_bob 的序号为 1..1234，不含 5000..
        ");
    }

    #[test]
    fn numbers_partly_outside_are_told_at_either_end() {
        let mut query = pair();
        let there = [bounds("si_alice_bob", 101, 1234)];
        let slots: Vec<_> = (101..=1234).map(message).collect();
        let mut outside = |first: i64, last: i64| {
            query.options.seqs = Some(SeqRange::new(first, last));
            let said = said_in(Lang::En, &query, &there, &slots);
            said.split_once('\n').map(|(_, outside)| outside.to_owned())
        };
        for (first, last, expected) in [
            (101, 1234, None),
            (200, i64::MAX, None),
            (1, 1234, Some("1..100")),
            (100, i64::MAX, Some("100")),
            (1, 5000, Some("1..100 and 1235..5000")),
        ] {
            let expected = expected
                .map(|outside| format!("si_alice_bob holds the numbers 101..1234, not {outside}"));
            assert_eq!(outside(first, last), expected, "{first}..{last}");
        }
    }

    #[test]
    fn where_looking_back_stopped_is_counted() {
        let query = MessageQuery::new(Selection::User("alice".into()));
        let said = |stopped_in, lang| {
            let closing = Closing {
                query: &query,
                view: &View::As("alice".into()),
                bounds: &[bounds("si_alice_bob", 1, 9000), bounds("sg_1", 1, 9000)],
                origin: Origin::Api,
                tally: &Tally::default(),
                stopped_in,
                end: End::Whole,
                lang,
            };
            closing.lines().join("\n")
        };
        insta::assert_snapshot!([said(0, Lang::En), said(2, Lang::En), said(2, Lang::Zh)].join("\n"), @r"
        no messages of 2 conversations of alice, seen as alice, from the REST API
        no messages of 2 conversations of alice, seen as alice, from the REST API
        looking back stopped in 2 conversations after 2,000 numbers in a row that are too old; --exact reads on
        alice 的 2 个会话：没有消息，alice 的视图，来自 REST API
        2 个会话中连续 2,000 个序号都过早，已停止向前查找；用 --exact 继续
        ");
    }

    #[test]
    fn across_conversations_it_goes_on_by_time() {
        let query = MessageQuery::new(Selection::User("alice".into())).last(2);
        let several = [bounds("si_alice_bob", 1, 9), bounds("sg_1", 1, 1000)];
        insta::assert_snapshot!(said(&query, &several, &[message(8), message(9)]), @r"
        2 messages of 2 conversations of alice, seen as alice, from the REST API
        2 of at most 1,009 shown; --last 4, or --last 2 --until 2026-11-24T10:49:33.639Z, shows more
        alice 的 2 个会话：2 条消息，alice 的视图，来自 REST API
        至多 1,009 条，显示了 2 条；用 --last 4，或 --last 2 --until 2026-11-24T10:49:33.639Z 显示更多
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
        the newest 1 shown; --last 2 shows more, if there are more; without --last all are shown and counted
        si_alice_bob：1 条消息，alice 的视图，来自 REST API
        显示了最新的 1 条；如果还有，用 --last 2 显示更多；不加 --last 则显示全部并计数
        ");
    }
}
