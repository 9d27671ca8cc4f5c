//! What the replay cannot take from the recordings alone, with the reason for each line.

use openim_history_standin::collections::Collections;
use openim_history_standin::recorded;

/// Which recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Release,
    Main,
}

macro_rules! files {
    ($side:literal, $($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../../recorded/", $side, "/", $name, ".json")))),*]
    };
}

impl Side {
    /// The recordings in the order they were made (the time in their tokens).
    pub(super) fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Release => files!(
                "release", "a", "b", "c", "e", "f", "f2", "g", "h", "i", "i2", "m", "p", "q"
            ),
            Self::Main => files!("main", "b", "c", "e"),
        }
    }

    pub(super) fn changes(self) -> &'static str {
        match self {
            Self::Release => recorded::RELEASE_CHANGES,
            Self::Main => recorded::MAIN_CHANGES,
        }
    }

    pub(super) fn end(self) -> Collections {
        match self {
            Self::Release => recorded::release(),
            Self::Main => recorded::main(),
        }
    }
}

/// Something only Redis knew.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fact {
    /// The newest seq of a conversation.
    Head(&'static str, i64),
    /// When a conversation's newest seq was handed out.
    HeadTime(&'static str, i64),
    /// Redis was emptied.
    TokensLost,
}

/// Facts that hold from the first request of that name on.
pub(super) const FACTS: &[(Side, &str, &str, Fact)] = &[];

/// Calls that change something: the stand-in reads only, their effects come with the change stream.
pub(super) const WRITES: &[&str] = &[
    "/group/create_group",
    "/group/dismiss_group",
    "/group/invite_user_to_group",
    "/group/kick_group",
    "/group/quit_group",
    "/msg/batch_send_msg",
    "/msg/clear_conversation_msg",
    "/msg/delete_msg_phsical_by_seq",
    "/msg/delete_msg_physical",
    "/msg/delete_msgs",
    "/msg/mark_conversation_as_read",
    "/msg/mark_msgs_as_read",
    "/msg/revoke_msg",
    "/msg/send_business_notification",
    "/msg/send_msg",
    "/msg/set_conversation_has_read_seq",
    "/user/add_notification_account",
    "/user/user_register",
];

/// Reads that cannot be answered from the data, by name or path.
pub(super) const SKIPPED: &[(Side, &str, &str, &str)] = &[];

/// How many reads are compared, of the release and of main.
pub(super) const COMPARED: [usize; 2] = [0, 0];
