//! What an export asks of a format, and what it hands to it.
//!
//! The engine walks the data once, decides which file each message belongs to, and calls one [`Writer`] for
//! each open file; a format knows nothing of selections, splitting, manifests or other formats.

use std::collections::HashMap;
use std::fmt;

use jiff::tz::TimeZone;
use openim_history_client::model::{ConversationId, GroupId, Lang, Timestamp, UserId};

use super::folder::Sums;
use crate::error::Result;
use crate::row::Row;

/// What holds for a whole export.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The language of labels, headings and summaries.
    pub lang: Lang,
    /// The zone in which times and days are shown.
    pub zone: TimeZone,
    /// When the export was made.
    pub made: Timestamp,
    /// What it is called, for headings.
    pub title: String,
    /// Who is who.
    pub names: Names,
}

/// The names of users and groups, as they are now; pseudonyms where an export uses them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Nicknames.
    pub users: HashMap<UserId, String>,
    /// Names of groups.
    pub groups: HashMap<GroupId, String>,
}

/// One conversation, as a reader knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// Its id.
    pub conversation_id: ConversationId,
    /// The group's name, or those of both sides; the id where nothing better is known.
    pub title: String,
    /// Whether it is a group's: senders are then named on every message.
    pub is_group: bool,
}

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its path below the export's folder, with `/` between names.
    pub path: String,
    /// Its number among the files its conversation (or the whole, where it holds several) was split into,
    /// from 1.
    pub number: u32,
    /// The path of the one before it.
    pub previous: Option<String>,
}

/// A file that was written, for the pages that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The file.
    pub part: Part,
    /// The conversations in it, in the order in which they stand there.
    pub chats: Vec<Chat>,
    /// How many messages it has.
    pub messages: u64,
    /// The earliest send time in it.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
    /// Its size.
    pub bytes: u64,
}

/// An attachment that lies in the export's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its path below the export's folder.
    pub path: String,
    /// What it is, as `image/png`.
    pub content_type: Option<String>,
    /// Its size in bytes.
    pub size: u64,
}

/// One message on its way out. Redaction and pseudonyms are already in it.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// The message.
    pub row: &'a Row,
    /// What would be searched for in it.
    pub text: &'a str,
    /// Its conversation.
    pub chat: &'a Chat,
    /// The sender's name: as it is now, or as it was then, or the id.
    pub sender: &'a str,
    /// Who is who, for others that the message names.
    pub names: &'a Names,
    /// Returns the attachment of an address that the message names, where the export has it.
    pub attachment: &'a dyn Fn(&str) -> Option<Attachment>,
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("row", self.row)
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

/// Writes one file. It is made at the file's beginning, and writes what comes before the first message then.
pub trait Writer: Send {
    /// Writes the next message: of one conversation in the order of its numbers, conversations one after
    /// the other.
    fn message(&mut self, item: &Item<'_>) -> Result<()>;

    /// Returns about how many bytes the file has so far.
    fn written(&self) -> u64;

    /// Returns the paths of all files this writer made, relative to the export's folder, the main one first;
    /// none where the main one is all.
    fn files(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns how many values were too long for the format, and were cut off with a remark.
    fn cut(&self) -> u64 {
        0
    }

    /// Writes what comes after the last message, and makes sure everything is on the disk. `next` is the
    /// file that follows this one. Returns what the bytes of the main file add up to, where it was counted on the
    /// way; else the file is read once more.
    fn end(self: Box<Self>, next: Option<&Part>) -> Result<Option<Sums>>;
}
