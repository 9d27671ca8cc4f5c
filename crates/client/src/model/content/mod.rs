//! What a message says: its content parsed, as words to search for, and as one line to read.
//!
//! Content comes from other people's clients. Whatever it is, it is data: what this version does
//! not understand stays verbatim, and nothing here fails or panics.

mod element;
mod kind;
mod line;
mod parse;
mod summary;
mod system;
mod text;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use self::element::{
    AdvancedText, At, AtName, Business, Card, Custom, Entity, Face, File, Location, Merger,
    NestedMessage, Notice, Picture, PictureSize, Quote, Reaction, Text, Typing, Video, Voice,
};
pub use self::kind::{ContentType, Kind};
pub use self::line::one_line;
pub use self::system::{
    ConversationEvent, Deletion, FriendAction, FriendEvent, GroupAction, GroupEvent, Person,
    ReadReceipt, Revoke, UserEvent,
};
use super::Message;

/// The language of a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// What a message says, by what it is.
///
/// Serialized as an object whose `type` is the variant's name in snake_case.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Nothing: the server keeps or shows no content.
    Empty,
    /// Plain text.
    Text(Text),
    /// A picture.
    Picture(Box<Picture>),
    /// A voice message.
    Voice(Box<Voice>),
    /// A video.
    Video(Box<Video>),
    /// A file.
    File(Box<File>),
    /// Text that mentions somebody.
    At(At),
    /// Messages forwarded together.
    Merger(Box<Merger>),
    /// A visiting card.
    Card(Card),
    /// A place.
    Location(Location),
    /// Whatever the application put there.
    Custom(Custom),
    /// "Is typing".
    Typing(Typing),
    /// A reply that quotes another message.
    Quote(Quote),
    /// An emoji or sticker.
    Face(Face),
    /// Text with marked spans.
    AdvancedText(AdvancedText),
    /// Markdown.
    Markdown(Text),
    /// A reaction.
    Reaction(Reaction),
    /// A notice from a notification account.
    Notice(Box<Notice>),
    /// Data of the application's own server.
    Business(Business),
    /// What happened to a group.
    Group(Box<GroupEvent>),
    /// What happened between friends.
    Friend(Box<FriendEvent>),
    /// What happened to a conversation.
    Conversation(ConversationEvent),
    /// What happened to a user.
    User(UserEvent),
    /// A message was taken back.
    Revoke(Box<Revoke>),
    /// Messages were deleted.
    Deletion(Deletion),
    /// Messages were read.
    Read(ReadReceipt),
    /// JSON of a type this version does not know.
    Unknown {
        /// Which type.
        content_type: ContentType,
        /// The content, verbatim.
        content: String,
    },
    /// Not JSON, or not of its type's shape, or nested too deeply.
    Raw {
        /// Which type.
        content_type: ContentType,
        /// The content, verbatim (as JSON, where it was part of a nested message).
        content: String,
    },
}

impl Content {
    /// Reads the content of a message of that type.
    ///
    /// Numbers may be floats or strings; null, absent and empty are the same. Quotes and mergers
    /// are read 16 levels deep and 1,000 messages wide; what lies beyond stays verbatim, so that
    /// the work and the memory stay in proportion to the length of `content`.
    pub fn parse(content_type: ContentType, content: &str) -> Self {
        parse::content(content_type, content, &mut parse::Limits::default())
    }

    /// Returns the word a person would filter by; [`Kind::Other`] for what was not understood.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_)
            | Self::At(_)
            | Self::Quote(_)
            | Self::AdvancedText(_)
            | Self::Markdown(_) => Kind::Text,
            Self::Picture(_) => Kind::Picture,
            Self::Voice(_) => Kind::Voice,
            Self::Video(_) => Kind::Video,
            Self::File(_) => Kind::File,
            Self::Merger(_) => Kind::Merger,
            Self::Card(_) => Kind::Card,
            Self::Location(_) => Kind::Location,
            Self::Custom(_) => Kind::Custom,
            Self::Typing(_) => Kind::Typing,
            Self::Face(_) => Kind::Face,
            Self::Reaction(_) => Kind::Reaction,
            Self::Notice(_) => Kind::Notice,
            Self::Business(_) => Kind::Business,
            Self::Group(_) => Kind::Group,
            Self::Friend(_) => Kind::Friend,
            Self::Conversation(_) => Kind::Conversation,
            Self::User(_) => Kind::User,
            Self::Revoke(_) => Kind::Revoke,
            Self::Deletion(_) => Kind::Delete,
            Self::Read(_) => Kind::Read,
            Self::Empty | Self::Unknown { .. } | Self::Raw { .. } => Kind::Other,
        }
    }
}

impl Message {
    /// Reads the content; see [`Content::parse`].
    pub fn parsed(&self) -> Content {
        Content::parse(self.content_type, &self.content)
    }

    /// Returns what a person would search for; see [`Content::text`].
    ///
    /// A message taken back whose original is still there is found by the original; one that
    /// only shows as taken back has no text, for who said it and who took it back are fields
    /// of the message.
    pub fn text(&self) -> String {
        self.parsed().text()
    }
}
