//! `/conversation/get_sorted_conversation_list`, which is best avoided on a real server.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Data, Refusal};
use super::conversations::rows_of;
use super::routes::Call;
use super::users::list as null_when_empty;
use crate::collections::{Message, integer, text, truth};

fn message_info(call: &Call<'_>, message: Message<'_>, user_id: &str) -> Value {
    let user = |id| call.collections.find("user", &[id]);
    let name = |id| user(id).map_or("", |row| text(row, "nickname"));
    let face = |id| user(id).map_or("", |row| text(row, "face_url"));
    let group = call
        .collections
        .find("group", &[message.group_id()])
        .filter(|_| message.session_type() == 3);
    // In a single chat the "sender" shown is the other side.
    let shown = if message.session_type() == 1 && message.send_id() == user_id {
        message.recv_id()
    } else {
        message.send_id()
    };
    json!({
        "serverMsgID": message.server_msg_id(),
        "clientMsgID": message.client_msg_id(),
        "sessionType": message.session_type(),
        "sendID": message.send_id(),
        "recvID": message.recv_id(),
        "senderName": name(shown),
        "faceURL": if message.session_type() == 3 { "" } else { face(shown) },
        "groupID": message.group_id(),
        "groupName": group.map_or("", |group| text(group, "group_name")),
        "groupFaceURL": group.map_or("", |group| text(group, "face_url")),
        "groupType": group.map_or(0, |group| integer(group, "group_type")),
        "groupMemberCount": group.map_or(0, |_| {
            call.collections.rows_of("group_member", message.group_id()).len()
        }),
        "LatestMsgRecvTime": message.send_time(),
        "msgFrom": message.msg_from(),
        "contentType": message.content_type(),
        "content": message.content(),
        "ex": message.ex(),
    })
}

pub(in crate::rest) fn list(call: &Call<'_>) -> Result<Data, Refusal> {
    let user_id = call.body.required("userID")?;
    let asked = call.body.texts("conversationIDs")?;
    let pagination = call.body.pagination()?;
    call.access_on_main(user_id)?;
    let rows: Vec<_> = rows_of(call.collections, user_id)
        .into_iter()
        .filter(|row| asked.is_empty() || asked.contains(&text(row, "conversation_id")))
        .collect();
    if rows.is_empty() {
        return Err(Refusal::not_found("record not found"));
    }
    let total = rows.len();
    let mut unread_total = 0;
    // Keyed by time: two conversations of the same millisecond overwrite each other, as they do on the server.
    let mut by_time = BTreeMap::new();
    for row in rows {
        let id = text(row, "conversation_id");
        let head = call.collections.head(id);
        let Some(message) = call
            .collections
            .slot(id, head)
            .and_then(|slot| slot.message())
        else {
            return Err(Refusal::panic(
                "invalid memory address or nil pointer dereference",
                "conversation.(*conversationServer).GetSortedConversationList() /src/internal/rpc/conversation/conversation.go",
            ));
        };
        let unread = head - call.collections.read_seq(user_id, id);
        unread_total += unread;
        let pinned = truth(row, "is_pinned");
        let element = json!({
            "conversationID": id,
            "recvMsgOpt": integer(row, "recv_msg_opt"),
            "unreadCount": unread,
            "IsPinned": pinned,
            "msgInfo": message_info(call, message, user_id),
        });
        by_time.insert((Reverse(pinned), Reverse(message.send_time())), element);
    }
    let elements = pagination.page(by_time.into_values().collect());
    Ok(json!({
        "conversationTotal": total,
        "unreadTotal": unread_total,
        "conversationElems": null_when_empty(elements),
    })
    .into())
}
