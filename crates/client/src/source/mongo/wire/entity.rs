//! Users, groups, members, conversations and positions.

use super::raw::Fields;
use crate::model::{
    Conversation, ConversationId, Group, GroupId, GroupStatus, Member, RoleLevel, Seq, SessionType,
    Timestamp, User, UserId,
};
use crate::source::view::Limits;

fn time(fields: Fields<'_>, key: &str) -> Option<Timestamp> {
    Timestamp::from_millis(fields.integer(key)).known()
}

fn string(fields: Fields<'_>, key: &str) -> String {
    fields.text(key).into_owned()
}

/// Reads a document of `user`.
pub(crate) fn user(fields: Fields<'_>) -> User {
    User {
        user_id: UserId::new(fields.text("user_id")),
        nickname: string(fields, "nickname"),
        face_url: string(fields, "face_url"),
        ex: string(fields, "ex"),
        create_time: time(fields, "create_time"),
        // Spelled so by the server.
        app_manager_level: fields.small("app_manger_level"),
        global_recv_msg_opt: fields.small("global_recv_msg_opt"),
    }
}

/// Reads a document of `group`; owner and number of members lie elsewhere.
pub(crate) fn group(fields: Fields<'_>) -> Group {
    Group {
        group_id: GroupId::new(fields.text("group_id")),
        group_name: string(fields, "group_name"),
        notification: string(fields, "notification"),
        introduction: string(fields, "introduction"),
        face_url: string(fields, "face_url"),
        owner_user_id: UserId::default(),
        create_time: time(fields, "create_time"),
        member_count: 0,
        ex: string(fields, "ex"),
        status: GroupStatus(fields.small("status")),
        creator_user_id: UserId::new(fields.text("creator_user_id")),
        group_type: fields.small("group_type"),
        need_verification: fields.small("need_verification"),
        look_member_info: fields.small("look_member_info"),
        apply_member_friend: fields.small("apply_member_friend"),
        notification_update_time: time(fields, "notification_update_time"),
        notification_user_id: UserId::new(fields.text("notification_user_id")),
    }
}

/// Reads a document of `group_member`; an empty name or picture is that of the user.
pub(crate) fn member(fields: Fields<'_>) -> Member {
    Member {
        group_id: GroupId::new(fields.text("group_id")),
        user_id: UserId::new(fields.text("user_id")),
        nickname: string(fields, "nickname"),
        face_url: string(fields, "face_url"),
        role_level: RoleLevel(fields.small("role_level")),
        join_time: time(fields, "join_time"),
        join_source: fields.small("join_source"),
        inviter_user_id: UserId::new(fields.text("inviter_user_id")),
        operator_user_id: UserId::new(fields.text("operator_user_id")),
        mute_end_time: time(fields, "mute_end_time"),
        ex: string(fields, "ex"),
    }
}

/// Reads one group's line of the count over `group_member`.
pub(crate) fn owner_and_count(fields: Fields<'_>) -> (GroupId, UserId, u32) {
    (
        GroupId::new(fields.text("_id")),
        UserId::new(fields.text("owner")),
        u32::try_from(fields.integer("members")).unwrap_or(u32::MAX),
    )
}

/// Reads a document of `conversation`.
pub(crate) fn conversation(fields: Fields<'_>) -> Conversation {
    Conversation {
        owner_user_id: UserId::new(fields.text("owner_user_id")),
        conversation_id: ConversationId::new(fields.text("conversation_id")),
        conversation_type: SessionType(fields.small("conversation_type")),
        user_id: UserId::new(fields.text("user_id")),
        group_id: GroupId::new(fields.text("group_id")),
        recv_msg_opt: fields.small("recv_msg_opt"),
        is_pinned: fields.flag("is_pinned"),
        is_private_chat: fields.flag("is_private_chat"),
        burn_duration: fields.small("burn_duration"),
        group_at_type: fields.small("group_at_type"),
        attached_info: string(fields, "attached_info"),
        ex: string(fields, "ex"),
        min_seq: Seq(fields.integer("min_seq")),
        max_seq: Seq(fields.integer("max_seq")),
        is_msg_destruct: fields.flag("is_msg_destruct"),
        msg_destruct_time: fields.integer("msg_destruct_time"),
        latest_msg_destruct_time: time(fields, "latest_msg_destruct_time"),
    }
}

/// Reads a document of `seq`: the conversation, the end of the reserved numbers, the lower bound.
pub(crate) fn seq_row(fields: Fields<'_>) -> (ConversationId, Seq, Seq) {
    (
        ConversationId::new(fields.text("conversation_id")),
        Seq(fields.integer("max_seq")),
        Seq(fields.integer("min_seq")),
    )
}

/// Reads a document of `seq_user`: the conversation, the user's bounds, how far it is read.
pub(crate) fn read_row(fields: Fields<'_>) -> (ConversationId, Limits, Seq) {
    (
        ConversationId::new(fields.text("conversation_id")),
        Limits {
            conversation_min: Seq(0),
            user_min: Seq(fields.integer("min_seq")),
            user_max: Seq(fields.integer("max_seq")),
        },
        Seq(fields.integer("read_seq")),
    )
}

/// Reads a document of `seq_user` with whose it is.
pub(crate) fn seq_user(fields: Fields<'_>) -> (UserId, ConversationId, Limits, Seq) {
    let (conversation, limits, read) = read_row(fields);
    (
        UserId::new(fields.text("user_id")),
        conversation,
        limits,
        read,
    )
}
