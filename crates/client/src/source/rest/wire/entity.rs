//! Users, groups, members, conversations, heads, and the small answers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::lenient::{Int, List, wire};
use crate::model::{
    Conversation, ConversationId, Group, GroupId, GroupStatus, Member, RoleLevel, Seq, SessionType,
    User, UserId,
};

wire! {
    /// Answer of `/auth/get_admin_token`, `/auth/user_token` and `/auth/get_user_token`.
    WireToken {
        "token" token: String,
    }

    /// Answer of `/auth/parse_token`; the time is a point, in seconds.
    WireParsedToken {
        "userID" user_id: UserId,
        "platformID" platform_id: Int,
        "expireTimeSeconds" expires: Int,
    }

    /// Answer of `/msg/get_server_time`, in milliseconds.
    WireServerTime {
        "serverTime" time: Int,
    }

    /// Answer of `/object/access_url`; the time is in milliseconds.
    WireAccessUrl {
        "url" url: String,
        "expireTime" expires: Int,
    }

    /// Answer of `/msg/newest_seq`.
    WireNewest {
        "maxSeqs" heads: BTreeMap<ConversationId, Int>,
    }

    /// Answer of `/msg/get_conversations_has_read_and_max_seq`.
    WireHeads {
        "seqs" heads: BTreeMap<ConversationId, Option<WireHead>>,
    }

    WireHead {
        "maxSeq" max_seq: Int,
        "hasReadSeq" has_read_seq: Int,
        "maxSeqTime" max_seq_time: Int,
    }

    /// Answer of `/user/get_users`.
    WireUsers {
        "total" total: Int,
        "users" users: List<WireUser>,
    }

    /// Answer of `/user/get_users_info`.
    WireUsersInfo {
        "usersInfo" users: List<WireUser>,
    }

    WireUser {
        "userID" user_id: UserId,
        "nickname" nickname: String,
        "faceURL" face_url: String,
        "ex" ex: String,
        "createTime" create_time: Int,
        // The server's own spelling.
        "appMangerLevel" app_manager_level: Int,
        "globalRecvMsgOpt" global_recv_msg_opt: Int,
    }

    /// Answer of `/group/get_groups`.
    WireGroups {
        "total" total: Int,
        "groups" groups: List<WireOwnedGroup>,
    }

    WireOwnedGroup {
        "groupInfo" group: WireGroup,
        "groupOwnerUserID" owner: UserId,
    }

    /// Answer of `/group/get_groups_info`.
    WireGroupsInfo {
        "groupInfos" groups: List<WireGroup>,
    }

    WireGroup {
        "groupID" group_id: GroupId,
        "groupName" group_name: String,
        "notification" notification: String,
        "introduction" introduction: String,
        "faceURL" face_url: String,
        "ownerUserID" owner_user_id: UserId,
        "createTime" create_time: Int,
        "memberCount" member_count: Int,
        "ex" ex: String,
        "status" status: Int,
        "creatorUserID" creator_user_id: UserId,
        "groupType" group_type: Int,
        "needVerification" need_verification: Int,
        "lookMemberInfo" look_member_info: Int,
        "applyMemberFriend" apply_member_friend: Int,
        "notificationUpdateTime" notification_update_time: Int,
        "notificationUserID" notification_user_id: UserId,
    }

    /// Answer of `/group/get_group_member_list`.
    WireMembers {
        "total" total: Int,
        "members" members: List<WireMember>,
    }

    WireMember {
        "groupID" group_id: GroupId,
        "userID" user_id: UserId,
        "nickname" nickname: String,
        "faceURL" face_url: String,
        "roleLevel" role_level: Int,
        "joinTime" join_time: Int,
        "joinSource" join_source: Int,
        "inviterUserID" inviter_user_id: UserId,
        "operatorUserID" operator_user_id: UserId,
        "muteEndTime" mute_end_time: Int,
        "ex" ex: String,
    }

    /// Answer of every call that lists rows of conversations.
    WireConversations {
        "total" total: Int,
        "conversations" conversations: List<WireConversation>,
    }

    WireConversation {
        "ownerUserID" owner_user_id: UserId,
        "conversationID" conversation_id: ConversationId,
        "conversationType" conversation_type: Int,
        "userID" user_id: UserId,
        "groupID" group_id: GroupId,
        "recvMsgOpt" recv_msg_opt: Int,
        "isPinned" is_pinned: bool,
        "isPrivateChat" is_private_chat: bool,
        "burnDuration" burn_duration: Int,
        "groupAtType" group_at_type: Int,
        "attachedInfo" attached_info: String,
        "ex" ex: String,
        "minSeq" min_seq: Int,
        "maxSeq" max_seq: Int,
        "isMsgDestruct" is_msg_destruct: bool,
        "msgDestructTime" msg_destruct_time: Int,
        "latestMsgDestructTime" latest_msg_destruct_time: Int,
    }
}

/// The answer of `/msg/newest_seq` for the sake of a key: the release always writes `minSeqs`, as
/// `null`, main never.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::source::rest) struct WireNewestKeys {
    #[serde(rename = "minSeqs", deserialize_with = "is_there")]
    pub(in crate::source::rest) has_min_seqs: bool,
}

/// Says that the key is there, whatever stands behind it.
fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl From<WireUser> for User {
    fn from(user: WireUser) -> Self {
        Self {
            user_id: user.user_id,
            nickname: user.nickname,
            face_url: user.face_url,
            ex: user.ex,
            create_time: user.create_time.time().known(),
            app_manager_level: user.app_manager_level.i32(),
            global_recv_msg_opt: user.global_recv_msg_opt.i32(),
        }
    }
}

impl From<WireGroup> for Group {
    fn from(group: WireGroup) -> Self {
        Self {
            group_id: group.group_id,
            group_name: group.group_name,
            notification: group.notification,
            introduction: group.introduction,
            face_url: group.face_url,
            owner_user_id: group.owner_user_id,
            create_time: group.create_time.time().known(),
            member_count: u32::try_from(group.member_count.u64()).unwrap_or(u32::MAX),
            ex: group.ex,
            status: GroupStatus(group.status.i32()),
            creator_user_id: group.creator_user_id,
            group_type: group.group_type.i32(),
            need_verification: group.need_verification.i32(),
            look_member_info: group.look_member_info.i32(),
            apply_member_friend: group.apply_member_friend.i32(),
            notification_update_time: group.notification_update_time.time().known(),
            notification_user_id: group.notification_user_id,
        }
    }
}

impl From<WireOwnedGroup> for Group {
    fn from(owned: WireOwnedGroup) -> Self {
        let mut group = Self::from(owned.group);
        if group.owner_user_id.is_empty() {
            group.owner_user_id = owned.owner;
        }
        group
    }
}

impl From<WireMember> for Member {
    fn from(member: WireMember) -> Self {
        Self {
            group_id: member.group_id,
            user_id: member.user_id,
            nickname: member.nickname,
            face_url: member.face_url,
            role_level: RoleLevel(member.role_level.i32()),
            join_time: member.join_time.time().known(),
            join_source: member.join_source.i32(),
            inviter_user_id: member.inviter_user_id,
            operator_user_id: member.operator_user_id,
            mute_end_time: member.mute_end_time.time().known(),
            ex: member.ex,
        }
    }
}

impl From<WireConversation> for Conversation {
    fn from(row: WireConversation) -> Self {
        Self {
            owner_user_id: row.owner_user_id,
            conversation_id: row.conversation_id,
            conversation_type: SessionType(row.conversation_type.i32()),
            user_id: row.user_id,
            group_id: row.group_id,
            recv_msg_opt: row.recv_msg_opt.i32(),
            is_pinned: row.is_pinned,
            is_private_chat: row.is_private_chat,
            burn_duration: row.burn_duration.i32(),
            group_at_type: row.group_at_type.i32(),
            attached_info: row.attached_info,
            ex: row.ex,
            min_seq: Seq(row.min_seq.i64()),
            max_seq: Seq(row.max_seq.i64()),
            is_msg_destruct: row.is_msg_destruct,
            msg_destruct_time: row.msg_destruct_time.i64(),
            latest_msg_destruct_time: row.latest_msg_destruct_time.time().known(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_of_the_servers_zero_times_are_unknown() {
        let row: WireConversation =
            serde_json::from_str(r#"{"latestMsgDestructTime":-62135596800000}"#).expect("decodes");
        assert_eq!(Conversation::from(row).latest_msg_destruct_time, None);
        let member: WireMember =
            serde_json::from_str(r#"{"muteEndTime":0,"joinTime":5}"#).expect("decodes");
        let member = Member::from(member);
        assert_eq!(member.mute_end_time, None);
        assert_eq!(member.join_time.map(|time| time.as_millis()), Some(5));
    }
}
