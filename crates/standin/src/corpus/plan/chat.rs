//! One chat: who takes part, how it grows, what is taken away from it again.

use std::ops::Range;

use super::clock::waking;
use super::corpus::Corpus;
use crate::corpus::dice::{Dice, Purpose};
use crate::corpus::people;
use crate::corpus::text;

const DAY: u64 = 86_400_000;

/// What kind of chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatKind {
    /// Two users, or one with himself.
    Single,
    /// A group.
    Group,
    /// The notification account and a user.
    Notice,
}

/// A chat, as it can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedConversation {
    /// Its conversation id.
    pub id: String,
    /// What kind it is.
    pub kind: ChatKind,
    /// Who has a row of it, members who left included.
    pub owners: Vec<String>,
    /// The newest number given out in it.
    pub last_seq: u64,
    /// The lowest number that may be read by anybody; 0 for no bound.
    pub min_seq: u64,
}

/// A member who left.
#[derive(Clone, Copy, Debug)]
pub(in crate::corpus) struct Leaver {
    /// Where in the list of members.
    pub(in crate::corpus) position: usize,
    /// The number of the message that says so, the last this member sees.
    pub(in crate::corpus) seq: u64,
}

/// A group.
#[derive(Clone, Debug)]
pub(in crate::corpus) struct GroupPlan {
    pub(in crate::corpus) id: String,
    pub(in crate::corpus) name: String,
    pub(in crate::corpus) dismissed: bool,
    pub(in crate::corpus) leavers: Vec<Leaver>,
}

/// Everything about one chat but its messages.
#[derive(Clone, Debug)]
pub(in crate::corpus) struct Plan {
    pub(in crate::corpus) index: u64,
    pub(in crate::corpus) kind: ChatKind,
    /// How many chats of this kind come before.
    pub(in crate::corpus) ordinal: u64,
    pub(in crate::corpus) id: String,
    pub(in crate::corpus) log_id: String,
    /// Indices of people; the first of a group is its owner. One, where somebody writes to himself
    /// or gets notices.
    pub(in crate::corpus) members: Vec<usize>,
    pub(in crate::corpus) group: Option<GroupPlan>,
    /// How many messages are sent.
    pub(in crate::corpus) messages: u64,
    /// Behind which message numbers are unused, and how many.
    gap: (u64, u64),
    /// Blocks thrown away.
    pub(in crate::corpus) purged: Range<u64>,
    /// Where `seq.min_seq` stands.
    pub(in crate::corpus) min_seq: u64,
    /// Whether it stands there because the chat was cleared for everybody.
    pub(in crate::corpus) cleared: bool,
    /// A member's own lower bound.
    pub(in crate::corpus) own_min_seq: Option<(usize, u64)>,
    /// How far each member has read.
    pub(in crate::corpus) read: Vec<u64>,
    from: u64,
    step: u64,
}

impl Plan {
    pub(super) fn new(corpus: &Corpus, index: usize, messages: u64) -> Self {
        let options = corpus.options();
        let index = index as u64;
        let mut dice = Dice::new(options.seed, Purpose::Plan, index, 0);
        let (kind, ordinal) = kind_of(index, corpus);
        let (members, group_id) = members_of(kind, ordinal, corpus);
        let names: Vec<&str> = members
            .iter()
            .map(|m| corpus.person(*m).id.as_str())
            .collect();
        let (id, log_id) = conversation_ids(kind, &names, &group_id);
        let rates = options.rates;

        let gap = if messages >= 10 && dice.happens(rates.gaps, 100) {
            (1 + dice.below(messages - 1), 20 + dice.below(130))
        } else {
            (messages, 0)
        };
        let last_seq = messages + gap.1;
        let (purged, mut min_seq) = purge(&mut dice, last_seq, ordinal > 0, rates.purged);
        let cleared = dice.happens(rates.cleared, 100);
        if cleared {
            min_seq = min_seq.max(2 + dice.below(last_seq));
        }
        let own_min_seq = dice
            .happens(rates.cleared_for_one, 100)
            .then(|| (dice.index(members.len()), 2 + dice.below(last_seq)));
        let read = members
            .iter()
            .map(|_| match dice.below(10) {
                0..6 => last_seq,
                6..9 => dice.below(last_seq + 1),
                _ => 0,
            })
            .collect();
        let (from, step) = pace(&mut dice, index, messages, options.start, options.days);
        let mut plan = Self {
            index,
            kind,
            ordinal,
            id,
            log_id,
            members,
            group: None,
            messages,
            gap,
            purged,
            min_seq,
            cleared,
            own_min_seq,
            read,
            from,
            step,
        };
        if kind == ChatKind::Group {
            plan.group = Some(plan.group(corpus, group_id, &mut dice));
        }
        plan
    }

    fn group(&self, corpus: &Corpus, id: String, dice: &mut Dice) -> GroupPlan {
        let rates = corpus.options().rates;
        let dismissed = self.messages > 1 && dice.happens(rates.dismissed, 100);
        let mut leavers: Vec<Leaver> = Vec::new();
        // The owner stays, and so does the first user of a corpus that says so.
        let stays = |position: usize| {
            position == 0 || (corpus.options().hub && self.members[position] == 0)
        };
        if self.messages >= 20 && dice.happens(rates.left, 100) {
            for _ in 0..=dice.below(2) {
                let position = dice.index(self.members.len());
                let seq = self.seq_of(3 + dice.below(self.messages - 4));
                let known = |l: &Leaver| l.position == position || l.seq == seq;
                if !stays(position) && !leavers.iter().any(known) {
                    leavers.push(Leaver { position, seq });
                }
            }
        }
        let name = format!("{}{}", dice.pick(text::GROUP_TOPICS), 1 + self.ordinal);
        GroupPlan {
            id,
            name,
            dismissed,
            leavers,
        }
    }

    /// Returns the newest number given out.
    pub(in crate::corpus) fn last_seq(&self) -> u64 {
        self.messages + self.gap.1
    }

    /// Returns how many blocks there are, purged ones included.
    pub(in crate::corpus) fn blocks(&self) -> u64 {
        self.last_seq().div_ceil(100)
    }

    /// Returns the number of the n-th message, counted from 1.
    pub(in crate::corpus) fn seq_of(&self, number: u64) -> u64 {
        if number > self.gap.0 {
            number + self.gap.1
        } else {
            number
        }
    }

    /// Returns which message has the number, if one has.
    pub(in crate::corpus) fn message_at(&self, seq: u64) -> Option<u64> {
        let (after, len) = self.gap;
        match seq {
            0 => None,
            seq if seq <= after => Some(seq),
            seq if seq <= after + len || seq > self.last_seq() => None,
            seq => Some(seq - len),
        }
    }

    /// Returns when the n-th message was sent; `jitter` is anything.
    pub(in crate::corpus) fn time_of(&self, number: u64, jitter: u64) -> i64 {
        let instant = self.from + self.step * (number - 1) + jitter % self.step;
        i64::try_from(waking(instant)).unwrap_or(i64::MAX)
    }

    /// Returns when it began.
    pub(in crate::corpus) fn begin(&self) -> i64 {
        i64::try_from(self.from.saturating_sub(DAY)).unwrap_or(i64::MAX)
    }

    /// Returns the number from which on a member is no longer there.
    pub(in crate::corpus) fn left_at(&self, position: usize) -> Option<u64> {
        let leavers = self.group.as_ref().map_or(&[][..], |group| &group.leavers);
        leavers
            .iter()
            .find(|leaver| leaver.position == position)
            .map(|leaver| leaver.seq)
    }

    /// Returns what OpenIM calls `sessionType`.
    pub(in crate::corpus) fn session_type(&self) -> i32 {
        match self.kind {
            ChatKind::Single => 1,
            ChatKind::Group => 3,
            ChatKind::Notice => 4,
        }
    }

    pub(super) fn describe(self, corpus: &Corpus) -> GeneratedConversation {
        let owner = |member: &usize| corpus.person(*member).id.clone();
        GeneratedConversation {
            owners: self.members.iter().map(owner).collect(),
            last_seq: self.last_seq(),
            min_seq: self.min_seq,
            kind: self.kind,
            id: self.id,
        }
    }
}

/// Spreads the kinds evenly over the chats, so that there are long ones of each.
fn kind_of(index: u64, corpus: &Corpus) -> (ChatKind, u64) {
    let options = corpus.options();
    let (all, groups, notices) = (options.conversations, options.groups, options.notices);
    let groups_before = index * groups / all;
    if (index + 1) * groups / all > groups_before {
        return (ChatKind::Group, groups_before);
    }
    let rest = all - groups;
    let (at, next) = (index - groups_before, index - groups_before + 1);
    let notices_before = at * notices / rest;
    if next * notices / rest > notices_before {
        return (ChatKind::Notice, notices_before);
    }
    (ChatKind::Single, at - notices_before)
}

/// Returns who takes part, and the id of a group.
fn members_of(kind: ChatKind, ordinal: u64, corpus: &Corpus) -> (Vec<usize>, String) {
    let options = corpus.options();
    let users = options.users;
    let as_index = |user: u64| usize::try_from(user).unwrap_or(0);
    let mut dice = Dice::new(options.seed, Purpose::Group, ordinal, kind as u64);
    match kind {
        ChatKind::Notice => (vec![as_index(ordinal)], String::new()),
        ChatKind::Single if options.hub => (vec![0, as_index(ordinal + 1)], String::new()),
        // Now and then somebody writes to himself.
        ChatKind::Single if ordinal % 50 == 49 && ordinal / 50 < users => {
            (vec![as_index(ordinal / 50)], String::new())
        }
        ChatKind::Single => {
            let first = ordinal % users;
            let second = (first + 1 + ordinal / users) % users;
            (vec![as_index(first), as_index(second)], String::new())
        }
        ChatKind::Group => {
            let most = if dice.happens(1, 20) { 300 } else { 50 };
            let size = 3 + dice.below(most.min(users) - 2);
            let start = dice.below(users);
            let mut stride = 1 + dice.below(users);
            // A stride without a divisor in common with `users` meets everybody once.
            while gcd(stride, users) != 1 {
                stride += 1;
            }
            let mut members: Vec<usize> = (0..size)
                .map(|n| as_index((start + n * stride) % users))
                .collect();
            if options.hub && !members.contains(&0) {
                let last = members.len() - 1;
                members[last] = 0;
            }
            let id = if dice.happens(3, 4) {
                format!("{}", 2_000_000_000 + ordinal * 7)
            } else {
                format!("grp_{ordinal}")
            };
            (members, id)
        }
    }
}

fn conversation_ids(kind: ChatKind, names: &[&str], group: &str) -> (String, String) {
    let notifier = people::notifier();
    let (prefix, rest) = match kind {
        ChatKind::Group => ("sg", group.to_owned()),
        ChatKind::Single => ("si", pair(names[0], names[names.len() - 1])),
        ChatKind::Notice => ("sn", pair(names[0], &notifier.id)),
    };
    (format!("{prefix}_{rest}"), format!("n_{rest}"))
}

/// Joins two ids the way OpenIM does: in bytewise order.
fn pair(a: &str, b: &str) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    format!("{first}_{second}")
}

/// Decides which blocks are thrown away, and the bound that leaves behind. Retention picks blocks
/// at random, so that an older one may survive below the bound.
fn purge(dice: &mut Dice, last_seq: u64, may: bool, rate: u32) -> (Range<u64>, u64) {
    let blocks = last_seq.div_ceil(100);
    if !may || blocks <= 3 || !dice.happens(rate, 100) {
        return (0..0, 0);
    }
    let first = u64::from(dice.happens(1, 5));
    let end = first + 1 + dice.below(blocks / 2);
    (first..end, end * 100 + 1)
}

/// Returns when the chat begins and the milliseconds from one message to the next.
fn pace(dice: &mut Dice, index: u64, messages: u64, start: i64, days: u32) -> (u64, u64) {
    let start = u64::try_from(start).unwrap_or(0);
    let span = u64::from(days) * DAY;
    // The longest chats go on all the time, others begin and end somewhere in between.
    let from = if index < 3 { 0 } else { dice.below(span) };
    let left = span - from;
    let used = if index < 3 {
        left
    } else {
        left - dice.below(left / 2 + 1)
    };
    (start + from, (used / messages).max(1))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
