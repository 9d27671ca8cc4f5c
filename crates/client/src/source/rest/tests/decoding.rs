//! Every recorded answer of both dialects is understood.

use std::path::Path;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::{
    Conversation, ConversationId, ConversationKind, Group, Member, Message, Slot, User,
};
use crate::source::rest::wire::{
    WireConversations, WireGroups, WireGroupsInfo, WireHeads, WireMembers, WireNewest, WirePull,
    WireSearch, WireServerTime, WireToken, WireUsers, WireUsersInfo,
};

/// One recorded answer without error, and where it stands.
struct Recorded {
    place: String,
    path: String,
    data: Value,
}

impl Recorded {
    fn decode<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_value::<Option<T>>(self.data.clone())
            .unwrap_or_else(|error| panic!("{}: {error}", self.place))
            .unwrap_or_default()
    }

    fn list(&self, key: &str) -> Vec<&Value> {
        self.data[key].as_array().into_iter().flatten().collect()
    }
}

/// Every recorded pair of both dialects: its dialect, its file, and itself.
static PAIRS: LazyLock<Vec<(&'static str, String, Value)>> = LazyLock::new(|| {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../standin/recorded");
    let mut all = Vec::new();
    for dialect in ["main", "release"] {
        let folder = std::fs::read_dir(recorded.join(dialect)).expect("the recordings are there");
        for entry in folder {
            let file = entry.expect("can be listed").path();
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("can be read");
            let pairs: Value = serde_json::from_str(&text).expect("is JSON");
            for pair in pairs.as_array().into_iter().flatten() {
                all.push((dialect, file.display().to_string(), pair.clone()));
            }
        }
    }
    all
});

/// Returns the good answers of a dialect to a call.
fn recorded(dialect: &str, path: &str) -> Vec<Recorded> {
    PAIRS
        .iter()
        .filter(|(of, _, pair)| {
            *of == dialect && pair["request"]["path"] == path && pair["response"]["errCode"] == 0
        })
        .map(|(_, file, pair)| Recorded {
            place: format!("{file} {} {path}", pair["name"]),
            path: path.to_owned(),
            data: pair["response"]["data"].clone(),
        })
        .collect()
}

/// Returns the good answers of both dialects, of which there must be some in each one named.
fn both(path: &str, dialects: &[&str]) -> Vec<Recorded> {
    let mut all = Vec::new();
    for dialect in ["main", "release"] {
        let found = recorded(dialect, path);
        assert_eq!(
            !found.is_empty(),
            dialects.contains(&dialect),
            "{dialect} {path}"
        );
        all.extend(found);
    }
    all
}

const BOTH: &[&str] = &["main", "release"];

fn ids_equal<T>(answer: &Recorded, raw: &[&Value], key: &str, ours: &[T], id: fn(&T) -> &str) {
    let raw: Vec<&str> = raw.iter().filter_map(|item| item[key].as_str()).collect();
    let ours: Vec<&str> = ours.iter().map(id).collect();
    assert_eq!(raw, ours, "{} {}", answer.place, answer.path);
}

#[test]
fn recorded_pulls_become_slots_with_the_same_facts() {
    let (mut messages, mut holes, mut revoked, mut deleted) = (0, 0, 0, 0);
    for answer in both("/msg/pull_msg_by_seq", BOTH) {
        let mut pull: WirePull = answer.decode();
        for part in ["msgs", "notificationMsgs"] {
            for (id, raw) in answer.data[part].as_object().into_iter().flatten() {
                let id = ConversationId::new(id);
                let is_log = id.kind() == ConversationKind::Log;
                assert_eq!(is_log, part == "notificationMsgs", "{}", answer.place);
                let raw = raw["Msgs"].as_array().expect("is a list");
                let slots: Vec<Slot> = pull
                    .take(&id)
                    .into_iter()
                    .map(|message| message.into_slot(&id, &"viewer".into()))
                    .collect();
                assert_eq!(slots.len(), raw.len(), "{}", answer.place);
                for (slot, raw) in slots.iter().zip(raw) {
                    assert_eq!(slot.seq().0, raw["seq"].as_i64().expect("is a number"));
                    let is_placeholder = raw["clientMsgID"] == "" && raw["status"] == 4;
                    let Some(message) = slot.message() else {
                        assert!(is_placeholder, "{} {raw}", answer.place);
                        holes += 1;
                        continue;
                    };
                    assert!(!is_placeholder, "{} {raw}", answer.place);
                    same_message(message, raw);
                    messages += 1;
                    revoked += usize::from(message.revoked.is_some());
                    deleted += usize::from(!message.deleted_for.is_empty());
                    if !is_log {
                        let is_revoke = raw["contentType"] == 2101;
                        assert_eq!(message.revoked.is_some(), is_revoke, "{}", answer.place);
                    }
                }
            }
        }
        assert!(pull.messages.is_empty() && pull.notifications.is_empty());
    }
    assert_eq!((messages, holes, revoked, deleted), (1260, 116, 11, 4));
}

fn same_message(message: &Message, raw: &Value) {
    let content = match raw["content"].as_str() {
        Some(content) => String::from_utf8(STANDARD.decode(content).expect("is base64")),
        None => Ok(String::new()),
    };
    assert_eq!(message.content, content.expect("is UTF-8"));
    let texts = [
        (message.send_id.as_str(), "sendID"),
        (message.recv_id.as_str(), "recvID"),
        (message.group_id.as_str(), "groupID"),
        (message.client_msg_id.as_str(), "clientMsgID"),
        (message.server_msg_id.as_str(), "serverMsgID"),
        (message.sender_nickname.as_str(), "senderNickname"),
        (message.sender_face_url.as_str(), "senderFaceURL"),
        (message.attached_info.as_str(), "attachedInfo"),
        (message.ex.as_str(), "ex"),
    ];
    for (ours, key) in texts {
        assert_eq!(raw[key], ours, "{key}");
    }
    let numbers = [
        (message.send_time.as_millis(), "sendTime"),
        (message.create_time.as_millis(), "createTime"),
        (message.session_type.0.into(), "sessionType"),
        (message.content_type.0.into(), "contentType"),
        (message.sender_platform_id.0.into(), "senderPlatformID"),
        (message.msg_from.0.into(), "msgFrom"),
        (message.status.0.into(), "status"),
    ];
    for (ours, key) in numbers {
        assert_eq!(raw[key], ours, "{key}");
    }
    assert_eq!(raw["isRead"], message.is_read);
    let options = raw.get("options").and_then(Value::as_object);
    assert_eq!(
        options.map_or(0, serde_json::Map::len),
        message.options.len()
    );
    let mentioned = raw["atUserIDList"].as_array().map_or(0, Vec::len);
    assert_eq!(mentioned, message.at_user_ids.len());
    assert_eq!(
        raw["offlinePushInfo"].is_object(),
        message.offline_push.is_some()
    );
}

#[test]
fn recorded_searches_name_the_conversation_of_every_hit() {
    let (mut hits, mut revoked) = (0, 0);
    for answer in both("/msg/search_msg", BOTH) {
        let search: WireSearch = answer.decode();
        assert_eq!(answer.data["chatLogsNum"], search.total.i64());
        let raw = answer.list("chatLogs");
        let messages: Vec<Message> = search.hits.0.into_iter().map(Into::into).collect();
        assert_eq!(messages.len(), raw.len(), "{}", answer.place);
        for (message, raw) in messages.iter().zip(raw) {
            let log = &raw["chatLog"];
            assert_eq!(log["serverMsgID"], message.server_msg_id.as_str());
            assert_eq!(log["content"].as_str().unwrap_or_default(), message.content);
            assert_eq!(log["seq"], message.seq.0);
            assert_eq!(raw["isRevoked"], message.revoked.is_some());
            let kind = message.conversation_id.kind();
            match log["sessionType"].as_i64() {
                Some(3) => assert_eq!(kind, ConversationKind::Group),
                _ => assert_eq!(kind, ConversationKind::Single),
            }
            hits += 1;
            revoked += usize::from(message.revoked.is_some());
        }
    }
    assert!(hits > 100 && revoked > 0, "{hits} {revoked}");
}

#[test]
fn recorded_lists_keep_every_id() {
    for answer in both("/user/get_users", BOTH) {
        let users: WireUsers = answer.decode();
        assert_eq!(answer.data["total"], users.total.i64());
        let users: Vec<User> = users.users.0.into_iter().map(Into::into).collect();
        let raw = answer.list("users");
        ids_equal(&answer, &raw, "userID", &users, |user| {
            user.user_id.as_str()
        });
        assert!(users.iter().all(|user| user.create_time.is_some()));
    }
    for answer in both("/user/get_users_info", &["release"]) {
        let users: WireUsersInfo = answer.decode();
        let users: Vec<User> = users.users.0.into_iter().map(Into::into).collect();
        let raw = answer.list("usersInfo");
        ids_equal(&answer, &raw, "userID", &users, |user| {
            user.user_id.as_str()
        });
    }
    for answer in both("/group/get_groups", BOTH) {
        let groups: WireGroups = answer.decode();
        assert_eq!(answer.data["total"], groups.total.i64());
        let groups: Vec<Group> = groups.groups.0.into_iter().map(Into::into).collect();
        let raw: Vec<&Value> = answer.list("groups");
        let raw: Vec<&Value> = raw.iter().map(|group| &group["groupInfo"]).collect();
        ids_equal(&answer, &raw, "groupID", &groups, |group| {
            group.group_id.as_str()
        });
        assert!(groups.iter().all(|group| !group.owner_user_id.is_empty()));
    }
    for answer in both("/group/get_groups_info", &["release"]) {
        let groups: WireGroupsInfo = answer.decode();
        let groups: Vec<Group> = groups.groups.0.into_iter().map(Into::into).collect();
        let raw = answer.list("groupInfos");
        ids_equal(&answer, &raw, "groupID", &groups, |group| {
            group.group_id.as_str()
        });
    }
    for answer in both("/group/get_group_member_list", BOTH) {
        let members: WireMembers = answer.decode();
        let members: Vec<Member> = members.members.0.into_iter().map(Into::into).collect();
        let raw = answer.list("members");
        ids_equal(&answer, &raw, "userID", &members, |member| {
            member.user_id.as_str()
        });
        assert!(members.iter().all(|member| member.join_time.is_some()));
    }
}

#[test]
fn recorded_conversations_have_no_time_before_time() {
    let paths: [(&str, &[&str]); 3] = [
        ("/conversation/get_all_conversations", BOTH),
        ("/conversation/get_conversations", &["release"]),
        ("/conversation/get_owner_conversation", &["release"]),
    ];
    for (path, dialects) in paths {
        for answer in both(path, dialects) {
            let rows: WireConversations = answer.decode();
            let rows: Vec<Conversation> =
                rows.conversations.0.into_iter().map(Into::into).collect();
            let raw = answer.list("conversations");
            ids_equal(&answer, &raw, "conversationID", &rows, |row| {
                row.conversation_id.as_str()
            });
            for (row, raw) in rows.iter().zip(raw) {
                assert_eq!(row.latest_msg_destruct_time, None);
                assert_eq!(raw["maxSeq"], row.max_seq.0);
                assert_eq!(raw["minSeq"], row.min_seq.0);
            }
        }
    }
}

#[test]
fn recorded_heads_and_small_answers_keep_their_numbers() {
    for answer in both("/msg/get_conversations_has_read_and_max_seq", BOTH) {
        let heads: WireHeads = answer.decode();
        let raw = answer.data["seqs"].as_object();
        assert_eq!(heads.heads.len(), raw.map_or(0, serde_json::Map::len));
        for (id, head) in heads.heads {
            let head = head.expect("is there");
            let raw = &answer.data["seqs"][id.as_str()];
            assert_eq!(raw["maxSeq"], head.max_seq.i64());
            assert_eq!(raw["hasReadSeq"], head.has_read_seq.i64());
            assert_eq!(raw["maxSeqTime"], head.max_seq_time.i64());
        }
    }
    for answer in both("/msg/newest_seq", BOTH) {
        let newest: WireNewest = answer.decode();
        let raw = answer.data["maxSeqs"].as_object();
        assert_eq!(newest.heads.len(), raw.map_or(0, serde_json::Map::len));
    }
    for answer in both("/msg/get_server_time", BOTH) {
        let time: WireServerTime = answer.decode();
        assert_eq!(answer.data["serverTime"], time.time.i64());
    }
    for answer in both("/auth/get_admin_token", BOTH) {
        let token: WireToken = answer.decode();
        assert_eq!(answer.data["token"], token.token);
    }
}
