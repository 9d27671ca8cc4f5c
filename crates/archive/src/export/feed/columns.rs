//! From columns to what an export takes of a message.

use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use openim_history_client::model::{ContentType, Seq, Timestamp, UserId};

use super::super::walk::{Glance, Order, Rank, Sent};
use super::gather::{Periods, Ranked};
use crate::error::Result;
use crate::media::TYPES;
use crate::tables::messages::batch::{column, integers, longs, odd, texts, times};
use crate::tables::messages::columns::{FILE_SCHEMA, of_a_row};
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
    "deleted_for",
    "last_changed",
];

/// What a whole message is made of. Its text is there already, and need not be made of its content again.
pub(super) static WHOLE: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let row = of_a_row().map(|column| column.name);
    row.chain(["text"]).collect()
});

/// Returns the columns of [`CHOSEN`] that a glance keeps as they are.
fn kept() -> impl Iterator<Item = &'static str> {
    let texts = ["content", "text"];
    CHOSEN
        .iter()
        .copied()
        .filter(move |name| !texts.contains(name))
}

/// What is kept, and what is made of the texts.
static PRESSED: LazyLock<SchemaRef> = LazyLock::new(|| {
    let kept = kept().filter_map(|name| FILE_SCHEMA.field_with_name(name).ok().cloned());
    let made = [
        Field::new("known", DataType::Boolean, false),
        Field::new("weight", DataType::Int64, false),
        Field::new("content", DataType::Utf8, true),
    ];
    Arc::new(Schema::new(kept.chain(made).collect::<Vec<_>>()))
});

/// Makes of texts what a glance needs of them: their weight, and the contents that may name attachments where these
/// come along.
pub(super) fn pressed(batch: &RecordBatch, media: bool) -> Result<RecordBatch> {
    let (contents, texts) = (texts(batch, "content")?, texts(batch, "text")?);
    let types = integers(batch, "content_type")?;
    let rows = 0..batch.num_rows();
    let known: BooleanArray = rows.clone().map(|at| Some(contents.is_valid(at))).collect();
    let weights: Int64Array = rows
        .map(|at| i64::from(contents.value_length(at)) + i64::from(texts.value_length(at)))
        .collect();
    let may_name = |kind: i32| media && TYPES.contains(&ContentType(kind));
    let named = contents.iter().zip(types);
    let named: StringArray = named
        .map(|(text, kind)| text.filter(|_| may_name(*kind)))
        .collect();
    let kept = kept().map(|name| column(batch, name).cloned());
    let mut columns = kept.collect::<Result<Vec<ArrayRef>>>()?;
    columns.extend([
        Arc::new(known) as ArrayRef,
        Arc::new(weights),
        Arc::new(named),
    ]);
    Ok(RecordBatch::try_new(PRESSED.clone(), columns)?)
}

/// Reads glances from columns that [`pressed`] made.
pub(super) fn glances(batch: &RecordBatch, periods: &mut Periods) -> Result<Vec<Glance>> {
    let (conversations, senders) = (texts(batch, "conversation_id")?, texts(batch, "send_id")?);
    let (revokers, contents) = (texts(batch, "revoked_by")?, texts(batch, "content")?);
    let (seqs, weights) = (longs(batch, "seq")?, longs(batch, "weight")?);
    let kinds = integers(batch, "content_type")?;
    let known = column(batch, "known")?.as_boolean();
    let (sent, changed) = (times(batch, "send_time")?, times(batch, "last_changed")?);
    let deleted = users(batch, "deleted_for")?;
    let millis = |micros: i64| Timestamp::from_millis(micros.div_euclid(1_000));
    let glance = |at: usize| Glance {
        conversation_id: conversations.value(at).into(),
        seq: Seq(seqs[at]),
        send_time: millis(sent[at]),
        period: periods.of(sent[at]),
        last_changed: millis(changed[at]),
        send_id: senders.value(at).into(),
        revoked_by: revokers.is_valid(at).then(|| revokers.value(at).into()),
        deleted_for: deleted(at),
        content_known: known.value(at),
        weight: u64::try_from(weights[at]).unwrap_or_default(),
        content: contents
            .is_valid(at)
            .then(|| (ContentType(kinds[at]), contents.value(at).to_owned())),
    };
    Ok((0..batch.num_rows()).map(glance).collect())
}

/// Returns what reads the users of a row in a column of lists.
fn users<'a>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<impl Fn(usize) -> Vec<UserId> + 'a> {
    let lists = column(batch, name)?.as_list_opt::<i32>();
    let lists = lists.ok_or_else(|| odd(name))?;
    let all = lists.values().as_string_opt::<i32>();
    let all = all.ok_or_else(|| odd(name))?;
    let offsets = lists.value_offsets();
    let place = |at: usize| usize::try_from(offsets[at]).unwrap_or_default();
    Ok(move |row| {
        let users = place(row)..place(row + 1);
        users.map(|at| all.value(at).into()).collect()
    })
}

/// Reads whole messages.
pub(super) fn sent(batch: &RecordBatch, periods: &mut Periods) -> Result<Vec<Sent>> {
    let texts = texts(batch, "text")?;
    let times = times(batch, "send_time")?;
    let sent = rows(batch)?.into_iter().enumerate().map(|(at, row)| Sent {
        row,
        text: if texts.is_valid(at) {
            texts.value(at).to_owned()
        } else {
            String::new()
        },
        period: periods.of(times[at]),
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
