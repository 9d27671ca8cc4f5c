//! The order documents come in, and what is counted meanwhile.

use std::collections::VecDeque;

use bson::RawDocumentBuf;
use bson::oid::ObjectId;

use super::log::{LogBlock, LogWriter};
use super::{block, rows};
use crate::corpus::content::{LogEntry, rare_entries};
use crate::corpus::dice::{Dice, Purpose};
use crate::corpus::people;
use crate::corpus::plan::{ChatKind, Corpus, Plan};
use crate::corpus::summary::CorpusSummary;

/// A collection of OpenIM's database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// Blocks of messages.
    Msg,
    /// A user's own rows of conversations.
    Conversation,
    /// Users.
    User,
    /// Groups.
    Group,
    /// Members of groups.
    GroupMember,
    /// Numbers given out for each conversation.
    Seq,
    /// Numbers each user has read.
    SeqUser,
}

impl Collection {
    /// Every collection there is.
    pub const ALL: [Self; 7] = [
        Self::Msg,
        Self::Conversation,
        Self::User,
        Self::Group,
        Self::GroupMember,
        Self::Seq,
        Self::SeqUser,
    ];

    /// Returns the name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Msg => "msg",
            Self::Conversation => "conversation",
            Self::User => "user",
            Self::Group => "group",
            Self::GroupMember => "group_member",
            Self::Seq => "seq",
            Self::SeqUser => "seq_user",
        }
    }
}

/// Makes the documents of a corpus: first the users, then chat after chat its blocks and rows.
///
/// Only the documents of one block, or the rows of one chat, are held at a time.
#[derive(Debug)]
pub struct Documents {
    corpus: Corpus,
    next_person: usize,
    next_chat: usize,
    chat: Option<OpenChat>,
    ready: VecDeque<(Collection, RawDocumentBuf)>,
    made: u64,
    summary: CorpusSummary,
}

/// A chat whose blocks are under way.
#[derive(Debug)]
struct OpenChat {
    plan: Plan,
    next_block: u64,
    log: LogWriter,
}

impl Documents {
    pub(in crate::corpus) fn new(corpus: Corpus) -> Self {
        let mut documents = Self {
            corpus,
            next_person: 0,
            next_chat: 0,
            chat: None,
            ready: VecDeque::new(),
            made: 0,
            summary: CorpusSummary::default(),
        };
        documents.accounts();
        documents
    }

    /// Returns the counts of what was made so far; of everything, once the iterator has ended.
    pub fn summary(&self) -> &CorpusSummary {
        &self.summary
    }

    fn accounts(&mut self) {
        let start = self.corpus.options().start;
        for account in [people::administrator(), people::notifier()] {
            let id = self.object_id(start);
            self.emit(Collection::User, rows::user(id, &account, 3, start));
        }
    }

    fn emit(&mut self, collection: Collection, document: RawDocumentBuf) {
        let summary = &mut self.summary;
        *match collection {
            Collection::Msg => &mut summary.blocks,
            Collection::Conversation => &mut summary.conversation_rows,
            Collection::User => &mut summary.users,
            Collection::Group => &mut summary.groups,
            Collection::GroupMember => &mut summary.group_members,
            Collection::Seq => &mut summary.seq_rows,
            Collection::SeqUser => &mut summary.seq_user_rows,
        } += 1;
        self.ready.push_back((collection, document));
    }

    /// Returns an id that sorts by the time of creation, as the server's do, and comes once.
    fn object_id(&mut self, time: i64) -> ObjectId {
        self.made += 1;
        let seconds = u32::try_from(time / 1_000).unwrap_or(0);
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        bytes[4..].copy_from_slice(&self.made.to_be_bytes());
        ObjectId::from_bytes(bytes)
    }

    /// Makes the next few documents; `false` where there are no more.
    fn advance(&mut self) -> bool {
        if let Some(person) = self.corpus.people().get(self.next_person).cloned() {
            self.next_person += 1;
            let created = self.corpus.options().start;
            let id = self.object_id(created);
            self.emit(Collection::User, rows::user(id, &person, 0, created));
            return true;
        }
        if let Some(mut chat) = self.chat.take() {
            if chat.next_block < chat.plan.blocks() {
                self.block(&mut chat);
                self.chat = Some(chat);
            } else {
                self.close(chat);
            }
            return true;
        }
        if self.next_chat == self.corpus.chats() {
            return false;
        }
        self.open(self.next_chat);
        self.next_chat += 1;
        true
    }

    fn open(&mut self, index: usize) {
        let mut chat = OpenChat {
            plan: self.corpus.plan(index),
            next_block: 0,
            log: LogWriter::default(),
        };
        self.summary.chats += 1;
        self.summary.numbers += chat.plan.last_seq();
        self.summary.cleared += u64::from(chat.plan.cleared);
        self.summary.cleared_for_one += u64::from(chat.plan.own_min_seq.is_some());
        if chat.plan.ordinal == 0 {
            for entry in rare_entries(&self.corpus, &chat.plan) {
                self.log(&mut chat, &entry);
            }
        }
        self.chat = Some(chat);
    }

    fn block(&mut self, chat: &mut OpenChat) {
        let number = chat.next_block;
        chat.next_block += 1;
        if chat.plan.purged.contains(&number) {
            let newest = chat.plan.last_seq().min((number + 1) * block::SLOTS);
            self.summary.purged += newest - number * block::SLOTS;
            return;
        }
        let made = block::chat_block(&self.corpus, &chat.plan, number, &mut self.summary);
        let id = self.object_id(made.time);
        self.emit(Collection::Msg, made.block.finish(id));
        for entry in &made.log {
            self.log(chat, entry);
        }
    }

    fn log(&mut self, chat: &mut OpenChat, entry: &LogEntry) {
        let full = chat
            .log
            .push(&self.corpus, &chat.plan, entry, &mut self.summary);
        if let Some(block) = full {
            self.log_block(block);
        }
    }

    fn log_block(&mut self, LogBlock { block, time }: LogBlock) {
        let id = self.object_id(time);
        self.emit(Collection::Msg, block.finish(id));
    }

    /// Makes the rows of a chat whose blocks are done.
    fn close(&mut self, mut chat: OpenChat) {
        if let Some(block) = chat.log.finish() {
            self.log_block(block);
        }
        let plan = &chat.plan;
        let time = plan.begin();
        let mut dice = Dice::new(self.corpus.seed(), Purpose::Row, plan.index, 0);
        self.group(plan, &mut dice);
        for position in 0..plan.members.len() {
            let id = self.object_id(time);
            let row = rows::conversation(id, &self.corpus, plan, position, &mut dice);
            self.emit(Collection::Conversation, row);
            let id = self.object_id(time);
            if let Some(row) = rows::seq_user(id, &self.corpus, plan, position) {
                self.emit(Collection::SeqUser, row);
            }
        }
        // The server reserves numbers in advance; how many are left over is chance.
        let ahead = if plan.kind == ChatKind::Group {
            100
        } else {
            50
        };
        let reserved = plan.last_seq() + dice.below(ahead);
        let id = self.object_id(time);
        self.emit(
            Collection::Seq,
            rows::seq(id, &plan.id, reserved, plan.min_seq),
        );
        if chat.log.last_seq > 0 {
            self.summary.logs += 1;
            let id = self.object_id(time);
            let reserved = chat.log.last_seq + dice.below(50);
            self.emit(Collection::Seq, rows::seq(id, &plan.log_id, reserved, 0));
        }
    }

    fn group(&mut self, plan: &Plan, dice: &mut Dice) {
        let Some(group) = &plan.group else { return };
        let owner = self.corpus.person(plan.members[0]).id.clone();
        let id = self.object_id(plan.begin());
        self.emit(Collection::Group, rows::group(id, plan, group, &owner));
        self.summary.dismissed_groups += u64::from(group.dismissed);
        self.summary.left += group.leavers.len() as u64;
        for (position, member) in plan.members.iter().enumerate() {
            // The server forgets who left, and everybody once the group is dismissed.
            if group.dismissed || plan.left_at(position).is_some() {
                continue;
            }
            let id = self.object_id(plan.begin());
            let person = self.corpus.person(*member);
            let row = rows::group_member(id, plan, group, person, position == 0, dice);
            self.emit(Collection::GroupMember, row);
        }
    }
}

impl Iterator for Documents {
    type Item = (Collection, RawDocumentBuf);

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && self.advance() {}
        self.ready.pop_front()
    }
}
