//! The small numbers of a message: what the server calls enums, kept open for unknown values.

use serde::{Deserialize, Serialize};

macro_rules! code_type {
    ($(#[$doc:meta])* $name:ident { $($(#[$cdoc:meta])* $constant:ident = $value:literal => $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i32);

        impl $name {
            $($(#[$cdoc])* pub const $constant: Self = Self($value);)*

            /// Every value with a name, in ascending order.
            pub const KNOWN: &[Self] = &[$(Self::$constant),*];

            /// Returns the snake_case word for the value; `None` for one this version does not know.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($word),)*
                    _ => None,
                }
            }
        }
    };
}

pub(super) use code_type;

code_type! {
    /// What kind of conversation a message belongs to (open-im-server `protocol/constant`).
    SessionType {
        /// Two users.
        SINGLE = 1 => "single",
        /// A group of the write-diffusion kind, not in use since v3.
        WRITE_GROUP = 2 => "write_group",
        /// A group.
        GROUP = 3 => "group",
        /// A notification account and a user.
        NOTIFICATION = 4 => "notification",
    }
}

code_type! {
    /// Who made a message.
    MsgFrom {
        /// A user's client, over the websocket.
        USER = 100 => "user",
        /// The server itself, or a caller of the REST API.
        SYSTEM = 200 => "system",
    }
}

code_type! {
    /// A message's status. 0, 1 and 3 say nothing reliable: senders choose them.
    Status {
        /// Sent over REST.
        SENT_BY_API = 0 => "sent_by_api",
        /// The client says it was sending.
        SENDING = 1 => "sending",
        /// Stored.
        STORED = 2 => "stored",
        /// The client says it failed.
        FAILED = 3 => "failed",
        /// Deleted, for the one who asks or for all, or never there.
        DELETED = 4 => "deleted",
        /// Filtered.
        FILTERED = 5 => "filtered",
    }
}

code_type! {
    /// The device a message was sent from.
    PlatformId {
        /// iPhone.
        IOS = 1 => "ios",
        /// Android phone.
        ANDROID = 2 => "android",
        /// Windows.
        WINDOWS = 3 => "windows",
        /// macOS.
        OSX = 4 => "osx",
        /// Browser.
        WEB = 5 => "web",
        /// Mini program.
        MINI_WEB = 6 => "mini_web",
        /// Linux.
        LINUX = 7 => "linux",
        /// Android tablet.
        ANDROID_PAD = 8 => "android_pad",
        /// iPad.
        IPAD = 9 => "ipad",
        /// An administrator's token.
        ADMIN = 10 => "admin",
        /// HarmonyOS (v3.8.3-patch.5 and later).
        HARMONY_OS = 11 => "harmony_os",
        /// A bot (main).
        BOT = 12 => "bot",
    }
}

code_type! {
    /// A member's standing in a group.
    RoleLevel {
        /// Ordinary member.
        MEMBER = 20 => "member",
        /// Administrator of the group.
        ADMIN = 60 => "admin",
        /// Owner.
        OWNER = 100 => "owner",
    }
}

code_type! {
    /// Whether a group is alive.
    GroupStatus {
        /// In use.
        OK = 0 => "ok",
        /// Banned by an administrator.
        BANNED = 1 => "banned",
        /// Dismissed; its history stays.
        DISMISSED = 2 => "dismissed",
        /// Only owner and administrators may speak.
        MUTED = 3 => "muted",
    }
}
