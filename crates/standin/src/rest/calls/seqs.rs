//! `/msg/newest_seq` and `/msg/get_conversations_has_read_and_max_seq`.

use serde_json::{Map, Value, json};

use super::answer::{Data, Refusal};
use super::conversations::rows_of;
use super::routes::Call;
use super::users::list;
use crate::collections::{integer, text, truth};

/// The notification conversation of a chat: the first piece replaced by `n`.
fn notification_id(conversation_id: &str) -> String {
    match conversation_id.split_once('_') {
        Some((_, rest)) => format!("n_{rest}"),
        None => "n".to_owned(),
    }
}

pub(in crate::rest) fn newest(call: &Call<'_>) -> Result<Data, Refusal> {
    let user_id = call.body.text("userID")?;
    call.access(user_id)?;
    let mut ids = vec![format!("n_{user_id}_{user_id}")];
    for row in rows_of(call.collections, user_id) {
        let id = text(row, "conversation_id");
        ids.push(notification_id(id));
        ids.push(id.to_owned());
    }
    ids.sort();
    // The conversation's own head, whatever the user's bound is.
    let heads: Map<String, Value> = ids
        .into_iter()
        .map(|id| (call.collections.head(&id), id))
        .filter(|(head, _)| *head > 0)
        .map(|(head, id)| (id, head.into()))
        .collect();
    Ok(match (heads.is_empty(), call.is_main()) {
        (true, true) => json!({}).into(),
        (true, false) => json!({"maxSeqs": null, "minSeqs": null}).into(),
        (false, true) => json!({"maxSeqs": heads}).into(),
        (false, false) => json!({"maxSeqs": heads, "minSeqs": null}).into(),
    })
}

pub(in crate::rest) fn read_and_newest(call: &Call<'_>) -> Result<Data, Refusal> {
    let user_id = call.body.required("userID")?;
    let asked = call.body.texts("conversationIDs")?;
    let with_pinned = call.body.truth("returnPinned")?;
    call.access_on_main(user_id)?;
    let rows = rows_of(call.collections, user_id);
    let ids: Vec<&str> = if asked.is_empty() {
        rows.iter()
            .map(|row| text(row, "conversation_id"))
            .collect()
    } else {
        asked
    };
    let mut seqs = Map::new();
    for id in ids {
        let mut max = call.collections.head(id);
        let own = call.collections.find("conversation", &[user_id, id]);
        let own_max = own.map_or(0, |row| integer(row, "max_seq"));
        if own_max != 0 {
            max = own_max;
        }
        let state = json!({
            "maxSeq": max,
            "hasReadSeq": call.collections.read_seq(user_id, id),
            "maxSeqTime": call.collections.head_time(id),
        });
        seqs.insert(id.to_owned(), state);
    }
    let pinned = rows
        .iter()
        .filter(|row| with_pinned && truth(row, "is_pinned"))
        .map(|row| text(row, "conversation_id").into())
        .collect();
    let pinned = list(pinned);
    Ok(match (seqs.is_empty(), call.is_main()) {
        (true, true) => json!({"pinnedConversationIDs": pinned}).into(),
        (true, false) => json!({"seqs": null, "pinnedConversationIDs": pinned}).into(),
        (false, _) => json!({"seqs": seqs, "pinnedConversationIDs": pinned}).into(),
    })
}
