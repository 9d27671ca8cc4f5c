//! A message as one line for each field.

use std::io::{self, Write};

use openim_history_client::model::{Message, Timestamp, UserId};

use super::super::messages::Showing;
use crate::table::{Cell, Column, Table};
use crate::time::show_exactly;
use crate::ui::Out;
use crate::words::heading;

/// Writes every field that is set, and leaves out those that are not.
pub(super) fn write(message: &Message, showing: &Showing, out: &mut Out) -> io::Result<()> {
    // Nothing is cut: this is where a person comes to see all of it.
    let columns = vec![Column::whole(""), Column::whole("")];
    let mut table = Table::without_heading(columns, out.paints());
    for (key, value) in fields(message, showing) {
        let label = Cell::new(heading(key, showing.lang)).look(crate::table::Look::Faint);
        table.row(vec![label, Cell::new(value)], out)?;
    }
    table.end(out)?;
    out.flush()
}

/// Returns key and value of every field that is set, in the order they are shown.
fn fields(message: &Message, showing: &Showing) -> Vec<(&'static str, String)> {
    let lang = showing.lang;
    let time = |time: Timestamp| time.known().map(|time| show_exactly(time, &showing.zone));
    let revoked = message.revoked.as_deref().map(|revoked| {
        let who = person(&revoked.user_id, &revoked.nickname);
        match time(revoked.time) {
            Some(when) => format!("{who}, {when}"),
            None => who,
        }
    });
    let sender = person(&message.send_id, &message.sender_nickname);
    let platform = message.sender_platform_id;
    let all = [
        ("conversation", Some(message.conversation_id.to_string())),
        ("seq", Some(message.seq.to_string())),
        ("send_time", time(message.send_time)),
        ("create_time", time(message.create_time)),
        ("sender", Some(sender)),
        ("recv_id", Some(message.recv_id.to_string())),
        ("group", Some(message.group_id.to_string())),
        (
            "platform",
            (platform.0 != 0).then(|| word(platform.name(), platform.0)),
        ),
        (
            "content_type",
            Some(word(message.content_type.name(), message.content_type.0)),
        ),
        ("text", Some(message.summary(lang))),
        ("content", Some(message.content.clone())),
        ("at_user_ids", Some(list(&message.at_user_ids))),
        ("revoked", revoked),
        ("deleted_for", Some(list(&message.deleted_for))),
        ("is_read", message.is_read.then(|| "true".to_owned())),
        (
            "status",
            Some(word(message.status.name(), message.status.0)),
        ),
        ("client_msg_id", Some(message.client_msg_id.to_string())),
        ("server_msg_id", Some(message.server_msg_id.to_string())),
        ("attached_info", Some(message.attached_info.clone())),
        ("ex", Some(message.ex.clone())),
    ];
    all.into_iter()
        .filter_map(|(key, value)| Some((key, value.filter(|value| !value.is_empty())?)))
        .collect()
}

fn person(id: &UserId, nickname: &str) -> String {
    if nickname.is_empty() {
        id.to_string()
    } else {
        format!("{id} ({nickname})")
    }
}

/// Returns a code's number and word.
fn word(name: Option<&str>, number: i32) -> String {
    match name {
        Some(name) => format!("{number} {name}"),
        None => number.to_string(),
    }
}

fn list(users: &[UserId]) -> String {
    let users: Vec<_> = users.iter().map(UserId::as_str).collect();
    users.join(", ")
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use openim_history_client::model::{Lang, Revoked, Seq};

    use super::*;
    use crate::commands::messages::ContentChoice;

    #[test]
    fn only_what_is_set_is_shown_and_state_is_told() {
        let message = Message {
            conversation_id: "si_alice_bob".into(),
            seq: Seq(7),
            send_time: Timestamp::from_millis(1_795_517_373_630),
            send_id: "bob".into(),
            sender_nickname: "Bob".into(),
            revoked: Some(Box::new(Revoked {
                user_id: "alice".into(),
                time: Timestamp::from_millis(1_795_517_380_000),
                ..Revoked::default()
            })),
            ..Message::default()
        };
        let showing = Showing {
            lang: Lang::Zh,
            zone: TimeZone::UTC,
            content: ContentChoice::Summary,
            names_conversation: true,
        };
        let shown: Vec<_> = fields(&message, &showing);
        let value = |key| {
            shown
                .iter()
                .find(|(k, _)| *k == key)
                .map(|(_, v)| v.as_str())
        };
        assert_eq!(value("send_time"), Some("2026-11-24 10:49:33.630 +00:00"));
        assert_eq!(value("sender"), Some("bob (Bob)"));
        let revoked = "alice, 2026-11-24 10:49:40.000 +00:00";
        assert_eq!(value("revoked"), Some(revoked));
        assert_eq!(value("create_time"), None);
        assert_eq!(value("ex"), None);
        for (key, _) in shown {
            assert_ne!(heading(key, Lang::Zh), key, "{key} has no Chinese label");
        }
    }
}
