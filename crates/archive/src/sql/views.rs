//! Views: what is asked for again and again, with names instead of ids.

/// A view: its name, what it shows, and its statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewInfo {
    /// What it is called in statements.
    pub name: &'static str,
    /// What one row of it is.
    pub about: &'static str,
    /// How it is made.
    pub statement: &'static str,
}

/// The views, in the order they stand on each other.
pub const VIEWS: &[ViewInfo] = &[
    ViewInfo {
        name: "history",
        about: "one message of a chat, a group or of notices, with names and what was done to it",
        statement: HISTORY,
    },
    ViewInfo {
        name: "daily",
        about: "what people sent on one day of the session's zone",
        statement: DAILY,
    },
    ViewInfo {
        name: "senders",
        about: "what one user sent",
        statement: SENDERS,
    },
    ViewInfo {
        name: "revoked",
        about: "one message that was taken back",
        statement: REVOKED,
    },
    ViewInfo {
        name: "holes",
        about: "numbers of a conversation, below its last, that the archive has no message for",
        statement: HOLES,
    },
];

// A name as it is now goes before the one the message carries; an id is better than nothing.
const HISTORY: &str = "
SELECT
    m.conversation_id,
    m.seq,
    m.send_time,
    local_time(m.send_time) AS local_time,
    m.send_id,
    coalesce(nullif(s.nickname, ''), nullif(m.sender_nickname, ''), m.send_id) AS sender_name,
    m.recv_id,
    coalesce(nullif(r.nickname, ''), m.recv_id) AS receiver_name,
    m.group_id,
    coalesce(nullif(g.group_name, ''), m.group_id) AS group_name,
    m.session_type,
    m.content_type,
    m.kind,
    m.content_type BETWEEN 1000 AND 5000 AND m.content_type <> 2101 AS is_notice,
    m.text,
    m.content,
    m.at_user_ids,
    m.revoked_by IS NOT NULL AS is_revoked,
    m.revoked_by,
    m.revoked_time,
    cardinality(m.deleted_for) > 0 AS is_deleted,
    m.purged_at IS NOT NULL AS is_purged,
    m.purged_at,
    m.is_read,
    m.client_msg_id,
    m.server_msg_id,
    m.sender_platform_id,
    m.first_seen,
    m.last_changed,
    m.month
FROM messages m
LEFT JOIN names_of_users s ON s.user_id = m.send_id
LEFT JOIN names_of_users r ON r.user_id = m.recv_id
LEFT JOIN names_of_groups g ON g.group_id = m.group_id
WHERE m.conversation_id NOT LIKE 'n\\_%'";

const DAILY: &str = "
SELECT
    local_date(send_time) AS day,
    count(*) AS messages,
    count(DISTINCT send_id) AS senders,
    count(DISTINCT conversation_id) AS conversations,
    count(revoked_by) AS revoked
FROM messages
WHERE conversation_id NOT LIKE 'n\\_%' AND (content_type NOT BETWEEN 1000 AND 5000 OR content_type = 2101)
GROUP BY local_date(send_time)";

const SENDERS: &str = "
SELECT
    m.send_id,
    coalesce(nullif(max(s.nickname), ''), nullif(max(m.sender_nickname), ''), m.send_id) AS sender_name,
    count(*) AS messages,
    count(DISTINCT m.conversation_id) AS conversations,
    count(m.revoked_by) AS revoked,
    min(m.send_time) AS first_time,
    max(m.send_time) AS last_time
FROM messages m
LEFT JOIN names_of_users s ON s.user_id = m.send_id
WHERE m.conversation_id NOT LIKE 'n\\_%' AND (m.content_type NOT BETWEEN 1000 AND 5000 OR m.content_type = 2101)
GROUP BY m.send_id";

const REVOKED: &str = "
SELECT
    h.conversation_id,
    h.seq,
    h.send_time,
    h.send_id,
    h.sender_name,
    h.group_name,
    h.kind,
    h.text,
    h.revoked_time,
    h.revoked_by,
    coalesce(nullif(by.nickname, ''), h.revoked_by) AS revoked_by_name,
    h.revoked_by <> h.send_id AS by_another
FROM history h
LEFT JOIN names_of_users by ON by.user_id = h.revoked_by
WHERE h.is_revoked";

// Numbers begin at 1, and there are no gaps where nothing was lost, emptied or purged before it was seen.
const HOLES: &str = "
SELECT
    conversation_id,
    before + 1 AS first_seq,
    seq - 1 AS last_seq,
    seq - before - 1 AS numbers
FROM (
    SELECT
        conversation_id,
        seq,
        lag(seq, 1, 0) OVER (PARTITION BY conversation_id ORDER BY seq) AS before
    FROM messages
    WHERE seq > 0
)
WHERE seq > before + 1";

/// Names of users and groups, one for each id: one who comes back has several rows.
pub(super) const NAMES: &[(&str, &str)] = &[
    (
        "names_of_users",
        "SELECT user_id, max(nickname) AS nickname FROM users GROUP BY user_id",
    ),
    (
        "names_of_groups",
        "SELECT group_id, max(group_name) AS group_name FROM groups GROUP BY group_id",
    ),
];
