//! What a corpus holds, counted while it is made.

use std::collections::BTreeMap;

/// Exact counts of a corpus.
///
/// For the chats: [`messages`](Self::messages) + [`emptied`](Self::emptied) +
/// [`unused`](Self::unused) + [`purged`](Self::purged) = [`numbers`](Self::numbers).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorpusSummary {
    /// Documents of `user`: people, the administrator, the notification account.
    pub users: u64,
    /// Documents of `group`.
    pub groups: u64,
    /// Groups dismissed, among these.
    pub dismissed_groups: u64,
    /// Documents of `group_member`.
    pub group_members: u64,
    /// Chats: `si_`, `sg_` and `sn_`.
    pub chats: u64,
    /// Logs beside them: `n_`.
    pub logs: u64,
    /// Documents of `conversation`.
    pub conversation_rows: u64,
    /// Documents of `seq`.
    pub seq_rows: u64,
    /// Documents of `seq_user`.
    pub seq_user_rows: u64,
    /// Documents of `msg`, those of logs included.
    pub blocks: u64,
    /// Sequence numbers the server gave out in chats.
    pub numbers: u64,
    /// Messages stored in chats, revoked and hidden ones included.
    pub messages: u64,
    /// Messages stored in logs.
    pub log_messages: u64,
    /// Numbers without a message because it was deleted for everybody: `{msg: null}`.
    pub emptied: u64,
    /// Numbers without a message because none was ever stored: padding below the newest number.
    pub unused: u64,
    /// Numbers whose block is gone.
    pub purged: u64,
    /// Stored messages with a revoke.
    pub revoked: u64,
    /// Stored messages somebody deleted for himself.
    pub deleted_for_one: u64,
    /// Chats where a user's own lower bound hides messages.
    pub cleared_for_one: u64,
    /// Chats whose lower bound hides stored messages from everybody.
    pub cleared: u64,
    /// Members who left a group and keep an upper bound.
    pub left: u64,
    /// Stored messages by content type, those of logs included.
    pub content_types: BTreeMap<i32, u64>,
}

impl CorpusSummary {
    /// Counts a stored message's type.
    pub(super) fn stored(&mut self, content_type: i32) {
        *self.content_types.entry(content_type).or_default() += 1;
    }
}
