//! Plain data: what an OpenIM server knows, in Rust's words. Nothing here fetches or prints.

mod code;
mod content;
mod entity;
mod id;
mod message;
mod seq;
mod time;

pub use self::code::{GroupStatus, MsgFrom, PlatformId, RoleLevel, SessionType, Status};
pub use self::content::{
    AdvancedText, At, AtName, Business, Card, Content, ContentType, ConversationEvent, Custom,
    Deletion, Entity, Face, File, FriendAction, FriendEvent, GroupAction, GroupEvent, Kind, Lang,
    Location, Merger, NestedMessage, Notice, Person, Picture, PictureSize, Quote, Reaction,
    ReadReceipt, Revoke, Text, Typing, UserEvent, Video, Voice, one_line,
};
pub use self::entity::{Bounds, Conversation, Group, Member, ReadPosition, User};
pub use self::id::{ClientMsgId, ConversationId, ConversationKind, GroupId, ServerMsgId, UserId};
pub use self::message::{Hole, HoleCause, Message, OfflinePush, Revoked, Slot};
pub use self::seq::{Seq, SeqRange};
pub use self::time::{TimeRange, Timestamp};
