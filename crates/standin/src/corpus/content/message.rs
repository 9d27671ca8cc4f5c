//! A message, made from nothing but its chat and its place in it.

use serde_json::Value;

use super::{catalogue, system, user};
use crate::corpus::dice::{Dice, Purpose};
use crate::corpus::people::Person;
use crate::corpus::plan::{ChatKind, Corpus, Plan};

/// How deep messages are nested in each other at most.
const DEPTH: u8 = 2;

/// How a message was sent; decides the fields nobody writes by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::corpus) enum Envelope {
    /// By a client over the websocket.
    Client,
    /// By a backend over REST.
    Api,
    /// By the server itself, as a line in a chat.
    Line,
    /// By the server itself, in a log.
    Log,
}

/// A message before it becomes BSON.
#[derive(Clone, Debug)]
pub(in crate::corpus) struct Message<'a> {
    pub(in crate::corpus) envelope: Envelope,
    pub(in crate::corpus) send_id: &'a str,
    pub(in crate::corpus) recv_id: &'a str,
    pub(in crate::corpus) group_id: &'a str,
    pub(in crate::corpus) client_msg_id: String,
    pub(in crate::corpus) server_msg_id: String,
    pub(in crate::corpus) platform_id: i32,
    pub(in crate::corpus) sender_nickname: &'a str,
    pub(in crate::corpus) sender_face_url: &'a str,
    pub(in crate::corpus) session_type: i32,
    pub(in crate::corpus) msg_from: i32,
    pub(in crate::corpus) content_type: i32,
    pub(in crate::corpus) content: String,
    pub(in crate::corpus) seq: i64,
    pub(in crate::corpus) send_time: i64,
    pub(in crate::corpus) create_time: i64,
    pub(in crate::corpus) status: i32,
    pub(in crate::corpus) at_user_ids: Option<Vec<String>>,
}

/// Where a message is said: all its content may refer to.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) plan: &'a Plan,
    pub(super) sender: &'a Person,
    pub(super) position: usize,
    pub(super) number: u64,
    pub(super) time: i64,
    depth: u8,
}

impl<'a> Scene<'a> {
    /// Something a member says at a place in the chat.
    pub(super) fn new(
        corpus: &'a Corpus,
        plan: &'a Plan,
        position: usize,
        number: u64,
        time: i64,
    ) -> Self {
        Self {
            corpus,
            plan,
            sender: corpus.person(plan.members[position]),
            position,
            number,
            time,
            depth: 0,
        }
    }

    /// Returns another member, or the sender where there is none.
    pub(super) fn other(&self, dice: &mut Dice) -> &'a Person {
        let others = self.plan.members.len();
        let position = match others {
            1 => 0,
            _ => (self.position + 1 + dice.index(others - 1)) % others,
        };
        self.member(position)
    }

    /// Returns any user, member or not.
    pub(super) fn anybody(&self, dice: &mut Dice) -> &'a Person {
        let people = self.corpus.people();
        &people[dice.index(people.len())]
    }

    /// Returns the member at that place of the list.
    pub(super) fn member(&self, position: usize) -> &'a Person {
        self.corpus.person(self.plan.members[position])
    }

    /// Returns the message so many before this one.
    pub(super) fn message_before(&self, back: u64) -> Option<Message<'a>> {
        let number = self.number.checked_sub(back).filter(|number| *number > 0)?;
        Some(Message::nested(
            self.corpus,
            self.plan,
            number,
            self.depth + 1,
        ))
    }

    /// Returns up to so many messages before this one, in order.
    pub(super) fn earlier(&self, count: u64) -> Vec<Message<'a>> {
        (1..=count)
            .rev()
            .filter_map(|back| self.message_before(back))
            .collect()
    }
}

impl<'a> Message<'a> {
    /// Makes the n-th message of a chat, counted from 1.
    pub(in crate::corpus) fn new(corpus: &'a Corpus, plan: &'a Plan, number: u64) -> Self {
        Self::nested(corpus, plan, number, 0)
    }

    fn nested(corpus: &'a Corpus, plan: &'a Plan, number: u64, depth: u8) -> Self {
        let mut dice = Dice::new(corpus.seed(), Purpose::Message, plan.index, number);
        let seq = plan.seq_of(number);
        let mut time = plan.time_of(number, dice.below(u64::MAX));
        if dice.happens(corpus.options().rates.out_of_order, 10_000) {
            time -= 1_000 + i64::try_from(dice.below(3_600_000)).unwrap_or(0);
        }
        let leaver = leaver_at(plan, seq);
        let mut position = dice.index(plan.members.len());
        if plan.left_at(position).is_some_and(|left| left <= seq) {
            position = 0;
        }
        let mut content_type = content_type(&mut dice, plan, number, leaver.is_some());
        if let Some(leaver) = leaver {
            // Who was thrown out does not say so; the owner does.
            position = if content_type == 1504 { leaver } else { 0 };
        } else if matches!(content_type, 1501..=1520) && !matches!(content_type, 1509 | 1510) {
            // What only an owner may do; anybody may invite.
            position = 0;
        }
        if depth >= DEPTH && matches!(content_type, 107 | 114) {
            content_type = 101;
        }
        let mut scene = Scene::new(corpus, plan, position, number, time);
        scene.depth = depth;
        scene.message(&mut dice, seq, content_type, leaver)
    }
}

impl<'a> Scene<'a> {
    fn message(
        &self,
        dice: &mut Dice,
        seq: u64,
        content_type: i32,
        leaver: Option<usize>,
    ) -> Message<'a> {
        let envelope = if content_type > 1000 && content_type != 1400 {
            Envelope::Line
        } else if dice.happens(1, 4) || content_type == 1400 {
            Envelope::Api
        } else {
            Envelope::Client
        };
        let (content, at_user_ids) = self.content(dice, envelope, content_type, leaver);
        let plan = self.plan;
        let group_id = plan.group.as_ref().map_or("", |group| &group.id);
        let (send_id, recv_id) = match plan.kind {
            ChatKind::Group if envelope == Envelope::Line => (self.sender.id.as_str(), group_id),
            ChatKind::Group => (self.sender.id.as_str(), ""),
            ChatKind::Single => {
                let peer = (self.position + 1) % plan.members.len();
                (self.sender.id.as_str(), self.member(peer).id.as_str())
            }
            ChatKind::Notice => ("sysnotice", self.sender.id.as_str()),
        };
        let named = envelope != Envelope::Line && !dice.happens(1, 20);
        let (nickname, face_url) = match plan.kind {
            _ if !named => ("", ""),
            ChatKind::Notice => ("系统通知", ""),
            _ => (self.sender.nickname.as_str(), self.sender.face_url.as_str()),
        };
        let delay = i64::try_from(dice.below(400)).unwrap_or(0);
        Message {
            envelope,
            send_id,
            recv_id,
            group_id,
            client_msg_id: dice.hex(),
            server_msg_id: dice.hex(),
            platform_id: match envelope {
                Envelope::Client => [1, 2, 2, 3, 4, 5, 5, 7, 9, 11][dice.index(10)],
                Envelope::Api => 5,
                Envelope::Line | Envelope::Log => 0,
            },
            sender_nickname: nickname,
            sender_face_url: face_url,
            session_type: plan.session_type(),
            msg_from: if envelope == Envelope::Client {
                100
            } else {
                200
            },
            content_type,
            content,
            seq: i64::try_from(seq).unwrap_or(i64::MAX),
            send_time: self.time,
            create_time: self.time - delay,
            status: match envelope {
                Envelope::Client => [2, 2, 2, 2, 2, 2, 2, 1, 2, 3][dice.index(10)],
                _ => 0,
            },
            // REST leaves the list out; clients send it.
            at_user_ids: at_user_ids.filter(|_| envelope == Envelope::Client),
        }
    }
}

impl Scene<'_> {
    /// Returns the content and whom it mentions.
    fn content(
        &self,
        dice: &mut Dice,
        envelope: Envelope,
        content_type: i32,
        leaver: Option<usize>,
    ) -> (String, Option<Vec<String>>) {
        if content_type == 101 {
            // Two of three messages: written without a tree of values in between.
            return (user::text_content(dice), None);
        }
        let mut value = match envelope {
            Envelope::Line => system::content(dice, self, content_type, leaver),
            _ => user::content(dice, self, content_type),
        };
        if envelope == Envelope::Api {
            // What comes over REST passes through a map, which sorts its keys.
            value.sort_all_objects();
        }
        let at_user_ids = (content_type == 106).then(|| strings(&value["atUserList"]));
        let content = match value {
            Value::String(plain) => plain,
            json => json.to_string(),
        };
        (content, at_user_ids)
    }
}

fn content_type(dice: &mut Dice, plan: &Plan, number: u64, leaves: bool) -> i32 {
    if leaves {
        return if dice.happens(2, 3) { 1504 } else { 1508 };
    }
    if let Some(group) = &plan.group {
        if number == 1 {
            return 1501;
        }
        if group.dismissed && number == plan.messages {
            return 1511;
        }
    }
    let shown = (plan.ordinal == 0 && number >= 2)
        .then(|| catalogue::showcase(plan.kind, number - 2))
        .flatten();
    shown.unwrap_or_else(|| catalogue::any(dice, plan.kind))
}

fn leaver_at(plan: &Plan, seq: u64) -> Option<usize> {
    let leavers = plan.group.as_ref().map_or(&[][..], |group| &group.leavers);
    leavers
        .iter()
        .find(|leaver| leaver.seq == seq)
        .map(|leaver| leaver.position)
}

fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}
