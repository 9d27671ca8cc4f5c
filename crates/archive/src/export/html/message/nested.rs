//! Messages forwarded together.

use openim_history_client::model::{Content, Kind, Merger, NestedMessage};

use super::super::local::full;
use super::{Pen, face, text, verbatim};

/// How many bundles within bundles are laid out; the words for it say the number too. Content is read 16 levels deep,
/// which no screen has room for.
const DEPTH: u32 = 6;

/// How many lines a closed bundle shows.
const LINES: usize = 3;

impl Pen<'_> {
    /// Writes forwarded messages as a card that opens. The number of messages is bounded by how content is read: a
    /// thousand in all, and what is beyond is shown as it came.
    pub(super) fn merger(&mut self, merger: &Merger, depth: u32) {
        self.to.push("<details class=\"merger\"><summary>");
        self.icon(Kind::Merger);
        let title = if merger.title.trim().is_empty() {
            self.words.merger
        } else {
            &merger.title
        };
        self.to.push("<b><bdi>").text(title).push("</bdi></b>");
        if !merger.messages.is_empty() {
            let number = i64::try_from(merger.messages.len()).unwrap_or(i64::MAX);
            self.to.push(" <small>").number(number);
            if !merger.rest.is_empty() {
                self.to.push("+");
            }
            self.to.push("</small>");
        }
        for line in merger.abstracts.iter().take(LINES) {
            self.to
                .push("<span class=\"l\">")
                .text(line)
                .push("</span>");
        }
        self.to.push("</summary>");
        if merger.messages.is_empty() {
            for line in merger.abstracts.iter().skip(LINES) {
                self.to.push("<div>").text(line).push("</div>");
            }
        }
        if depth >= DEPTH {
            self.note(self.words.too_deep);
        }
        self.to.push("<ol>");
        for message in &merger.messages {
            self.to.push("<li>");
            self.forwarded(message, depth);
            self.to.push("</li>");
        }
        self.to.push("</ol>");
        if !merger.rest.is_empty() {
            self.note(self.words.too_many);
            verbatim(self.to, self.words, &merger.rest);
        }
        self.to.push("</details>");
    }

    fn forwarded(&mut self, message: &NestedMessage, depth: u32) {
        let sender = match message.sender() {
            "" => self.words.unnamed,
            sender => sender,
        };
        face(self.to, message.send_id.as_str(), sender);
        self.to
            .push("<div class=\"w\"><bdi>")
            .text(sender)
            .push("</bdi>");
        let time = message.send_time.known().or(message.create_time.known());
        if let Some(time) = time {
            self.to.push(" <time>");
            full(time, self.zone, self.to);
            self.to.push("</time>");
        }
        self.to.push("</div><div class=\"b\" dir=\"auto\">");
        match &message.content {
            Content::Merger(_) if depth >= DEPTH => {
                let line = message.content.summary(self.lang);
                text(self.to, self.words, &line);
            }
            content => self.content(content, depth + 1),
        }
        self.to.push("</div>");
    }

    fn note(&mut self, note: &'static str) {
        self.to.push("<p class=\"note\">").text(note).push("</p>");
    }
}
