//! One line a person would read.

mod chinese;
mod english;
mod measure;

use std::collections::HashSet;

use self::chinese::Chinese;
use self::english::English;
use self::measure::{bytes, clock};
use super::{
    At, Content, ContentType, ConversationEvent, Deletion, FriendEvent, GroupEvent, Kind, Lang,
    Location, Merger, NestedMessage, Notice, Person, ReadReceipt, Revoke, UserEvent, one_line,
};
use crate::model::{Message, Status};

/// The words of a language. What is returned may still hold foreign line breaks.
trait Wording {
    /// What stands before what cannot be written out, without brackets.
    fn label(&self, kind: Kind) -> &'static str;
    /// Likewise, for content that was not understood.
    fn foreign(&self, content_type: ContentType) -> String;
    fn deleted(&self) -> &'static str;
    fn empty(&self) -> &'static str;
    fn recalled_by(&self, name: &str) -> String;
    fn said(&self, name: &str, text: &str) -> String;
    fn quoting(&self, what: &str) -> String;
    fn quoted_revoke(&self) -> &'static str;
    fn count(&self, messages: usize) -> String;
    fn revoke(&self, revoke: &Revoke) -> String;
    fn deletion(&self, deletion: &Deletion) -> String;
    fn read(&self, receipt: &ReadReceipt) -> String;
    fn group(&self, event: &GroupEvent) -> String;
    fn friend(&self, event: &FriendEvent) -> String;
    fn conversation(&self, event: &ConversationEvent) -> String;
    fn user(&self, event: &UserEvent) -> String;
}

fn wording(lang: Lang) -> &'static dyn Wording {
    match lang {
        Lang::En => &English,
        Lang::Zh => &Chinese,
    }
}

impl Message {
    /// Returns one line a person would read: `[Picture] 640×480`, `Erin left the group 二组`.
    ///
    /// It says when the message was taken back or deleted. It holds no line breaks, control
    /// characters or turned text (see [`one_line`]) and is never cut off.
    pub fn summary(&self, lang: Lang) -> String {
        let words = wording(lang);
        let parsed = self.parsed();
        let revoked = self.revoked.as_deref().map(|revoked| Revoke {
            by: Person {
                user_id: revoked.user_id.clone(),
                nickname: revoked.nickname.to_string(),
                ..Person::default()
            },
            sender: Person {
                user_id: self.send_id.clone(),
                nickname: self.sender_nickname.to_string(),
                ..Person::default()
            },
            ..Revoke::default()
        });
        one_line(&match (parsed, revoked) {
            (Content::Revoke(told), Some(known)) if told.by.is_empty() => words.revoke(&known),
            (Content::Empty, Some(known)) => words.revoke(&known),
            (content @ Content::Revoke(_), _) | (content, None) => match content {
                Content::Empty if self.status == Status::DELETED => words.deleted().to_owned(),
                content => line(&content, words),
            },
            (content, Some(known)) => format!(
                "{} {}",
                words.recalled_by(known.by.name()),
                line(&content, words)
            ),
        })
    }
}

impl Content {
    /// Returns one line a person would read, as [`Message::summary`] does, without what only
    /// the message knows: whether it was taken back or deleted.
    pub fn summary(&self, lang: Lang) -> String {
        one_line(&line(self, wording(lang)))
    }
}

fn line(content: &Content, words: &dyn Wording) -> String {
    let labelled = |kind: Kind, text: &str| label(words.label(kind), text);
    match content {
        Content::Empty => words.empty().to_owned(),
        Content::Text(text) | Content::Markdown(text) => text.text.clone(),
        Content::AdvancedText(text) => text.text.clone(),
        Content::At(at) => with_quoted(mentions(at), at.quoted.as_deref(), words),
        Content::Quote(quote) => with_quoted(quote.text.clone(), quote.quoted.as_deref(), words),
        Content::Picture(picture) => labelled(
            Kind::Picture,
            &picture.measured().map_or_else(String::new, |size| {
                format!("{}×{}", size.width, size.height)
            }),
        ),
        Content::Voice(voice) => labelled(Kind::Voice, &clock(voice.duration)),
        Content::Video(video) => labelled(Kind::Video, &clock(video.duration)),
        Content::File(file) => labelled(Kind::File, &file_line(&file.name, file.size)),
        Content::Merger(merger) => labelled(Kind::Merger, &merger_line(merger, words)),
        Content::Card(card) => labelled(
            Kind::Card,
            if card.nickname.is_empty() {
                card.user_id.as_str()
            } else {
                &card.nickname
            },
        ),
        Content::Location(place) => labelled(Kind::Location, &place_line(content, place)),
        Content::Custom(custom) => labelled(
            Kind::Custom,
            if custom.description.trim().is_empty() {
                &custom.data
            } else {
                &custom.description
            },
        ),
        Content::Face(_) => labelled(Kind::Face, ""),
        Content::Typing(_) => labelled(Kind::Typing, ""),
        Content::Reaction(_) => labelled(Kind::Reaction, ""),
        Content::Notice(notice) => labelled(Kind::Notice, &notice_line(notice, words)),
        Content::Business(business) => {
            labelled(Kind::Business, &words.said(&business.key, &business.data))
        }
        Content::Group(event) => words.group(event),
        Content::Friend(event) => words.friend(event),
        Content::Conversation(event) => words.conversation(event),
        Content::User(event) => words.user(event),
        Content::Revoke(revoke) => words.revoke(revoke),
        Content::Deletion(deletion) => words.deletion(deletion),
        Content::Read(receipt) => words.read(receipt),
        Content::Raw {
            content_type,
            content,
        } if content_type.kind() == Kind::Text => content.clone(),
        Content::Unknown {
            content_type,
            content,
        }
        | Content::Raw {
            content_type,
            content,
        } => label(&words.foreign(*content_type), content),
    }
}

fn label(word: &str, text: &str) -> String {
    if text.trim().is_empty() {
        format!("[{word}]")
    } else {
        format!("[{word}] {text}")
    }
}

fn file_line(name: &str, size: i64) -> String {
    match (name.is_empty(), size > 0) {
        (_, false) => name.to_owned(),
        (true, true) => bytes(size),
        (false, true) => format!("{name} ({})", bytes(size)),
    }
}

fn merger_line(merger: &Merger, words: &dyn Wording) -> String {
    let listed = merger.messages.len().max(merger.abstracts.len());
    // The number of those beyond the limit is not known without reading them.
    if listed == 0 || !merger.rest.is_empty() {
        merger.title.clone()
    } else {
        format!("{}{}", merger.title, words.count(listed))
    }
}

fn place_line(content: &Content, place: &Location) -> String {
    let described = content.text();
    if described.is_empty() {
        format!("{}, {}", place.latitude, place.longitude)
    } else {
        described
    }
}

fn notice_line(notice: &Notice, words: &dyn Wording) -> String {
    let mut text = notice.text.clone();
    let attached = [
        (notice.picture.is_some(), Kind::Picture),
        (notice.voice.is_some(), Kind::Voice),
        (notice.video.is_some(), Kind::Video),
        (notice.file.is_some(), Kind::File),
    ];
    for (_, kind) in attached.into_iter().filter(|(there, _)| *there) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&label(words.label(kind), ""));
    }
    words.said(&notice.name, &text)
}

/// Adds what is quoted. A quote within the quoted is left out: its author is not the point.
fn with_quoted(text: String, quoted: Option<&NestedMessage>, words: &dyn Wording) -> String {
    let Some(quoted) = quoted else {
        return text;
    };
    let what = match &quoted.content {
        Content::Revoke(_) => words.quoted_revoke().to_owned(),
        Content::Quote(quote) => words.said(quoted.sender(), &quote.text),
        Content::At(at) => words.said(quoted.sender(), &mentions(at)),
        content => words.said(quoted.sender(), &line(content, words)),
    };
    if text.trim().is_empty() {
        words.quoting(&what)
    } else {
        format!("{text} {}", words.quoting(&what))
    }
}

/// Returns the text with names for the ids after `@`, which clients replace when they show it.
fn mentions(at: &At) -> String {
    /// Nobody mentions more people one by one; it bounds the work for each `@`.
    const NAMED: usize = 64;
    let mut seen = HashSet::new();
    let mut names: Vec<(&str, &str)> = at
        .names
        .iter()
        .map(|name| (name.user_id.as_str(), name.nickname.as_str()))
        .filter(|(id, nickname)| !id.is_empty() && !nickname.is_empty() && seen.insert(*id))
        .take(NAMED)
        .collect();
    // The longest first: `@bobby` is not bob.
    names.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
    // A long name for a short id, mentioned often, must not make a flood of a small message.
    let longest = at.text.len().saturating_mul(2).saturating_add(4096);
    let mut pieces = at.text.split('@');
    let mut line = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        line.push('@');
        let named = names.iter().find_map(|(id, nickname)| {
            let rest = piece.strip_prefix(id)?;
            let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            ends.then_some((*nickname, rest))
        });
        match named {
            Some((nickname, rest)) if line.len() + nickname.len() <= longest => {
                line.push_str(nickname);
                line.push_str(rest);
            }
            _ => line.push_str(piece),
        }
    }
    line
}
