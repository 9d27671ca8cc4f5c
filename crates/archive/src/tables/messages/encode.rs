//! Rows to columns.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Int32Builder, Int64Builder, ListBuilder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field};
use openim_history_client::model::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::columns::FILE_SCHEMA;
use crate::error::{Error, Result};
use crate::row::{FIRST_MILLIS, LAST_MILLIS, Row};

/// Times that no calendar of four digits holds, verbatim. The columns then hold the nearest time inside.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OddTimes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) send_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) create_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revoked_time: Option<i64>,
}

impl OddTimes {
    fn of(row: &Row) -> Option<Self> {
        let message = &row.message;
        let odd = |time: Timestamp| {
            let millis = time.as_millis();
            (!(FIRST_MILLIS..=LAST_MILLIS).contains(&millis)).then_some(millis)
        };
        let odd = Self {
            send_time: odd(message.send_time),
            create_time: odd(message.create_time),
            revoked_time: message
                .revoked
                .as_ref()
                .and_then(|revoked| odd(revoked.time)),
        };
        (odd != Self::default()).then_some(odd)
    }
}

/// Columns being filled.
#[derive(Debug)]
pub(crate) struct Encoder {
    rows: usize,
    /// Bytes of text taken in, as a measure of what it holds.
    bytes: usize,
    conversation_id: StringBuilder,
    seq: Int64Builder,
    send_time: TimestampMicrosecondBuilder,
    create_time: TimestampMicrosecondBuilder,
    send_id: StringBuilder,
    recv_id: StringBuilder,
    group_id: StringBuilder,
    session_type: Int32Builder,
    content_type: Int32Builder,
    content: StringBuilder,
    client_msg_id: StringBuilder,
    server_msg_id: StringBuilder,
    sender_nickname: StringBuilder,
    sender_face_url: StringBuilder,
    sender_platform_id: Int32Builder,
    msg_from: Int32Builder,
    status: Int32Builder,
    at_user_ids: ListBuilder<StringBuilder>,
    options: StringBuilder,
    offline_push: StringBuilder,
    attached_info: StringBuilder,
    ex: StringBuilder,
    odd_times: StringBuilder,
    kind: StringBuilder,
    text: StringBuilder,
    revoked_by: StringBuilder,
    revoked_nickname: StringBuilder,
    revoked_role: Int32Builder,
    revoked_time: TimestampMicrosecondBuilder,
    deleted_for: ListBuilder<StringBuilder>,
    purged_at: TimestampMicrosecondBuilder,
    purge_cause: StringBuilder,
    is_read: BooleanBuilder,
    first_seen: TimestampMicrosecondBuilder,
    last_changed: TimestampMicrosecondBuilder,
    source: StringBuilder,
    changes: StringBuilder,
}

fn times() -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::new().with_timezone("UTC")
}

fn texts() -> ListBuilder<StringBuilder> {
    ListBuilder::new(StringBuilder::new()).with_field(Field::new("element", DataType::Utf8, false))
}

/// Returns microseconds, the nearest that a calendar of four digits holds.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_millis().clamp(FIRST_MILLIS, LAST_MILLIS) * 1_000
}

impl Default for Encoder {
    fn default() -> Self {
        let text = StringBuilder::new;
        Self {
            rows: 0,
            bytes: 0,
            conversation_id: text(),
            seq: Int64Builder::new(),
            send_time: times(),
            create_time: times(),
            send_id: text(),
            recv_id: text(),
            group_id: text(),
            session_type: Int32Builder::new(),
            content_type: Int32Builder::new(),
            content: text(),
            client_msg_id: text(),
            server_msg_id: text(),
            sender_nickname: text(),
            sender_face_url: text(),
            sender_platform_id: Int32Builder::new(),
            msg_from: Int32Builder::new(),
            status: Int32Builder::new(),
            at_user_ids: texts(),
            options: text(),
            offline_push: text(),
            attached_info: text(),
            ex: text(),
            odd_times: text(),
            kind: text(),
            text: text(),
            revoked_by: text(),
            revoked_nickname: text(),
            revoked_role: Int32Builder::new(),
            revoked_time: times(),
            deleted_for: texts(),
            purged_at: times(),
            purge_cause: text(),
            is_read: BooleanBuilder::new(),
            first_seen: times(),
            last_changed: times(),
            source: text(),
            changes: text(),
        }
    }
}

impl Encoder {
    /// Takes in a row. `text` is that of [`Row::text`], which the caller may need elsewhere too.
    pub(crate) fn push(&mut self, row: &Row, text: &str) {
        let message = &row.message;
        self.rows += 1;
        self.bytes += message.content.len() + text.len() + message.ex.len() + 400;
        self.conversation_id.append_value(&message.conversation_id);
        self.seq.append_value(message.seq.0);
        self.send_time.append_value(micros(message.send_time));
        self.create_time.append_value(micros(message.create_time));
        self.send_id.append_value(&message.send_id);
        self.recv_id.append_value(&message.recv_id);
        self.group_id.append_value(&message.group_id);
        self.session_type.append_value(message.session_type.0);
        self.content_type.append_value(message.content_type.0);
        self.content
            .append_option(row.content_known.then_some(&message.content));
        self.client_msg_id.append_value(&message.client_msg_id);
        self.server_msg_id.append_value(&message.server_msg_id);
        self.sender_nickname.append_value(&message.sender_nickname);
        self.sender_face_url.append_value(&message.sender_face_url);
        self.sender_platform_id
            .append_value(message.sender_platform_id.0);
        self.msg_from.append_value(message.msg_from.0);
        self.status.append_value(message.status.0);
        append_users(&mut self.at_user_ids, &message.at_user_ids);
        let options = (!message.options.is_empty()).then_some(&message.options);
        self.options.append_option(options.map(json));
        self.offline_push
            .append_option(message.offline_push.as_ref().map(json));
        self.attached_info.append_value(&message.attached_info);
        self.ex.append_value(&message.ex);
        self.odd_times
            .append_option(OddTimes::of(row).map(|odd| json(&odd)));
        self.kind.append_value(message.content_type.kind().name());
        self.text.append_option(row.content_known.then_some(text));
        self.push_state(row);
    }

    fn push_state(&mut self, row: &Row) {
        let message = &row.message;
        let revoked = message.revoked.as_ref();
        self.revoked_by
            .append_option(revoked.map(|revoked| &revoked.user_id));
        self.revoked_nickname
            .append_option(revoked.map(|revoked| &revoked.nickname));
        self.revoked_role
            .append_option(revoked.map(|revoked| revoked.role));
        self.revoked_time
            .append_option(revoked.map(|revoked| micros(revoked.time)));
        append_users(&mut self.deleted_for, &message.deleted_for);
        self.purged_at.append_option(row.purged_at.map(micros));
        self.purge_cause
            .append_option(row.purge_cause.map(|cause| cause.as_str()));
        self.is_read.append_value(message.is_read);
        self.first_seen.append_value(micros(row.first_seen));
        self.last_changed.append_value(micros(row.last_changed));
        self.source.append_value(row.source.as_str());
        let changes = (!row.changes.is_empty()).then_some(&row.changes);
        self.changes.append_option(changes.map(json));
    }

    /// Returns how many rows it holds.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Returns about how many bytes it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Hands the rows out and begins anew.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch> {
        self.rows = 0;
        self.bytes = 0;
        let columns: Vec<ArrayRef> = vec![
            handed_out(&mut self.conversation_id),
            Arc::new(self.seq.finish()),
            Arc::new(self.send_time.finish()),
            Arc::new(self.create_time.finish()),
            handed_out(&mut self.send_id),
            handed_out(&mut self.recv_id),
            handed_out(&mut self.group_id),
            Arc::new(self.session_type.finish()),
            Arc::new(self.content_type.finish()),
            handed_out(&mut self.content),
            handed_out(&mut self.client_msg_id),
            handed_out(&mut self.server_msg_id),
            handed_out(&mut self.sender_nickname),
            handed_out(&mut self.sender_face_url),
            Arc::new(self.sender_platform_id.finish()),
            Arc::new(self.msg_from.finish()),
            Arc::new(self.status.finish()),
            Arc::new(self.at_user_ids.finish()),
            handed_out(&mut self.options),
            handed_out(&mut self.offline_push),
            handed_out(&mut self.attached_info),
            handed_out(&mut self.ex),
            handed_out(&mut self.odd_times),
            handed_out(&mut self.kind),
            handed_out(&mut self.text),
            handed_out(&mut self.revoked_by),
            handed_out(&mut self.revoked_nickname),
            Arc::new(self.revoked_role.finish()),
            Arc::new(self.revoked_time.finish()),
            Arc::new(self.deleted_for.finish()),
            Arc::new(self.purged_at.finish()),
            handed_out(&mut self.purge_cause),
            Arc::new(self.is_read.finish()),
            Arc::new(self.first_seen.finish()),
            Arc::new(self.last_changed.finish()),
            handed_out(&mut self.source),
            handed_out(&mut self.changes),
        ];
        RecordBatch::try_new(FILE_SCHEMA.clone(), columns)
            .map_err(|error| Error::store("put rows into columns", error))
    }
}

/// Bytes that room is made for before they come.
const ROOM: usize = 4 << 20;

/// Hands texts out, and makes room for as many more: growing step by step copies them several times.
fn handed_out(builder: &mut StringBuilder) -> ArrayRef {
    let (rows, bytes) = (builder.len(), builder.values_slice().len().min(ROOM));
    let next = StringBuilder::with_capacity(rows, bytes);
    Arc::new(std::mem::replace(builder, next).finish())
}

fn append_users(builder: &mut ListBuilder<StringBuilder>, users: &[UserId]) {
    for user in users {
        builder.values().append_value(user);
    }
    builder.append(true);
}

/// Writes a value that always can be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
