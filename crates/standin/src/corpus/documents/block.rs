//! The blocks of a chat.

use super::raw::{Block, SlotState};
use crate::corpus::content::{LogEntry, Message, showcase_len};
use crate::corpus::dice::{Dice, Purpose};
use crate::corpus::plan::{ChatKind, Corpus, Plan};
use crate::corpus::summary::CorpusSummary;

/// How many slots a block has.
pub(super) const SLOTS: u64 = 100;

/// How many numbers one receipt names at most.
const RECEIPT: usize = 5;

/// A block, and what its messages add to the log.
pub(super) struct ChatBlock {
    pub(super) block: Block,
    /// About the send time of its first message.
    pub(super) time: i64,
    pub(super) log: Vec<LogEntry>,
}

/// What became of a message after it was sent.
enum Fate {
    Emptied,
    Revoked,
    DeletedForOne,
    Kept,
}

/// Makes a block of a chat, counting what it holds.
pub(super) fn chat_block(
    corpus: &Corpus,
    plan: &Plan,
    number: u64,
    summary: &mut CorpusSummary,
) -> ChatBlock {
    let first = number * SLOTS + 1;
    let oldest = (first..first + SLOTS).find_map(|seq| plan.message_at(seq));
    let mut maker = BlockMaker {
        corpus,
        plan,
        dice: Dice::new(corpus.seed(), Purpose::Fate, plan.index, number),
        summary,
        made: ChatBlock {
            block: Block::new(&plan.id, number),
            time: oldest.map_or(plan.begin(), |message| plan.time_of(message, 0)),
            log: Vec::new(),
        },
        reader: None,
        read: Vec::new(),
    };
    for seq in first..first + SLOTS {
        match plan.message_at(seq) {
            Some(number) => maker.sent(number),
            None => maker.unused(seq),
        }
    }
    maker.finish()
}

struct BlockMaker<'a> {
    corpus: &'a Corpus,
    plan: &'a Plan,
    dice: Dice,
    summary: &'a mut CorpusSummary,
    made: ChatBlock,
    /// The first member seen to have read something of this block, and what.
    reader: Option<usize>,
    read: Vec<i64>,
}

impl<'a> BlockMaker<'a> {
    fn unused(&mut self, seq: u64) {
        self.summary.unused += u64::from(seq <= self.plan.last_seq());
        self.made.block.padding();
    }

    fn sent(&mut self, number: u64) {
        let (corpus, plan) = (self.corpus, self.plan);
        let message = Message::new(corpus, plan, number);
        let mut state = SlotState::default();
        match self.fate(number, &message) {
            Fate::Emptied => return self.emptied(&message),
            Fate::Revoked => self.revoked(&message, &mut state),
            Fate::DeletedForOne => {
                let position = self.dice.index(plan.members.len());
                state.deleted_by = Some(&corpus.person(plan.members[position]).id);
                self.summary.deleted_for_one += 1;
            }
            Fate::Kept => {}
        }
        state.is_read = self.is_read(&message);
        self.summary.stored(message.content_type);
        self.summary.messages += 1;
        self.made.block.message(&message, &state);
    }

    fn fate(&mut self, number: u64, message: &Message<'_>) -> Fate {
        let rates = self.corpus.options().rates;
        // One message of each type stays, and so do the lines of a group's life.
        let shown = self.plan.ordinal == 0 && number <= showcase_len(self.plan.kind) + 1;
        if shown || message.content_type > 1400 {
            return Fate::Kept;
        }
        let point = self.dice.below(10_000);
        let mut bound = 0;
        for (rate, fate) in [
            (rates.emptied, Fate::Emptied),
            (rates.revoked, Fate::Revoked),
            (rates.deleted_for_one, Fate::DeletedForOne),
        ] {
            bound += u64::from(rate);
            if point < bound {
                // An account nobody is behind revokes nothing.
                let is_notice = self.plan.kind == ChatKind::Notice;
                return match fate {
                    Fate::Revoked if is_notice => Fate::DeletedForOne,
                    fate => fate,
                };
            }
        }
        Fate::Kept
    }

    fn emptied(&mut self, message: &Message<'_>) {
        let read_later = self.dice.happens(1, 8);
        let position = self.dice.index(self.plan.members.len());
        let time = self.later(message);
        let entry = LogEntry::deleted(self.corpus, self.plan, message.seq, position, time);
        self.made.log.push(entry);
        self.made.block.emptied(read_later);
        self.summary.emptied += 1;
    }

    /// Revokes by the sender or, in a group, now and then by its owner.
    fn revoked(&mut self, message: &Message<'_>, state: &mut SlotState<'a>) {
        let (corpus, plan) = (self.corpus, self.plan);
        let is_group = plan.kind == ChatKind::Group;
        let position = if is_group && self.dice.happens(1, 4) {
            0
        } else {
            self.position_of(message.send_id).unwrap_or(0)
        };
        let role = match position {
            _ if !is_group => 0,
            0 => 100,
            _ => 20,
        };
        let who = corpus.person(plan.members[position]);
        let time = self.later(message);
        state.revoke = Some((role, &who.id, &who.nickname, time));
        let entry = LogEntry::revoked(corpus, plan, message, position, time);
        self.made.log.push(entry);
        self.summary.revoked += 1;
    }

    /// Whether the one a message of two was meant for has read it.
    fn is_read(&mut self, message: &Message<'_>) -> bool {
        if self.plan.kind != ChatKind::Single || self.plan.members.len() < 2 {
            return false;
        }
        let Some(reader) = self.position_of(message.recv_id) else {
            return false;
        };
        let seq = message.seq;
        let is_read = i64::try_from(self.plan.read[reader]).is_ok_and(|read| seq <= read);
        if is_read && self.read.len() < RECEIPT && *self.reader.get_or_insert(reader) == reader {
            self.read.push(seq);
        }
        is_read
    }

    fn position_of(&self, user: &str) -> Option<usize> {
        let is_user = |member: &usize| self.corpus.person(*member).id == user;
        self.plan.members.iter().position(is_user)
    }

    fn later(&mut self, message: &Message<'_>) -> i64 {
        message.send_time + 1_000 + i64::try_from(self.dice.below(110_000)).unwrap_or(0)
    }

    fn finish(mut self) -> ChatBlock {
        if let Some(reader) = self.reader {
            let time = self.made.time + 60_000;
            let entry = LogEntry::read(self.corpus, self.plan, &self.read, reader, time);
            self.made.log.push(entry);
        }
        self.made
    }
}
