//! What lies in the small tables, and under which key.

use openim_history_client::model::{
    Conversation, ConversationId, Group, GroupId, Member, Seq, Timestamp, User, UserId,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::row::{FIRST_MILLIS, LAST_MILLIS};
use crate::tables::messages::columns::{Column, Kind, may, must};

/// What lies in a small table. Its serde names are those of its columns.
pub(crate) trait Entity:
    Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The folder of the table.
    const NAME: &'static str;
    /// Its own columns.
    const COLUMNS: &'static [Column];
    /// What tells one from another among those that are there at one time.
    type Key: Clone + Eq + std::hash::Hash + Ord + Send;

    fn key(&self) -> Self::Key;

    /// Brings it into the form that is kept.
    fn tidy(&mut self);
}

/// A time that a calendar of four digits holds, or none.
fn sensible(time: &mut Option<Timestamp>) {
    *time = time.filter(|time| (FIRST_MILLIS..=LAST_MILLIS).contains(&time.as_millis()));
}

impl Entity for User {
    const NAME: &'static str = "users";
    const COLUMNS: &'static [Column] = &[
        must("user_id", Kind::Text),
        must("nickname", Kind::Text),
        must("face_url", Kind::Text),
        must("ex", Kind::Text),
        may("create_time", Kind::Time),
        must("app_manager_level", Kind::Int),
        must("global_recv_msg_opt", Kind::Int),
    ];
    type Key = UserId;

    fn key(&self) -> UserId {
        self.user_id.clone()
    }

    fn tidy(&mut self) {
        sensible(&mut self.create_time);
    }
}

impl Entity for Group {
    const NAME: &'static str = "groups";
    const COLUMNS: &'static [Column] = &[
        must("group_id", Kind::Text),
        must("group_name", Kind::Text),
        must("notification", Kind::Text),
        must("introduction", Kind::Text),
        must("face_url", Kind::Text),
        must("owner_user_id", Kind::Text),
        may("create_time", Kind::Time),
        must("member_count", Kind::Long),
        must("ex", Kind::Text),
        must("status", Kind::Int),
        must("creator_user_id", Kind::Text),
        must("group_type", Kind::Int),
        must("need_verification", Kind::Int),
        must("look_member_info", Kind::Int),
        must("apply_member_friend", Kind::Int),
        may("notification_update_time", Kind::Time),
        must("notification_user_id", Kind::Text),
    ];
    type Key = GroupId;

    fn key(&self) -> GroupId {
        self.group_id.clone()
    }

    fn tidy(&mut self) {
        sensible(&mut self.create_time);
        sensible(&mut self.notification_update_time);
    }
}

impl Entity for Member {
    const NAME: &'static str = "group_members";
    const COLUMNS: &'static [Column] = &[
        must("group_id", Kind::Text),
        must("user_id", Kind::Text),
        must("nickname", Kind::Text),
        must("face_url", Kind::Text),
        must("role_level", Kind::Int),
        may("join_time", Kind::Time),
        must("join_source", Kind::Int),
        must("inviter_user_id", Kind::Text),
        must("operator_user_id", Kind::Text),
        may("mute_end_time", Kind::Time),
        must("ex", Kind::Text),
    ];
    type Key = (GroupId, UserId);

    fn key(&self) -> (GroupId, UserId) {
        (self.group_id.clone(), self.user_id.clone())
    }

    fn tidy(&mut self) {
        sensible(&mut self.join_time);
        sensible(&mut self.mute_end_time);
    }
}

impl Entity for Conversation {
    const NAME: &'static str = "conversations";
    const COLUMNS: &'static [Column] = &[
        must("owner_user_id", Kind::Text),
        must("conversation_id", Kind::Text),
        must("conversation_type", Kind::Int),
        must("user_id", Kind::Text),
        must("group_id", Kind::Text),
        must("recv_msg_opt", Kind::Int),
        must("is_pinned", Kind::Bool),
        must("is_private_chat", Kind::Bool),
        must("burn_duration", Kind::Int),
        must("group_at_type", Kind::Int),
        must("attached_info", Kind::Text),
        must("ex", Kind::Text),
        must("min_seq", Kind::Long),
        must("max_seq", Kind::Long),
        must("is_msg_destruct", Kind::Bool),
        must("msg_destruct_time", Kind::Long),
        may("latest_msg_destruct_time", Kind::Time),
    ];
    type Key = (UserId, ConversationId);

    fn key(&self) -> (UserId, ConversationId) {
        (self.owner_user_id.clone(), self.conversation_id.clone())
    }

    fn tidy(&mut self) {
        sensible(&mut self.latest_msg_destruct_time);
    }
}

/// How far a user has read a conversation, and what bounds what the user sees of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReadState {
    pub(crate) user_id: UserId,
    pub(crate) conversation_id: ConversationId,
    pub(crate) has_read_seq: Seq,
    /// 0 for no bound, and over REST.
    pub(crate) min_seq: Seq,
    /// 0 for no bound, and over REST.
    pub(crate) max_seq: Seq,
}

impl Entity for ReadState {
    const NAME: &'static str = "read_positions";
    const COLUMNS: &'static [Column] = &[
        must("user_id", Kind::Text),
        must("conversation_id", Kind::Text),
        must("has_read_seq", Kind::Long),
        must("min_seq", Kind::Long),
        must("max_seq", Kind::Long),
    ];
    type Key = (UserId, ConversationId);

    fn key(&self) -> (UserId, ConversationId) {
        (self.user_id.clone(), self.conversation_id.clone())
    }

    fn tidy(&mut self) {}
}

/// From which number on a user sees a conversation, or everybody.
///
/// It rises where somebody clears a conversation, where messages are thrown away by their age, and for members who
/// may not see what was before them. Every one that was seen stays.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct MinSeq {
    /// Empty for everybody.
    pub(crate) user_id: UserId,
    pub(crate) conversation_id: ConversationId,
    /// Never 0.
    pub(crate) min_seq: Seq,
}

impl Entity for MinSeq {
    const NAME: &'static str = "min_seqs";
    const COLUMNS: &'static [Column] = &[
        must("user_id", Kind::Text),
        must("conversation_id", Kind::Text),
        must("min_seq", Kind::Long),
    ];
    type Key = (UserId, ConversationId, Seq);

    fn key(&self) -> (UserId, ConversationId, Seq) {
        let Self {
            user_id,
            conversation_id,
            min_seq,
        } = self.clone();
        (user_id, conversation_id, min_seq)
    }

    fn tidy(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::messages::columns::tests::are_documented;

    fn is_documented<E: Entity>() {
        are_documented(E::NAME, E::COLUMNS, &[]);
    }

    #[test]
    fn the_documentation_names_every_column_and_its_type() {
        is_documented::<User>();
        is_documented::<Group>();
        is_documented::<Member>();
        is_documented::<Conversation>();
        is_documented::<ReadState>();
        is_documented::<MinSeq>();
    }
}
