//! The recorded collections give what the recorded answers of the same server gave.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;
use openim_history_client::model::{
    ConversationId, HoleCause, Message, Seq, SeqRange, Slot, TimeRange, Timestamp, UserId,
};
use openim_history_client::source::mongo::{MongoSource, ScanOptions, ScanScope};
use openim_history_client::source::{PageRequest, Source, View};
use serde_json::Value;

use super::fixture;

/// What REST answered, as the model; `None` for a placeholder.
fn expected(user: &str, conversation: &str, json: &Value) -> Option<Message> {
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| json[key].as_i64().unwrap_or_default();
    let small = |key: &str| i32::try_from(number(key)).expect("small");
    if text("clientMsgID").is_empty() && number("status") == 4 {
        return None;
    }
    let content = STANDARD.decode(text("content")).expect("base64");
    let mut message = Message {
        conversation_id: conversation.into(),
        seq: Seq(number("seq")),
        send_time: Timestamp::from_millis(number("sendTime")),
        create_time: Timestamp::from_millis(number("createTime")),
        send_id: text("sendID").into(),
        recv_id: text("recvID").into(),
        group_id: text("groupID").into(),
        content: String::from_utf8(content).expect("UTF-8"),
        client_msg_id: text("clientMsgID").into(),
        server_msg_id: text("serverMsgID").into(),
        sender_nickname: text("senderNickname").into(),
        sender_face_url: text("senderFaceURL").into(),
        is_read: json["isRead"].as_bool().unwrap_or_default(),
        attached_info: text("attachedInfo"),
        ex: text("ex"),
        ..Message::default()
    };
    message.session_type.0 = small("sessionType");
    message.content_type.0 = small("contentType");
    message.sender_platform_id.0 = small("senderPlatformID");
    message.msg_from.0 = small("msgFrom");
    message.status.0 = small("status");
    for (key, value) in json["options"].as_object().into_iter().flatten() {
        message.options.insert(key.into(), value == true);
    }
    for id in json["atUserIDList"].as_array().into_iter().flatten() {
        message.at_user_ids.push(id.as_str().expect("an id").into());
    }
    if let Some(push) = json["offlinePushInfo"].as_object() {
        let text = |key: &str| push[key].as_str().unwrap_or_default().to_owned();
        message.offline_push = Some(Box::new(openim_history_client::model::OfflinePush {
            title: text("title"),
            desc: text("desc"),
            ex: text("ex"),
            ios_push_sound: text("iOSPushSound"),
            ios_badge_count: push["iOSBadgeCount"] == true,
        }));
    }
    if message.status.0 == 4 {
        message.deleted_for = vec![user.into()];
    }
    if message.content_type.0 == 2101 && !conversation.starts_with("n_") {
        let outer: Value = serde_json::from_str(&message.content).expect("JSON");
        let detail: Value =
            serde_json::from_str(outer["detail"].as_str().expect("detail")).expect("JSON");
        message.revoked = Some(Box::new(openim_history_client::model::Revoked {
            user_id: detail["revokerID"].as_str().expect("an id").into(),
            nickname: detail["revokerNickname"].as_str().expect("a name").into(),
            role: i32::try_from(detail["revokerRole"].as_i64().expect("a role")).expect("small"),
            time: Timestamp::from_millis(detail["revokeTime"].as_i64().expect("a time")),
        }));
    }
    Some(message)
}

type Key = (String, String, i64);

/// The last recorded answer for each user, conversation and number.
fn last_answers(dialect: &str) -> BTreeMap<Key, Option<Message>> {
    let mut answers = BTreeMap::new();
    for file in ["c", "e", "f", "f2", "g", "h", "m", "p"] {
        let path = fixture::recordings().join(dialect).join(format!("{file}.json"));
        if !path.exists() {
            assert_eq!(dialect, "main", "{} is missing", path.display());
            continue;
        }
        let pairs: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
        for pair in pairs {
            let request = &pair["request"];
            if request["path"] != "/msg/pull_msg_by_seq" {
                continue;
            }
            let user = request["body"]["userID"].as_str().unwrap_or_default();
            for kind in ["msgs", "notificationMsgs"] {
                let found = pair["response"]["data"][kind].as_object();
                for (conversation, page) in found.into_iter().flatten() {
                    for json in page["Msgs"].as_array().into_iter().flatten() {
                        let seq = json["seq"].as_i64().expect("a number");
                        let key = (user.to_owned(), conversation.clone(), seq);
                        answers.insert(key, expected(user, conversation, json));
                    }
                }
            }
        }
    }
    answers
}

async fn slot(
    source: &MongoSource,
    view: &View,
    conversation: &str,
    seq: i64,
) -> Option<Slot> {
    let range = SeqRange::new(seq, seq);
    let slots = source.slots(view, &conversation.into(), range).await;
    slots.expect("slots").pop()
}

/// What changed after it was pulled, by the recording's own story.
fn changed_since(dialect: &str, key: &Key) -> bool {
    let (user, conversation, seq) = (key.0.as_str(), key.1.as_str(), key.2);
    let _ = (dialect, user, conversation, seq);
    false
}

async fn compare(dialect: &str) -> usize {
    let (_, source) = fixture::recorded(dialect).await;
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (key, expected) in last_answers(dialect) {
        if changed_since(dialect, &key) {
            continue;
        }
        let (user, conversation, seq) = &key;
        let view = View::As(user.as_str().into());
        let found = slot(&source, &view, conversation, *seq).await;
        if found.clone().and_then(Slot::into_message) != expected {
            wrong.push(format!("{key:?}\n  pulled {expected:?}\n  read   {found:?}"));
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    compared
}

#[tokio::test]
async fn a_user_reads_from_main_what_that_user_pulled() {
    assert!(compare("main").await > 250);
}

#[tokio::test]
async fn a_user_reads_from_the_release_what_that_user_pulled() {
    assert!(compare("release").await > 300);
}
