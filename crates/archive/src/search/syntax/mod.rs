//! The language: from a line to a tree.

mod error;
mod lex;
mod parse;

pub use self::error::SyntaxError;
pub use self::parse::parse;

use std::ops::Range;

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// All of them.
    And(Vec<Self>),
    /// One of them at least.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// Messages whose text contains it, exactly so.
    Text(String),
    /// Messages whose text contains it, or sounds so where the index knows how texts sound.
    Word(String),
    /// Messages of which something else is true.
    Field {
        /// What.
        field: Field,
        /// As it was written.
        value: String,
        /// Where it was written, in bytes.
        at: Range<usize>,
    },
}

impl Node {
    /// Whether this part or one in it names users or groups.
    pub fn has_names(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::has_names),
            Self::Not(part) => part.has_names(),
            Self::Text(_) | Self::Word(_) => false,
            Self::Field { field, .. } => matches!(
                field,
                Field::From | Field::In | Field::With | Field::Group | Field::Mentions
            ),
        }
    }

    /// Returns the texts a message that was found may contain.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::texts).collect(),
            Self::Not(_) | Self::Field { .. } => Vec::new(),
            Self::Text(text) | Self::Word(text) => vec![text],
        }
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident => $word:literal,)*) => {
        /// What can be asked beside the text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Field {
            $($(#[$doc])* $variant,)*
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the word before the colon.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

fields! {
    /// Who sent it.
    From => "from",
    /// Which conversation: its id, a group, or a user for the chat of two with that user.
    In => "in",
    /// Chats of two with a user.
    With => "with",
    /// A group.
    Group => "group",
    /// What kind of message.
    Kind => "kind",
    /// A link, an image, a file, a mention.
    Has => "has",
    /// Who is mentioned.
    Mentions => "mentions",
    /// Sent before.
    Before => "before",
    /// Sent then or later.
    After => "after",
    /// Sent in a day, a month, a year.
    On => "on",
    /// Revoked, deleted, purged.
    Is => "is",
}

impl Field {
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|field| field.name().eq_ignore_ascii_case(word))
    }
}
