//! A message and the slot it lies in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{
    ClientMsgId, ContentType, ConversationId, GroupId, MsgFrom, PlatformId, Seq, ServerMsgId,
    SessionType, Status, Timestamp, UserId,
};

/// A message: the facts as the server has them, and its state beside them.
///
/// The key is (`conversation_id`, `seq`); no other id is unique. Inside a conversation the order
/// is that of `seq`; `send_time` may run backwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
    /// When it was sent, as the server or the sender says.
    pub send_time: Timestamp,
    /// When the sending client made it, by that client's clock.
    pub create_time: Timestamp,
    /// Who said it.
    pub send_id: UserId,
    /// To whom, in a chat of two; empty or the group's id in a group.
    pub recv_id: UserId,
    /// In which group.
    pub group_id: GroupId,
    /// Chat of two, group or notification.
    pub session_type: SessionType,
    /// What `content` holds.
    pub content_type: ContentType,
    /// The content, verbatim. Usually JSON, but any string is possible; see [`Message::parsed`].
    pub content: String,
    /// The client's id of it. Not unique.
    pub client_msg_id: ClientMsgId,
    /// The server's id of it.
    pub server_msg_id: ServerMsgId,
    /// The sender's name when it was sent; often empty.
    pub sender_nickname: SmolStr,
    /// The sender's picture when it was sent.
    pub sender_face_url: SmolStr,
    /// The sender's device.
    pub sender_platform_id: PlatformId,
    /// A user's client, or the server.
    pub msg_from: MsgFrom,
    /// Status, see [`Status`].
    pub status: Status,
    /// Whether the receiver has read it; only kept for chats of two.
    pub is_read: bool,
    /// Switches; a missing one means true.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<SmolStr, bool>,
    /// What the push notification says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_push: Option<Box<OfflinePush>>,
    /// Who is mentioned; `AtAllTag` for everybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_user_ids: Vec<UserId>,
    /// Client data, usually JSON.
    pub attached_info: String,
    /// Whatever the application put there.
    pub ex: String,
    /// Who took it back, if somebody did. MongoDB still has the original beside this; over REST
    /// the original is gone and `content` is the notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Box<Revoked>>,
    /// Who deleted it for themselves. A user's own view of such a message has no content.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deleted_for: Vec<UserId>,
}

/// Who took a message back, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Revoked {
    /// Who.
    pub user_id: UserId,
    /// That user's name then.
    pub nickname: SmolStr,
    /// That user's standing: 0 in a chat of two, otherwise as [`RoleLevel`](super::RoleLevel).
    pub role: i32,
    /// When.
    pub time: Timestamp,
}

/// The texts of a push notification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfflinePush {
    /// Heading.
    pub title: String,
    /// Text.
    pub desc: String,
    /// Whatever the application put there.
    pub ex: String,
    /// Sound on iOS.
    pub ios_push_sound: String,
    /// Whether iOS counts it.
    pub ios_badge_count: bool,
}

/// What lies at one number of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every slot is a message; a box would cost an allocation each"
)]
pub enum Slot {
    /// A message.
    Message(Message),
    /// Nothing, and why as far as the source can tell.
    Hole(Hole),
}

impl Slot {
    /// Returns the conversation.
    pub fn conversation_id(&self) -> &ConversationId {
        match self {
            Self::Message(message) => &message.conversation_id,
            Self::Hole(hole) => &hole.conversation_id,
        }
    }

    /// Returns the number.
    pub fn seq(&self) -> Seq {
        match self {
            Self::Message(message) => message.seq,
            Self::Hole(hole) => hole.seq,
        }
    }

    /// Returns the message, if there is one.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Message(message) => Some(message),
            Self::Hole(_) => None,
        }
    }

    /// Returns the message, if there is one.
    pub fn into_message(self) -> Option<Message> {
        match self {
            Self::Message(message) => Some(message),
            Self::Hole(_) => None,
        }
    }
}

/// A number without a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which number.
    pub seq: Seq,
    /// What the source knows of the reason.
    pub cause: HoleCause,
}

/// Why a number holds no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoleCause {
    /// The slot was emptied: the message was deleted for everybody.
    Emptied,
    /// The slot was prepared and never filled: the number was given out and lost, or is not
    /// written yet.
    NeverStored,
    /// The whole block is not there: removed by retention, or never written.
    NoBlock,
    /// The server answered a placeholder or nothing. Over REST five causes look alike: emptied,
    /// deleted for both, lost, never reached MongoDB, not written yet.
    Placeholder,
}
