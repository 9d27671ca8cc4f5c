//! The numbers of a report, as plain data. docs/formats/report.md says what each is.

use jiff::civil::Date;
use openim_history_client::model::{ConversationId, GroupId, Kind, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What `format` says in every report.
pub const FORMAT: &str = "openim-history report";

/// The version of the format. It grows when a field goes or changes its meaning.
pub const VERSION: u32 = 1;

/// A report: everything that any of its forms shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`FORMAT`].
    pub format: String,
    /// The [`VERSION`] it was written with.
    pub version: u32,
    /// What it is about.
    pub about: About,
    /// Everything together.
    pub totals: Totals,
    /// What stands out.
    pub highlights: Highlights,
    /// Days with messages, in order.
    pub days: Vec<Day>,
    /// Weeks with messages, in order.
    pub weeks: Vec<Week>,
    /// Months with messages, in order.
    pub months: Vec<Month>,
    /// Messages of each hour of each day of the week, Monday first.
    pub hours: [[u64; 24]; 7],
    /// Messages by what they are, the most first.
    pub kinds: Vec<KindCount>,
    /// Who sent most. Of a user's report: who sent most to the user.
    pub senders: Vec<Sender>,
    /// The groups with most messages.
    pub groups: Vec<GroupCount>,
    /// The chats of two with most messages.
    pub pairs: Vec<Pair>,
    /// How long answers took.
    pub answers: Vec<Answers>,
    /// Pictures, voice, videos and files.
    pub media: Vec<Media>,
    /// Numbers without a message; not of a user's report.
    pub holes: Option<Holes>,
    /// What only a year's report has.
    pub year: Option<Year>,
}

/// What a report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// `server`, `group`, `user` or `conversation`.
    pub scope: String,
    /// Its id; empty for the server.
    pub id: String,
    /// Its name, or the id where it has none; of the server what the archive calls it.
    pub name: String,
    /// The first instant that is counted, where that was limited.
    pub since: Option<Timestamp>,
    /// The instant after the last that is counted, where that was limited.
    pub until: Option<Timestamp>,
    /// The zone in which days begin.
    pub zone: String,
    /// When the report was made.
    pub made: Timestamp,
}

/// Everything together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Messages people sent in chats and groups; of a user: that the user sent.
    pub messages: u64,
    /// Of a user: messages others sent to the user in chats of two.
    pub received: Option<u64>,
    /// People who sent any of them.
    pub senders: u64,
    /// Chats of two with any of them.
    pub chats: u64,
    /// Groups with any of them.
    pub groups: u64,
    /// Days with any of them.
    pub active_days: u64,
    /// Messages taken back since.
    pub revoked: u64,
    /// Messages somebody deleted for themselves since.
    pub deleted: u64,
    /// Messages the server no longer has.
    pub removed: u64,
    /// What else lies in these conversations and is not counted: notices, receipts, signs of typing.
    pub not_counted: u64,
    /// When the first was sent.
    pub first: Option<Timestamp>,
    /// When the last was sent.
    pub last: Option<Timestamp>,
}

/// What stands out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlights {
    /// The day with most messages, the earliest of several.
    pub busiest_day: Option<Date>,
    /// How many that day had.
    pub busiest_day_messages: u64,
    /// The first day of the longest run of days with messages, the earliest of several.
    pub streak_first: Option<Date>,
    /// Its last day.
    pub streak_last: Option<Date>,
    /// How many days that is.
    pub streak_days: u64,
    /// The hour with most messages, 0 to 23, the earliest of several.
    pub top_hour: Option<u8>,
    /// The day of the week with most messages, 1 for Monday, the earliest of several.
    pub top_weekday: Option<u8>,
    /// Messages sent from 23:00 to 05:00.
    pub night: u64,
    /// Messages sent on Saturdays and Sundays.
    pub weekend: u64,
}

/// One day with messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// Messages.
    pub messages: u64,
    /// The mean of the seven days that end with this one, days without messages included.
    pub average: f64,
    /// People who sent any.
    pub users: u64,
}

/// One week with messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// Which, by ISO 8601: `2026-W48`.
    pub week: String,
    /// Its Monday.
    pub monday: Date,
    /// Messages.
    pub messages: u64,
    /// People who sent any.
    pub users: u64,
}

/// One month with messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Which: `2026-11`.
    pub month: String,
    /// Messages.
    pub messages: u64,
    /// People who sent any.
    pub users: u64,
    /// People who sent their first one.
    pub new_users: u64,
    /// Messages up to its end.
    pub messages_so_far: u64,
    /// People who sent any up to its end.
    pub users_so_far: u64,
    /// Its messages that were taken back since.
    pub revoked: u64,
    /// Its messages that somebody deleted for themselves since.
    pub deleted: u64,
    /// Its messages that the server no longer has.
    pub removed: u64,
}

/// Messages of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCount {
    /// Which; `revoke` for messages that were taken back before the archive saw what they were.
    pub kind: Kind,
    /// Messages.
    pub messages: u64,
}

/// Somebody who sent messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Who.
    pub user_id: UserId,
    /// The name now, or the id.
    pub name: String,
    /// Messages.
    pub messages: u64,
    /// When the first was sent.
    pub first: Timestamp,
    /// When the last was sent.
    pub last: Timestamp,
}

/// A group with messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCount {
    /// Which.
    pub group_id: GroupId,
    /// The name now, or the id.
    pub name: String,
    /// Messages.
    pub messages: u64,
    /// People who sent any.
    pub senders: u64,
}

/// A chat of two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Which.
    pub conversation_id: ConversationId,
    /// One of the two; of a user's report: the user.
    pub user_id: UserId,
    /// That one's name now, or the id.
    pub name: String,
    /// The other.
    pub other_id: UserId,
    /// The other's name now, or the id.
    pub other_name: String,
    /// Messages of both.
    pub messages: u64,
    /// Messages of the one.
    pub from_user: u64,
    /// Messages of the other.
    pub from_other: u64,
}

/// How long answers took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Whose: `all`, or of a user's report those `given` and those `received`.
    pub of: String,
    /// How many answers.
    pub count: u64,
    /// Half of them took at most so many whole seconds.
    pub median_seconds: Option<u64>,
    /// Nine of ten took at most so many.
    pub p90_seconds: Option<u64>,
    /// How many took how long.
    pub spread: Vec<AnswerSpan>,
}

/// Answers that took about as long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerSpan {
    /// At least so many whole seconds.
    pub from_seconds: u64,
    /// And fewer than so many; the last span includes it.
    pub to_seconds: u64,
    /// How many.
    pub count: u64,
}

/// Attachments of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Which: `picture`, `voice`, `video` or `file`.
    pub kind: Kind,
    /// Messages.
    pub messages: u64,
    /// Bytes, as the messages say.
    pub declared_bytes: u64,
    /// Messages that do not say.
    pub undeclared: u64,
    /// Different contents of them that the archive keeps.
    pub kept: u64,
    /// Their bytes.
    pub kept_bytes: u64,
}

/// Numbers without a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holes {
    /// How many numbers.
    pub numbers: u64,
    /// In how many conversations.
    pub conversations: u64,
    /// Where most are.
    pub most: Vec<HoleCount>,
}

/// A conversation with holes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoleCount {
    /// Which.
    pub conversation_id: ConversationId,
    /// The group's name, or those of both.
    pub name: String,
    /// The first number that is looked at.
    pub first: Seq,
    /// The greatest number with a message.
    pub last: Seq,
    /// How many numbers between them have no message.
    pub numbers: u64,
}

/// What only a year's report has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Year {
    /// Which.
    pub year: i16,
    /// Words in most messages.
    pub words: Vec<Counted>,
    /// Emoji used most.
    pub emoji: Vec<Counted>,
    /// The first message of the year with words in it.
    pub first_message: Option<Quote>,
}

/// A text, and how often it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The text.
    pub text: String,
    /// How often.
    pub count: u64,
}

/// A message, quoted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
    /// When.
    pub time: Timestamp,
    /// Who said it.
    pub user_id: UserId,
    /// That one's name now, or the id.
    pub name: String,
    /// What, cut after some 200 characters.
    pub text: String,
}
