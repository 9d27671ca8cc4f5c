//! One message that was found, in every form.

use jiff::tz::TimeZone;
use openim_history_archive::row::Row as Stored;
use openim_history_archive::search::{SearchHit, Snippet};
use openim_history_client::model::{Lang, Message, Timestamp};
use serde::Serialize;

use crate::commands::messages::{ContentChoice, MessageRow, Showing as MessageShowing};
use crate::format::{Field, Row, Sheet};
use crate::table::{Cell, Look};

/// How hits are shown.
#[derive(Clone, Debug)]
pub(super) struct Showing {
    pub(super) lang: Lang,
    pub(super) zone: TimeZone,
}

impl Showing {
    pub(super) fn sheet(&self) -> Sheet<'static> {
        self.of_messages().sheet()
    }

    fn of_messages(&self) -> MessageShowing {
        MessageShowing {
            lang: self.lang,
            zone: self.zone.clone(),
            content: ContentChoice::Summary,
            names_conversation: true,
        }
    }
}

/// A message, and how it is shown.
#[derive(Debug)]
pub(super) struct HitRow<'a> {
    row: &'a Stored,
    hit: Option<&'a SearchHit>,
    showing: MessageShowing,
}

impl<'a> HitRow<'a> {
    /// One that was found.
    pub(super) fn hit(hit: &'a SearchHit, showing: &Showing) -> Self {
        Self {
            row: &hit.row,
            hit: Some(hit),
            showing: showing.of_messages(),
        }
    }

    /// One that stands beside it.
    pub(super) fn neighbour(row: &'a Stored, showing: &Showing) -> Self {
        Self {
            row,
            hit: None,
            showing: showing.of_messages(),
        }
    }

    fn as_message(&self) -> MessageRow<'_> {
        MessageRow::new(&self.row.message, &self.showing)
    }
}

/// A message of an archive as JSON.
#[derive(Serialize)]
struct Object<'a> {
    #[serde(flatten)]
    message: &'a Message,
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    purged_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<&'a Snippet>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    before: Vec<Self>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    after: Vec<Self>,
}

impl<'a> Object<'a> {
    fn new(row: &'a Stored) -> Self {
        Self {
            message: &row.message,
            kind: row.message.content_type.kind().name(),
            text: row.text(),
            purged_at: row.purged_at,
            snippet: None,
            before: Vec::new(),
            after: Vec::new(),
        }
    }
}

impl Row for HitRow<'_> {
    fn json(&self) -> impl Serialize + '_ {
        let object = Object::new(self.row);
        match self.hit {
            None => object,
            Some(hit) => Object {
                snippet: Some(&hit.snippet),
                before: hit.before.iter().map(Object::new).collect(),
                after: hit.after.iter().map(Object::new).collect(),
                ..object
            },
        }
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = self.as_message().cells();
        match self.hit {
            // What was found says more than a summary, where it is text that was looked for.
            Some(hit) if !hit.snippet.marks.is_empty() => {
                let snippet = Cell::marked(&hit.snippet.text, &hit.snippet.marks);
                let is_gone = self.row.message.revoked.is_some();
                let look = if is_gone { Look::Faint } else { Look::Plain };
                if let Some(last) = cells.last_mut() {
                    *last = snippet.look(look);
                }
                cells
            }
            Some(_) => cells,
            None => cells
                .into_iter()
                .map(|cell| cell.look(Look::Faint))
                .collect(),
        }
    }

    fn fields(&self) -> Vec<Field> {
        self.as_message().fields()
    }
}
