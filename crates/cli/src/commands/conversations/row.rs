//! One conversation in every form.

use jiff::tz::TimeZone;
use openim_history_client::model::{Conversation, Lang, ReadPosition, Seq, Timestamp};
use serde::Serialize;

use crate::format::{Field, Row, Sheet};
use crate::table::{Cell, Column, Look};
use crate::time::show;
use crate::words::heading;

/// A user's row of a conversation, how far it goes and how far it is read.
#[derive(Debug, Serialize)]
pub(super) struct ConversationRow<'a> {
    #[serde(flatten)]
    conversation: Conversation,
    /// Of the other user or the group; empty where the server knows none.
    name: String,
    /// The newest number the user can see. Not the row's own `max_seq`, which is the bound set
    /// when the user left.
    head_seq: Option<Seq>,
    has_read_seq: Option<Seq>,
    unread: Option<u64>,
    head_time: Option<Timestamp>,
    #[serde(skip)]
    zone: &'a TimeZone,
}

impl<'a> ConversationRow<'a> {
    pub(super) fn new(
        conversation: Conversation,
        position: Option<&ReadPosition>,
        name: String,
        zone: &'a TimeZone,
    ) -> Self {
        Self {
            head_seq: position.map(|position| position.max_seq),
            has_read_seq: position.map(|position| position.has_read_seq),
            // A read position may lie behind the head: clients set it.
            unread: position.map(|position| {
                let unread = position.max_seq.0.saturating_sub(position.has_read_seq.0);
                u64::try_from(unread).unwrap_or(0)
            }),
            head_time: position.and_then(|position| position.max_seq_time),
            conversation,
            name,
            zone,
        }
    }

    pub(super) fn sheet(lang: Lang) -> Sheet<'static> {
        Sheet {
            columns: vec![
                Column::text(heading("conversation", lang)),
                Column::text(heading("name", lang)),
                Column::number(heading("head", lang)),
                Column::number(heading("unread", lang)),
                Column::whole(heading("newest", lang)),
            ],
            fields: &[
                "conversation_id",
                "conversation_type",
                "user_id",
                "group_id",
                "name",
                "head_seq",
                "has_read_seq",
                "unread",
                "head_time",
                "min_seq",
                "max_seq",
                "is_pinned",
                "recv_msg_opt",
                "ex",
            ],
        }
    }
}

impl Row for ConversationRow<'_> {
    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn cells(&self) -> Vec<Cell> {
        let number = |number: Option<String>| Cell::new(number.unwrap_or_default());
        let look = match self.unread {
            Some(0) | None => Look::Faint,
            Some(_) => Look::Plain,
        };
        vec![
            Cell::new(&self.conversation.conversation_id),
            Cell::new(&self.name),
            number(self.head_seq.map(|seq| seq.to_string())),
            number(self.unread.map(|unread| unread.to_string())).look(look),
            number(self.head_time.map(|time| show(time, self.zone))),
        ]
    }

    fn fields(&self) -> Vec<Field> {
        let conversation = &self.conversation;
        vec![
            Field::text(&conversation.conversation_id),
            Field::own(conversation.conversation_type.0),
            Field::text(&conversation.user_id),
            Field::text(&conversation.group_id),
            Field::text(&self.name),
            Field::maybe(self.head_seq),
            Field::maybe(self.has_read_seq),
            Field::maybe(self.unread),
            Field::maybe(self.head_time),
            Field::own(conversation.min_seq),
            Field::own(conversation.max_seq),
            Field::own(conversation.is_pinned),
            Field::own(conversation.recv_msg_opt),
            Field::text(&conversation.ex),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_position_behind_the_head_leaves_nothing_unread() {
        let unread = |max_seq, has_read_seq| {
            let position = ReadPosition {
                max_seq: Seq(max_seq),
                has_read_seq: Seq(has_read_seq),
                ..ReadPosition::default()
            };
            let conversation = Conversation::default();
            let zone = TimeZone::UTC;
            ConversationRow::new(conversation, Some(&position), String::new(), &zone).unread
        };
        assert_eq!(unread(10, 4), Some(6));
        assert_eq!(unread(10, 12), Some(0));
    }
}
