//! One message in every form.

use std::borrow::Cow;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use openim_history_client::model::{ContentType, Lang, Message, Status, UserId};
use serde::Serialize;

use crate::format::{Field, Row, Sheet};
use crate::table::{Cell, Column, Look};
use crate::time::show;
use crate::words::{self, heading};

/// What the table's last column shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ContentChoice {
    /// One line a person would read
    #[default]
    Summary,
    /// What a person would search for
    Text,
    /// The content as the server has it
    Raw,
}

/// How messages are shown.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Showing {
    pub(in crate::commands) lang: Lang,
    pub(in crate::commands) zone: TimeZone,
    pub(in crate::commands) content: ContentChoice,
    pub(in crate::commands) names_conversation: bool,
}

impl Showing {
    pub(in crate::commands) fn sheet(&self) -> Sheet<'static> {
        let lang = self.lang;
        let mut columns = vec![
            Column::whole(heading("time", lang)),
            Column::number(heading("seq", lang)),
            Column::text(heading("sender", lang)),
            Column::text(heading("text", lang)),
        ];
        if self.names_conversation {
            columns.insert(1, Column::text(heading("conversation", lang)));
        }
        Sheet {
            columns,
            fields: &[
                "conversation_id",
                "seq",
                "send_time",
                "send_id",
                "sender_nickname",
                "recv_id",
                "group_id",
                "session_type",
                "content_type",
                "kind",
                "text",
                "content",
                "client_msg_id",
                "server_msg_id",
                "create_time",
                "msg_from",
                "status",
                "is_read",
                "revoked_by",
                "revoked_time",
                "deleted_for",
                "ex",
            ],
        }
    }
}

/// A message, and how it is shown.
#[derive(Debug)]
pub(in crate::commands) struct MessageRow<'a> {
    message: &'a Message,
    showing: &'a Showing,
}

impl<'a> MessageRow<'a> {
    pub(in crate::commands) fn new(message: &'a Message, showing: &'a Showing) -> Self {
        Self { message, showing }
    }

    /// Returns the name of the sender then, or else the id.
    fn sender(&self) -> &str {
        match self.message.sender_nickname.as_str() {
            "" => self.message.send_id.as_str(),
            nickname => nickname,
        }
    }

    fn content(&self) -> Cow<'_, str> {
        match self.showing.content {
            ContentChoice::Summary => self.message.summary(self.showing.lang).into(),
            ContentChoice::Text => self.message.text().into(),
            ContentChoice::Raw => self.message.content.as_str().into(),
        }
    }
}

impl Row for MessageRow<'_> {
    fn json(&self) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct Object<'a> {
            #[serde(flatten)]
            message: &'a Message,
            kind: &'static str,
            text: String,
        }
        Object {
            message: self.message,
            kind: self.message.content_type.kind().name(),
            text: self.message.text(),
        }
    }

    fn cells(&self) -> Vec<Cell> {
        let message = self.message;
        let lang = self.showing.lang;
        // A summary tells by itself that a message was taken back, or is deleted for the viewer.
        let is_summary = self.showing.content == ContentChoice::Summary;
        let revoked = revoked(message, lang).filter(|_| !is_summary);
        let deleted =
            deleted(message, lang).filter(|_| !is_summary || message.status != Status::DELETED);
        let states = [revoked, deleted];
        let mut text = String::new();
        for state in states.into_iter().flatten() {
            text.push_str(&state);
            text.push(' ');
        }
        text.push_str(&self.content());
        let is_gone = message.revoked.is_some()
            || message.content_type == ContentType::REVOKE
            || !message.deleted_for.is_empty();
        let look = if is_gone { Look::Faint } else { Look::Plain };
        let mut cells = vec![
            Cell::new(show(message.send_time, &self.showing.zone)).look(Look::Faint),
            Cell::new(message.seq.to_string()),
            Cell::new(self.sender()),
            Cell::new(text.trim()).look(look),
        ];
        if self.showing.names_conversation {
            cells.insert(1, Cell::new(&message.conversation_id));
        }
        cells
    }

    fn fields(&self) -> Vec<Field> {
        let message = self.message;
        let revoked = message.revoked.as_deref();
        vec![
            Field::text(&message.conversation_id),
            Field::own(message.seq),
            Field::own(message.send_time),
            Field::text(&message.send_id),
            Field::text(&message.sender_nickname),
            Field::text(&message.recv_id),
            Field::text(&message.group_id),
            Field::own(message.session_type.0),
            Field::own(message.content_type.0),
            Field::own(message.content_type.kind()),
            Field::text(message.text()),
            Field::text(&message.content),
            Field::text(&message.client_msg_id),
            Field::text(&message.server_msg_id),
            Field::own(message.create_time),
            Field::own(message.msg_from.0),
            Field::own(message.status.0),
            Field::own(message.is_read),
            Field::text(revoked.map_or("", |revoked| revoked.user_id.as_str())),
            Field::maybe(revoked.map(|revoked| revoked.time)),
            Field::text(names(&message.deleted_for)),
            Field::text(&message.ex),
        ]
    }
}

/// Says for whom a message is deleted, if for anybody.
fn deleted(message: &Message, lang: Lang) -> Option<String> {
    let whom = names(&message.deleted_for);
    (!whom.is_empty()).then(|| words::deleted_for(&whom, lang))
}

/// Says who took a message back, if somebody did.
fn revoked(message: &Message, lang: Lang) -> Option<String> {
    let revoked = message.revoked.as_deref()?;
    let who = match revoked.nickname.as_str() {
        "" => revoked.user_id.as_str(),
        nickname => nickname,
    };
    Some(words::revoked_by(who, lang))
}

fn names(users: &[UserId]) -> String {
    let users: Vec<_> = users.iter().map(UserId::as_str).collect();
    users.join(", ")
}

#[cfg(test)]
mod tests {
    use openim_history_client::model::{Revoked, Seq};

    use super::*;

    fn showing(names_conversation: bool) -> Showing {
        Showing {
            lang: Lang::En,
            zone: TimeZone::UTC,
            content: ContentChoice::Raw,
            names_conversation,
        }
    }

    fn message() -> Message {
        Message {
            conversation_id: "si_alice_bob".into(),
            seq: Seq(7),
            send_id: "bob".into(),
            content: "=HYPERLINK(1)".into(),
            revoked: Some(Box::new(Revoked {
                user_id: "alice".into(),
                ..Revoked::default()
            })),
            deleted_for: vec!["bob".into(), "carol".into()],
            ..Message::default()
        }
    }

    #[test]
    fn every_form_has_as_many_fields_as_headings() {
        for names_conversation in [false, true] {
            let (showing, message) = (showing(names_conversation), message());
            let row = MessageRow::new(&message, &showing);
            let sheet = showing.sheet();
            assert_eq!(row.cells().len(), sheet.columns.len());
            assert_eq!(row.fields().len(), sheet.fields.len());
        }
    }

    #[test]
    fn what_became_of_a_message_is_said_beside_it() {
        let (showing, message) = (showing(false), message());
        let text = |showing: &Showing| {
            let cells = MessageRow::new(&message, showing).cells();
            cells.last().expect("the text").text().to_owned()
        };
        let states = "[recalled by alice] [deleted for bob, carol]";
        assert_eq!(text(&showing), format!("{states} =HYPERLINK(1)"));
        let summary = text(&Showing {
            content: ContentChoice::Summary,
            ..showing
        });
        assert!(
            summary.starts_with("[deleted for bob, carol] "),
            "{summary}"
        );
        assert!(summary.contains("alice"), "{summary}");
    }

    #[test]
    fn json_is_the_message_with_its_content_verbatim_and_its_text() {
        let (showing, message) = (showing(false), message());
        let row = MessageRow::new(&message, &showing);
        let json = serde_json::to_value(row.json()).expect("JSON");
        assert_eq!(json["conversation_id"], "si_alice_bob");
        assert_eq!(json["content"], "=HYPERLINK(1)");
        assert_eq!(json["send_time"], "1970-01-01T00:00:00.000Z");
        assert!(json["text"].is_string());
    }
}
