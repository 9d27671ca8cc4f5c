//! From columns to what an export takes of a message.

use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use openim_history_client::model::{ContentType, Seq, Timestamp};

use super::super::walk::{Glance, Order, Rank, Sent};
use super::gather::{Periods, Ranked};
use crate::error::{Error, Result};
use crate::media::TYPES;
use crate::tables::messages::columns::{COLUMNS, FILE_SCHEMA};
use crate::tables::messages::rows;

/// What a glance is made of.
pub(super) const CHOSEN: &[&str] = &[
    "conversation_id",
    "seq",
    "send_time",
    "send_id",
    "content_type",
    "content",
    "text",
    "revoked_by",
    "last_changed",
];

/// All columns.
pub(super) static WHOLE: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| COLUMNS.iter().map(|column| column.name).collect());

/// The columns of [`CHOSEN`] that a glance keeps, and what it keeps of the others.
static PRESSED: LazyLock<SchemaRef> = LazyLock::new(|| {
    let of_file = |name: &str| FILE_SCHEMA.field_with_name(name).ok().cloned();
    let kept = [
        "conversation_id",
        "seq",
        "send_time",
        "send_id",
        "content_type",
        "revoked_by",
    ];
    let mut fields: Vec<Field> = kept.into_iter().filter_map(of_file).collect();
    fields.extend(of_file("last_changed"));
    fields.push(Field::new("known", DataType::Boolean, false));
    fields.push(Field::new("weight", DataType::Int64, false));
    fields.push(Field::new("content", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
});

pub(super) fn missing(name: &str) -> Error {
    Error::damaged(
        "a file of messages",
        format_args!("it has no column {name}"),
        None,
    )
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| missing(name))
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    let column = column(batch, name)?;
    column.as_string_opt().ok_or_else(|| missing(name))
}

/// Makes of texts what a glance needs of them: their weight, and the contents that may name attachments where these
/// come along.
pub(super) fn pressed(batch: &RecordBatch, media: bool) -> Result<RecordBatch> {
    let (contents, texts) = (text(batch, "content")?, text(batch, "text")?);
    let types = column(batch, "content_type")?.as_primitive::<Int32Type>();
    let rows = 0..batch.num_rows();
    let known: BooleanArray = rows.clone().map(|at| Some(contents.is_valid(at))).collect();
    let weights: Int64Array = rows
        .map(|at| i64::from(contents.value_length(at)) + i64::from(texts.value_length(at)))
        .collect();
    let may_name = |kind: i32| media && TYPES.contains(&ContentType(kind));
    let named = contents.iter().zip(types.values());
    let named: StringArray = named
        .map(|(text, kind)| text.filter(|_| may_name(*kind)))
        .collect();
    let made: [(&str, ArrayRef); 3] = [
        ("known", Arc::new(known)),
        ("weight", Arc::new(weights)),
        ("content", Arc::new(named)),
    ];
    let columns: Result<Vec<ArrayRef>> = PRESSED
        .fields()
        .iter()
        .map(|field| {
            let made = made.iter().find(|(name, _)| name == field.name());
            let array = match made {
                Some((_, array)) => array,
                None => column(batch, field.name())?,
            };
            Ok(Arc::clone(array))
        })
        .collect();
    Ok(RecordBatch::try_new(PRESSED.clone(), columns?)?)
}

/// Reads glances from columns that [`pressed`] made.
pub(super) fn glances(batch: &RecordBatch, periods: &mut Periods) -> Result<Vec<Glance>> {
    let (conversations, senders) = (text(batch, "conversation_id")?, text(batch, "send_id")?);
    let (revokers, contents) = (text(batch, "revoked_by")?, text(batch, "content")?);
    let seqs = column(batch, "seq")?.as_primitive::<Int64Type>();
    let weights = column(batch, "weight")?.as_primitive::<Int64Type>();
    let kinds = column(batch, "content_type")?.as_primitive::<Int32Type>();
    let known = column(batch, "known")?.as_boolean();
    let times = column(batch, "send_time")?.as_primitive::<TimestampMicrosecondType>();
    let changes = column(batch, "last_changed")?.as_primitive::<TimestampMicrosecondType>();
    let millis = |micros: i64| Timestamp::from_millis(micros.div_euclid(1_000));
    let glance = |at: usize| Glance {
        conversation_id: conversations.value(at).into(),
        seq: Seq(seqs.value(at)),
        send_time: millis(times.value(at)),
        period: periods.of(times.value(at)),
        last_changed: millis(changes.value(at)),
        send_id: senders.value(at).into(),
        revoked_by: revokers.is_valid(at).then(|| revokers.value(at).into()),
        content_known: known.value(at),
        weight: u64::try_from(weights.value(at)).unwrap_or_default(),
        content: contents
            .is_valid(at)
            .then(|| (ContentType(kinds.value(at)), contents.value(at).to_owned())),
    };
    Ok((0..batch.num_rows()).map(glance).collect())
}

/// Reads whole messages.
pub(super) fn sent(batch: &RecordBatch, periods: &mut Periods) -> Result<Vec<Sent>> {
    let texts = text(batch, "text")?;
    let times = column(batch, "send_time")?.as_primitive::<TimestampMicrosecondType>();
    let sent = rows(batch)?.into_iter().enumerate().map(|(at, row)| Sent {
        row,
        text: if texts.is_valid(at) {
            texts.value(at).to_owned()
        } else {
            String::new()
        },
        period: periods.of(times.value(at)),
    });
    Ok(sent.collect())
}

impl Ranked for Glance {
    fn rank(&self, order: Order) -> Rank {
        Rank::new(order, &self.conversation_id, self.seq, self.period)
    }
}

impl Ranked for Sent {
    fn rank(&self, order: Order) -> Rank {
        let message = &self.row.message;
        Rank::new(order, &message.conversation_id, message.seq, self.period)
    }
}
