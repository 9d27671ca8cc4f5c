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
    /// A conversation's messages are still cached as sent.
    AsSent(&'static str),
    /// Redis was emptied.
    TokensLost,
}

/// Facts that hold from the first request of that name on.
#[rustfmt::skip]
pub(super) const FACTS: &[(Side, &str, &str, Fact)] = &[
    // `maxSeqTime` is when Redis handed out the newest seq, some hundred milliseconds after the message's send time.
    (Side::Release, "b", "msg_get_conversations_has_read_and_max_seq", Fact::HeadTime("sg_grp1", 1_795_517_373_845)),
    (Side::Release, "b", "msg_get_conversations_has_read_and_max_seq", Fact::HeadTime("si_alice_bob", 1_795_517_373_846)),
    (Side::Release, "h", "auth_get_admin_token", Fact::HeadTime("sg_grp2", 1_795_517_503_551)),
    (Side::Release, "h", "auth_get_admin_token", Fact::HeadTime("si_erin_erin", 1_795_517_472_745)),
    (Side::Release, "h", "auth_get_admin_token", Fact::HeadTime("si_erin_frank", 1_795_517_473_845)),
    (Side::Release, "h", "auth_get_admin_token", Fact::HeadTime("si_erin_grace", 1_795_517_473_845)),
    (Side::Release, "m", "hasread_kicked", Fact::HeadTime("sg_grp3", 1_795_517_951_045)),
    (Side::Release, "m", "hasread_kicked", Fact::HeadTime("si_gap1_gap2", 1_795_517_944_844)),
    (Side::Main, "b", "msg_get_conversations_has_read_and_max_seq", Fact::HeadTime("sg_grp1", 1_795_517_010_311)),
    (Side::Main, "b", "msg_get_conversations_has_read_and_max_seq", Fact::HeadTime("si_alice_bob", 1_795_517_010_311)),
    // Sent by websocket with status 1, stored with status 2, and pulled from the cache of 24 hours.
    (Side::Release, "f", "auth_get_admin_token", Fact::AsSent("si_erin_frank")),
    (Side::Release, "f", "auth_get_admin_token", Fact::AsSent("si_erin_erin")),
    (Side::Release, "f", "auth_get_admin_token", Fact::AsSent("si_frank_grace")),
    (Side::Release, "f", "auth_get_admin_token", Fact::AsSent("sg_grp2")),
    // The key was removed from Redis: the counter starts again from the reserved block's end.
    (Side::Release, "m", "gap_newest_lost", Fact::Head("si_gap1_gap2", 54)),
    // The same request again, after Redis was emptied.
    (Side::Release, "p", "#15", Fact::TokensLost),
];

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
#[rustfmt::skip]
pub(super) const SKIPPED: &[(Side, &str, &str, &str)] = &[
    (Side::Release, "g", "/user/get_users_online_token_detail", "tells of open websockets, which the stand-in has none of"),
    (Side::Release, "g", "/user/get_users_online_status", "tells of open websockets, which the stand-in has none of"),
    (Side::Release, "m", "fat_cached", "a load-test conversation, left out of the recorded collections"),
    (Side::Release, "m", "fat_expired", "a load-test conversation, left out of the recorded collections"),
    (Side::Release, "m", "fat_placeholder", "a load-test conversation, left out of the recorded collections"),
    (Side::Release, "h", "/msg/check_msg_is_send_success", "Redis kept the outcome of an earlier send with the same operation id"),
];

/// How many reads are compared, of the release and of main.
pub(super) const COMPARED: [usize; 2] = [398, 52];
