//! One message as the archive keeps it: the facts, the state beside them, and what we saw change.

mod merge;
mod stretches;

use serde::{Deserialize, Serialize};

use openim_history_client::model::{ConversationId, Message, Seq, Timestamp, UserId};

pub(crate) use self::merge::new_row;
pub use self::merge::{Outcome, Seen, merge};
pub(crate) use self::stretches::{Rows, Stretches};

/// What identifies a message: no other id is unique on an OpenIM server.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
}

impl Key {
    /// Returns what identifies a message.
    pub fn of(message: &Message) -> Self {
        Self {
            conversation_id: message.conversation_id.clone(),
            seq: message.seq,
        }
    }
}

/// One message as the archive keeps it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The facts, and the state as it was seen last: revoked, deleted for whom, read.
    pub message: Message,
    /// Whether the content is the one that was sent. REST shows a revoked message without it: what
    /// it was then is not known, and `content` is empty.
    pub content_known: bool,
    /// When we saw that the server no longer has it; we still do.
    pub purged_at: Option<Timestamp>,
    /// How it went.
    pub purge_cause: Option<PurgeCause>,
    /// When we saw it first.
    pub first_seen: Timestamp,
    /// When we last saw something new about it.
    pub last_changed: Timestamp,
    /// Where its facts came from.
    pub source: RowSource,
    /// What changed since we saw it first, oldest first.
    pub changes: Vec<Change>,
}

impl Row {
    /// Returns what identifies it.
    pub fn key(&self) -> Key {
        Key::of(&self.message)
    }

    /// Returns the month it is kept under, in UTC by its send time: `2026-11`.
    pub fn month(&self) -> String {
        month(self.message.send_time)
    }

    /// Returns what a person would search for in it; empty where its content is not known.
    pub fn text(&self) -> String {
        if self.content_known {
            self.message.text()
        } else {
            String::new()
        }
    }
}

/// How a message went from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurgeCause {
    /// Its slot was emptied: somebody deleted it for everybody.
    Emptied,
    /// Its whole block was removed, as retention does.
    BlockRemoved,
}

impl PurgeCause {
    /// Returns the word used in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Emptied => "emptied",
            Self::BlockRemoved => "block_removed",
        }
    }
}

/// Where a row's facts came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowSource {
    /// OpenIM's REST API: one user's view, content of revoked messages unknown.
    #[default]
    Rest,
    /// OpenIM's MongoDB: everything that is stored.
    Mongo,
}

impl RowSource {
    /// Returns the word used in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Mongo => "mongo",
        }
    }
}

/// Something that changed about a message, and when we saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// When we saw it.
    pub seen: Timestamp,
    /// What it was.
    #[serde(flatten)]
    pub what: What,
}

/// What changed about a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// It was taken back; by whom stands in the row.
    Revoked,
    /// Users deleted it for themselves.
    DeletedFor {
        /// Those that were not in the list before.
        users: Vec<UserId>,
    },
    /// It was read.
    Read,
    /// The server no longer has it.
    Purged {
        /// How it went.
        cause: PurgeCause,
    },
    /// The server has it again.
    Restored,
    /// Its content, which was not known, came from a source that has it.
    ContentKnown,
    /// The server now has something else under this number.
    Replaced {
        /// What it was before.
        before: Box<Message>,
    },
}

/// Returns the month a time lies in, in UTC. Times outside the years 1 to 9999 count as the nearest
/// month inside.
pub(crate) fn month(time: Timestamp) -> String {
    let millis = time.as_millis().clamp(FIRST_MILLIS, LAST_MILLIS);
    let time = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = jiff::tz::Offset::UTC.to_datetime(time);
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The beginning of the year 1, in milliseconds since 1970.
pub(crate) const FIRST_MILLIS: i64 = -62_135_596_800_000;

/// The last day of the year 9999 that every time zone has, in milliseconds since 1970.
pub(crate) const LAST_MILLIS: i64 = 253_402_207_199_999;
