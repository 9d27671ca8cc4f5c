//! Columns to rows.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, BooleanArray, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::ArrowError;
use openim_history_client::model::{
    ContentType, Message, MsgFrom, PlatformId, Revoked, Seq, SessionType, Status, Timestamp, UserId,
};
use smol_str::SmolStr;

use super::columns::FILE_SCHEMA;
use super::encode::OddTimes;
use crate::error::{Error, Result};
use crate::row::{PurgeCause, Row, RowSource};

/// Reads the rows of a batch with the columns of a file of `messages`.
pub(crate) fn rows(batch: &RecordBatch) -> Result<Vec<Row>> {
    let columns = Columns::of(batch)?;
    (0..batch.num_rows()).map(|at| columns.row(at)).collect()
}

/// Where each column lies, looked up once for a batch.
struct Columns<'a> {
    batch: &'a RecordBatch,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        for field in FILE_SCHEMA.fields() {
            let found = batch.schema_ref().field_with_name(field.name());
            if !found.is_ok_and(|found| found.data_type().equals_datatype(field.data_type())) {
                return Err(Error::damaged(
                    "a file of messages",
                    format_args!(
                        "it has no column {} of type {}",
                        field.name(),
                        field.data_type()
                    ),
                    None,
                ));
            }
        }
        Ok(Self { batch })
    }

    fn column(&self, name: &str) -> &'a dyn Array {
        // Checked before.
        self.batch.column_by_name(name).map_or_else(
            || unreachable!("{name} was looked for"),
            |column| column.as_ref(),
        )
    }

    fn strings(&self, name: &str) -> &'a StringArray {
        self.column(name).as_string()
    }

    fn text(&self, name: &str, at: usize) -> &'a str {
        self.strings(name).value(at)
    }

    fn maybe_text(&self, name: &str, at: usize) -> Option<&'a str> {
        let column = self.strings(name);
        column.is_valid(at).then(|| column.value(at))
    }

    fn int(&self, name: &str, at: usize) -> i32 {
        let column: &Int32Array = self.column(name).as_primitive::<Int32Type>();
        column.value(at)
    }

    fn long(&self, name: &str, at: usize) -> i64 {
        let column: &Int64Array = self.column(name).as_primitive::<Int64Type>();
        column.value(at)
    }

    fn flag(&self, name: &str, at: usize) -> bool {
        let column: &BooleanArray = self.column(name).as_boolean();
        column.value(at)
    }

    fn maybe_time(&self, name: &str, at: usize) -> Option<Timestamp> {
        let column: &TimestampMicrosecondArray =
            self.column(name).as_primitive::<TimestampMicrosecondType>();
        column
            .is_valid(at)
            .then(|| Timestamp::from_millis(column.value(at).div_euclid(1_000)))
    }

    fn time(&self, name: &str, at: usize) -> Timestamp {
        self.maybe_time(name, at).unwrap_or_default()
    }

    fn users(&self, name: &str, at: usize) -> Vec<UserId> {
        let column: &ListArray = self.column(name).as_list();
        let values = column.value(at);
        values
            .as_string::<i32>()
            .iter()
            .flatten()
            .map(UserId::new)
            .collect()
    }

    fn json<T: serde::de::DeserializeOwned>(&self, name: &str, at: usize) -> Result<Option<T>> {
        let Some(text) = self.maybe_text(name, at) else {
            return Ok(None);
        };
        serde_json::from_str(text).map(Some).map_err(|error| {
            Error::damaged(
                "a file of messages",
                format_args!("column {name} holds no JSON of its kind"),
                Some(Box::new(error)),
            )
        })
    }

    fn word<T: serde::de::DeserializeOwned>(&self, name: &str, word: &str) -> Result<T> {
        serde_json::from_value(word.into()).map_err(|error| {
            Error::damaged(
                "a file of messages",
                format_args!("column {name} holds {word:?}"),
                Some(Box::new(error)),
            )
        })
    }

    fn row(&self, at: usize) -> Result<Row> {
        let odd: OddTimes = self.json("odd_times", at)?.unwrap_or_default();
        let time = |name, odd: Option<i64>| {
            odd.map_or_else(|| self.time(name, at), Timestamp::from_millis)
        };
        let content = self.maybe_text("content", at);
        let revoked = self.maybe_text("revoked_by", at).map(|by| {
            Box::new(Revoked {
                user_id: by.into(),
                nickname: SmolStr::new(self.text("revoked_nickname", at)),
                role: self.int("revoked_role", at),
                time: time("revoked_time", odd.revoked_time),
            })
        });
        let message = Message {
            conversation_id: self.text("conversation_id", at).into(),
            seq: Seq(self.long("seq", at)),
            send_time: time("send_time", odd.send_time),
            create_time: time("create_time", odd.create_time),
            send_id: self.text("send_id", at).into(),
            recv_id: self.text("recv_id", at).into(),
            group_id: self.text("group_id", at).into(),
            session_type: SessionType(self.int("session_type", at)),
            content_type: ContentType(self.int("content_type", at)),
            content: content.unwrap_or_default().to_owned(),
            client_msg_id: self.text("client_msg_id", at).into(),
            server_msg_id: self.text("server_msg_id", at).into(),
            sender_nickname: SmolStr::new(self.text("sender_nickname", at)),
            sender_face_url: SmolStr::new(self.text("sender_face_url", at)),
            sender_platform_id: PlatformId(self.int("sender_platform_id", at)),
            msg_from: MsgFrom(self.int("msg_from", at)),
            status: Status(self.int("status", at)),
            is_read: self.flag("is_read", at),
            options: self.json("options", at)?.unwrap_or_default(),
            offline_push: self.json("offline_push", at)?,
            at_user_ids: self.users("at_user_ids", at),
            attached_info: self.text("attached_info", at).to_owned(),
            ex: self.text("ex", at).to_owned(),
            revoked,
            deleted_for: self.users("deleted_for", at),
        };
        let purge_cause = match self.maybe_text("purge_cause", at) {
            Some(word) => Some(self.word::<PurgeCause>("purge_cause", word)?),
            None => None,
        };
        Ok(Row {
            message,
            content_known: content.is_some(),
            purged_at: self.maybe_time("purged_at", at),
            purge_cause,
            first_seen: self.time("first_seen", at),
            last_changed: self.time("last_changed", at),
            source: self.word::<RowSource>("source", self.text("source", at))?,
            changes: self.json("changes", at)?.unwrap_or_default(),
        })
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::store("work on columns", error)
    }
}
