//! `/jssdk/*`: always the token's own user, whatever the body says.

use std::cmp::Reverse;

use bson::Document;
use serde_json::{Value, json};

use super::answer::{Data, Refusal};
use super::conversations::{conversation, rows_of};
use super::groups::group_info;
use super::messages::view;
use super::routes::Call;
use super::users::{list, user_info};
use crate::collections::text;

pub(in crate::rest) fn by_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let ids = call.body.texts("conversationIDs")?;
    let rows = rows_of(call.collections, call.caller)
        .into_iter()
        .filter(|row| ids.contains(&text(row, "conversation_id")))
        .collect();
    Ok(shown(call, rows))
}

pub(in crate::rest) fn active(call: &Call<'_>) -> Result<Data, Refusal> {
    let count = match call.body.integer("count", "int32")? {
        count @ 1..=500 => usize::try_from(count).unwrap_or(100),
        _ => 100,
    };
    let mut rows = rows_of(call.collections, call.caller);
    rows.sort_by_key(|row| Reverse(call.collections.head_time(text(row, "conversation_id"))));
    rows.truncate(count);
    Ok(shown(call, rows))
}

/// Conversations whose newest message cannot be read are dropped.
fn shown(call: &Call<'_>, rows: Vec<&Document>) -> Data {
    let mut unread = 0;
    let mut elements: Vec<Value> = Vec::new();
    for row in rows {
        let id = text(row, "conversation_id");
        let max = call.collections.head(id);
        let read = call.collections.read_seq(call.caller, id);
        let Some(message) = view(call, call.caller, id, max) else {
            continue;
        };
        unread += (max - read).max(0);
        let user = call.collections.find("user", &[text(row, "user_id")]);
        let group = call.collections.find("group", &[text(row, "group_id")]);
        elements.push(json!({
            "conversation": conversation(row),
            "lastMsg": message,
            "user": user.map(user_info),
            "friend": null,
            "group": group.map(|group| group_info(call.collections, group)),
            "maxSeq": max,
            "readSeq": read,
        }));
    }
    json!({"unreadCount": unread, "conversations": list(elements)}).into()
}
