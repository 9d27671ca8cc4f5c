//! Compares two answers field by field.

use serde_json::Value;

/// An answer as it came over HTTP.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u64,
    pub(super) content_type: String,
    pub(super) body: Value,
}

/// Lists the server gives in no settled order: it reads them from a cache of one entry per row, and what was cached
/// comes first. The same request in the same second was recorded in different orders.
/// Ranked users of the same count have no order among themselves.
const UNORDERED: [(&str, &str); 6] = [
    ("/conversation/get_all_conversations", "/data/conversations"),
    (
        "/conversation/get_owner_conversation",
        "/data/conversations",
    ),
    ("/conversation/get_conversations", "/data/conversations"),
    ("/user/get_users_info", "/data/usersInfo"),
    ("/group/get_group_member_list", "/data/members"),
    ("/statistics/user/active", "/data/users"),
];

/// Lists where the two differ, as JSON pointers with both values.
pub(super) fn differences(path: &str, wanted: &Answer, got: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    if wanted.status != got.status {
        found.push(format!("status {} wanted {}", got.status, wanted.status));
    }
    if wanted.content_type != got.content_type {
        found.push(format!(
            "content type {} wanted {}",
            got.content_type, wanted.content_type
        ));
    }
    let mut bodies = [wanted.body.clone(), got.body.clone()];
    for body in &mut bodies {
        settle(path, body);
    }
    walk("", &bodies[0], &bodies[1], &mut found);
    found
}

/// Sorts what has no order, and cuts Go's stack trace off `errMsg`: file names and lines of one build.
fn settle(path: &str, body: &mut Value) {
    for (of, pointer) in UNORDERED {
        if of == path
            && let Some(Value::Array(list)) = body.pointer_mut(pointer)
        {
            list.sort_by_key(Value::to_string);
        }
    }
    if let Some(Value::String(message)) = body.pointer_mut("/errMsg")
        && let Some(end) = message.find(" | -> ")
    {
        message.truncate(end);
    }
}

fn walk(pointer: &str, wanted: &Value, got: &Value, found: &mut Vec<String>) {
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => {
            for (key, value) in wanted {
                let pointer = format!("{pointer}/{key}");
                match got.get(key) {
                    Some(other) => walk(&pointer, value, other, found),
                    None => found.push(format!("{pointer} absent, wanted {value}")),
                }
            }
            for (key, value) in got {
                if !wanted.contains_key(key) {
                    found.push(format!("{pointer}/{key} {value}, wanted absent"));
                }
            }
        }
        (Value::Array(wanted), Value::Array(got)) => {
            if wanted.len() != got.len() {
                found.push(format!(
                    "{pointer} has {} elements, wanted {}",
                    got.len(),
                    wanted.len()
                ));
            }
            for (index, (wanted, got)) in wanted.iter().zip(got).enumerate() {
                walk(&format!("{pointer}/{index}"), wanted, got, found);
            }
        }
        _ if wanted == got => {}
        _ => found.push(format!("{pointer} {got}, wanted {wanted}")),
    }
}
