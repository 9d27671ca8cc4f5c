//! What the server tells: groups, friends, conversations, users, and the log of a chat.

use serde::Serialize;

use crate::model::{
    ClientMsgId, ConversationId, GroupId, PlatformId, Revoked, RoleLevel, Seq, SessionType,
    Timestamp, UserId,
};

/// Somebody a notification names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    /// The name then; empty where the server did not say.
    pub nickname: String,
    /// The standing in the group, where there is one.
    pub role_level: RoleLevel,
}

impl Person {
    /// Returns the name, or the id where no name is known.
    pub fn name(&self) -> &str {
        if self.nickname.is_empty() {
            self.user_id.as_str()
        } else {
            &self.nickname
        }
    }

    /// Whether nobody is named.
    pub fn is_empty(&self) -> bool {
        self.user_id.is_empty() && self.nickname.is_empty()
    }
}

/// What happened to a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupEvent {
    /// Which group.
    pub group_id: GroupId,
    /// Its name then (after the change, where it was renamed).
    pub group_name: String,
    /// Who did it: the one who left, joined or asked, or the one who acted on others.
    pub by: Person,
    /// What.
    #[serde(flatten)]
    pub action: GroupAction,
}

/// What was done to a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum GroupAction {
    /// Created.
    Created {
        /// Whose it is.
        owner: Person,
        /// The first members, the owner among them.
        members: Vec<Person>,
    },
    /// Details changed.
    InfoSet,
    /// Asked to join.
    JoinRequested {
        /// What the applicant wrote.
        message: String,
    },
    /// Left.
    Left,
    /// A request to join was accepted.
    JoinAccepted {
        /// Who had asked.
        applicant: Person,
        /// What was answered.
        message: String,
    },
    /// A request to join was declined.
    JoinRejected {
        /// Who had asked.
        applicant: Person,
        /// What was answered.
        message: String,
    },
    /// Given to another owner.
    OwnerTransferred {
        /// Whose it was.
        old_owner: Person,
        /// Whose it is.
        new_owner: Person,
    },
    /// Members removed.
    Kicked {
        /// Who.
        members: Vec<Person>,
    },
    /// Users invited, who are members now.
    Invited {
        /// Who.
        members: Vec<Person>,
    },
    /// Joined.
    Entered,
    /// Dismissed.
    Dismissed,
    /// A member may not speak.
    MemberMuted {
        /// Who.
        member: Person,
        /// For how long.
        seconds: i64,
    },
    /// A member may speak again.
    MemberUnmuted {
        /// Who.
        member: Person,
    },
    /// Ordinary members may not speak.
    Muted,
    /// Ordinary members may speak again.
    Unmuted,
    /// A member's details changed.
    MemberInfoSet {
        /// Whose.
        member: Person,
    },
    /// A member became administrator.
    SetToAdmin {
        /// Who.
        member: Person,
    },
    /// An administrator became an ordinary member.
    SetToOrdinary {
        /// Who.
        member: Person,
    },
    /// The announcement changed.
    AnnouncementSet {
        /// What it says now.
        announcement: String,
    },
    /// Renamed.
    NameSet,
    /// Something changed, as OpenIM 2 told its clients.
    Updated,
}

/// What happened between friends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FriendEvent {
    /// What.
    pub action: FriendAction,
    /// Who did it.
    pub from: Person,
    /// To whom.
    pub to: Person,
    /// What was written along with it.
    pub message: String,
    /// Whose settings changed, for [`FriendAction::FriendsUpdated`].
    pub friends: Vec<UserId>,
}

/// What was done to a friend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FriendAction {
    /// A request was accepted.
    RequestAccepted,
    /// A request was declined.
    RequestRejected,
    /// A request was made.
    Requested,
    /// The two are friends now.
    Added,
    /// Removed.
    Deleted,
    /// The remark on a friend changed.
    RemarkSet,
    /// Blocked.
    Blocked,
    /// Unblocked.
    Unblocked,
    /// A friend's profile changed.
    ProfileUpdated,
    /// Settings of several friends changed.
    FriendsUpdated,
}

/// What happened to a conversation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ConversationEvent {
    /// Settings changed.
    Changed {
        /// Whose.
        user_id: UserId,
        /// Which.
        conversation_ids: Vec<ConversationId>,
    },
    /// Burn-after-reading was switched.
    PrivateChat {
        /// Who did it.
        user_id: UserId,
        /// The other user.
        peer_id: UserId,
        /// Which.
        conversation_id: ConversationId,
        /// On or off.
        on: bool,
    },
    /// The unread count changed.
    Unread {
        /// Whose.
        user_id: UserId,
        /// Which.
        conversation_id: ConversationId,
        /// The last number read.
        has_read_seq: Seq,
    },
    /// The history was cleared for a user.
    Cleared {
        /// Whose.
        user_id: UserId,
        /// Which.
        conversation_ids: Vec<ConversationId>,
    },
    /// The conversation was deleted for a user.
    Deleted {
        /// Whose.
        user_id: UserId,
        /// Which.
        conversation_ids: Vec<ConversationId>,
    },
}

/// What happened to a user.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum UserEvent {
    /// The profile changed.
    ProfileUpdated {
        /// Whose.
        user_id: UserId,
    },
    /// Came or went.
    StatusChanged {
        /// Who.
        user_id: UserId,
        /// Whether the user is there.
        online: bool,
        /// On which device.
        platform_id: PlatformId,
    },
    /// A command was added.
    CommandAdded {
        /// Whose.
        user_id: UserId,
    },
    /// A command was deleted.
    CommandDeleted {
        /// Whose.
        user_id: UserId,
    },
    /// A command was updated.
    CommandUpdated {
        /// Whose.
        user_id: UserId,
    },
    /// Watched users came or went.
    OnlineStatus {
        /// Who.
        user_ids: Vec<UserId>,
    },
}

/// A message was taken back.
///
/// Two shapes become one: the log beside a chat (`n_`) says where and by whom, a chat itself
/// says by whom and of whom. What a shape does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Revoke {
    /// Who did it.
    pub by: Person,
    /// When.
    pub time: Timestamp,
    /// Whether an administrator did; only the log says so.
    pub by_admin: bool,
    /// Where; only the log says so.
    pub conversation_id: ConversationId,
    /// The message's number there.
    pub seq: Seq,
    /// The client's id of the message.
    pub client_msg_id: ClientMsgId,
    /// Chat of two or group.
    pub session_type: SessionType,
    /// Who had said it; only the chat says so.
    pub sender: Person,
    /// When it had been said; only the chat says so.
    pub send_time: Timestamp,
}

impl From<&Revoke> for Revoked {
    fn from(revoke: &Revoke) -> Self {
        Self {
            user_id: revoke.by.user_id.clone(),
            nickname: revoke.by.nickname.as_str().into(),
            role: revoke.by.role_level.0,
            time: revoke.time,
        }
    }
}

/// Messages were deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deletion {
    /// Who did it.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seqs: Vec<Seq>,
    /// Whether all of them were, as OpenIM 2 may say of a group.
    pub all: bool,
}

/// Messages were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReadReceipt {
    /// Who read them.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Which; empty where only the position is told.
    pub seqs: Vec<Seq>,
    /// The last number read.
    pub has_read_seq: Seq,
}
