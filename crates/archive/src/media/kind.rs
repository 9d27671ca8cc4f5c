//! Words for attachments: what they are, and what became of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an attachment is, as a person chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture, in any of its sizes.
    Picture,
    /// A voice message.
    Voice,
    /// A video, or its first frame.
    Video,
    /// A file.
    File,
}

impl MediaKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Picture, Self::Voice, Self::Video, Self::File];

    /// Returns the word, as in `--media-types picture`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no kind of attachment of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of attachment: there are picture (or image), voice, video and file")]
pub struct UnknownMediaKind(String);

impl FromStr for MediaKind {
    type Err = UnknownMediaKind;

    fn from_str(word: &str) -> Result<Self, UnknownMediaKind> {
        match word {
            "image" => Ok(Self::Picture),
            word => Self::ALL
                .into_iter()
                .find(|kind| kind.name() == word)
                .ok_or_else(|| UnknownMediaKind(word.to_owned())),
        }
    }
}

/// What became of an attachment's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaStatus {
    /// Found, and not tried yet.
    Pending,
    /// The archive has the content.
    Ok,
    /// It could not be fetched; it is tried again, after a time that grows from run to run.
    Failed,
    /// It is larger than the limit was; it is fetched once the limit allows it.
    TooLarge,
    /// Its kind was not asked for; it is fetched once it is.
    SkippedType,
    /// Its host may not be reached; it is fetched once it may.
    Refused,
    /// The server said that it no longer has it (404, 410); it is not tried again unless asked for.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_chosen_by_its_word_or_as_image() {
        for kind in MediaKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!("image".parse(), Ok(MediaKind::Picture));
        let error = "gif".parse::<MediaKind>().expect_err("no kind");
        assert_eq!(
            error.to_string(),
            "\"gif\" is no kind of attachment: there are picture (or image), voice, video and file"
        );
    }
}
