//! Which path is answered by what, and what a handler gets.

use super::answer::{Data, Refusal};
use super::body::Body;
use super::calls::{
    auth, conversations, groups, jssdk, messages, objects, pull, search, seqs, sorted, statistics,
    users,
};
use super::server::{Dialect, Shared};

use crate::collections::Collections;

/// One call, past the middlewares.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) shared: &'a Shared,
    pub(super) collections: &'a Collections,
    pub(super) body: &'a Body,
    /// The user of the token; empty on the two calls that need none.
    pub(super) caller: &'a str,
}

impl Call<'_> {
    pub(super) fn dialect(&self) -> Dialect {
        self.shared.dialect
    }

    pub(super) fn is_main(&self) -> bool {
        self.dialect() == Dialect::Main
    }

    pub(super) fn is_admin(&self) -> bool {
        self.shared.admins.iter().any(|admin| admin == self.caller)
    }

    /// Refuses anyone but an admin.
    pub(super) fn admin_only(&self) -> Result<(), Refusal> {
        if self.is_admin() {
            return Ok(());
        }
        Err(Refusal::forbidden(format!(
            "user {} is not admin userID",
            self.caller
        )))
    }

    /// Refuses anyone but the user himself and admins.
    pub(super) fn access(&self, user_id: &str) -> Result<(), Refusal> {
        if self.caller == user_id || self.is_admin() {
            return Ok(());
        }
        Err(Refusal::forbidden(format!(
            "ownerUserID, {user_id}=MISSING"
        )))
    }

    /// Like [`Self::access`], on main only: the release forgot this check.
    pub(super) fn access_on_main(&self, user_id: &str) -> Result<(), Refusal> {
        if self.is_main() {
            return self.access(user_id);
        }
        Ok(())
    }
}

type Handler = fn(&Call<'_>) -> Result<Data, Refusal>;

/// A path's handler, and the Go struct its request fills.
pub(super) struct Route {
    pub(super) handler: Handler,
    pub(super) request: &'static str,
}

/// Finds a path.
pub(super) fn find(path: &str, dialect: Dialect) -> Option<Route> {
    let (handler, request): (Handler, _) = match path {
        "/auth/get_admin_token" => (auth::admin_token, "GetAdminTokenReq"),
        "/auth/get_user_token" => (auth::user_token, "GetUserTokenReq"),
        "/auth/parse_token" => (auth::parse_token, "ParseTokenReq"),
        "/auth/force_logout" => (auth::force_logout, "ForceLogoutReq"),

        "/user/get_users" => (users::page, "GetPaginationUsersReq"),
        "/user/get_users_info" => (users::by_ids, "GetDesignateUsersReq"),
        "/user/get_all_users_uid" => (users::all_ids, "GetAllUserIDReq"),
        "/user/account_check" => (users::account_check, "AccountCheckReq"),
        "/user/search_notification_account" => {
            (users::notification_accounts, "SearchNotificationAccountReq")
        }

        "/group/get_groups" => (groups::page, "GetGroupsReq"),
        "/group/get_groups_info" => (groups::by_ids, "GetGroupsInfoReq"),
        "/group/get_group_member_list" => (groups::members, "GetGroupMemberListReq"),
        "/group/get_group_members_info" => (groups::members_by_ids, "GetGroupMembersInfoReq"),
        "/group/get_group_member_user_id" => (groups::member_ids, "GetGroupMemberUserIDsReq"),
        "/group/get_full_group_member_user_ids" => {
            (groups::full_member_ids, "GetFullGroupMemberUserIDsReq")
        }
        "/group/get_joined_group_list" => (groups::joined, "GetJoinedGroupListReq"),
        "/group/get_full_join_group_ids" => (groups::joined_ids, "GetFullJoinGroupIDsReq"),

        "/friend/get_friend_list" => (users::friends, "GetPaginationFriendsReq"),
        "/friend/get_friend_id" => (users::friend_ids, "GetFriendIDsReq"),
        "/friend/get_black_list" => (users::blacks, "GetPaginationBlacksReq"),

        "/conversation/get_all_conversations" => (conversations::all, "GetAllConversationsReq"),
        "/conversation/get_owner_conversation" => (conversations::page, "GetOwnerConversationReq"),
        "/conversation/get_conversation" => (conversations::one, "GetConversationReq"),
        "/conversation/get_conversations" => (conversations::by_ids, "GetConversationsReq"),
        "/conversation/get_full_conversation_ids" => {
            (conversations::full_ids, "GetFullOwnerConversationIDsReq")
        }
        "/conversation/get_incremental_conversations" => {
            (conversations::incremental, "GetIncrementalConversationReq")
        }
        "/conversation/get_pinned_conversation_ids" => {
            (conversations::pinned_ids, "GetPinnedConversationIDsReq")
        }
        "/conversation/get_not_notify_conversation_ids" => (
            conversations::not_notify_ids,
            "GetNotNotifyConversationIDsReq",
        ),
        "/conversation/get_sorted_conversation_list" => {
            (sorted::list, "GetSortedConversationListReq")
        }

        "/msg/newest_seq" => (seqs::newest, "GetMaxSeqReq"),
        "/msg/get_conversations_has_read_and_max_seq" => {
            (seqs::read_and_newest, "GetConversationsHasReadAndMaxSeqReq")
        }
        "/msg/pull_msg_by_seq" => (pull::by_ranges, "PullMessageBySeqsReq"),
        "/msg/search_msg" => (search::messages, "SearchMessageReq"),
        "/msg/get_server_time" => (messages::server_time, "GetServerTimeReq"),
        "/msg/check_msg_is_send_success" => (messages::send_status, "GetSendMsgStatusReq"),

        "/jssdk/get_conversations" => (jssdk::by_ids, "GetConversationsReq"),
        "/jssdk/get_active_conversations" => (jssdk::active, "GetActiveConversationsReq"),

        "/statistics/user/register" => (statistics::registered, "UserRegisterCountReq"),
        "/statistics/user/active" => (statistics::active_users, "GetActiveUserReq"),
        "/statistics/group/active" => (statistics::active_groups, "GetActiveGroupReq"),

        "/object/access_url" => (objects::access_url, "AccessURLReq"),
        "/object/part_limit" => (objects::part_limit, "PartLimitReq"),
        "/third/logs/search" => (objects::logs, "SearchLogsReq"),

        "/config/get_config_list" if dialect == Dialect::Main => {
            (objects::config_list, "GetConfigListReq")
        }
        _ => return None,
    };
    Some(Route { handler, request })
}
