//! Content types, and the few words a person filters them by.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::code::code_type;

code_type! {
    /// What the content of a message is (open-im-server `protocol/constant/constant.go`, and
    /// the SDK's constants for what only clients know).
    ContentType {
        /// Plain text.
        TEXT = 101 => "text",
        /// A picture.
        PICTURE = 102 => "picture",
        /// A voice message.
        VOICE = 103 => "voice",
        /// A video.
        VIDEO = 104 => "video",
        /// A file.
        FILE = 105 => "file",
        /// Text that mentions somebody.
        AT_TEXT = 106 => "at_text",
        /// Messages forwarded together.
        MERGER = 107 => "merger",
        /// Somebody's visiting card.
        CARD = 108 => "card",
        /// A place.
        LOCATION = 109 => "location",
        /// Whatever the application put there.
        CUSTOM = 110 => "custom",
        /// A revoke, as OpenIM 2 wrote it.
        OLD_REVOKE = 111 => "old_revoke",
        /// A read receipt in a chat of two, as OpenIM 2 wrote it.
        OLD_READ_RECEIPT = 112 => "old_read_receipt",
        /// "Is typing"; stored only when the sender forgot to say it should not be.
        TYPING = 113 => "typing",
        /// A reply that quotes another message.
        QUOTE = 114 => "quote",
        /// An emoji or sticker.
        FACE = 115 => "face",
        /// A read receipt in a group, as OpenIM 2 wrote it.
        OLD_GROUP_READ_RECEIPT = 116 => "old_group_read_receipt",
        /// Text with marked spans.
        ADVANCED_TEXT = 117 => "advanced_text",
        /// Markdown.
        MARKDOWN = 118 => "markdown",
        /// As `CUSTOM`, without a trigger of the conversation.
        CUSTOM_QUIET = 119 => "custom_quiet",
        /// As `CUSTOM`, for those online only.
        CUSTOM_ONLINE_ONLY = 120 => "custom_online_only",
        /// A reaction was set (no longer in use).
        REACTION_SET = 121 => "reaction_set",
        /// A reaction was removed (no longer in use).
        REACTION_DELETED = 122 => "reaction_deleted",
        /// An ordinary message, as OpenIM 2 sorted them.
        COMMON = 200 => "common",
        /// A group message, as OpenIM 2 sorted them.
        GROUP_MESSAGE = 201 => "group_message",
        /// A call's signal.
        SIGNAL = 202 => "signal",
        /// A notification of the application's own.
        CUSTOM_NOTIFICATION = 203 => "custom_notification",
        /// A friend request was accepted.
        FRIEND_REQUEST_ACCEPTED = 1201 => "friend_request_accepted",
        /// A friend request was declined.
        FRIEND_REQUEST_REJECTED = 1202 => "friend_request_rejected",
        /// A friend request was made.
        FRIEND_REQUESTED = 1203 => "friend_requested",
        /// Two users became friends.
        FRIEND_ADDED = 1204 => "friend_added",
        /// A friend was removed.
        FRIEND_DELETED = 1205 => "friend_deleted",
        /// A friend's remark was changed.
        FRIEND_REMARK_SET = 1206 => "friend_remark_set",
        /// A user was blocked.
        BLACK_ADDED = 1207 => "black_added",
        /// A user was unblocked.
        BLACK_DELETED = 1208 => "black_deleted",
        /// A friend changed their profile.
        FRIEND_INFO_UPDATED = 1209 => "friend_info_updated",
        /// Settings of several friends were changed.
        FRIENDS_INFO_UPDATED = 1210 => "friends_info_updated",
        /// Conversation settings were changed.
        CONVERSATION_CHANGED = 1300 => "conversation_changed",
        /// A user changed their profile.
        USER_INFO_UPDATED = 1303 => "user_info_updated",
        /// A user came or went.
        USER_STATUS_CHANGED = 1304 => "user_status_changed",
        /// A user's command was added.
        USER_COMMAND_ADDED = 1305 => "user_command_added",
        /// A user's command was deleted.
        USER_COMMAND_DELETED = 1306 => "user_command_deleted",
        /// A user's command was updated.
        USER_COMMAND_UPDATED = 1307 => "user_command_updated",
        /// Users somebody watches came or went.
        ONLINE_STATUS = 1308 => "online_status",
        /// A notice from a notification account.
        OA_NOTIFICATION = 1400 => "oa_notification",
        /// A group was created.
        GROUP_CREATED = 1501 => "group_created",
        /// A group's details were changed.
        GROUP_INFO_SET = 1502 => "group_info_set",
        /// Somebody asked to join a group.
        GROUP_JOIN_REQUESTED = 1503 => "group_join_requested",
        /// A member left.
        MEMBER_LEFT = 1504 => "member_left",
        /// A request to join was accepted.
        GROUP_JOIN_ACCEPTED = 1505 => "group_join_accepted",
        /// A request to join was declined.
        GROUP_JOIN_REJECTED = 1506 => "group_join_rejected",
        /// A group got another owner.
        GROUP_OWNER_TRANSFERRED = 1507 => "group_owner_transferred",
        /// Members were removed.
        MEMBER_KICKED = 1508 => "member_kicked",
        /// Users were invited, and are members now.
        MEMBER_INVITED = 1509 => "member_invited",
        /// A user joined.
        MEMBER_ENTERED = 1510 => "member_entered",
        /// A group was dismissed.
        GROUP_DISMISSED = 1511 => "group_dismissed",
        /// A member may not speak for a while.
        MEMBER_MUTED = 1512 => "member_muted",
        /// A member may speak again.
        MEMBER_UNMUTED = 1513 => "member_unmuted",
        /// Ordinary members may not speak.
        GROUP_MUTED = 1514 => "group_muted",
        /// Ordinary members may speak again.
        GROUP_UNMUTED = 1515 => "group_unmuted",
        /// A member's details were changed.
        MEMBER_INFO_SET = 1516 => "member_info_set",
        /// A member became administrator.
        MEMBER_SET_TO_ADMIN = 1517 => "member_set_to_admin",
        /// An administrator became an ordinary member.
        MEMBER_SET_TO_ORDINARY = 1518 => "member_set_to_ordinary",
        /// A group's announcement was changed.
        GROUP_ANNOUNCEMENT_SET = 1519 => "group_announcement_set",
        /// A group was renamed.
        GROUP_NAME_SET = 1520 => "group_name_set",
        /// A large group changed, as OpenIM 2 told its clients.
        SUPER_GROUP_UPDATED = 1651 => "super_group_updated",
        /// Messages were deleted, as OpenIM 2 told its clients.
        OLD_MESSAGES_DELETED = 1652 => "old_messages_deleted",
        /// Burn-after-reading was switched.
        PRIVATE_CHAT_SET = 1701 => "private_chat_set",
        /// A conversation's unread count changed.
        CONVERSATION_UNREAD = 1702 => "conversation_unread",
        /// A history was cleared for a user.
        CONVERSATION_CLEARED = 1703 => "conversation_cleared",
        /// A conversation was deleted for a user.
        CONVERSATION_DELETED = 1704 => "conversation_deleted",
        /// Data of the application's own server.
        BUSINESS = 2001 => "business",
        /// A message was taken back.
        REVOKE = 2101 => "revoke",
        /// Messages were deleted.
        MESSAGES_DELETED = 2102 => "messages_deleted",
        /// Messages were read.
        READ_RECEIPT = 2200 => "read_receipt",
    }
}

impl ContentType {
    /// Whether the server's own range of notifications holds it (1000 to 5000), known or not.
    pub fn is_notification(self) -> bool {
        (1000..=5000).contains(&self.0)
    }

    /// Returns the word a person would filter by; [`Kind::Other`] for an unknown type.
    pub fn kind(self) -> Kind {
        match self.0 {
            101 | 106 | 114 | 117 | 118 => Kind::Text,
            102 => Kind::Picture,
            103 => Kind::Voice,
            104 => Kind::Video,
            105 => Kind::File,
            107 => Kind::Merger,
            108 => Kind::Card,
            109 => Kind::Location,
            110 | 119 | 120 | 200..=203 => Kind::Custom,
            113 => Kind::Typing,
            115 => Kind::Face,
            121 | 122 => Kind::Reaction,
            1400 => Kind::Notice,
            1501..=1520 | 1651 => Kind::Group,
            1201..=1210 => Kind::Friend,
            1300 | 1701..=1704 => Kind::Conversation,
            1303..=1308 => Kind::User,
            2001 => Kind::Business,
            111 | 2101 => Kind::Revoke,
            1652 | 2102 => Kind::Delete,
            112 | 116 | 2200 => Kind::Read,
            _ => Kind::Other,
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident => $word:literal),* $(,)?) => {
        /// Content types in groups, by the words a person filters by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the word, as in `--kind picture`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// Anything written: plain, mentioning, quoting, marked up.
    Text => "text",
    /// A picture.
    Picture => "picture",
    /// A voice message.
    Voice => "voice",
    /// A video.
    Video => "video",
    /// A file.
    File => "file",
    /// Messages forwarded together.
    Merger => "merger",
    /// A visiting card.
    Card => "card",
    /// A place.
    Location => "location",
    /// Whatever the application put there.
    Custom => "custom",
    /// An emoji or sticker.
    Face => "face",
    /// A reaction.
    Reaction => "reaction",
    /// "Is typing".
    Typing => "typing",
    /// A notice from a notification account.
    Notice => "notice",
    /// What happened to a group.
    Group => "group",
    /// What happened between friends.
    Friend => "friend",
    /// What happened to a conversation.
    Conversation => "conversation",
    /// What happened to a user.
    User => "user",
    /// Data of the application's own server.
    Business => "business",
    /// A message taken back.
    Revoke => "revoke",
    /// Messages deleted.
    Delete => "delete",
    /// Messages read.
    Read => "read",
    /// None of these.
    Other => "other",
}

impl Kind {
    /// Returns the kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_types_ascend_and_each_has_a_name_of_its_own_and_a_kind() {
        assert!(ContentType::KNOWN.is_sorted_by(|a, b| a < b));
        let mut names: Vec<_> = ContentType::KNOWN
            .iter()
            .map(|known| known.name())
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ContentType::KNOWN.len());
        for known in ContentType::KNOWN {
            assert_ne!(known.kind(), Kind::Other, "{known:?}");
        }
    }

    #[test]
    fn every_type_the_server_defines_is_known() {
        let defined = (101..=122)
            .chain(200..=203)
            .chain(1201..=1210)
            .chain([1300])
            .chain(1303..=1308)
            .chain([1400])
            .chain(1501..=1520)
            .chain([1651, 1652])
            .chain(1701..=1704)
            .chain([2001, 2101, 2102, 2200]);
        assert!(defined.eq(ContentType::KNOWN.iter().map(|known| known.0)));
    }

    #[test]
    fn only_the_servers_range_counts_as_notification() {
        for (number, expected) in [(999, false), (1000, true), (1999, true), (5000, true)] {
            assert_eq!(ContentType(number).is_notification(), expected, "{number}");
        }
        assert!(!ContentType(5001).is_notification());
        assert_eq!(ContentType(150).name(), None);
        assert_eq!(ContentType(150).kind(), Kind::Other);
    }

    #[test]
    fn kinds_are_found_by_name_and_serialized_by_it() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(*kind));
            assert_eq!(
                serde_json::to_string(kind).expect("serializes"),
                format!("\"{kind}\"")
            );
        }
        assert_eq!(Kind::from_name("Picture"), None);
    }
}
