//! A message as REST shows it, and the small calls of `/msg/*`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bson::Bson;
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Data, Refusal};
use super::go_json;
use super::routes::Call;
use super::server::Dialect;
use crate::collections::{Message, Revoke, Slot, integer, text, truth};

/// The content type of a revoked message.
pub(in crate::rest) const REVOKED: i32 = 2101;
/// The content type of a quote.
const QUOTE: i32 = 114;
/// The status of what is deleted or was never there.
const DELETED: i32 = 4;

/// The status a client gives a message it sends, and the one it has once stored.
const SENDING: i32 = 1;
const STORED: i32 = 2;

/// `MsgData`, fields in Go's order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::rest) struct Wire<'a> {
    #[serde(rename = "sendID")]
    send_id: &'a str,
    #[serde(rename = "recvID")]
    recv_id: &'a str,
    #[serde(rename = "groupID")]
    group_id: &'a str,
    #[serde(rename = "clientMsgID")]
    client_msg_id: String,
    #[serde(rename = "serverMsgID")]
    server_msg_id: String,
    #[serde(rename = "senderPlatformID")]
    sender_platform_id: i32,
    sender_nickname: &'a str,
    #[serde(rename = "senderFaceURL")]
    sender_face_url: &'a str,
    session_type: i32,
    msg_from: i32,
    content_type: i32,
    content: Option<String>,
    seq: i64,
    send_time: i64,
    create_time: i64,
    status: i32,
    is_read: bool,
    /// The release writes null, main leaves the key out.
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Value>,
    offline_push_info: Value,
    #[serde(rename = "atUserIDList")]
    at_user_id_list: Value,
    attached_info: &'a str,
    ex: &'a str,
    /// About how large the message is in the server's inner protocol.
    #[serde(skip)]
    pub(in crate::rest) size: usize,
}

impl<'a> Wire<'a> {
    /// What stands for a seq without a message.
    pub(in crate::rest) fn placeholder(seq: i64, send_time: i64, dialect: Dialect) -> Self {
        Self {
            send_id: "",
            recv_id: "",
            group_id: "",
            client_msg_id: String::new(),
            server_msg_id: String::new(),
            sender_platform_id: 0,
            sender_nickname: "",
            sender_face_url: "",
            session_type: 0,
            msg_from: 0,
            content_type: 0,
            content: None,
            seq,
            send_time,
            create_time: 0,
            status: DELETED,
            is_read: false,
            options: map(&Bson::Null, dialect),
            offline_push_info: Value::Null,
            at_user_id_list: Value::Null,
            attached_info: "",
            ex: "",
            size: 16,
        }
    }

    /// A stored message as one user sees it: revoked, deleted for himself, quoting what was revoked.
    pub(in crate::rest) fn seen_by(
        user_id: &str,
        slot: Slot<'a>,
        message: Message<'a>,
        dialect: Dialect,
        quoted: impl Fn(i64) -> Quoted,
    ) -> Self {
        let mut content_type = message.content_type();
        let mut status = message.status();
        let rewritten = match slot.revoke() {
            Some(revoke) => {
                content_type = REVOKED;
                Some(revoked_content(message, revoke))
            }
            None if content_type == QUOTE => quote_content(message.content(), quoted),
            None => None,
        };
        let mut content = rewritten.as_deref().unwrap_or_else(|| message.content());
        if slot.deleted_by(user_id) {
            status = DELETED;
            if slot.revoke().is_none() {
                content = "";
            }
        }
        let texts = [
            message.send_id(),
            message.recv_id(),
            message.group_id(),
            message.sender_nickname(),
            message.sender_face_url(),
            message.attached_info(),
            message.ex(),
            content,
        ];
        Self {
            send_id: message.send_id(),
            recv_id: message.recv_id(),
            group_id: message.group_id(),
            client_msg_id: message.client_msg_id(),
            server_msg_id: message.server_msg_id(),
            sender_platform_id: message.sender_platform_id(),
            sender_nickname: message.sender_nickname(),
            sender_face_url: message.sender_face_url(),
            session_type: message.session_type(),
            msg_from: message.msg_from(),
            content_type,
            content: (!content.is_empty()).then(|| STANDARD.encode(content)),
            seq: message.seq(),
            send_time: message.send_time(),
            create_time: message.create_time(),
            status,
            is_read: slot.is_read(),
            options: map(message.options(), dialect),
            offline_push_info: push(message.offline_push()),
            at_user_id_list: at_list(message.at_user_id_list()),
            attached_info: message.attached_info(),
            ex: message.ex(),
            size: 130 + texts.iter().map(|text| text.len() + 2).sum::<usize>(),
        }
    }
}

fn map(options: &Bson, dialect: Dialect) -> Option<Value> {
    match options.as_document().filter(|options| !options.is_empty()) {
        Some(options) => {
            let mut keys: Vec<_> = options.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let options = keys.into_iter().map(|(key, value)| {
                let on = value.as_bool().unwrap_or_default();
                (key.clone(), Value::Bool(on))
            });
            Some(Value::Object(options.collect()))
        }
        None if dialect == Dialect::Release => Some(Value::Null),
        None => None,
    }
}

fn push(push: &Bson) -> Value {
    match push.as_document() {
        Some(push) => json!({
            "title": text(push, "title"),
            "desc": text(push, "desc"),
            "ex": text(push, "ex"),
            "iOSPushSound": text(push, "ios_push_sound"),
            "iOSBadgeCount": truth(push, "ios_badge_count"),
            // Never stored.
            "signalInfo": "",
        }),
        None => Value::Null,
    }
}

fn at_list(users: &Bson) -> Value {
    match users.as_array().filter(|users| !users.is_empty()) {
        Some(users) => users.iter().filter_map(Bson::as_str).collect(),
        None => Value::Null,
    }
}

fn revoked_content(message: Message<'_>, revoke: &Revoke) -> String {
    let detail = go_json::marshal(&json!({
        "revokerID": revoke.user_id,
        "revokerRole": revoke.role,
        "clientMsgID": message.client_msg_id(),
        "revokerNickname": revoke.nickname,
        "revokeTime": revoke.time,
        "sourceMessageSendTime": message.send_time(),
        "sourceMessageSendID": message.send_id(),
        "sourceMessageSenderNickname": message.sender_nickname(),
        "sessionType": message.session_type(),
        "seq": message.seq(),
        "ex": message.ex(),
    }));
    go_json::marshal(&json!({ "detail": detail }))
}

/// What a quote points at.
#[derive(Debug)]
pub(in crate::rest) enum Quoted {
    /// It stands; the quote is left alone.
    Standing,
    /// It was revoked or is not there: the content the quote is to carry instead.
    Gone(String),
}

/// Rewrites the content of a quote whose message was revoked or has no seq, through the few fields the server's own
/// struct knows: everything else (`textElem`, ..) is lost, and stays lost.
fn quote_content(content: &str, quoted: impl Fn(i64) -> Quoted) -> Option<String> {
    let quote: Value = serde_json::from_str(content).ok()?;
    let inner = quote.get("quoteMessage")?.as_object()?;
    let seq = inner.get("seq").and_then(Value::as_i64).unwrap_or_default();
    let kind = inner.get("contentType").and_then(Value::as_i64);
    let mut replacement = match inner.get("content").and_then(Value::as_str) {
        // base64 of "{}": what an older server wrote for an empty content.
        Some("e30=") => Some(None),
        _ => None,
    };
    let revoked_already = seq <= 0 && kind == Some(i64::from(REVOKED));
    if !revoked_already {
        match if seq > 0 {
            quoted(seq)
        } else {
            Quoted::Gone("{}".to_owned())
        } {
            Quoted::Gone(content) => replacement = Some(Some(content)),
            Quoted::Standing => {}
        }
    }
    let replacement = replacement?;
    // Go reads keys without regard to case: the SDK writes senderFaceUrl, the server senderFaceURL.
    let field = |name: &str, empty: Value| {
        let mut likely = inner
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        likely.next_back().map_or(empty, |(_, value)| value.clone())
    };
    let mut message = json!({
        "sendID": field("sendID", "".into()),
        "recvID": field("recvID", "".into()),
        "groupID": field("groupID", "".into()),
        "clientMsgID": field("clientMsgID", "".into()),
        "serverMsgID": field("serverMsgID", "".into()),
        "senderPlatformID": field("senderPlatformID", 0.into()),
        "senderNickname": field("senderNickname", "".into()),
        "senderFaceURL": field("senderFaceURL", "".into()),
        "sessionType": field("sessionType", 0.into()),
        "msgFrom": field("msgFrom", 0.into()),
        "contentType": match replacement {
            Some(_) => REVOKED.into(),
            None => field("contentType", 0.into()),
        },
        "content": replacement.unwrap_or_else(|| "{}".to_owned()),
        "seq": seq,
        "sendTime": field("sendTime", 0.into()),
        "createTime": field("createTime", 0.into()),
        "status": field("status", 0.into()),
        "isRead": field("isRead", false.into()),
    });
    if let Some(message) = message.as_object_mut() {
        if let Some(options) = inner.get("options").filter(|value| !value.is_null()) {
            message.insert("options".to_owned(), options.clone());
        }
        for (name, empty) in [
            ("offlinePushInfo", Value::Null),
            ("atUserIDList", Value::Null),
            ("attachedInfo", "".into()),
            ("ex", "".into()),
            ("keyVersion", 0.into()),
            ("dstUserIDs", Value::Null),
        ] {
            message.insert(name.to_owned(), field(name, empty));
        }
    }
    let mut rewritten = serde_json::Map::new();
    if let Some(text) = quote.get("text").filter(|text| *text != "") {
        rewritten.insert("text".to_owned(), text.clone());
    }
    rewritten.insert("quoteMessage".to_owned(), message);
    if let Some(entities) = quote.get("messageEntityList") {
        rewritten.insert("messageEntityList".to_owned(), entities.clone());
    }
    Some(go_json::marshal(&rewritten))
}

/// One user's view of the slot at a seq of a conversation, or a placeholder.
pub(in crate::rest) fn view<'a>(
    call: &Call<'a>,
    user_id: &str,
    conversation_id: &str,
    seq: i64,
) -> Option<Wire<'a>> {
    let collections = call.collections;
    if collections.redis.is_spoiled(conversation_id, seq) {
        return None;
    }
    let slot = collections.slot(conversation_id, seq)?;
    let message = slot.message()?;
    let quoted = |seq| {
        // Without the block the server stops with an error and leaves the quote alone.
        let Some(slot) = collections.slot(conversation_id, seq) else {
            return Quoted::Standing;
        };
        match (slot.message(), slot.revoke()) {
            (Some(message), Some(revoke)) => Quoted::Gone(revoked_content(message, revoke)),
            (Some(_), None) => Quoted::Standing,
            (None, _) => Quoted::Gone("{}".to_owned()),
        }
    };
    let mut wire = Wire::seen_by(user_id, slot, message, call.dialect(), quoted);
    if wire.status == STORED && collections.redis.as_sent.contains(conversation_id) {
        wire.status = SENDING;
    }
    Some(wire)
}

pub(in crate::rest) fn server_time(call: &Call<'_>) -> Result<Data, Refusal> {
    Ok(json!({"serverTime": call.shared.now()}).into())
}

/// Nothing was ever sent through the stand-in: every send is unknown (0).
pub(in crate::rest) fn send_status(_call: &Call<'_>) -> Result<Data, Refusal> {
    Ok(json!({"status": 0}).into())
}

/// The bounds one user has in a conversation: effective min and max.
pub(in crate::rest) fn bounds(
    call: &Call<'_>,
    user_id: &str,
    conversation_id: &str,
    own_max: i64,
) -> (i64, i64) {
    let min = call
        .collections
        .find("seq", &[conversation_id])
        .map_or(0, |row| integer(row, "min_seq"));
    let own_min = call
        .collections
        .find("seq_user", &[user_id, conversation_id])
        .map_or(0, |row| integer(row, "min_seq"));
    let mut max = call.collections.head(conversation_id);
    if own_max != 0 {
        max = max.min(own_max);
    }
    (min.max(own_min), max)
}
