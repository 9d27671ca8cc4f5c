//! The messages of a page: conversations, days, and groups of messages that one sender wrote in a row.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use openim_history_client::model::{
    Content, ConversationId, ConversationKind, Lang, Message, NestedMessage, Timestamp, UserId,
};

use super::super::local::{Local, heading};
use super::super::markup::Markup;
use super::super::message::{Anchor, Pen, changes, face, is_event, state};
use super::super::words::Words;
use super::known::Known;
use crate::export::writer::Item;

/// Messages of one sender stand together while no more than this lies between them.
const PAUSE_MILLIS: u64 = 5 * 60 * 1000;

/// A group has no more messages than this: browsers lay out one group at a time.
const GROUP: u32 = 50;

/// Writes the messages of a page.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) to: Markup,
    lang: Lang,
    words: &'static Words,
    zone: TimeZone,
    page: String,
    chat: Option<ConversationId>,
    chats: u32,
    day: Option<Date>,
    group: Option<Group>,
    known: Known,
}

/// Messages of one sender in a row.
#[derive(Debug)]
struct Group {
    sender: UserId,
    last: Timestamp,
    length: u32,
}

impl Group {
    fn takes(&self, message: &Message) -> bool {
        let pause = message
            .send_time
            .as_millis()
            .abs_diff(self.last.as_millis());
        self.sender == message.send_id && self.length < GROUP && pause <= PAUSE_MILLIS
    }
}

impl Body {
    pub(super) fn new(lang: Lang, words: &'static Words, zone: TimeZone, page: String) -> Self {
        Self {
            to: Markup::default(),
            lang,
            words,
            zone,
            page,
            chat: None,
            chats: 0,
            day: None,
            group: None,
            known: Known::default(),
        }
    }

    /// Returns how many conversations there are so far.
    pub(super) fn chats(&self) -> u32 {
        self.chats
    }

    /// Writes the next message, and returns where it stands.
    pub(super) fn message(&mut self, item: &Item<'_>) -> Anchor {
        let message = &item.row.message;
        if self.chat.as_ref() != Some(&message.conversation_id) {
            self.begin_chat(item);
        }
        let local = Local::of(message.send_time, &self.zone);
        self.begin_day(local.as_ref());
        let content = message.parsed();
        let anchor = Anchor {
            chat: self.chats,
            seq: message.seq.0,
        };
        if message.revoked.is_none() && is_event(&content) {
            self.end_group();
            self.event(item, anchor, local.as_ref());
        } else {
            self.begin_group(item);
            self.said(item, &content, anchor, local.as_ref());
        }
        self.known.add(message.seq, &message.client_msg_id);
        anchor
    }

    /// Ends what is open.
    pub(super) fn end(&mut self) {
        self.end_group();
        if self.chat.take().is_some() {
            self.to.push("</section>\n");
        }
    }

    fn begin_chat(&mut self, item: &Item<'_>) {
        self.end();
        self.known.clear();
        self.day = None;
        self.chats = self.chats.saturating_add(1);
        self.chat = Some(item.row.message.conversation_id.clone());
        self.to
            .push("<section class=\"chat\" id=\"c")
            .number(self.chats);
        self.to
            .push("\"><h2><bdi>")
            .text(&item.chat.title)
            .push("</bdi>");
        if item.chat.is_group {
            self.to
                .push(" <small>")
                .text(self.words.group)
                .push("</small>");
        }
        self.to.push("</h2>\n");
    }

    fn begin_day(&mut self, local: Option<&Local>) {
        // A time that no calendar has begins no day.
        let Some(date) = local.map(Local::date) else {
            return;
        };
        if self.day == Some(date) {
            return;
        }
        self.end_group();
        self.day = Some(date);
        self.to
            .push("<h3 class=\"d\"><span>")
            .text(&heading(date, self.lang));
        self.to.push("</span></h3>\n");
    }

    fn begin_group(&mut self, item: &Item<'_>) {
        let message = &item.row.message;
        if let Some(group) = self.group.as_mut().filter(|group| group.takes(message)) {
            group.length += 1;
            group.last = message.send_time;
            return;
        }
        self.end_group();
        let name = if item.sender.is_empty() {
            self.words.unnamed
        } else {
            item.sender
        };
        self.to.push(if is_right(message) {
            "<section class=\"g r\">"
        } else {
            "<section class=\"g\">"
        });
        face(&mut self.to, message.send_id.as_str(), name);
        self.to
            .push("<div class=\"c\"><div class=\"n\"><bdi title=\"");
        self.to
            .text(message.send_id.as_str())
            .push("\">")
            .text(name)
            .push("</bdi></div>\n");
        self.group = Some(Group {
            sender: message.send_id.clone(),
            last: message.send_time,
            length: 1,
        });
    }

    fn end_group(&mut self) {
        if self.group.take().is_some() {
            self.to.push("</div></section>\n");
        }
    }

    /// Writes what somebody said.
    fn said(&mut self, item: &Item<'_>, content: &Content, anchor: Anchor, local: Option<&Local>) {
        let row = item.row;
        self.to.push("<article class=\"m\" id=\"");
        anchor.write(&mut self.to);
        self.to.push("\"><div class=\"b\" dir=\"auto\">");
        let mut pen = pen(
            &mut self.to,
            self.lang,
            self.words,
            &self.zone,
            &self.page,
            item,
        );
        let target = |quoted: &NestedMessage| {
            let seq = self.known.find(quoted)?;
            Some(Anchor { seq, ..anchor })
        };
        pen.target = &target;
        match (&row.message.revoked, content) {
            (Some(revoked), _) => pen.revoked(row, revoked, content),
            (None, Content::Empty) => pen.event(&row.message),
            (None, _) => pen.content(content, 0),
        }
        pen.to.push("</div>");
        time(pen.to, pen.words, &row.message, anchor, local);
        state(&mut pen, row);
        changes(&mut pen, row);
        self.to.push("</article>\n");
    }

    /// Writes what happened.
    fn event(&mut self, item: &Item<'_>, anchor: Anchor, local: Option<&Local>) {
        self.to.push("<article class=\"e\" id=\"");
        anchor.write(&mut self.to);
        self.to.push("\"><span class=\"b\" dir=\"auto\">");
        let mut pen = pen(
            &mut self.to,
            self.lang,
            self.words,
            &self.zone,
            &self.page,
            item,
        );
        pen.event(&item.row.message);
        pen.to.push("</span> ");
        time(pen.to, pen.words, &item.row.message, anchor, local);
        state(&mut pen, item.row);
        changes(&mut pen, item.row);
        self.to.push("</article>\n");
    }
}

/// Returns what a message is written with. Nothing it quotes is known yet.
fn pen<'a>(
    to: &'a mut Markup,
    lang: Lang,
    words: &'static Words,
    zone: &'a TimeZone,
    page: &'a str,
    item: &Item<'a>,
) -> Pen<'a> {
    Pen {
        to,
        lang,
        words,
        zone,
        page,
        attachment: item.attachment,
        names: item.names,
        target: &|_| None,
    }
}

/// Writes the time, which is also the link to the message.
fn time(to: &mut Markup, words: &Words, message: &Message, anchor: Anchor, local: Option<&Local>) {
    to.push("<a class=\"t\" href=\"#");
    anchor.write(to);
    to.push("\" title=\"");
    match local {
        Some(local) => {
            local.rfc3339(to);
            to.push("&#10;").text(words.permalink).push("\"><time>");
            local.clock(to);
        }
        None => {
            let time = message.send_time.to_string();
            to.text(words.permalink).push("\"><time>").text(&time);
        }
    }
    to.push("</time></a>");
}

/// Whether a message stands on the right: of two people who talk, that is the second by id. An archive belongs to
/// neither of them; which side somebody is on must only be the same on every page.
fn is_right(message: &Message) -> bool {
    let (sender, receiver) = (&message.send_id, &message.recv_id);
    sender > receiver
        && !receiver.is_empty()
        && message.conversation_id.kind() == ConversationKind::Single
}
