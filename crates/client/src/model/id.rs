//! Identifiers, as newtypes over the strings OpenIM hands out.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// Wraps the identifier as the server wrote it; nothing is checked.
            pub fn new(id: impl AsRef<str>) -> Self {
                Self(SmolStr::new(id))
            }

            /// Returns the identifier as the server wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether the server left this identifier out.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self::new(id)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(SmolStr::from(id))
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }
    };
}

id_type! {
    /// A user, administrator or notification account.
    UserId
}
id_type! {
    /// A group.
    GroupId
}
id_type! {
    /// A conversation: a prefix that says its kind, `_`, and who takes part.
    ///
    /// An id of a pair cannot be split back into its two users, because user ids may contain `_`
    /// themselves; [`ConversationId::pairs`] lists every way it could be read.
    ConversationId
}
id_type! {
    /// The id a client chose for a message. It is **not** unique: key messages by
    /// ([`ConversationId`], [`Seq`](crate::model::Seq)).
    ClientMsgId
}
id_type! {
    /// The id the server chose for a message. A notification and its copy in the chat share one.
    ServerMsgId
}

/// What a conversation is, as its id's prefix says
/// (open-im-server `pkg/msgprocessor/conversation.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// `si_`: two users.
    Single,
    /// `g_`: a group of the write-diffusion kind, not in use since v3.
    WriteGroup,
    /// `sg_`: a group.
    Group,
    /// `sn_`: a notification account and a user.
    Notification,
    /// `n_`: the log of revokes, deletes and reads beside a chat.
    Log,
    /// A prefix this version does not know.
    Other,
}

impl ConversationId {
    /// Returns the conversation of two users; the order of the two does not matter.
    pub fn single(a: &UserId, b: &UserId) -> Self {
        Self::of_pair("si", a, b)
    }

    /// Returns the conversation of a notification account and a user.
    pub fn notification(a: &UserId, b: &UserId) -> Self {
        Self::of_pair("sn", a, b)
    }

    /// Returns the conversation of a group.
    pub fn group(group: &GroupId) -> Self {
        Self::from(format!("sg_{group}"))
    }

    /// Returns what the prefix says.
    pub fn kind(&self) -> ConversationKind {
        match self.as_str().split_once('_').map(|(prefix, _)| prefix) {
            Some("si") => ConversationKind::Single,
            Some("g") => ConversationKind::WriteGroup,
            Some("sg") => ConversationKind::Group,
            Some("sn") => ConversationKind::Notification,
            Some("n") => ConversationKind::Log,
            _ => ConversationKind::Other,
        }
    }

    /// Returns the group, for a group's conversation.
    pub fn group_id(&self) -> Option<GroupId> {
        match self.kind() {
            ConversationKind::Group | ConversationKind::WriteGroup => {
                self.rest().map(GroupId::from)
            }
            _ => None,
        }
    }

    /// Returns every pair of users this id could stand for: one for each `_` behind the prefix.
    pub fn pairs(&self) -> Vec<(UserId, UserId)> {
        let Some(rest) = self.rest() else {
            return Vec::new();
        };
        rest.match_indices('_')
            .filter(|(at, _)| *at > 0 && at + 1 < rest.len())
            .map(|(at, _)| (UserId::new(&rest[..at]), UserId::new(&rest[at + 1..])))
            .collect()
    }

    /// Returns the log conversation (`n_`) beside this one, by the server's own rule: the first
    /// piece is replaced by `n`. `None` where this already is one.
    pub fn log(&self) -> Option<Self> {
        (self.kind() != ConversationKind::Log)
            .then(|| Self::from(format!("n_{}", self.rest().unwrap_or_default())))
    }

    fn rest(&self) -> Option<&str> {
        self.as_str().split_once('_').map(|(_, rest)| rest)
    }

    fn of_pair(prefix: &str, a: &UserId, b: &UserId) -> Self {
        // Bytewise, like Go's sort.Strings.
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        Self::from(format!("{prefix}_{first}_{second}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_makes_one_id_in_either_order() {
        let (a, b) = (UserId::new("bob"), UserId::new("alice"));
        assert_eq!(ConversationId::single(&a, &b), "si_alice_bob");
        assert_eq!(ConversationId::single(&b, &a), "si_alice_bob");
    }

    #[test]
    fn an_id_with_underscores_has_several_readings() {
        let pairs = ConversationId::new("si_a_b_c").pairs();
        assert_eq!(
            pairs,
            [("a".into(), "b_c".into()), ("a_b".into(), "c".into())]
        );
    }

    #[test]
    fn the_log_of_a_conversation_swaps_the_prefix() {
        assert_eq!(ConversationId::new("sg_grp1").log(), Some("n_grp1".into()));
        assert_eq!(ConversationId::new("n_grp1").log(), None);
        assert_eq!(
            ConversationId::new("sg_grp1").group_id(),
            Some("grp1".into())
        );
    }
}
