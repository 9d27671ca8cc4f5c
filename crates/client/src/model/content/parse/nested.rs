//! Messages inside messages: quotes and mergers.

use serde_json::Value;

use super::{Fields, Limits, Shape};
use crate::model::content::{Content, ContentType, NestedMessage};
use crate::model::{MsgFrom, OfflinePush, PlatformId, Seq, SessionType, Status, Timestamp};

/// Base64 of `{}`: clients write it as the content of a quote they left empty.
const EMPTY_OBJECT: &str = "e30=";

/// Reads the message a reply quotes; `None` where it is absent or empty.
pub(super) fn quoted(fields: &Fields<'_>, limits: &mut Limits) -> Option<Box<NestedMessage>> {
    // Asked as an object so that anything else spoils the shape of the reply.
    fields.filled("quoteMessage")?;
    let value = fields.value("quoteMessage")?;
    Some(Box::new(message(value, limits)))
}

/// Reads the messages of a merger, and returns the JSON of those beyond the limit.
pub(super) fn forwarded(fields: &Fields<'_>, limits: &mut Limits) -> (Vec<NestedMessage>, String) {
    let list = fields.list("multiMessage");
    let mut messages = Vec::new();
    for (index, value) in list.iter().enumerate() {
        if limits.messages == 0 {
            return (messages, Value::from(&list[index..]).to_string());
        }
        messages.push(message(value, limits));
    }
    (messages, String::new())
}

fn message(value: &Value, limits: &mut Limits) -> NestedMessage {
    // A shape of its own: one odd message does not spoil what holds it.
    let shape = Shape::default();
    let fields = Fields::of(value, &shape);
    // And what says nothing of what was said spoils nothing.
    let aside = Shape::default();
    let beside = Fields::of(value, &aside);
    let content_type = ContentType(fields.small("contentType"));
    let mut message = NestedMessage {
        client_msg_id: fields.id("clientMsgID"),
        server_msg_id: fields.id("serverMsgID"),
        seq: Seq(fields.integer("seq")),
        send_time: Timestamp::from_millis(fields.integer("sendTime")),
        create_time: Timestamp::from_millis(fields.integer("createTime")),
        session_type: SessionType(fields.small("sessionType")),
        send_id: fields.id("sendID"),
        recv_id: fields.id("recvID"),
        group_id: fields.id("groupID"),
        msg_from: MsgFrom(beside.small("msgFrom")),
        sender_platform_id: PlatformId(fields.small("senderPlatformID")),
        sender_nickname: fields.string("senderNickname"),
        sender_face_url: either(fields.string("senderFaceUrl"), || {
            fields.string("senderFaceURL")
        }),
        content_type,
        status: Status(fields.small("status")),
        is_read: beside.flag("isRead"),
        offline_push: push(&beside).map(Box::new),
        attached_info: beside.string_or_json("attachedInfo"),
        ex: fields.string_or_json("ex"),
        local_ex: beside.string_or_json("localEx"),
        content: Content::Empty,
    };
    let raw = |content: String| Content::Raw {
        content_type,
        content,
    };
    let beyond = limits.depth == 0 || limits.messages == 0;
    limits.messages = limits.messages.saturating_sub(1);
    message.content = if !fields.fit() {
        raw(value.to_string())
    } else if beyond {
        match element(content_type, &fields) {
            Some(element) => raw(element.to_string()),
            None => raw(fields.string_or_json("content")),
        }
    } else {
        limits.depth -= 1;
        let content = content(content_type, &fields, limits);
        limits.depth += 1;
        content
    };
    message
}

fn push(fields: &Fields<'_>) -> Option<OfflinePush> {
    let push = fields.filled("offlinePush")?;
    Some(OfflinePush {
        title: push.string("title"),
        desc: push.string("desc"),
        ex: push.string_or_json("ex"),
        ios_push_sound: push.string("iOSPushSound"),
        ios_badge_count: push.flag("iOSBadgeCount"),
    })
}

/// Reads what the message says: its typed element, which the SDK fills, or else its content.
fn content(content_type: ContentType, fields: &Fields<'_>, limits: &mut Limits) -> Content {
    let element = element(content_type, fields);
    if let Some(content) = element.and_then(|value| super::value(content_type, value, limits)) {
        return content;
    }
    let content = fields.string_or_json("content");
    match (content.as_str(), element) {
        ("", Some(element)) => Content::Raw {
            content_type,
            content: element.to_string(),
        },
        (EMPTY_OBJECT, _) => super::content(content_type, "{}", limits),
        _ => super::content(content_type, &content, limits),
    }
}

/// Returns the typed element, if it is there and holds anything.
fn element<'a>(content_type: ContentType, fields: &Fields<'a>) -> Option<&'a Value> {
    let keys: &[&str] = match content_type.0 {
        101 => &["textElem"],
        102 => &["pictureElem"],
        103 => &["soundElem"],
        104 => &["videoElem"],
        105 => &["fileElem"],
        106 => &["atTextElem", "atElem"],
        107 => &["mergeElem"],
        108 => &["cardElem"],
        109 => &["locationElem"],
        110 | 119 | 120 | 200..=203 => &["customElem"],
        113 => &["typingElem"],
        114 => &["quoteElem"],
        115 => &["faceElem"],
        117 => &["advancedTextElem", "messageEntityElem"],
        118 => &["markdownTextElem"],
        1000..=5000 => &["notificationElem"],
        _ => &[],
    };
    keys.iter()
        .filter_map(|key| fields.value(key))
        .find(|value| value.as_object().is_none_or(|object| !object.is_empty()))
}

fn either(first: String, second: impl FnOnce() -> String) -> String {
    if first.is_empty() { second() } else { first }
}
