//! The messages of an archive in order, by the engine over its tables: it sorts on the disk what does not fit
//! memory.

use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use openim_history_client::model::{ContentType, Seq, Timestamp};

use super::request::ExportRequest;
use super::walk::{Counts, Feed, Glance, Order, Period, Scope, Sent};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::media::TYPES;
use crate::sql::{Sql, SqlOptions};
use crate::tables::messages::columns::FILE_SCHEMA;
use crate::tables::messages::rows;

/// The condition under which the engine knows what the index found.
const ASKED: &str = "asked";

/// What puts conversations of one kind together, as [`Order`] does.
const KIND: &str = "CASE WHEN strpos(conversation_id, '_') = 0 THEN 5 ELSE CASE split_part(conversation_id, '_', 1) \
    WHEN 'si' THEN 1 WHEN 'sg' THEN 2 WHEN 'g' THEN 2 WHEN 'sn' THEN 3 WHEN 'n' THEN 4 ELSE 5 END END";

/// The log beside a chat, as its id says.
const LOG: &str = "starts_with(conversation_id, 'n_')";

/// The messages of an archive that were asked for.
pub(super) struct Tables {
    sql: Sql,
    in_archive: u64,
    /// What a message must be to be among those asked for; nothing for all of them.
    asked: Option<String>,
    logs: bool,
}

impl Tables {
    /// Opens the tables as they are now. What a query finds is asked of the index once.
    pub(super) async fn open(
        archive: &Archive,
        index: Option<&Index>,
        request: &ExportRequest,
    ) -> Result<Self> {
        let options = SqlOptions {
            memory: request.memory,
            zone: request.zone.clone(),
            threads: Some(1),
            rows: 1_024,
            ..SqlOptions::default()
        };
        let sql = Sql::open(archive, &options).await?;
        let asked = match (&request.query, index) {
            (None, _) => None,
            (Some(_), None) => {
                return Err(Error::Invalid(
                    "a query needs the index of the archive".to_owned(),
                ));
            }
            (Some(query), Some(index)) => {
                let found = index.matches(query)?;
                let months: Vec<String> = found.months().map(quoted).collect();
                sql.select(ASKED, found);
                let selected = format!("{ASKED}(conversation_id, seq)");
                Some(if months.is_empty() {
                    "false".to_owned()
                } else {
                    format!("month IN ({}) AND {selected}", months.join(", "))
                })
            }
        };
        Ok(Self {
            sql,
            in_archive: archive.len(),
            asked,
            logs: request.logs,
        })
    }

    fn wanted(&self, scope: Option<&Scope>) -> String {
        let mut all = Vec::new();
        if !self.logs {
            all.push(format!("NOT {LOG}"));
        }
        if let Some(scope) = scope {
            if let Some(conversations) = &scope.conversations {
                let ids: Vec<String> = conversations.iter().map(|id| quoted(id.as_str())).collect();
                all.push(format!("conversation_id IN ({})", ids.join(", ")));
            }
            let months: Vec<String> = scope.months.iter().map(|month| quoted(month)).collect();
            all.push(format!("month IN ({})", months.join(", ")));
        }
        all.extend(self.asked.clone());
        match all.len() {
            0 => String::new(),
            _ => format!(" WHERE {}", all.join(" AND ")),
        }
    }

    fn period(order: Order) -> String {
        match order.period {
            None => "0".to_owned(),
            Some(Period::Day) => "local_date(send_time)".to_owned(),
            Some(Period::Month) => {
                "CAST(date_trunc('month', local_date(send_time)) AS DATE)".to_owned()
            }
        }
    }

    fn select(&self, columns: &str, order: Order, scope: Option<&Scope>) -> String {
        let mut statement = format!(
            "SELECT {columns}, {} AS export_period FROM messages{} ORDER BY ",
            Self::period(order),
            self.wanted(scope)
        );
        if order.by_kind {
            let _ = write!(statement, "{KIND}, ");
        }
        match (order.by_conversation, order.period) {
            (true, Some(_)) => statement.push_str("conversation_id, export_period, seq"),
            (false, Some(_)) => statement.push_str("export_period, conversation_id, seq"),
            (_, None) => statement.push_str("conversation_id, seq"),
        }
        statement
    }
}

#[async_trait]
impl Feed for Tables {
    async fn counts(&self) -> Result<Counts> {
        let asked = self
            .asked
            .as_ref()
            .map_or_else(String::new, |asked| format!(" WHERE {asked}"));
        let statement = format!(
            "SELECT count(*), coalesce(sum(CASE WHEN {LOG} THEN 1 ELSE 0 END), 0) FROM messages{asked}"
        );
        let batches = self.sql.query(&statement).await?.collect().await?;
        let number = |column: usize| -> Result<u64> {
            let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else {
                return Ok(0);
            };
            let counts = cast(batch.column(column), &DataType::Int64)?;
            let counts = counts.as_primitive::<Int64Type>();
            Ok(u64::try_from(counts.value(0)).unwrap_or_default())
        };
        Ok(Counts {
            in_archive: self.in_archive,
            found: number(0)?,
            in_logs: number(1)?,
        })
    }

    async fn glances(
        &self,
        order: Order,
        media: bool,
    ) -> Result<BoxStream<'static, Result<Vec<Glance>>>> {
        let mut columns = "conversation_id, seq, send_time, last_changed, send_id, revoked_by, \
            content IS NOT NULL AS export_known, \
            coalesce(octet_length(content), 0) + coalesce(octet_length(text), 0) AS export_weight, content_type"
            .to_owned();
        if media {
            let types: Vec<String> = TYPES.iter().map(|kind| kind.0.to_string()).collect();
            let _ = write!(
                columns,
                ", CASE WHEN content_type IN ({}) THEN content END AS export_content",
                types.join(", ")
            );
        }
        let answer = self.sql.query(&self.select(&columns, order, None)).await?;
        Ok(answer.map(|batch| glances(&batch?)).boxed())
    }

    async fn sent(
        &self,
        order: Order,
        scope: &Scope,
    ) -> Result<BoxStream<'static, Result<Vec<Sent>>>> {
        let answer = self
            .sql
            .query(&self.select("*", order, Some(scope)))
            .await?;
        Ok(answer.map(|batch| sent(&batch?)).boxed())
    }
}

fn cast(column: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    Ok(arrow_cast::cast(column, to)?)
}

fn column(batch: &RecordBatch, name: &str, to: &DataType) -> Result<ArrayRef> {
    let Some(column) = batch.column_by_name(name) else {
        return Err(Error::damaged(
            "the answer of the engine",
            format_args!("it has no column {name}"),
            None,
        ));
    };
    cast(column, to)
}

fn periods(batch: &RecordBatch) -> Result<Vec<i32>> {
    // A date is its days; where periods do not count it is a plain 0.
    let column = column(batch, "export_period", &DataType::Int32)?;
    Ok(column.as_primitive::<Int32Type>().values().to_vec())
}

fn glances(batch: &RecordBatch) -> Result<Vec<Glance>> {
    let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let text = |name| column(batch, name, &DataType::Utf8);
    let (conversations, senders, revokers) = (
        text("conversation_id")?,
        text("send_id")?,
        text("revoked_by")?,
    );
    let (conversations, senders, revokers) = (
        conversations.as_string::<i32>(),
        senders.as_string::<i32>(),
        revokers.as_string::<i32>(),
    );
    let seqs = column(batch, "seq", &DataType::Int64)?;
    let weights = column(batch, "export_weight", &DataType::Int64)?;
    let kinds = column(batch, "content_type", &DataType::Int32)?;
    let known = column(batch, "export_known", &DataType::Boolean)?;
    let times = column(batch, "send_time", &micros)?;
    let changes = column(batch, "last_changed", &micros)?;
    let (seqs, weights) = (
        seqs.as_primitive::<Int64Type>(),
        weights.as_primitive::<Int64Type>(),
    );
    let (kinds, known) = (kinds.as_primitive::<Int32Type>(), known.as_boolean());
    let times = times.as_primitive::<TimestampMicrosecondType>();
    let changes = changes.as_primitive::<TimestampMicrosecondType>();
    let contents = match batch.column_by_name("export_content") {
        Some(contents) => Some(cast(contents, &DataType::Utf8)?),
        None => None,
    };
    let contents = contents
        .as_ref()
        .map(|contents| contents.as_string::<i32>());
    let periods = periods(batch)?;
    let millis = |micros: i64| Timestamp::from_millis(micros.div_euclid(1_000));
    let glance = |at: usize| Glance {
        conversation_id: conversations.value(at).into(),
        seq: Seq(seqs.value(at)),
        send_time: millis(times.value(at)),
        period: periods.get(at).copied().unwrap_or_default(),
        last_changed: millis(changes.value(at)),
        send_id: senders.value(at).into(),
        revoked_by: revokers.is_valid(at).then(|| revokers.value(at).into()),
        content_known: known.value(at),
        weight: u64::try_from(weights.value(at)).unwrap_or_default(),
        content: contents.and_then(|contents| {
            let kind = ContentType(kinds.value(at));
            contents
                .is_valid(at)
                .then(|| (kind, contents.value(at).to_owned()))
        }),
    };
    Ok((0..batch.num_rows()).map(glance).collect())
}

/// The engine has forms of its own for texts.
fn as_files_have_it(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns: Result<Vec<ArrayRef>> = FILE_SCHEMA
        .fields()
        .iter()
        .map(|field| column(batch, field.name(), field.data_type()))
        .collect();
    Ok(RecordBatch::try_new(FILE_SCHEMA.clone(), columns?)?)
}

fn sent(batch: &RecordBatch) -> Result<Vec<Sent>> {
    let texts = column(batch, "text", &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    let periods = periods(batch)?;
    let sent = rows(&as_files_have_it(batch)?)?
        .into_iter()
        .enumerate()
        .map(|(at, row)| Sent {
            row,
            text: if texts.is_valid(at) {
                texts.value(at).to_owned()
            } else {
                String::new()
            },
            period: periods.get(at).copied().unwrap_or_default(),
        });
    Ok(sent.collect())
}

/// Returns a text as a statement holds it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
