//! People in messages become tokens: in every column, and wherever the content names them by id or by name.

use std::collections::{HashMap, HashSet};

use openim_history_client::model::Message;
use serde_json::{Map, Value};

use super::LAYERS;
use super::keys::{Held, held};
use super::tokens::Pseudonyms;
use crate::row::{Row, What};

/// Who is who, for names and ids that stand where no key says what they are.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Ids of users.
    pub(crate) users: HashSet<String>,
    /// Ids of groups.
    pub(crate) groups: HashSet<String>,
    /// Users by what they are called.
    pub(crate) names: HashMap<String, String>,
    /// Groups by what they are called.
    pub(crate) group_names: HashMap<String, String>,
}

pub(super) struct Pseudonymizer {
    tokens: Pseudonyms,
    known: Known,
}

/// Addresses that were hidden: what stands for each, and the address.
type Addresses = Vec<(String, String)>;

impl Pseudonymizer {
    pub(super) fn new(tokens: Pseudonyms, known: Known) -> Self {
        Self { tokens, known }
    }

    pub(super) fn tokens(&self) -> &Pseudonyms {
        &self.tokens
    }

    pub(super) fn row(&self, row: &mut Row, addresses: &mut Addresses) {
        self.message(&mut row.message, addresses);
        for change in &mut row.changes {
            match &mut change.what {
                What::DeletedFor { users } => {
                    for user in users {
                        *user = self.tokens.user(user);
                    }
                }
                What::Replaced { before } => self.message(before, addresses),
                What::Revoked
                | What::Read
                | What::Purged { .. }
                | What::Restored
                | What::ContentKnown => {}
            }
        }
    }

    fn message(&self, message: &mut Message, addresses: &mut Addresses) {
        let tokens = &self.tokens;
        message.content = self.content(&message.content, addresses);
        message.conversation_id = tokens.conversation(&message.conversation_id);
        let is_to_group =
            !message.group_id.is_empty() && message.recv_id.as_str() == message.group_id.as_str();
        message.recv_id = if is_to_group {
            tokens.group_text(message.recv_id.as_str()).into()
        } else {
            tokens.user(&message.recv_id)
        };
        message.group_id = tokens.group(&message.group_id);
        if !message.sender_nickname.is_empty() {
            message.sender_nickname = tokens.user_text(message.send_id.as_str()).into();
        }
        message.send_id = tokens.user(&message.send_id);
        // What nobody can look through is left out.
        message.sender_face_url = "".into();
        message.offline_push = None;
        message.attached_info.clear();
        message.ex.clear();
        for user in message
            .at_user_ids
            .iter_mut()
            .chain(&mut message.deleted_for)
        {
            *user = tokens.user(user);
        }
        if let Some(revoked) = &mut message.revoked {
            if !revoked.nickname.is_empty() {
                revoked.nickname = tokens.user_text(revoked.user_id.as_str()).into();
            }
            revoked.user_id = tokens.user(&revoked.user_id);
        }
    }

    /// Returns a content with tokens in it. What looks like JSON and cannot be read is left out.
    fn content(&self, content: &str, addresses: &mut Addresses) -> String {
        if !looks_like_json(content) {
            return self.whole(content).unwrap_or_else(|| content.to_owned());
        }
        match serde_json::from_str::<Value>(content) {
            Ok(mut value) => {
                self.value(&mut value, None, 0, addresses);
                value.to_string()
            }
            Err(_) => String::new(),
        }
    }

    /// Returns what stands for a text that is an id or a name and nothing else.
    fn whole(&self, text: &str) -> Option<String> {
        if self.known.users.contains(text) {
            return Some(self.tokens.user_text(text));
        }
        if self.known.groups.contains(text) {
            return Some(self.tokens.group_text(text));
        }
        if let Some(id) = self.known.names.get(text) {
            return Some(self.tokens.user_text(id));
        }
        let group = self.known.group_names.get(text);
        group.map(|id| self.tokens.group_text(id))
    }

    fn value(&self, value: &mut Value, key: Option<Held>, depth: u32, addresses: &mut Addresses) {
        match value {
            Value::Object(object) => self.object(object, depth, addresses),
            Value::Array(values) => {
                for value in values {
                    self.value(value, key, depth, addresses);
                }
            }
            Value::String(text) => {
                if let Some(replaced) =
                    self.string(text, key.unwrap_or(Held::Other), depth, addresses)
                {
                    *text = replaced;
                }
            }
            // Some clients write ids as numbers.
            Value::Number(number) => match key {
                Some(Held::User) if number.as_i64() != Some(0) => {
                    *value = Value::String(self.tokens.user_text(&number.to_string()));
                }
                Some(Held::Group) if number.as_i64() != Some(0) => {
                    *value = Value::String(self.tokens.group_text(&number.to_string()));
                }
                Some(Held::Personal) => *value = Value::Null,
                _ => {
                    let text = number.to_string();
                    if text.len() >= 5 && self.known.users.contains(&text) {
                        *value = Value::String(self.tokens.user_text(&text));
                    }
                }
            },
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn string(
        &self,
        text: &str,
        key: Held,
        depth: u32,
        addresses: &mut Addresses,
    ) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        match key {
            Held::Technical => None,
            Held::Personal => Some(String::new()),
            Held::User if looks_like_json(text) => self.nested(text, depth, addresses),
            Held::User => Some(self.tokens.user_text(text)),
            Held::Group => Some(self.tokens.group_text(text)),
            Held::Conversation => Some(self.tokens.conversation(&text.into()).as_str().to_owned()),
            Held::PersonName | Held::GroupName => Some(
                self.whole(text)
                    .unwrap_or_else(|| self.tokens.stranger(text)),
            ),
            Held::Address => Some(self.address(text, addresses)),
            Held::Words if looks_like_json(text) => self.nested(text, depth, addresses),
            Held::Words => None,
            Held::Other if looks_like_json(text) => self.nested(text, depth, addresses),
            Held::Other if is_address(text) => Some(self.address(text, addresses)),
            Held::Other => self.whole(text),
        }
    }

    fn address(&self, url: &str, addresses: &mut Addresses) -> String {
        let token = self.tokens.address(url);
        addresses.push((token.clone(), url.to_owned()));
        token
    }

    /// JSON inside a string. What only looks like it is somebody's words.
    fn nested(&self, text: &str, depth: u32, addresses: &mut Addresses) -> Option<String> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        if depth >= LAYERS {
            return Some(String::new());
        }
        self.value(&mut value, None, depth + 1, addresses);
        Some(value.to_string())
    }

    fn object(&self, object: &mut Map<String, Value>, depth: u32, addresses: &mut Addresses) {
        self.words_about_people(object);
        let names = self.names(object);
        for (key, value) in object.iter_mut() {
            if let Some(name) = names.get(key) {
                *value = Value::String(name.clone());
                continue;
            }
            self.value(value, Some(held(key)), depth, addresses);
        }
        if object.keys().any(|key| self.known.users.contains(key)) {
            let before = std::mem::take(object);
            for (key, value) in before {
                let key = if self.known.users.contains(&key) {
                    self.tokens.user_text(&key)
                } else {
                    key
                };
                object.insert(key, value);
            }
        }
    }

    /// Returns what the names in an object become: the token of the id that stands beside each.
    fn names(&self, object: &Map<String, Value>) -> HashMap<String, String> {
        let mut names = HashMap::new();
        for (key, value) in object {
            let is_name = matches!(value, Value::String(name) if !name.is_empty());
            let of = match held(key) {
                Held::PersonName if is_name => Held::User,
                Held::GroupName if is_name => Held::Group,
                _ => continue,
            };
            // `sourceMessageSenderNickname` is of `sourceMessageSendID`, not of `revokerID` beside it.
            let candidates = object.iter().filter_map(|(other, id)| {
                let id = id.as_str().filter(|id| !id.is_empty())?;
                (held(other) == of).then(|| (alike(key, other), id))
            });
            let nearest = candidates.max_by_key(|(alike, _)| *alike);
            if let Some((_, id)) = nearest {
                let token = match of {
                    Held::Group => self.tokens.group_text(id),
                    _ => self.tokens.user_text(id),
                };
                names.insert(key.clone(), token);
            }
        }
        names
    }

    /// Text that clients compose of names: mentions, and the heading and first lines of forwarded messages.
    fn words_about_people(&self, object: &mut Map<String, Value>) {
        if let Some(Value::Array(people)) = object.get("atUsersInfo") {
            let mut told: Vec<(String, String)> = Vec::new();
            for person in people {
                let of = |key: &str| person.get(key).and_then(Value::as_str).unwrap_or_default();
                let id = of("atUserID");
                let token = self.tokens.user_text(id);
                for word in [id, of("groupNickname")] {
                    if !word.is_empty() {
                        told.push((format!("@{word}"), format!("@{token}")));
                    }
                }
            }
            // The longer first: one name may begin another.
            told.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
            for key in ["text", "content"] {
                if let Some(Value::String(text)) = object.get_mut(key) {
                    for (word, token) in &told {
                        *text = text.replace(word, token);
                    }
                }
            }
        }
        let list = object.get("atUserList").and_then(Value::as_array);
        let mut mentioned: Vec<String> = list
            .into_iter()
            .flatten()
            .filter_map(|id| {
                id.as_str()
                    .filter(|id| !id.is_empty())
                    .map(ToOwned::to_owned)
            })
            .collect();
        mentioned.sort_by_key(|id| std::cmp::Reverse(id.len()));
        if let Some(Value::String(text)) = object.get_mut("text") {
            for id in mentioned {
                *text = text.replace(
                    &format!("@{id}"),
                    &format!("@{}", self.tokens.user_text(&id)),
                );
            }
        }
        if object.contains_key("multiMessage") || object.contains_key("abstractList") {
            // Both repeat the messages, with names in them.
            if let Some(title) = object.get_mut("title") {
                *title = Value::String(String::new());
            }
            if let Some(lines) = object.get_mut("abstractList") {
                *lines = Value::Array(Vec::new());
            }
        }
    }
}

fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Returns how many letters two keys begin with together.
fn alike(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes());
    same.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pseudonymizer() -> Pseudonymizer {
        let known = Known {
            users: ["alice", "bob", "10086"].map(ToOwned::to_owned).into(),
            groups: ["g1".to_owned()].into(),
            names: [("爱丽丝".to_owned(), "alice".to_owned())].into(),
            group_names: [("项目组".to_owned(), "g1".to_owned())].into(),
        };
        let tokens = Pseudonyms::new(b"a key of the tests").expect("long enough");
        Pseudonymizer::new(tokens, known)
    }

    fn told(content: &Value) -> String {
        let row = &mut Row {
            message: Message {
                content: content.to_string(),
                ..Message::default()
            },
            ..Row::default()
        };
        pseudonymizer().row(row, &mut Vec::new());
        row.message.content.clone()
    }

    #[test]
    fn nobody_is_named_anywhere_in_a_content() {
        let detail = json!({
            "group": {"groupID": "g1", "groupName": "项目组", "faceURL": "https://x/alice.png"},
            "opUser": {"userID": "alice", "nickname": "爱丽丝", "ex": "alice"},
            "kickedUserList": [{"userID": "bob", "nickname": "小李"}],
        });
        let message = json!({"sendID": "bob", "senderNickname": "小李", "content": "hello", "recvID": "alice"});
        for content in [
            json!({"detail": detail.to_string()}),
            json!({"text": "@爱丽丝 @alice look", "atUserList": ["alice"],
                "atUsersInfo": [{"atUserID": "alice", "groupNickname": "爱丽丝"}]}),
            json!({"title": "爱丽丝和小李的聊天记录", "abstractList": ["小李: hello"], "multiMessage": [message]}),
            json!({"text": "yes", "quoteMessage": message}),
            json!({"userID": "alice", "nickname": "爱丽丝", "faceURL": "https://h/alice/x.png", "ex": "爱丽丝"}),
            json!({"sourcePath": "/storage/alice/1.png", "sourcePicture": {"url": "http://h/object/alice/1.png"}}),
            json!({"data": json!({"who": "alice", "list": {"bob": 1}, "deep": json!({"by": "爱丽丝"}).to_string()}).to_string()}),
            json!({"revokerID": "alice", "revokerNickname": "爱丽丝", "sourceMessageSendID": "bob",
                "sourceMessageSenderNickname": "小李"}),
            json!({"anything": "http://h/u/bob/avatar"}),
            json!({"uid": 10086, "n": 10086}),
        ] {
            let told = told(&content);
            for word in ["alice", "bob", "爱丽丝", "小李", "项目组", "g1\"", "10086"] {
                assert!(!told.contains(word), "{word} in {told}");
            }
        }
    }

    #[test]
    fn names_become_the_token_of_the_id_beside_them_and_words_stay() {
        let told = told(
            &json!({"revokerID": "alice", "revokerNickname": "爱丽丝", "sourceMessageSendID": "bob",
            "sourceMessageSenderNickname": "小李", "content": "合同 [1] {x}"}),
        );
        let told: Value = serde_json::from_str(&told).expect("JSON");
        assert_eq!(told["revokerNickname"], told["revokerID"]);
        assert_eq!(
            told["sourceMessageSenderNickname"],
            told["sourceMessageSendID"]
        );
        assert_ne!(told["revokerID"], told["sourceMessageSendID"]);
        assert_eq!(told["content"], "合同 [1] {x}");
    }

    #[test]
    fn what_cannot_be_looked_through_is_left_out() {
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        let p = pseudonymizer();
        assert_eq!(p.content(&deep, &mut Vec::new()), "");
        assert_eq!(
            p.content("{\"sendID\":\"alice\\ud800\"}", &mut Vec::new()),
            ""
        );
        let mut nested = json!({"userID": "alice"}).to_string();
        for _ in 0..12 {
            nested = json!({ "x": nested }).to_string();
        }
        assert!(!p.content(&nested, &mut Vec::new()).contains("alice"));
        assert_eq!(p.content("just words", &mut Vec::new()), "just words");
    }
}
