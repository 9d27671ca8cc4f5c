//! Reading what is counted out of the tables, month by month, several files beside each other.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray, RecordBatch};
use openim_history_client::model::{
    ContentType, ConversationId, ConversationKind, TimeRange, Timestamp,
};

use super::tally::Fact;
use crate::archive::Archive;
use crate::error::Result;
use crate::place::Place;
use crate::report::request::{Scope, is_chat};
use crate::row::month;
use crate::tables::file::DataFile;
use crate::tables::messages::batch::{column, integers, longs, texts, times};
use crate::tables::messages::chosen::{Choice, beside};

/// Reads messages of a scope.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    place: &'a Place,
    scope: &'a Scope,
}

/// The files of a month.
#[derive(Clone, Debug, Default)]
pub(super) struct Month {
    /// Which: `2026-11`, in UTC.
    pub(super) name: String,
    pub(super) files: Vec<DataFile>,
    pub(super) rows: u64,
}

/// A message with what is in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) conversation_id: &'a str,
    pub(super) seq: i64,
    pub(super) millis: i64,
    pub(super) send_id: &'a str,
    pub(super) content_type: ContentType,
    pub(super) content: Option<&'a str>,
    /// What would be searched for in it, where that may be shown: nobody took it back or deleted it.
    pub(super) text: Option<&'a str>,
}

/// Returns the months that may hold messages of a stretch of time, in order.
pub(super) fn months(archive: &Archive, range: TimeRange) -> Vec<Month> {
    let first = range.since.map(month);
    // The instant itself is not in it.
    let last = range.until.map(|until| until.as_millis().saturating_sub(1));
    let last = last.map(|last| month(Timestamp::from_millis(last)));
    let mut months: BTreeMap<String, Month> = BTreeMap::new();
    for file in archive.messages.files() {
        let name = file.month.clone().unwrap_or_default();
        let is_in = first.as_ref().is_none_or(|first| *first <= name)
            && last.as_ref().is_none_or(|last| name <= *last);
        if is_in {
            let month = months.entry(name.clone()).or_insert_with(|| Month {
                name,
                ..Month::default()
            });
            month.rows += file.rows;
            month.files.push(file.clone());
        }
    }
    months.into_values().collect()
}

impl<'a> Scan<'a> {
    pub(super) fn new(archive: &'a Archive, scope: &'a Scope) -> Self {
        Self {
            place: archive.place(),
            scope,
        }
    }

    /// Tells every message of a month, in no order.
    pub(super) async fn facts(&self, month: &Month, mut tell: impl FnMut(&Fact<'_>)) -> Result<()> {
        let scope = self.scope.clone();
        let choice = Choice {
            columns: &[
                "conversation_id",
                "seq",
                "send_time",
                "send_id",
                "recv_id",
                "content_type",
                "revoked_by",
                "deleted_for",
                "purged_at",
            ],
            // Nearly everything on a server is said in chats: what is not is passed over later.
            by: match scope {
                Scope::Server => &[],
                Scope::Group(_) | Scope::Conversation(_) => &["conversation_id"],
                Scope::User(_) => &["conversation_id", "send_id", "recv_id"],
            },
        };
        let takes = move |batch: &RecordBatch| in_scope(batch, &scope, false);
        let files = month.files.clone();
        let mut batches = beside(self.place, files, choice, takes, Ok);
        while let Some(batch) = batches.recv().await {
            each_fact(&batch?, &mut tell)?;
        }
        Ok(())
    }

    /// Tells what is in a month's messages with attachments, and where words are wanted in those with text, in no
    /// order. Of a user only what the user sent.
    pub(super) async fn contents(
        &self,
        month: &Month,
        with_text: bool,
        mut tell: impl FnMut(&Said<'_>),
    ) -> Result<()> {
        let scope = self.scope.clone();
        // Content is most of an archive: where no text is wanted, only that of attachments is decoded.
        let columns: &[&str] = &[
            "conversation_id",
            "seq",
            "send_time",
            "send_id",
            "content_type",
            "content",
            "text",
            "revoked_by",
            "deleted_for",
            "purged_at",
        ];
        let choice = Choice {
            columns: if with_text { columns } else { &columns[..6] },
            by: match scope {
                Scope::User(_) => &["conversation_id", "send_id", "recv_id", "content_type"],
                _ => &["conversation_id", "content_type"],
            },
        };
        let takes = move |batch: &RecordBatch| {
            let types = integers(batch, "content_type")?;
            let chosen = in_scope(batch, &scope, true)?;
            let of_type = types.iter().map(|number| {
                let kind = ContentType(*number);
                (102..=105).contains(number)
                    || with_text && kind.kind() == openim_history_client::model::Kind::Text
            });
            let chosen = chosen.values().iter().zip(of_type);
            Ok(chosen
                .map(|(chosen, of_type)| chosen && of_type)
                .collect::<Vec<_>>()
                .into())
        };
        let files = month.files.clone();
        let mut batches = beside(self.place, files, choice, takes, Ok);
        while let Some(batch) = batches.recv().await {
            each_said(&batch?, &mut tell)?;
        }
        Ok(())
    }
}

/// Says of each row whether it belongs to a scope; of a user, `only_own` leaves out what others sent.
fn in_scope(batch: &RecordBatch, scope: &Scope, only_own: bool) -> Result<BooleanArray> {
    let conversations = texts(batch, "conversation_id")?;
    let rows = 0..batch.num_rows();
    let chosen: Vec<bool> = match scope {
        Scope::Server => rows
            .map(|at| is_chat(kind_of(conversations.value(at))))
            .collect(),
        Scope::Conversation(id) => rows
            .map(|at| conversations.value(at) == id.as_str())
            .collect(),
        Scope::Group(id) => {
            let ids = [format!("sg_{id}"), format!("g_{id}")];
            rows.map(|at| ids.iter().any(|id| conversations.value(at) == id))
                .collect()
        }
        Scope::User(id) => {
            let (senders, receivers) = (texts(batch, "send_id")?, texts(batch, "recv_id")?);
            let is_meant = |at: usize| match kind_of(conversations.value(at)) {
                kind if senders.value(at) == id.as_str() => is_chat(kind),
                ConversationKind::Single => !only_own && receivers.value(at) == id.as_str(),
                _ => false,
            };
            rows.map(is_meant).collect()
        }
    };
    Ok(chosen.into())
}

fn kind_of(conversation_id: &str) -> ConversationKind {
    ConversationId::new(conversation_id).kind()
}

fn each_fact(batch: &RecordBatch, tell: &mut impl FnMut(&Fact<'_>)) -> Result<()> {
    let conversations = texts(batch, "conversation_id")?;
    let (senders, receivers) = (texts(batch, "send_id")?, texts(batch, "recv_id")?);
    let (seqs, times) = (longs(batch, "seq")?, times(batch, "send_time")?);
    let types = integers(batch, "content_type")?;
    let fates = Fates::of(batch)?;
    for at in 0..batch.num_rows() {
        tell(&Fact {
            conversation_id: conversations.value(at),
            seq: seqs[at],
            millis: times[at].div_euclid(1000),
            send_id: senders.value(at),
            recv_id: receivers.value(at),
            content_type: ContentType(types[at]),
            is_revoked: fates.revoked.is_valid(at),
            is_deleted: fates.is_deleted(at),
            is_removed: fates.removed.is_valid(at),
        });
    }
    Ok(())
}

fn each_said(batch: &RecordBatch, tell: &mut impl FnMut(&Said<'_>)) -> Result<()> {
    let conversations = texts(batch, "conversation_id")?;
    let (senders, contents) = (texts(batch, "send_id")?, texts(batch, "content")?);
    let (seqs, times) = (longs(batch, "seq")?, times(batch, "send_time")?);
    let types = integers(batch, "content_type")?;
    let with_text = match batch.column_by_name("text") {
        Some(_) => Some((texts(batch, "text")?, Fates::of(batch)?)),
        None => None,
    };
    for at in 0..batch.num_rows() {
        let text = with_text.as_ref().and_then(|(texts, fates)| {
            let is_there = texts.is_valid(at)
                && fates.revoked.is_null(at)
                && fates.removed.is_null(at)
                && !fates.is_deleted(at);
            is_there.then(|| texts.value(at))
        });
        tell(&Said {
            conversation_id: conversations.value(at),
            seq: seqs[at],
            millis: times[at].div_euclid(1000),
            send_id: senders.value(at),
            content_type: ContentType(types[at]),
            content: contents.is_valid(at).then(|| contents.value(at)),
            text,
        });
    }
    Ok(())
}

/// What became of the messages of a batch.
struct Fates<'a> {
    revoked: &'a dyn Array,
    deleted: &'a dyn Array,
    removed: &'a dyn Array,
}

impl<'a> Fates<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        Ok(Self {
            revoked: column(batch, "revoked_by")?,
            deleted: column(batch, "deleted_for")?,
            removed: column(batch, "purged_at")?,
        })
    }

    fn is_deleted(&self, at: usize) -> bool {
        let lists = self.deleted.as_list_opt::<i32>();
        lists.is_some_and(|lists| lists.is_valid(at) && lists.value_length(at) > 0)
    }
}
