//! The columns of what is opened in a spreadsheet: csv and xlsx have the same ones.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use openim_history_client::model::{Lang, Timestamp, UserId};

use super::super::writer::{Item, Setting};
use super::clean::clean;

/// What a cell holds.
pub(super) enum Cell<'a> {
    /// Foreign text.
    Text(Cow<'a, str>),
    /// A whole number.
    Number(i64),
    /// An instant, shown in the export's zone.
    Time(Timestamp),
    /// Nothing.
    Empty,
}

/// The columns, by the names of the archive's table where they are from there.
pub(super) const COLUMNS: &[&str] = &[
    "time",
    "conversation_name",
    "sender_name",
    "kind",
    "summary",
    "text",
    "conversation_id",
    "seq",
    "send_time",
    "send_id",
    "recv_id",
    "group_id",
    "content_type",
    "at_user_ids",
    "revoked_by",
    "revoked_time",
    "deleted_for",
    "purged_at",
    "purge_cause",
    "is_read",
    "client_msg_id",
    "server_msg_id",
    "content",
];

/// Returns the cells of a message, in the order of [`COLUMNS`].
pub(super) fn cells<'a>(item: &Item<'a>, lang: Lang) -> [Cell<'a>; 23] {
    let (row, message) = (item.row, &item.row.message);
    let text = |text: &'a str| match text {
        "" => Cell::Empty,
        text => Cell::Text(clean(text)),
    };
    let users = |users: &'a [UserId]| match users {
        [] => Cell::Empty,
        users => {
            let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
            Cell::Text(Cow::Owned(clean(&ids.join(" ")).into_owned()))
        }
    };
    let utc = |time: Timestamp| Cell::Text(Cow::Owned(time.to_string()));
    let revoked = message.revoked.as_deref();
    [
        Cell::Time(message.send_time),
        text(&item.chat.title),
        text(item.sender),
        Cell::Text(Cow::Borrowed(message.content_type.kind().name())),
        Cell::Text(Cow::Owned(message.summary(lang))),
        text(item.text),
        text(message.conversation_id.as_str()),
        Cell::Number(message.seq.0),
        utc(message.send_time),
        text(message.send_id.as_str()),
        text(message.recv_id.as_str()),
        text(message.group_id.as_str()),
        Cell::Number(i64::from(message.content_type.0)),
        users(&message.at_user_ids),
        revoked.map_or(Cell::Empty, |revoked| text(revoked.user_id.as_str())),
        revoked.map_or(Cell::Empty, |revoked| utc(revoked.time)),
        users(&message.deleted_for),
        row.purged_at.map_or(Cell::Empty, utc),
        row.purge_cause
            .map_or(Cell::Empty, |cause| text(cause.as_str())),
        Cell::Number(i64::from(message.is_read)),
        text(message.client_msg_id.as_str()),
        text(message.server_msg_id.as_str()),
        if row.content_known {
            text(&message.content)
        } else {
            Cell::Empty
        },
    ]
}

/// Returns the wall clock of a zone at an instant; `None` where no calendar has it.
pub(super) fn wall_clock(time: Timestamp, zone: &TimeZone) -> Option<jiff::civil::DateTime> {
    let time = time.to_jiff()?;
    let date = zone.to_datetime(time);
    (1..=9999).contains(&date.year()).then_some(date)
}

/// Returns the heading of a column for people.
pub(super) fn heading(column: &'static str, setting: &Setting) -> &'static str {
    let chinese = match column {
        "time" => "时间",
        "conversation_name" => "会话",
        "sender_name" => "发送者",
        "kind" => "类型",
        "summary" => "内容",
        "text" => "文本",
        "conversation_id" => "会话 ID",
        "seq" => "序号",
        "send_time" => "发送时间 (UTC)",
        "send_id" => "发送者 ID",
        "recv_id" => "接收者 ID",
        "group_id" => "群 ID",
        "content_type" => "消息类型号",
        "at_user_ids" => "提及的用户",
        "revoked_by" => "撤回者",
        "revoked_time" => "撤回时间",
        "deleted_for" => "已删除的用户",
        "purged_at" => "清除时间",
        "purge_cause" => "清除原因",
        "is_read" => "已读",
        "client_msg_id" => "客户端消息 ID",
        "server_msg_id" => "服务器消息 ID",
        "content" => "原始内容",
        other => other,
    };
    match setting.lang {
        Lang::En => column,
        Lang::Zh => chinese,
    }
}
