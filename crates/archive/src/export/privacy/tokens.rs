//! Tokens that stand for people: the same for the same person in every export made with one key, and of no use
//! without it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use openim_history_client::model::{ConversationId, ConversationKind, GroupId, UserId};
use sha2::Sha256;

use crate::error::{Error, Result};

/// The shortest key that is taken, in bytes: a shorter one could be guessed.
const SHORTEST: usize = 16;

/// Bytes of a token: enough for a hundred million people to have one each.
const LENGTH: usize = 8;

/// Whom everybody is mentioned by: nobody in particular.
const EVERYBODY: &str = "AtAllTag";

/// The key by which people become tokens such as `user-7f3a9c0142d5be68`.
///
/// A token is the beginning of HMAC-SHA256 over the id. Who has the key can make the tokens of all ids anew and
/// so tell whose one is; without it neither that nor a token for somebody can be told.
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

// Written by hand: the key is a secret.
impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pseudonyms").field(&self.key_id()).finish()
    }
}

impl Pseudonyms {
    /// Takes a key of at least 16 bytes.
    pub fn new(key: &[u8]) -> Result<Self> {
        if key.len() < SHORTEST {
            return Err(Error::Invalid(format!(
                "the key of pseudonyms has {} bytes; it needs at least {SHORTEST}, such as `openssl rand -hex 32` makes",
                key.len()
            )));
        }
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key);
        mac.map(Self)
            .map_err(|error| Error::store("use the key of pseudonyms", error))
    }

    /// Returns what tells this key from others, and nothing of it.
    pub fn key_id(&self) -> String {
        self.token("key", "")
    }

    fn token(&self, kind: &str, id: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(id.as_bytes());
        let code = mac.finalize().into_bytes();
        let mut token = String::with_capacity(kind.len() + 1 + 2 * LENGTH);
        token.push_str(kind);
        token.push('-');
        for byte in code.iter().take(LENGTH) {
            token.push_str(&format!("{byte:02x}"));
        }
        token
    }

    /// Returns the token of a user. Nobody and everybody stay what they are.
    pub fn user(&self, id: &UserId) -> UserId {
        self.user_text(id.as_str()).into()
    }

    pub(super) fn user_text(&self, id: &str) -> String {
        match id {
            "" | EVERYBODY => id.to_owned(),
            id => self.token("user", id),
        }
    }

    /// Returns the token of a group.
    pub fn group(&self, id: &GroupId) -> GroupId {
        self.group_text(id.as_str()).into()
    }

    pub(super) fn group_text(&self, id: &str) -> String {
        match id {
            "" => String::new(),
            id => self.token("group", id),
        }
    }

    /// Returns what stands for a conversation: its kind, and the tokens of those in it where the id says without
    /// doubt who they are.
    pub fn conversation(&self, id: &ConversationId) -> ConversationId {
        let prefix = id.as_str().split_once('_').map_or("", |(prefix, _)| prefix);
        match id.kind() {
            ConversationKind::Group | ConversationKind::WriteGroup => {
                let group = id.group_id().unwrap_or_default();
                format!("{prefix}_{}", self.group(&group)).into()
            }
            ConversationKind::Single | ConversationKind::Notification => match &id.pairs()[..] {
                [(a, b)] => {
                    let (a, b) = (self.user(a), self.user(b));
                    let (first, second) = if a <= b { (a, b) } else { (b, a) };
                    format!("{prefix}_{first}_{second}").into()
                }
                _ => format!("{prefix}_{}", self.token("chat", id.as_str())).into(),
            },
            ConversationKind::Log => format!("n_{}", self.token("chat", id.as_str())).into(),
            ConversationKind::Other if id.is_empty() => id.clone(),
            ConversationKind::Other => self.token("chat", id.as_str()).into(),
        }
    }

    /// Returns what stands for an address, which names people in its path.
    pub(super) fn address(&self, url: &str) -> String {
        self.token("attachment", url)
    }

    /// Returns what stands for a name of nobody knows whom.
    pub(super) fn stranger(&self, name: &str) -> String {
        self.token("name", name)
    }

    /// Returns what stands for a question, which may name people.
    pub(crate) fn question(&self, query: &str) -> String {
        self.token("query", query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(key: &str) -> Pseudonyms {
        Pseudonyms::new(key.as_bytes()).expect("long enough")
    }

    #[test]
    fn a_token_is_the_same_every_time_and_another_with_another_key() {
        let (one, other) = (keyed("0123456789abcdef"), keyed("0123456789abcdeg"));
        let alice = UserId::new("alice");
        assert_eq!(one.user(&alice), one.user(&alice));
        assert_ne!(one.user(&alice), other.user(&alice));
        assert_ne!(one.key_id(), other.key_id());
        assert!(one.user(&alice).as_str().starts_with("user-"));
        assert_eq!(one.user(&UserId::new("")), "");
        assert_eq!(one.user(&UserId::new(EVERYBODY)), EVERYBODY);
        // A user and a group of one id are not one.
        assert_ne!(
            one.user_text("1").trim_start_matches("user"),
            one.group_text("1").trim_start_matches("group")
        );
        let shown = format!("{one:?}");
        assert!(!shown.contains("0123456789"), "{shown}");
        assert!(Pseudonyms::new(b"short").is_err());
    }

    #[test]
    fn a_conversation_tells_its_kind_and_whose_tokens_it_is_of() {
        let keys = keyed("0123456789abcdef");
        let chat = keys.conversation(&"si_alice_bob".into());
        assert!(chat.as_str().starts_with("si_user-"), "{chat}");
        assert!(chat.as_str().contains(keys.user(&"alice".into()).as_str()));
        assert!(chat.as_str().contains(keys.user(&"bob".into()).as_str()));
        let group = keys.conversation(&"sg_7".into());
        assert_eq!(group.as_str(), format!("sg_{}", keys.group(&"7".into())));
        let unclear = keys.conversation(&"si_a_b_c".into());
        assert!(unclear.as_str().starts_with("si_chat-"), "{unclear}");
        assert!(
            keys.conversation(&"n_a_b".into())
                .as_str()
                .starts_with("n_chat-")
        );
    }
}
