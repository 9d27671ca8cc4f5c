//! What can be asked.

use std::ops::Bound;

use openim_history_client::model::{ConversationId, GroupId, Kind, SeqRange, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use tantivy::query::{AllQuery, BooleanQuery, EmptyQuery, Occur, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::schema::{Fields, flag};
use super::text;

/// What is looked for: what a parser of a query language makes, or a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Whatever all of them find; everything, if there is none.
    And(Vec<Self>),
    /// Whatever one of them finds; nothing, if there is none.
    Or(Vec<Self>),
    /// Whatever it does not find.
    Not(Box<Self>),
    /// Messages whose text contains it, as [`fold`](super::fold) compares: inside words too, with
    /// its punctuation and spaces, and without any exception. Everything, if nothing is left of it.
    Contains(String),
    /// Messages with Han characters that are read as the word is written, in whole readings (`hetong`) or in
    /// their first letters (`ht`); nothing where the index does not have them ([`Index::has_pinyin`](super::Index::has_pinyin)).
    Sounds(String),
    /// Messages of a conversation.
    Conversation(ConversationId),
    /// Messages somebody sent.
    Sender(UserId),
    /// Messages to somebody, in a chat of two.
    Receiver(UserId),
    /// Messages of chats of two.
    Chat,
    /// Messages of a group.
    Group(GroupId),
    /// Messages of a kind.
    Kind(Kind),
    /// Messages sent from the first time on and before the second.
    Sent {
        /// The earliest send time; from the beginning on, if there is none.
        from: Option<Timestamp>,
        /// The first send time that is too late; none is, if there is none.
        before: Option<Timestamp>,
    },
    /// Messages with these numbers in their conversations.
    Seqs(SeqRange),
    /// Messages to which it happened.
    State(State),
    /// Messages that have it.
    Has(Has),
    /// Messages that mention somebody.
    Mentions(UserId),
}

/// What may have happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was taken back.
    Revoked,
    /// Somebody deleted it for themselves.
    Deleted,
    /// The server no longer has it.
    Purged,
}

/// What a message may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Has {
    /// A web address in its text.
    Link,
    /// It is a picture.
    Image,
    /// It is a file.
    File,
    /// Somebody is mentioned, or everybody.
    Mention,
}

impl Query {
    /// Returns the query for a piece of text.
    pub fn contains(text: impl Into<String>) -> Self {
        Self::Contains(text.into())
    }

    /// Translates it for the index as it stands.
    pub(super) fn compile(
        &self,
        fields: &Fields,
        searcher: &Searcher,
    ) -> tantivy::Result<Box<dyn tantivy::query::Query>> {
        Ok(match self {
            Self::And(parts) => return all(parts, fields, searcher),
            Self::Or(parts) if parts.is_empty() => Box::new(EmptyQuery),
            Self::Or(parts) => {
                let mut clauses = Vec::with_capacity(parts.len());
                for part in parts {
                    clauses.push((Occur::Should, part.compile(fields, searcher)?));
                }
                Box::new(BooleanQuery::new(clauses))
            }
            Self::Not(_) => return all(std::slice::from_ref(self), fields, searcher),
            Self::Contains(piece) => return text::contains(piece, fields.text, searcher),
            Self::Sounds(word) => text::sounds(word, fields.pinyin),
            Self::Conversation(id) => term(fields.conversation_id, id.as_str()),
            Self::Sender(id) => term(fields.send_id, id.as_str()),
            Self::Receiver(id) => term(fields.recv_id, id.as_str()),
            Self::Chat => term(fields.flag, flag::CHAT),
            Self::Group(id) => term(fields.group_id, id.as_str()),
            Self::Kind(kind) => term(fields.kind, kind.name()),
            Self::Sent { from, before } => between(
                fields.send_time,
                from.map_or(Bound::Unbounded, |from| Bound::Included(from.as_millis())),
                before.map_or(Bound::Unbounded, |before| {
                    Bound::Excluded(before.as_millis())
                }),
            ),
            Self::Seqs(range) if range.is_empty() => Box::new(EmptyQuery),
            Self::Seqs(range) => between(
                fields.seq,
                Bound::Included(range.first.0),
                Bound::Included(range.last.0),
            ),
            Self::State(state) => term(fields.flag, state.flag()),
            Self::Has(has) => term(fields.flag, has.flag()),
            Self::Mentions(id) => term(fields.mention, id.as_str()),
        })
    }
}

impl State {
    fn flag(self) -> &'static str {
        match self {
            Self::Revoked => flag::REVOKED,
            Self::Deleted => flag::DELETED,
            Self::Purged => flag::PURGED,
        }
    }
}

impl Has {
    fn flag(self) -> &'static str {
        match self {
            Self::Link => flag::LINK,
            Self::Image => flag::IMAGE,
            Self::File => flag::FILE,
            Self::Mention => flag::MENTION,
        }
    }
}

/// What all find. What is not wanted can only be taken away from something.
fn all(
    parts: &[Query],
    fields: &Fields,
    searcher: &Searcher,
) -> tantivy::Result<Box<dyn tantivy::query::Query>> {
    let mut clauses = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        clauses.push(match part {
            Query::Not(unwanted) => (Occur::MustNot, unwanted.compile(fields, searcher)?),
            wanted => (Occur::Must, wanted.compile(fields, searcher)?),
        });
    }
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    Ok(Box::new(BooleanQuery::new(clauses)))
}

fn term(field: Field, word: &str) -> Box<dyn tantivy::query::Query> {
    let term = Term::from_field_text(field, word);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn between(field: Field, from: Bound<i64>, to: Bound<i64>) -> Box<dyn tantivy::query::Query> {
    if from == Bound::Unbounded && to == Bound::Unbounded {
        return Box::new(AllQuery);
    }
    let term = |number| Term::from_field_i64(field, number);
    Box::new(RangeQuery::new(from.map(term), to.map(term)))
}
