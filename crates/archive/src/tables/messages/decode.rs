//! Columns to rows.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::ArrowError;
use openim_history_client::model::{
    ContentType, Message, MsgFrom, PlatformId, Revoked, Seq, SessionType, Status, Timestamp, UserId,
};
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use smol_str::SmolStr;

use super::columns::{COLUMNS, of_a_row};
use super::encode::OddTimes;
use crate::error::{Error, Result};
use crate::row::{PurgeCause, Row, RowSource};

/// Reads the rows of a batch that has at least the columns of [`of_a_row`].
pub(crate) fn rows(batch: &RecordBatch) -> Result<Vec<Row>> {
    let columns = Columns::of(batch)?;
    (0..batch.num_rows()).map(|at| columns.row(at)).collect()
}

/// The columns of a batch in the order of [`of_a_row`], looked up once: a batch has thousands of rows.
struct Columns<'a> {
    arrays: Vec<&'a dyn Array>,
}

/// Returns the place of a column in the order of [`of_a_row`]. A name that is not there does not compile.
const fn place(name: &str) -> usize {
    let (mut at, mut place) = (0, 0);
    while at < COLUMNS.len() {
        let column = &COLUMNS[at];
        if !column.derived {
            if is_same(column.name.as_bytes(), name.as_bytes()) {
                return place;
            }
            place += 1;
        }
        at += 1;
    }
    panic!("a row has no such column")
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

fn name_of(place: usize) -> &'static str {
    of_a_row().nth(place).map_or("?", |column| column.name)
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        let mut arrays = Vec::with_capacity(COLUMNS.len());
        for column in of_a_row() {
            let (name, kind) = (column.name, column.kind.data_type());
            let found = batch.column_by_name(name);
            let fits = |found: &&ArrayRef| found.data_type().equals_datatype(&kind);
            let Some(found) = found.filter(fits) else {
                return Err(Error::damaged(
                    "a file of messages",
                    format_args!("it has no column {name} of type {kind}"),
                    None,
                ));
            };
            arrays.push(found.as_ref());
        }
        Ok(Self { arrays })
    }

    fn strings(&self, column: usize) -> &'a StringArray {
        self.arrays[column].as_string()
    }

    fn text(&self, column: usize, at: usize) -> &'a str {
        self.strings(column).value(at)
    }

    fn maybe_text(&self, column: usize, at: usize) -> Option<&'a str> {
        let column = self.strings(column);
        column.is_valid(at).then(|| column.value(at))
    }

    fn int(&self, column: usize, at: usize) -> i32 {
        let column: &Int32Array = self.arrays[column].as_primitive::<Int32Type>();
        column.value(at)
    }

    fn long(&self, column: usize, at: usize) -> i64 {
        let column: &Int64Array = self.arrays[column].as_primitive::<Int64Type>();
        column.value(at)
    }

    fn flag(&self, column: usize, at: usize) -> bool {
        let column: &BooleanArray = self.arrays[column].as_boolean();
        column.value(at)
    }

    fn maybe_time(&self, column: usize, at: usize) -> Option<Timestamp> {
        let column: &TimestampMicrosecondArray =
            self.arrays[column].as_primitive::<TimestampMicrosecondType>();
        column
            .is_valid(at)
            .then(|| Timestamp::from_millis(column.value(at).div_euclid(1_000)))
    }

    fn time(&self, column: usize, at: usize) -> Timestamp {
        self.maybe_time(column, at).unwrap_or_default()
    }

    fn users(&self, column: usize, at: usize) -> Vec<UserId> {
        let column: &ListArray = self.arrays[column].as_list();
        if column.value_length(at) == 0 {
            return Vec::new();
        }
        let values = column.value(at);
        values
            .as_string::<i32>()
            .iter()
            .flatten()
            .map(UserId::new)
            .collect()
    }

    fn json<T: serde::de::DeserializeOwned>(&self, column: usize, at: usize) -> Result<Option<T>> {
        let Some(text) = self.maybe_text(column, at) else {
            return Ok(None);
        };
        serde_json::from_str(text).map(Some).map_err(|error| {
            Error::damaged(
                "a file of messages",
                format_args!("column {} holds no JSON of its kind", name_of(column)),
                Some(Box::new(error)),
            )
        })
    }

    fn word<T: serde::de::DeserializeOwned>(&self, name: &str, word: &str) -> Result<T> {
        let known: StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
        T::deserialize(known).map_err(|error| {
            Error::damaged(
                "a file of messages",
                format_args!("column {name} holds {word:?}"),
                Some(Box::new(error)),
            )
        })
    }

    fn row(&self, at: usize) -> Result<Row> {
        let odd: OddTimes = self
            .json(const { place("odd_times") }, at)?
            .unwrap_or_default();
        let time = |column, odd: Option<i64>| {
            odd.map_or_else(|| self.time(column, at), Timestamp::from_millis)
        };
        let content = self.maybe_text(const { place("content") }, at);
        let revoked = self
            .maybe_text(const { place("revoked_by") }, at)
            .map(|by| {
                Box::new(Revoked {
                    user_id: by.into(),
                    nickname: SmolStr::new(self.text(const { place("revoked_nickname") }, at)),
                    role: self.int(const { place("revoked_role") }, at),
                    time: time(const { place("revoked_time") }, odd.revoked_time),
                })
            });
        let message = Message {
            conversation_id: self.text(const { place("conversation_id") }, at).into(),
            seq: Seq(self.long(const { place("seq") }, at)),
            send_time: time(const { place("send_time") }, odd.send_time),
            create_time: time(const { place("create_time") }, odd.create_time),
            send_id: self.text(const { place("send_id") }, at).into(),
            recv_id: self.text(const { place("recv_id") }, at).into(),
            group_id: self.text(const { place("group_id") }, at).into(),
            session_type: SessionType(self.int(const { place("session_type") }, at)),
            content_type: ContentType(self.int(const { place("content_type") }, at)),
            content: content.unwrap_or_default().to_owned(),
            client_msg_id: self.text(const { place("client_msg_id") }, at).into(),
            server_msg_id: self.text(const { place("server_msg_id") }, at).into(),
            sender_nickname: SmolStr::new(self.text(const { place("sender_nickname") }, at)),
            sender_face_url: SmolStr::new(self.text(const { place("sender_face_url") }, at)),
            sender_platform_id: PlatformId(self.int(const { place("sender_platform_id") }, at)),
            msg_from: MsgFrom(self.int(const { place("msg_from") }, at)),
            status: Status(self.int(const { place("status") }, at)),
            is_read: self.flag(const { place("is_read") }, at),
            options: self
                .json(const { place("options") }, at)?
                .unwrap_or_default(),
            offline_push: self.json(const { place("offline_push") }, at)?,
            at_user_ids: self.users(const { place("at_user_ids") }, at),
            attached_info: self.text(const { place("attached_info") }, at).to_owned(),
            ex: self.text(const { place("ex") }, at).to_owned(),
            revoked,
            deleted_for: self.users(const { place("deleted_for") }, at),
        };
        let purge_cause = match self.maybe_text(const { place("purge_cause") }, at) {
            Some(word) => Some(self.word::<PurgeCause>("purge_cause", word)?),
            None => None,
        };
        Ok(Row {
            message,
            content_known: content.is_some(),
            purged_at: self.maybe_time(const { place("purged_at") }, at),
            purge_cause,
            first_seen: self.time(const { place("first_seen") }, at),
            last_changed: self.time(const { place("last_changed") }, at),
            source: self.word::<RowSource>("source", self.text(const { place("source") }, at))?,
            changes: self
                .json(const { place("changes") }, at)?
                .unwrap_or_default(),
        })
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::store("work on columns", error)
    }
}
