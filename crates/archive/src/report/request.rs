//! What a report is about.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use openim_history_client::model::{
    ConversationId, ConversationKind, GroupId, TimeRange, Timestamp, UserId,
};

use crate::error::{Error, Result};

/// Whose messages a report counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    #[default]
    Server,
    /// Those of a group.
    Group(GroupId),
    /// Those a user sent, wherever that was. What others sent to the user in chats of two is counted apart.
    User(UserId),
    /// Those of one conversation.
    Conversation(ConversationId),
}

/// Which report is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportKind {
    /// All numbers.
    #[default]
    Overview,
    /// A year's, with words, emoji and the first message beside them.
    Year(i16),
}

/// Which report is wanted.
#[derive(Clone, Debug)]
pub struct ReportRequest {
    /// Whose messages are counted.
    pub scope: Scope,
    /// Which report.
    pub kind: ReportKind,
    /// Only messages sent in this time; for a year, only those of the year that lie in it, too.
    pub times: TimeRange,
    /// The zone in which days begin and hours are counted.
    pub zone: TimeZone,
    /// When it is made.
    pub made: Timestamp,
    /// How many senders, groups, pairs, conversations with holes, words and emoji are named at most.
    pub top: usize,
}

impl ReportRequest {
    /// Asks for all numbers of everything, in UTC.
    pub fn new(made: Timestamp) -> Self {
        Self {
            scope: Scope::Server,
            kind: ReportKind::Overview,
            times: TimeRange::ALL,
            zone: TimeZone::UTC,
            made,
            top: 20,
        }
    }

    /// Returns the time that is counted.
    pub(super) fn range(&self) -> Result<TimeRange> {
        let ReportKind::Year(year) = self.kind else {
            return Ok(self.times);
        };
        let first = |year: i16| -> Option<Timestamp> {
            let start = Date::new(year, 1, 1).ok()?;
            let start = start.to_zoned_datetime(self.zone.clone()).ok()?;
            Some(start.timestamp().into())
        };
        let no_year = || Error::Invalid(format!("{year} is no year a calendar holds"));
        let since = first(year).filter(|_| year > 0).ok_or_else(no_year)?;
        let until = year.checked_add(1).and_then(first);
        Ok(TimeRange {
            since: self.times.since.into_iter().chain([since]).max(),
            until: self.times.until.into_iter().chain(until).min(),
        })
    }
}

impl Scope {
    /// Returns the word for what it is.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Group(_) => "group",
            Self::User(_) => "user",
            Self::Conversation(_) => "conversation",
        }
    }

    /// Returns the id of what it is; empty for the server.
    pub fn id(&self) -> &str {
        match self {
            Self::Server => "",
            Self::Group(id) => id.as_str(),
            Self::User(id) => id.as_str(),
            Self::Conversation(id) => id.as_str(),
        }
    }

    pub(super) fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(user) => Some(user),
            _ => None,
        }
    }
}

/// Whether people talk in a conversation: chats of two and groups, and not notices and logs.
pub(super) fn is_chat(kind: ConversationKind) -> bool {
    matches!(
        kind,
        ConversationKind::Single | ConversationKind::Group | ConversationKind::WriteGroup
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_begins_where_its_zone_says() {
        let mut request = ReportRequest::new(Timestamp::default());
        request.kind = ReportKind::Year(2026);
        request.zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let range = request.range().expect("a year");
        let shown = [range.since, range.until].map(|time| time.expect("a time").to_string());
        assert_eq!(
            shown,
            ["2025-12-31T16:00:00.000Z", "2026-12-31T16:00:00.000Z"]
        );
        request.times.until = Some(Timestamp::from_millis(1_790_000_000_000));
        assert_eq!(request.range().expect("a year").until, request.times.until);
        request.kind = ReportKind::Year(-4);
        assert!(request.range().is_err());
        request.kind = ReportKind::Year(9999);
        assert!(request.range().is_ok());
    }
}
