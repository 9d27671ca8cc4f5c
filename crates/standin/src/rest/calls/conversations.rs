//! `/conversation/*`, except the sorted list.

use bson::Document;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::answer::{Data, Refusal};
use super::go_json;
use super::routes::Call;
use super::users::list;
use crate::collections::{Collections, date_ms, integer, text, truth};

/// `Conversation` of a row.
pub(in crate::rest) fn conversation(row: &Document) -> Value {
    json!({
        "ownerUserID": text(row, "owner_user_id"),
        "conversationID": text(row, "conversation_id"),
        "recvMsgOpt": integer(row, "recv_msg_opt"),
        "conversationType": integer(row, "conversation_type"),
        "userID": text(row, "user_id"),
        "groupID": text(row, "group_id"),
        "isPinned": truth(row, "is_pinned"),
        "attachedInfo": text(row, "attached_info"),
        "isPrivateChat": truth(row, "is_private_chat"),
        "groupAtType": integer(row, "group_at_type"),
        "ex": text(row, "ex"),
        "burnDuration": integer(row, "burn_duration"),
        "minSeq": integer(row, "min_seq"),
        "maxSeq": integer(row, "max_seq"),
        "msgDestructTime": integer(row, "msg_destruct_time"),
        "latestMsgDestructTime": date_ms(row, "latest_msg_destruct_time"),
        "isMsgDestruct": truth(row, "is_msg_destruct"),
    })
}

/// A user's conversations, sorted by id as the server's id list is.
pub(in crate::rest) fn rows_of<'a>(
    collections: &'a Collections,
    user_id: &str,
) -> Vec<&'a Document> {
    let mut rows = collections.rows_of("conversation", user_id);
    rows.sort_by_key(|row| text(row, "conversation_id"));
    rows
}

/// The server's hash of an id list: the first eight bytes of the MD5 of its JSON.
pub(in crate::rest) fn hash_of(ids: &[&str]) -> u64 {
    if ids.is_empty() {
        return 0;
    }
    let digest = Md5::digest(go_json::marshal(&ids));
    digest
        .iter()
        .take(8)
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// The version a list of ids is at, and the version's id.
pub(in crate::rest) fn version_of(
    collections: &Collections,
    table: &str,
    of: &str,
) -> (i64, String) {
    match collections.find(table, &[of]) {
        Some(row) => {
            let id = row.get_object_id("_id").map(|id| id.to_hex());
            (integer(row, "version"), id.unwrap_or_default())
        }
        None => (0, String::new()),
    }
}

pub(in crate::rest) fn all(call: &Call<'_>) -> Result<Data, Refusal> {
    let owner = call.body.required("ownerUserID")?;
    call.access_on_main(owner)?;
    let rows = rows_of(call.collections, owner)
        .into_iter()
        .map(conversation)
        .collect();
    Ok(json!({"conversations": list(rows)}).into())
}

pub(in crate::rest) fn page(call: &Call<'_>) -> Result<Data, Refusal> {
    let owner = call.body.required("userID")?;
    call.access_on_main(owner)?;
    let rows = rows_of(call.collections, owner);
    let total = rows.len();
    let rows = call
        .body
        .pagination()?
        .page(rows)
        .into_iter()
        .map(conversation)
        .collect();
    Ok(json!({"total": total, "conversations": list(rows)}).into())
}

pub(in crate::rest) fn one(call: &Call<'_>) -> Result<Data, Refusal> {
    let owner = call.body.required("ownerUserID")?;
    let id = call.body.required("conversationID")?;
    call.access_on_main(owner)?;
    let Some(row) = call.collections.find("conversation", &[owner, id]) else {
        return Err(Refusal::not_found("conversation not found"));
    };
    Ok(json!({"conversation": conversation(row)}).into())
}

pub(in crate::rest) fn by_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let owner = call.body.required("ownerUserID")?;
    let ids = call.body.texts("conversationIDs")?;
    if ids.is_empty() {
        return Err(Refusal::arguments("conversationIDs is empty"));
    }
    call.access_on_main(owner)?;
    let rows = ids
        .iter()
        .filter_map(|id| call.collections.find("conversation", &[owner, id]))
        .map(conversation)
        .collect();
    Ok(json!({"conversations": list(rows)}).into())
}

pub(in crate::rest) fn full_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let owner = call.body.text("userID")?;
    call.access_on_main(owner)?;
    let ids: Vec<&str> = rows_of(call.collections, owner)
        .into_iter()
        .map(|row| text(row, "conversation_id"))
        .collect();
    let equal = hash_of(&ids) == call.body.hash("idHash")?;
    let ids = if equal { Vec::new() } else { ids };
    let ids = list(ids.into_iter().map(Value::from).collect());
    let (version, version_id) = version_of(call.collections, "conversation_version", owner);
    Ok(json!({
        "version": version,
        "versionID": version_id,
        "equal": equal,
        "conversationIDs": ids,
    })
    .into())
}

pub(in crate::rest) fn incremental(call: &Call<'_>) -> Result<Data, Refusal> {
    /// More changes than this and the client is to fetch everything (`syncLimit`).
    const LIMIT: usize = 200;
    let owner = call.body.text("userID")?;
    let known = call.body.integer("version", "uint64")?;
    let known_id = call.body.text("versionID")?;
    call.access_on_main(owner)?;
    let (version, version_id) = version_of(call.collections, "conversation_version", owner);
    let log = call.collections.find("conversation_version", &[owner]);
    let kept_since = log.map_or(0, |row| integer(row, "deleted"));
    let mut changed: [Vec<Value>; 3] = Default::default();
    let mut full = known == 0 || known_id != version_id || known < kept_since;
    if !full {
        let entries = log
            .and_then(|row| row.get_array("logs").ok())
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.as_document())
            .filter(|entry| integer(entry, "version") > known);
        let entries: Vec<&Document> = entries.collect();
        full = entries.len() > LIMIT;
        for entry in entries.iter().take_while(|_| !full) {
            let id = text(entry, "e_id");
            let row = call.collections.find("conversation", &[owner, id]);
            match (integer(entry, "state"), row) {
                (1, Some(row)) => changed[1].push(conversation(row)),
                (3, Some(row)) => changed[2].push(conversation(row)),
                _ => changed[0].push(id.into()),
            }
        }
    }
    let [delete, insert, update] = changed.map(list);
    Ok(json!({
        "version": version,
        "versionID": version_id,
        "full": full,
        "delete": delete,
        "insert": insert,
        "update": update,
    })
    .into())
}

fn ids_where(call: &Call<'_>, wanted: impl Fn(&Document) -> bool) -> Result<Data, Refusal> {
    let owner = call.body.text("userID")?;
    call.access_on_main(owner)?;
    let ids = rows_of(call.collections, owner)
        .into_iter()
        .filter(|row| wanted(row))
        .map(|row| text(row, "conversation_id").into())
        .collect();
    Ok(json!({"conversationIDs": list(ids)}).into())
}

pub(in crate::rest) fn pinned_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    ids_where(call, |row| truth(row, "is_pinned"))
}

pub(in crate::rest) fn not_notify_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    ids_where(call, |row| integer(row, "recv_msg_opt") == 2)
}
