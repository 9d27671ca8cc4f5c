//! What the server tells.

use super::{Fields, element};
use crate::model::content::{
    Business, Content, ContentType, ConversationEvent, Deletion, FriendAction, FriendEvent,
    GroupAction, GroupEvent, Person, ReadReceipt, Revoke, UserEvent,
};
use crate::model::{PlatformId, RoleLevel, Seq, SessionType, Timestamp, UserId};

/// Reads the detail of a notification; `None` for a type without a known shape.
pub(super) fn read(content_type: ContentType, fields: &Fields<'_>) -> Option<Content> {
    Some(match content_type {
        ContentType::OA_NOTIFICATION => Content::Notice(Box::new(element::notice(fields))),
        ContentType::BUSINESS => Content::Business(Business {
            key: fields.string("key"),
            data: fields.string_or_json("data"),
        }),
        ContentType::REVOKE => Content::Revoke(Box::new(revoke(fields))),
        ContentType::MESSAGES_DELETED | ContentType::OLD_MESSAGES_DELETED => {
            Content::Deletion(deletion(fields))
        }
        ContentType::READ_RECEIPT => Content::Read(ReadReceipt {
            user_id: fields.id("markAsReadUserID"),
            conversation_id: fields.id("conversationID"),
            seqs: seqs(fields, "seqs"),
            has_read_seq: Seq(fields.integer("hasReadSeq")),
        }),
        ContentType(1201..=1210) => {
            Content::Friend(Box::new(friend(friend_action(content_type)?, fields)))
        }
        ContentType(1501..=1520 | 1651) => Content::Group(Box::new(group(content_type, fields)?)),
        ContentType(1300 | 1701..=1704) => {
            Content::Conversation(conversation(content_type, fields)?)
        }
        ContentType(1303..=1308) => Content::User(user(content_type, fields)?),
        _ => return None,
    })
}

/// Reads a revoke of either shape, see [`Revoke`].
pub(super) fn revoke(fields: &Fields<'_>) -> Revoke {
    let by_in_log: UserId = fields.id("revokerUserID");
    let by_in_chat: UserId = fields.id("revokerID");
    Revoke {
        by: Person {
            user_id: if by_in_chat.is_empty() {
                by_in_log
            } else {
                by_in_chat
            },
            nickname: fields.string("revokerNickname"),
            role_level: RoleLevel(fields.small("revokerRole")),
        },
        time: Timestamp::from_millis(fields.integer("revokeTime")),
        by_admin: fields.flag("isAdminRevoke"),
        conversation_id: fields.id("conversationID"),
        seq: Seq(fields.integer("seq")),
        client_msg_id: fields.id("clientMsgID"),
        // The log's key is misspelt on the wire.
        session_type: SessionType(
            fields
                .small("sessionType")
                .max(fields.small("sesstionType")),
        ),
        sender: Person {
            user_id: fields.id("sourceMessageSendID"),
            nickname: fields.string("sourceMessageSenderNickname"),
            role_level: RoleLevel::default(),
        },
        send_time: Timestamp::from_millis(fields.integer("sourceMessageSendTime")),
    }
}

fn deletion(fields: &Fields<'_>) -> Deletion {
    let old_key = fields.value("seqList").is_some();
    Deletion {
        user_id: fields.id(if fields.value("opUserID").is_some() {
            "opUserID"
        } else {
            "userID"
        }),
        conversation_id: fields.id("conversationID"),
        seqs: seqs(fields, if old_key { "seqList" } else { "seqs" }),
        all: fields.flag("isAllDelete"),
    }
}

fn seqs(fields: &Fields<'_>, key: &str) -> Vec<Seq> {
    fields.integers(key).into_iter().map(Seq).collect()
}

fn group(content_type: ContentType, fields: &Fields<'_>) -> Option<GroupEvent> {
    let group = fields.object("group");
    let mut by = fields.person("opUser");
    let member = |key| fields.person(key);
    let message = || fields.string("handleMsg");
    let applicant = || fields.object("request").person("userInfo");
    let action = match content_type {
        ContentType::GROUP_CREATED => GroupAction::Created {
            owner: fields.person("groupOwnerUser"),
            members: fields.people("memberList"),
        },
        ContentType::GROUP_INFO_SET => GroupAction::InfoSet,
        ContentType::GROUP_JOIN_REQUESTED => {
            by = fields.person("applicant");
            GroupAction::JoinRequested {
                message: fields.string("reqMsg"),
            }
        }
        ContentType::MEMBER_LEFT => {
            by = fields.person("quitUser");
            GroupAction::Left
        }
        ContentType::GROUP_JOIN_ACCEPTED => GroupAction::JoinAccepted {
            applicant: applicant(),
            message: message(),
        },
        ContentType::GROUP_JOIN_REJECTED => GroupAction::JoinRejected {
            applicant: applicant(),
            message: message(),
        },
        ContentType::GROUP_OWNER_TRANSFERRED => GroupAction::OwnerTransferred {
            old_owner: match member("oldGroupOwnerInfo") {
                nobody if nobody.is_empty() => member("oldGroupOwner"),
                owner => owner,
            },
            new_owner: member("newGroupOwner"),
        },
        ContentType::MEMBER_KICKED => GroupAction::Kicked {
            members: fields.people("kickedUserList"),
        },
        ContentType::MEMBER_INVITED => {
            let inviter = fields.person("inviterUser");
            if !inviter.is_empty() {
                by = inviter;
            }
            GroupAction::Invited {
                members: fields.people("invitedUserList"),
            }
        }
        ContentType::MEMBER_ENTERED => {
            by = fields.person("entrantUser");
            GroupAction::Entered
        }
        ContentType::GROUP_DISMISSED => GroupAction::Dismissed,
        ContentType::MEMBER_MUTED => GroupAction::MemberMuted {
            member: member("mutedUser"),
            seconds: fields.integer("mutedSeconds"),
        },
        ContentType::MEMBER_UNMUTED => GroupAction::MemberUnmuted {
            member: member("mutedUser"),
        },
        ContentType::GROUP_MUTED => GroupAction::Muted,
        ContentType::GROUP_UNMUTED => GroupAction::Unmuted,
        ContentType::MEMBER_INFO_SET => GroupAction::MemberInfoSet {
            member: member("changedUser"),
        },
        ContentType::MEMBER_SET_TO_ADMIN => GroupAction::SetToAdmin {
            member: member("changedUser"),
        },
        ContentType::MEMBER_SET_TO_ORDINARY => GroupAction::SetToOrdinary {
            member: member("changedUser"),
        },
        ContentType::GROUP_ANNOUNCEMENT_SET => GroupAction::AnnouncementSet {
            announcement: group.string("notification"),
        },
        ContentType::GROUP_NAME_SET => GroupAction::NameSet,
        ContentType::SUPER_GROUP_UPDATED => GroupAction::Updated,
        _ => return None,
    };
    Some(GroupEvent {
        group_id: group.id("groupID"),
        group_name: group.string("groupName"),
        by,
        action,
    })
}

fn friend_action(content_type: ContentType) -> Option<FriendAction> {
    Some(match content_type {
        ContentType::FRIEND_REQUEST_ACCEPTED => FriendAction::RequestAccepted,
        ContentType::FRIEND_REQUEST_REJECTED => FriendAction::RequestRejected,
        ContentType::FRIEND_REQUESTED => FriendAction::Requested,
        ContentType::FRIEND_ADDED => FriendAction::Added,
        ContentType::FRIEND_DELETED => FriendAction::Deleted,
        ContentType::FRIEND_REMARK_SET => FriendAction::RemarkSet,
        ContentType::BLACK_ADDED => FriendAction::Blocked,
        ContentType::BLACK_DELETED => FriendAction::Unblocked,
        ContentType::FRIEND_INFO_UPDATED => FriendAction::ProfileUpdated,
        ContentType::FRIENDS_INFO_UPDATED => FriendAction::FriendsUpdated,
        _ => return None,
    })
}

fn friend(action: FriendAction, fields: &Fields<'_>) -> FriendEvent {
    if action == FriendAction::Added {
        let friend = fields.object("friend");
        let owner = Person {
            user_id: friend.id("ownerUserID"),
            ..Person::default()
        };
        let by = fields.person("opUser");
        return FriendEvent {
            action,
            from: if owner.is_empty() || owner.user_id == by.user_id {
                by
            } else {
                owner
            },
            to: friend.person("friendUser"),
            message: String::new(),
            friends: Vec::new(),
        };
    }
    let pair = fields.object("fromToUserID");
    let request = fields.object("request");
    // The pair is ids alone; the request beside it, where there is one, knows the names.
    let named = |user_id: UserId| {
        let nickname = ["from", "to"]
            .into_iter()
            .find(|side| request.id::<UserId>(&format!("{side}UserID")) == user_id)
            .map(|side| request.string(&format!("{side}Nickname")))
            .unwrap_or_default();
        Person {
            user_id,
            nickname,
            role_level: RoleLevel::default(),
        }
    };
    let asked = action == FriendAction::Requested;
    FriendEvent {
        action,
        from: named(pair.id("fromUserID")),
        to: named(pair.id("toUserID")),
        message: if asked {
            request.string("reqMsg")
        } else {
            fields.string("handleMsg")
        },
        friends: fields.ids("friendIDs"),
    }
}

fn conversation(content_type: ContentType, fields: &Fields<'_>) -> Option<ConversationEvent> {
    let user_id = fields.id("userID");
    Some(match content_type {
        ContentType::CONVERSATION_CHANGED => ConversationEvent::Changed {
            user_id,
            conversation_ids: fields.ids("conversationIDList"),
        },
        ContentType::PRIVATE_CHAT_SET => ConversationEvent::PrivateChat {
            user_id: fields.id("sendID"),
            peer_id: fields.id("recvID"),
            conversation_id: fields.id("conversationID"),
            on: fields.flag("isPrivate"),
        },
        ContentType::CONVERSATION_UNREAD => ConversationEvent::Unread {
            user_id,
            conversation_id: fields.id("conversationID"),
            has_read_seq: Seq(fields.integer("hasReadSeq")),
        },
        ContentType::CONVERSATION_CLEARED => ConversationEvent::Cleared {
            user_id,
            conversation_ids: fields.ids("conversationIDs"),
        },
        ContentType::CONVERSATION_DELETED => ConversationEvent::Deleted {
            user_id,
            conversation_ids: fields.ids("conversationIDs"),
        },
        _ => return None,
    })
}

fn user(content_type: ContentType, fields: &Fields<'_>) -> Option<UserEvent> {
    let user_id = || fields.id("fromUserID");
    Some(match content_type {
        ContentType::USER_INFO_UPDATED => UserEvent::ProfileUpdated {
            user_id: fields.id("userID"),
        },
        ContentType::USER_STATUS_CHANGED => UserEvent::StatusChanged {
            user_id: user_id(),
            online: fields.integer("status") != 0,
            platform_id: PlatformId(fields.small("platformID")),
        },
        ContentType::USER_COMMAND_ADDED => UserEvent::CommandAdded { user_id: user_id() },
        ContentType::USER_COMMAND_DELETED => UserEvent::CommandDeleted { user_id: user_id() },
        ContentType::USER_COMMAND_UPDATED => UserEvent::CommandUpdated { user_id: user_id() },
        ContentType::ONLINE_STATUS => UserEvent::OnlineStatus {
            user_ids: fields
                .objects("subscribers")
                .map(|subscriber| subscriber.id("userID"))
                .collect(),
        },
        _ => return None,
    })
}
