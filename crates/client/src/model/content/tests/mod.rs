//! Content against what a real server stored, against expected lines, and against malice.

mod hostile;
mod lines;
mod nested;
mod notices;
mod recorded;

use super::{Content, ContentType, Lang};
use crate::model::Message;

/// Wraps the detail of a notification as the server does: JSON inside JSON.
fn told(detail: &str) -> String {
    serde_json::json!({ "detail": detail }).to_string()
}

fn parse(content_type: i32, content: &str) -> Content {
    Content::parse(ContentType(content_type), content)
}

fn message(content_type: i32, content: &str) -> Message {
    Message {
        content_type: ContentType(content_type),
        content: content.to_owned(),
        send_id: "alice".into(),
        sender_nickname: "Alice".into(),
        ..Message::default()
    }
}

#[track_caller]
fn reads(message: &Message, english: &str, chinese: &str) {
    assert_eq!(message.summary(Lang::En), english);
    assert_eq!(message.summary(Lang::Zh), chinese);
}
