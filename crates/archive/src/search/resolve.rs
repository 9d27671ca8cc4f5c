//! From a tree to what the index is asked: names become ids, and times instants.

use std::ops::Range;

use jiff::ZonedDateTime;
use openim_history_client::model::{ConversationId, ConversationKind, Kind, UserId};

use super::directory::near_ids;
use super::syntax::{Field, Node, SyntaxError};
use super::{Directory, Period, period};
use crate::index::{Has, Index, Query, State};

/// Whom everybody is mentioned by.
const EVERYBODY: &str = "AtAllTag";

/// What names and times mean.
#[derive(Debug)]
pub struct Context<'a> {
    /// The query as it was written, for what is said of it.
    pub query: &'a str,
    /// Who is who.
    pub directory: &'a Directory,
    /// Knows the ids that stand in messages and in no table.
    pub index: &'a Index,
    /// Now, in the zone in which days begin.
    pub now: ZonedDateTime,
}

/// Translates a query. Fails on names nobody has and conversations the archive does not know, and on values that
/// are none.
pub fn resolve(node: &Node, context: &Context<'_>) -> Result<Query, SyntaxError> {
    let all = |parts: &[Node]| -> Result<Vec<Query>, SyntaxError> {
        parts.iter().map(|part| resolve(part, context)).collect()
    };
    Ok(match node {
        Node::And(parts) => Query::And(all(parts)?),
        Node::Or(parts) => Query::Or(all(parts)?),
        Node::Not(part) => Query::Not(Box::new(resolve(part, context)?)),
        Node::Word(word) if context.index.has_pinyin() => Query::Or(vec![
            Query::contains(word.clone()),
            Query::Sounds(word.clone()),
        ]),
        Node::Text(text) | Node::Word(text) => Query::contains(text.clone()),
        Node::Field { field, value, at } => context.field(*field, value, at)?,
    })
}

impl Context<'_> {
    fn field(&self, field: Field, value: &str, at: &Range<usize>) -> Result<Query, SyntaxError> {
        Ok(match field {
            Field::From => any(self.users(value, at, Query::Sender)?, Query::Sender),
            Field::With => any(self.users(value, at, Query::Sender)?, with),
            Field::Mentions if value.eq_ignore_ascii_case("all") || value == "所有人" => {
                Query::Mentions(EVERYBODY.into())
            }
            Field::Mentions => any(self.users(value, at, Query::Mentions)?, Query::Mentions),
            Field::Group => {
                let groups = self.directory.groups(value);
                if groups.is_empty() && self.is_there(&Query::Group(value.into())) {
                    return Ok(Query::Group(value.into()));
                }
                if groups.is_empty() {
                    let near = self.directory.near(value, true, false);
                    return Err(self.unknown("group", value, at, &near));
                }
                any(groups, Query::Group)
            }
            Field::In => self.place(value, at)?,
            Field::Kind => {
                let word = value.to_ascii_lowercase();
                let kind = Kind::ALL.iter().find(|kind| kind.name() == word);
                let words = || Kind::ALL.iter().map(|kind| kind.name());
                Query::Kind(*kind.ok_or_else(|| self.no_such("kind", value, at, words()))?)
            }
            Field::Has => Query::Has(self.one_of("has", value, at, HAS)?),
            Field::Is => Query::State(self.one_of("is", value, at, STATES)?),
            Field::Before => {
                let period = self.period(value, at)?;
                sent(None, Some(period))
            }
            Field::After => sent(Some(self.period(value, at)?), None),
            Field::On => {
                let period = self.period(value, at)?;
                let Some(end) = period.end else {
                    let what = format!("on: expects a day, a month or a year, not {value:?}");
                    return Err(SyntaxError::new(self.query, at.clone(), what));
                };
                Query::Sent {
                    from: Some(period.start),
                    before: Some(end),
                }
            }
        })
    }

    /// Returns the users of an id or a name. One no table has is taken where messages know it.
    fn users(
        &self,
        value: &str,
        at: &Range<usize>,
        of: fn(UserId) -> Query,
    ) -> Result<Vec<UserId>, SyntaxError> {
        let users = self.directory.users(value);
        if !users.is_empty() {
            return Ok(users);
        }
        if self.is_there(&of(value.into())) {
            return Ok(vec![value.into()]);
        }
        let near = self.directory.near(value, false, true);
        Err(self.unknown("user", value, at, &near))
    }

    fn place(&self, value: &str, at: &Range<usize>) -> Result<Query, SyntaxError> {
        let id = ConversationId::new(value);
        let is_id = id.kind() != ConversationKind::Other;
        if is_id && self.has_conversation(&id) {
            return Ok(Query::Conversation(id));
        }
        let groups = self.directory.groups(value);
        if !groups.is_empty() {
            return Ok(any(groups, Query::Group));
        }
        let users = self.directory.users(value);
        if !users.is_empty() {
            return Ok(any(users, with));
        }
        if self.is_there(&Query::Group(value.into())) {
            return Ok(Query::Group(value.into()));
        }
        if is_id {
            let ids = self.index.conversations().unwrap_or_default().into_iter();
            let near = near_ids(ids.map(|id| id.to_string()), value);
            return Err(self.unknown("conversation", value, at, &near));
        }
        let near = self.directory.near(value, true, true);
        Err(self.unknown("conversation, group or user", value, at, &near))
    }

    /// Whether the archive has messages of a conversation, or could have: its group or its users are known.
    fn has_conversation(&self, id: &ConversationId) -> bool {
        let group = match id.kind() {
            ConversationKind::Log => id.as_str().split_once('_').map(|(_, rest)| rest.into()),
            _ => id.group_id(),
        };
        let is_known = |(a, b)| self.directory.has_user(&a) && self.directory.has_user(&b);
        self.is_there(&Query::Conversation(id.clone()))
            || group.is_some_and(|group| self.directory.has_group(&group))
            || id.pairs().into_iter().any(is_known)
    }

    fn is_there(&self, query: &Query) -> bool {
        // Where the index cannot be read, the search itself says so.
        self.index.count(query).is_ok_and(|count| count > 0)
    }

    fn period(&self, value: &str, at: &Range<usize>) -> Result<Period, SyntaxError> {
        period(value, &self.now).map_err(|what| SyntaxError::new(self.query, at.clone(), what))
    }

    fn one_of<T: Copy>(
        &self,
        field: &str,
        value: &str,
        at: &Range<usize>,
        known: &[(&'static str, T)],
    ) -> Result<T, SyntaxError> {
        let found = known
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(value));
        let words = known.iter().map(|(word, _)| *word);
        found
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| self.no_such(field, value, at, words))
    }

    fn no_such(
        &self,
        field: &str,
        value: &str,
        at: &Range<usize>,
        words: impl Iterator<Item = &'static str>,
    ) -> SyntaxError {
        let words = words.collect::<Vec<_>>().join(", ");
        let what = format!("{field}: expects one of {words}; not {value:?}");
        SyntaxError::new(self.query, at.clone(), what)
    }

    fn unknown(&self, what: &str, value: &str, at: &Range<usize>, near: &[String]) -> SyntaxError {
        let what = match near.len() {
            0 => format!("the archive has no {what} {value:?}"),
            _ => format!(
                "the archive has no {what} {value:?}; near it are: {}",
                near.join(", ")
            ),
        };
        SyntaxError::new(self.query, at.clone(), what)
    }
}

const HAS: &[(&str, Has)] = &[
    ("link", Has::Link),
    ("image", Has::Image),
    ("picture", Has::Image),
    ("file", Has::File),
    ("mention", Has::Mention),
];

const STATES: &[(&str, State)] = &[
    ("revoked", State::Revoked),
    ("deleted", State::Deleted),
    ("purged", State::Purged),
];

/// Returns the query for chats of two with a user.
fn with(user: UserId) -> Query {
    Query::And(vec![
        Query::Chat,
        Query::Or(vec![Query::Sender(user.clone()), Query::Receiver(user)]),
    ])
}

fn any<T>(ids: Vec<T>, query: impl Fn(T) -> Query) -> Query {
    let mut queries: Vec<Query> = ids.into_iter().map(query).collect();
    match queries.len() {
        1 => queries.swap_remove(0),
        _ => Query::Or(queries),
    }
}

fn sent(from: Option<Period>, before: Option<Period>) -> Query {
    Query::Sent {
        from: from.map(|period| period.start),
        before: before.map(|period| period.start),
    }
}
