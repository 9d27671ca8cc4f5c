//! What became of a message: taken back, deleted, gone from the server, replaced.

use openim_history_client::model::{Content, Revoked, Timestamp, UserId};

use super::super::local::full;
use super::{Pen, is_event};
use crate::row::{PurgeCause, Row, What};

/// How many of those who deleted a message are named; the others are counted.
const NAMED: usize = 20;

/// Writes what became of a message, as marks below what it says.
pub(in crate::export::html) fn state(pen: &mut Pen<'_>, row: &Row) {
    let deleted_for = &row.message.deleted_for;
    if !deleted_for.is_empty() {
        pen.to
            .push("<div class=\"s del\">")
            .text(pen.words.deleted_for);
        pen.people(deleted_for);
        pen.to.push("</div>");
    }
    if let Some(time) = row.purged_at {
        pen.to.push("<div class=\"s gone\">");
        pen.to.text(match row.purge_cause {
            Some(PurgeCause::Emptied) => pen.words.emptied,
            Some(PurgeCause::BlockRemoved) => pen.words.block_removed,
            None => pen.words.purged,
        });
        pen.seen(pen.words.seen, time);
        pen.to.push("</div>");
    }
}

/// Writes what the message was before the server had something else under its number.
pub(in crate::export::html) fn changes(pen: &mut Pen<'_>, row: &Row) {
    for change in &row.changes {
        let What::Replaced { before } = &change.what else {
            continue;
        };
        pen.to
            .push("<details class=\"data was\"><summary>")
            .text(pen.words.earlier);
        pen.seen(pen.words.replaced, change.seen);
        pen.to.push("</summary><div class=\"b\" dir=\"auto\">");
        let content = before.parsed();
        if is_event(&content) {
            pen.event(before);
        } else {
            pen.content(&content, 0);
        }
        pen.to.push("</div></details>");
    }
}

impl Pen<'_> {
    /// Writes what a message said that was taken back: marked, struck, and to be folded away.
    pub(in crate::export::html) fn revoked(
        &mut self,
        row: &Row,
        revoked: &Revoked,
        content: &Content,
    ) {
        let name = match (
            revoked.nickname.as_str(),
            self.names.users.get(&revoked.user_id),
        ) {
            (_, Some(name)) => name.as_str(),
            ("", None) => revoked.user_id.as_str(),
            (nickname, None) => nickname,
        };
        let known = row.content_known && !matches!(content, Content::Empty | Content::Revoke(_));
        self.to.push(if known {
            "<details class=\"rev\" open><summary>"
        } else {
            "<div class=\"rev\">"
        });
        self.to
            .push("<span class=\"s\">")
            .text(self.words.recalled)
            .push(" · ");
        if !name.is_empty() {
            self.to
                .text(self.words.by)
                .push("<bdi>")
                .text(name)
                .push("</bdi>");
        }
        if let Some(time) = revoked.time.known() {
            self.to.push(" · <time>");
            full(time, self.zone, self.to);
            self.to.push("</time>");
        }
        self.to.push("</span>");
        if known {
            self.to.push("</summary><div class=\"kept\">");
            self.content(content, 0);
            self.to.push("</div></details>");
        } else {
            self.to
                .push(" <em>")
                .text(self.words.recalled_unknown)
                .push("</em></div>");
        }
    }

    fn people(&mut self, users: &[UserId]) {
        for (index, user) in users.iter().take(NAMED).enumerate() {
            if index > 0 {
                self.to.push(", ");
            }
            let name = self.names.users.get(user).filter(|name| !name.is_empty());
            let name = name.map_or(user.as_str(), String::as_str);
            self.to
                .push("<bdi title=\"")
                .text(user.as_str())
                .push("\">");
            self.to.text(name).push("</bdi>");
        }
        if let Some(more) = users.len().checked_sub(NAMED).filter(|more| *more > 0) {
            self.to
                .push(" +")
                .number(i64::try_from(more).unwrap_or(i64::MAX));
        }
    }

    fn seen(&mut self, words: &'static str, time: Timestamp) {
        self.to.push(" · ").text(words).push(" <time>");
        full(time, self.zone, self.to);
        self.to.push("</time>");
    }
}
