//! What is sent.

use serde::Serialize;

use crate::model::{ConversationId, GroupId, PlatformId, Seq, UserId};

/// Which page of a list, counted from 1, and how long pages are.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::source::rest) struct Pagination {
    pub(in crate::source::rest) page_number: u64,
    pub(in crate::source::rest) show_number: u32,
}

/// A call that takes nothing.
#[derive(Serialize)]
pub(in crate::source::rest) struct Nothing {}

/// A call about one user.
#[derive(Serialize)]
pub(in crate::source::rest) struct OfUser<'a> {
    #[serde(rename = "userID")]
    pub(in crate::source::rest) user_id: &'a UserId,
}

/// `/auth/get_user_token`.
#[derive(Serialize)]
pub(in crate::source::rest) struct UserToken<'a> {
    #[serde(rename = "platformID")]
    pub(in crate::source::rest) platform_id: PlatformId,
    #[serde(rename = "userID")]
    pub(in crate::source::rest) user_id: &'a UserId,
}

/// `/auth/parse_token`.
#[derive(Serialize)]
pub(in crate::source::rest) struct ParseToken<'a> {
    pub(in crate::source::rest) token: &'a str,
}

/// `/user/get_users`. Both texts are regular expressions to the server.
#[derive(Serialize)]
pub(in crate::source::rest) struct ListUsers<'a> {
    pub(in crate::source::rest) pagination: Pagination,
    #[serde(rename = "userID")]
    pub(in crate::source::rest) user_id: &'a str,
    #[serde(rename = "nickName")]
    pub(in crate::source::rest) nickname: &'a str,
}

/// `/user/get_users_info`.
#[derive(Serialize)]
pub(in crate::source::rest) struct UsersById<'a> {
    #[serde(rename = "userIDs")]
    pub(in crate::source::rest) user_ids: &'a [&'a UserId],
}

/// `/group/get_groups`. The name is a regular expression to the server.
#[derive(Serialize)]
pub(in crate::source::rest) struct ListGroups<'a> {
    pub(in crate::source::rest) pagination: Pagination,
    #[serde(rename = "groupName")]
    pub(in crate::source::rest) group_name: &'a str,
    #[serde(rename = "groupID")]
    pub(in crate::source::rest) group_id: &'a str,
}

/// `/group/get_groups_info`.
#[derive(Serialize)]
pub(in crate::source::rest) struct GroupsById<'a> {
    #[serde(rename = "groupIDs")]
    pub(in crate::source::rest) group_ids: &'a [&'a GroupId],
}

/// `/group/get_group_member_list`.
#[derive(Serialize)]
pub(in crate::source::rest) struct ListMembers<'a> {
    #[serde(rename = "groupID")]
    pub(in crate::source::rest) group_id: &'a GroupId,
    pub(in crate::source::rest) pagination: Pagination,
    pub(in crate::source::rest) keyword: &'a str,
    pub(in crate::source::rest) filter: i32,
}

/// `/conversation/get_all_conversations`.
#[derive(Serialize)]
pub(in crate::source::rest) struct AllConversations<'a> {
    #[serde(rename = "ownerUserID")]
    pub(in crate::source::rest) owner: &'a UserId,
}

/// `/conversation/get_owner_conversation`.
#[derive(Serialize)]
pub(in crate::source::rest) struct ListConversations<'a> {
    #[serde(rename = "userID")]
    pub(in crate::source::rest) owner: &'a UserId,
    pub(in crate::source::rest) pagination: Pagination,
}

/// `/conversation/get_conversations`.
#[derive(Serialize)]
pub(in crate::source::rest) struct ConversationsById<'a> {
    #[serde(rename = "ownerUserID")]
    pub(in crate::source::rest) owner: &'a UserId,
    #[serde(rename = "conversationIDs")]
    pub(in crate::source::rest) conversation_ids: &'a [&'a ConversationId],
}

/// `/msg/get_conversations_has_read_and_max_seq`. No ids means all of the user's.
#[derive(Serialize)]
pub(in crate::source::rest) struct Heads<'a> {
    #[serde(rename = "userID")]
    pub(in crate::source::rest) user_id: &'a UserId,
    #[serde(rename = "conversationIDs")]
    pub(in crate::source::rest) conversation_ids: &'a [&'a ConversationId],
    #[serde(rename = "returnPinned")]
    pub(in crate::source::rest) return_pinned: bool,
}

/// `/msg/pull_msg_by_seq`.
#[derive(Serialize)]
pub(in crate::source::rest) struct Pull<'a> {
    #[serde(rename = "userID")]
    pub(in crate::source::rest) user_id: &'a UserId,
    #[serde(rename = "seqRanges")]
    pub(in crate::source::rest) ranges: Vec<PullRange<'a>>,
    /// 0 is ascending. It changes nothing but `isEnd`.
    pub(in crate::source::rest) order: i32,
}

/// One conversation's part of a pull. `num` must be the length: of a smaller one the server takes
/// the end, whatever the order.
#[derive(Serialize)]
pub(in crate::source::rest) struct PullRange<'a> {
    #[serde(rename = "conversationID")]
    pub(in crate::source::rest) conversation_id: &'a ConversationId,
    pub(in crate::source::rest) begin: Seq,
    pub(in crate::source::rest) end: Seq,
    pub(in crate::source::rest) num: u64,
}

/// `/msg/search_msg`. Empty and 0 filter nothing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::source::rest) struct Search<'a> {
    #[serde(rename = "sendID")]
    pub(in crate::source::rest) send_id: &'a str,
    #[serde(rename = "recvID")]
    pub(in crate::source::rest) recv_id: &'a str,
    pub(in crate::source::rest) content_type: i32,
    pub(in crate::source::rest) send_time: &'a str,
    pub(in crate::source::rest) session_type: i32,
    pub(in crate::source::rest) pagination: Pagination,
}

/// `/object/access_url`.
#[derive(Serialize)]
pub(in crate::source::rest) struct AccessUrl<'a> {
    pub(in crate::source::rest) name: &'a str,
}
