//! Users, groups, members, conversations and read positions.

use serde::{Deserialize, Serialize};

use super::{
    ConversationId, GroupId, GroupStatus, RoleLevel, Seq, SeqRange, SessionType, Timestamp, UserId,
};

/// A user, as the server describes one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    /// Who it is.
    pub user_id: UserId,
    /// The name shown to others.
    pub nickname: String,
    /// Picture.
    pub face_url: String,
    /// Whatever the application put there.
    pub ex: String,
    /// When the account was made; `None` where the server does not say.
    pub create_time: Option<Timestamp>,
    /// 0 or 1 for people, 2 and more for administrators and notification accounts.
    pub app_manager_level: i32,
    /// Whether the user takes messages at all (0 yes).
    pub global_recv_msg_opt: i32,
}

/// A group, dismissed ones included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Which group.
    pub group_id: GroupId,
    /// The name shown to members.
    pub group_name: String,
    /// The pinned announcement.
    pub notification: String,
    /// What the group is for.
    pub introduction: String,
    /// Picture.
    pub face_url: String,
    /// Who owns it; empty where nobody does any more.
    pub owner_user_id: UserId,
    /// When it was made.
    pub create_time: Option<Timestamp>,
    /// How many members there are.
    pub member_count: u32,
    /// Whatever the application put there.
    pub ex: String,
    /// Alive, banned, dismissed or muted.
    pub status: GroupStatus,
    /// Who made it.
    pub creator_user_id: UserId,
    /// 2 for all ordinary groups.
    pub group_type: i32,
    /// How joining is approved.
    pub need_verification: i32,
    /// Whether members may look at each other.
    pub look_member_info: i32,
    /// Whether members may ask each other for friendship.
    pub apply_member_friend: i32,
    /// When the announcement last changed.
    pub notification_update_time: Option<Timestamp>,
    /// Who changed it.
    pub notification_user_id: UserId,
}

/// A member of a group. The server forgets those who left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Member {
    /// Which group.
    pub group_id: GroupId,
    /// Who.
    pub user_id: UserId,
    /// The name in this group, or the user's own where none was set.
    pub nickname: String,
    /// The picture in this group, or the user's own.
    pub face_url: String,
    /// Owner, administrator or member.
    pub role_level: RoleLevel,
    /// When the user joined.
    pub join_time: Option<Timestamp>,
    /// How the user joined.
    pub join_source: i32,
    /// Who invited.
    pub inviter_user_id: UserId,
    /// Who approved.
    pub operator_user_id: UserId,
    /// Until when the member may not speak.
    pub mute_end_time: Option<Timestamp>,
    /// Whatever the application put there.
    pub ex: String,
}

/// One user's own row of a conversation: settings and the bounds of what that user sees.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conversation {
    /// Whose row it is.
    pub owner_user_id: UserId,
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// What kind.
    pub conversation_type: SessionType,
    /// The other user, in a chat of two.
    pub user_id: UserId,
    /// The group, in a group chat.
    pub group_id: GroupId,
    /// Whether the owner is notified (0 yes).
    pub recv_msg_opt: i32,
    /// Whether it stands at the top of the owner's list.
    pub is_pinned: bool,
    /// Whether messages burn after reading.
    pub is_private_chat: bool,
    /// Seconds until a read message burns.
    pub burn_duration: i32,
    /// Whether somebody mentioned the owner.
    pub group_at_type: i32,
    /// Client data.
    pub attached_info: String,
    /// Whatever the application put there.
    pub ex: String,
    /// The lowest number the owner may read; 0 for no bound.
    pub min_seq: Seq,
    /// The highest number the owner may read (set when the owner left); 0 for no bound.
    pub max_seq: Seq,
    /// Whether old messages vanish for the owner.
    pub is_msg_destruct: bool,
    /// After how many seconds.
    pub msg_destruct_time: i64,
    /// When they last did.
    pub latest_msg_destruct_time: Option<Timestamp>,
}

/// How far a user has read a conversation, and how far it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadPosition {
    /// Who.
    pub user_id: UserId,
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// The last number read; 0 for none.
    pub has_read_seq: Seq,
    /// The newest number the user can see.
    pub max_seq: Seq,
    /// When the newest number was given out, which only a server that is asked over REST knows;
    /// from elsewhere, when its message was sent, as the server or the sender says. `None` where
    /// unknown.
    pub max_seq_time: Option<Timestamp>,
}

/// What can be read of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// The numbers that may hold a message; empty for a conversation without any.
    pub range: SeqRange,
}
