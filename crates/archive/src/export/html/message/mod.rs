//! One message as HTML.

mod data;
mod face;
mod media;
mod nested;
mod quote;
mod state;
mod text;

use jiff::tz::TimeZone;
use openim_history_client::model::{Content, Kind, Lang, Message, NestedMessage};

use self::data::{data, verbatim};
pub(super) use self::face::face;
pub(super) use self::state::{changes, state};
use self::text::{links, mentions, text};
use super::markup::Markup;
use super::words::Words;
use crate::export::writer::{Attachment, Names};

/// What a message is written with.
pub(super) struct Pen<'a> {
    /// Where to.
    pub(super) to: &'a mut Markup,
    /// The language of labels.
    pub(super) lang: Lang,
    /// The words of that language.
    pub(super) words: &'static Words,
    /// The zone of times.
    pub(super) zone: &'a TimeZone,
    /// The path of the page.
    pub(super) page: &'a str,
    /// Returns the attachment of an address.
    pub(super) attachment: &'a dyn Fn(&str) -> Option<Attachment>,
    /// Who is who.
    pub(super) names: &'a Names,
    /// Returns the anchor of a quoted message that stands on this page.
    pub(super) target: &'a dyn Fn(&NestedMessage) -> Option<Anchor>,
}

/// Where a message stands on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// Which of the page's conversations, from 1. The anchors of the first do not name it.
    pub(super) chat: u32,
    /// The message's number.
    pub(super) seq: i64,
}

impl Anchor {
    /// Writes it: `m123`, in the second conversation of a page `c2m123`.
    pub(super) fn write(self, to: &mut Markup) {
        if self.chat > 1 {
            to.push("c").number(self.chat);
        }
        to.push("m").number(self.seq);
    }
}

/// Whether a message is an event that stands between the others, and not something that somebody says.
pub(super) fn is_event(content: &Content) -> bool {
    matches!(
        content,
        Content::Group(_)
            | Content::Friend(_)
            | Content::Conversation(_)
            | Content::User(_)
            | Content::Revoke(_)
            | Content::Deletion(_)
            | Content::Read(_)
            | Content::Typing(_)
    )
}

impl Pen<'_> {
    /// Writes what a message says. `depth` is how many messages it is inside of.
    pub(super) fn content(&mut self, content: &Content, depth: u32) {
        match content {
            Content::Empty => self.aside(self.words.empty),
            Content::Text(said) => text(self.to, self.words, &said.text),
            Content::Markdown(said) => text(self.to, self.words, &said.text),
            Content::AdvancedText(said) => {
                text(self.to, self.words, &said.text);
                links(self.to, &said.text, &said.entities);
            }
            Content::At(at) => {
                self.quote(at.quoted.as_deref());
                mentions(self.to, self.words, at);
            }
            Content::Quote(quote) => {
                self.quote(quote.quoted.as_deref());
                text(self.to, self.words, &quote.text);
                links(self.to, &quote.text, &quote.entities);
            }
            Content::Picture(picture) => self.picture(picture),
            Content::Voice(voice) => self.voice(voice),
            Content::Video(video) => self.video(video),
            Content::File(file) => self.file(file),
            Content::Merger(merger) => self.merger(merger, depth),
            Content::Card(card) => self.card(card),
            Content::Location(place) => self.place(content, place),
            Content::Custom(custom) => {
                self.labelled(Kind::Custom, &custom.description);
                for part in [&custom.data, &custom.extension] {
                    data(self.to, self.words, part);
                }
            }
            Content::Business(business) => {
                self.labelled(Kind::Business, &business.key);
                data(self.to, self.words, &business.data);
            }
            Content::Face(face) => {
                self.labelled(Kind::Face, "");
                data(self.to, self.words, &face.data);
            }
            Content::Reaction(reaction) => {
                self.labelled(Kind::Reaction, "");
                data(self.to, self.words, &reaction.content);
            }
            Content::Notice(notice) => self.notice(notice),
            // Nested in another message; an event of its own stands between the others.
            Content::Group(_)
            | Content::Friend(_)
            | Content::Conversation(_)
            | Content::User(_)
            | Content::Revoke(_)
            | Content::Deletion(_)
            | Content::Read(_)
            | Content::Typing(_) => {
                let line = content.summary(self.lang);
                self.aside(&line);
            }
            Content::Raw {
                content_type,
                content,
            } if content_type.kind() == Kind::Text => text(self.to, self.words, content),
            Content::Raw {
                content_type,
                content,
            } => {
                self.foreign(self.words.unreadable, content_type.0);
                verbatim(self.to, self.words, content);
            }
            Content::Unknown {
                content_type,
                content,
            } => {
                self.foreign(self.words.unknown_type, content_type.0);
                data(self.to, self.words, content);
            }
        }
    }

    /// Writes what happened as one line.
    pub(super) fn event(&mut self, message: &Message) {
        let line = message.summary(self.lang);
        text(self.to, self.words, &line);
    }

    /// Writes a remark that is not what somebody said.
    fn aside(&mut self, remark: &str) {
        self.to.push("<em>").text(remark).push("</em>");
    }

    /// Writes what kind of message it is, and a line about it.
    fn labelled(&mut self, kind: Kind, line: &str) {
        let label = self.words.kind(kind);
        self.to.push("<div class=\"k\">").text(label).push("</div>");
        if !line.trim().is_empty() {
            self.to.push("<div>");
            text(self.to, self.words, line);
            self.to.push("</div>");
        }
    }

    /// Writes that a message of that type was not understood.
    fn foreign(&mut self, what: &'static str, content_type: i32) {
        self.to
            .push("<div class=\"k\">")
            .text(what)
            .push(" (")
            .number(content_type)
            .push(")</div>");
    }
}
