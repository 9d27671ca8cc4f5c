//! Where the messages of an export come from: a stream in order, twice. First as little of each as tells which file
//! it goes into and whether that file changed; then whole, and only those of files that have to be written.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures::stream::BoxStream;
use openim_history_client::model::{
    ContentType, ConversationId, ConversationKind, Seq, Timestamp, UserId,
};

use crate::error::Result;
use crate::progress::Progress;
use crate::row::Row;

/// A stretch of time that a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Period {
    Month,
    Day,
}

/// In which order messages come: kind of conversation, period and number, as far as they count. Whatever files
/// there are, the messages of each stand together in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Order {
    /// Conversations one after the other, each with its periods; otherwise periods, each with its conversations.
    pub(crate) by_conversation: bool,
    /// Before both: the kinds of conversations one after the other.
    pub(crate) by_kind: bool,
    pub(crate) period: Option<Period>,
}

impl Order {
    /// Takes what files are told apart by.
    pub(crate) fn new(by_conversation: bool, by_kind: bool, period: Option<Period>) -> Self {
        // Where nothing else counts, every order is the one by conversations.
        let by_conversation = by_conversation || (period.is_none() && !by_kind);
        Self {
            by_conversation,
            by_kind: by_kind && !by_conversation,
            period,
        }
    }
}

/// Where a message stands in an order. Days are counted from 1970; a month is its first day.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Rank {
    kind: u8,
    /// The conversation, where it comes before the period.
    ahead: ConversationId,
    pub(crate) period: i32,
    pub(crate) conversation_id: ConversationId,
    seq: Seq,
}

impl Rank {
    pub(crate) fn new(order: Order, conversation: &ConversationId, seq: Seq, period: i32) -> Self {
        Self {
            kind: if order.by_kind {
                kind_number(conversation.kind())
            } else {
                0
            },
            ahead: if order.by_conversation {
                conversation.clone()
            } else {
                ConversationId::default()
            },
            period: if order.period.is_some() { period } else { 0 },
            conversation_id: conversation.clone(),
            seq,
        }
    }
}

/// Returns the place of a kind among the others.
pub(crate) fn kind_number(kind: ConversationKind) -> u8 {
    match kind {
        ConversationKind::Single => 1,
        ConversationKind::Group | ConversationKind::WriteGroup => 2,
        ConversationKind::Notification => 3,
        ConversationKind::Log => 4,
        ConversationKind::Other => 5,
    }
}

/// As little of a message as tells what becomes of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Glance {
    pub(crate) conversation_id: ConversationId,
    pub(crate) seq: Seq,
    pub(crate) send_time: Timestamp,
    /// The day it lies in, or the first of the month; 0 where that does not count.
    pub(crate) period: i32,
    pub(crate) last_changed: Timestamp,
    pub(crate) send_id: UserId,
    pub(crate) revoked_by: Option<UserId>,
    pub(crate) deleted_for: Vec<UserId>,
    pub(crate) content_known: bool,
    /// Bytes of its content and its text.
    pub(crate) weight: u64,
    /// What may name attachments, where they come along.
    pub(crate) content: Option<(ContentType, String)>,
}

/// A message, whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) row: Row,
    /// What the table says of its text.
    pub(crate) text: String,
    pub(crate) period: i32,
}

/// Which messages are wanted at all the second time: what a feed may pass over, but need not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Only of these conversations; `None` where they are too many to name.
    pub(crate) conversations: Option<BTreeSet<ConversationId>>,
    /// Only of these months, as the archive keeps them.
    pub(crate) months: BTreeSet<String>,
}

/// Where the messages of an export come from.
#[async_trait]
pub(crate) trait Feed: Sync {
    /// Returns how many messages the archive has, how many are found, and how many of those are in logs.
    async fn counts(&self) -> Result<Counts>;

    /// Returns all messages that are wanted, in that order, as little of each as is needed; `None` where it was
    /// told to stop.
    async fn glances(
        &self,
        order: Order,
        media: bool,
        progress: &dyn Progress,
    ) -> Result<Option<BoxStream<'static, Result<Vec<Glance>>>>>;

    /// Returns the same messages in the same order whole; those outside the scope may be missing.
    async fn sent(
        &self,
        order: Order,
        scope: &Scope,
        progress: &dyn Progress,
    ) -> Result<Option<BoxStream<'static, Result<Vec<Sent>>>>>;
}

/// How many messages there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) in_archive: u64,
    /// Found, logs among them.
    pub(crate) found: u64,
    /// Found in logs beside chats, and passed over.
    pub(crate) in_logs: u64,
}

/// Rows in memory: for tests, and for messages that are in no archive.
#[cfg(test)]
pub(crate) mod memory {
    use futures::{StreamExt, stream};
    use jiff::tz::TimeZone;

    use super::*;

    pub(crate) struct Memory {
        pub(crate) rows: Vec<Row>,
        pub(crate) zone: TimeZone,
        pub(crate) in_archive: u64,
    }

    impl Memory {
        fn ordered(&self, order: Order) -> Vec<(Rank, Row)> {
            let mut rows: Vec<(Rank, Row)> = self
                .rows
                .iter()
                .map(|row| {
                    let message = &row.message;
                    let day = message
                        .send_time
                        .to_jiff()
                        .map_or_else(jiff::civil::Date::default, |time| {
                            self.zone.to_datetime(time).date()
                        });
                    let day = if order.period == Some(Period::Month) {
                        day.first_of_month()
                    } else {
                        day
                    };
                    let days = day
                        .since(jiff::civil::date(1970, 1, 1))
                        .map_or(0, |span| span.get_days());
                    (
                        Rank::new(order, &message.conversation_id, message.seq, days),
                        row.clone(),
                    )
                })
                .collect();
            rows.sort_by(|a, b| a.0.cmp(&b.0));
            rows
        }
    }

    #[async_trait]
    impl Feed for Memory {
        async fn counts(&self) -> Result<Counts> {
            Ok(Counts {
                in_archive: self.in_archive,
                found: self.rows.len() as u64,
                in_logs: 0,
            })
        }

        async fn glances(
            &self,
            order: Order,
            media: bool,
            _: &dyn Progress,
        ) -> Result<Option<BoxStream<'static, Result<Vec<Glance>>>>> {
            let glances: Vec<Glance> = self
                .ordered(order)
                .into_iter()
                .map(|(rank, row)| Glance {
                    period: rank.period,
                    conversation_id: row.message.conversation_id.clone(),
                    seq: row.message.seq,
                    send_time: row.message.send_time,
                    last_changed: row.last_changed,
                    send_id: row.message.send_id.clone(),
                    revoked_by: row
                        .message
                        .revoked
                        .as_ref()
                        .map(|revoked| revoked.user_id.clone()),
                    deleted_for: row.message.deleted_for.clone(),
                    content_known: row.content_known,
                    weight: (row.message.content.len() + row.text().len()) as u64,
                    content: media.then(|| (row.message.content_type, row.message.content.clone())),
                })
                .collect();
            let chunks: Vec<_> = glances.chunks(7).map(|chunk| Ok(chunk.to_vec())).collect();
            Ok(Some(stream::iter(chunks).boxed()))
        }

        async fn sent(
            &self,
            order: Order,
            scope: &Scope,
            _: &dyn Progress,
        ) -> Result<Option<BoxStream<'static, Result<Vec<Sent>>>>> {
            let is_wanted = |row: &Row| {
                let conversation = &row.message.conversation_id;
                scope
                    .conversations
                    .as_ref()
                    .is_none_or(|wanted| wanted.contains(conversation))
                    && scope.months.contains(&row.month())
            };
            let sent: Vec<Sent> = self
                .ordered(order)
                .into_iter()
                .filter(|(_, row)| is_wanted(row))
                .map(|(rank, row)| Sent {
                    text: row.text(),
                    row,
                    period: rank.period,
                })
                .collect();
            let chunks: Vec<_> = sent.chunks(5).map(|chunk| Ok(chunk.to_vec())).collect();
            Ok(Some(stream::iter(chunks).boxed()))
        }
    }
}
