//! The page that lists what there is.

use std::path::Path;

use askama::Template;
use jiff::tz::TimeZone;

use super::super::address::address;
use super::super::local::{full, period};
use super::super::look::{INDEX_SCRIPT, POLICY, SCRIPT, STYLE};
use super::super::markup::Markup;
use super::super::message::face;
use super::super::part::{Sink, zone_name};
use super::super::words::{Words, count, grouped, size, words};
use super::listing::{Listed, Listing};
use super::{INDEX, SEARCH};
use crate::error::{Error, Result};
use crate::export::writer::{Finished, Setting};

/// How many pages of a conversation are shown before the rest is folded.
const SHOWN: usize = 24;

/// The manifest, beside the index.
const MANIFEST: &str = "manifest.json";

/// The page up to its lists.
#[derive(Template)]
#[template(path = "index.html", config = "src/export/html/askama.toml")]
struct Page<'a> {
    words: &'static Words,
    policy: &'a str,
    style: &'static str,
    script: &'static str,
    index_script: &'static str,
    title: &'a str,
    search: &'a str,
    messages: &'a str,
    conversations: &'a str,
    pages: &'a str,
    size: &'a str,
    span: Option<&'a str>,
}

/// Writes the index. Its lists are written row by row: they may be long.
pub(super) fn write(folder: &Path, setting: &Setting, parts: &[Finished]) -> Result<()> {
    let words = words(setting.lang);
    let listing = Listing::of(parts);
    let times = || parts.iter().filter(|part| part.messages > 0);
    let first = times().map(|part| part.first).min();
    let last = times().map(|part| part.last).max();
    let span = first
        .zip(last)
        .map(|(first, last)| period(first, last, &setting.zone));
    let bytes = parts.iter().map(|part| part.bytes).sum::<u64>();
    let head = Page {
        words,
        policy: POLICY.as_str(),
        style: STYLE,
        script: SCRIPT,
        index_script: INDEX_SCRIPT,
        title: &setting.title,
        search: SEARCH,
        messages: &grouped(parts.iter().map(|part| part.messages).sum()),
        conversations: &grouped(listing.conversations as u64),
        pages: &grouped(parts.len() as u64),
        size: &i64::try_from(bytes)
            .ok()
            .and_then(size)
            .unwrap_or_else(|| "0 B".to_owned()),
        span: span.as_deref(),
    }
    .render()
    .map_err(|source| Error::store(format!("cannot lay out {INDEX}"), source))?;
    let mut sink = Sink::create(folder, INDEX)?;
    sink.write(&head)?;
    let mut rows = Rows {
        to: Markup::default(),
        words,
        setting,
    };
    if !listing.alone.is_empty() {
        rows.begin(words.conversations);
        for listed in &listing.alone {
            rows.conversation(listed);
            rows.flush(&mut sink)?;
        }
        rows.to.push("</ul>\n");
    }
    if !listing.together.is_empty() {
        rows.begin(words.several);
        for part in &listing.together {
            rows.together(part);
            rows.flush(&mut sink)?;
        }
        rows.to.push("</ul>\n");
    }
    rows.foot();
    rows.flush(&mut sink)?;
    sink.close()
}

/// Writes the rows of the lists.
struct Rows<'a> {
    to: Markup,
    words: &'static Words,
    setting: &'a Setting,
}

impl Rows<'_> {
    fn flush(&mut self, sink: &mut Sink) -> Result<()> {
        sink.write(self.to.as_str())?;
        self.to.clear();
        Ok(())
    }

    fn begin(&mut self, heading: &'static str) {
        self.to
            .push("<h2 class=\"list\">")
            .text(heading)
            .push("</h2>\n<ul class=\"convs\">\n");
    }

    fn conversation(&mut self, listed: &Listed<'_>) {
        let chat = listed.chat;
        self.to.push("<li class=\"conv\">");
        face(&mut self.to, chat.conversation_id.as_str(), &chat.title);
        self.to.push("<div><h3 class=\"name\">");
        if let Some(part) = listed.parts.first() {
            let address = address(INDEX, &part.part.path);
            self.to
                .push("<a href=\"")
                .text(&address)
                .push("\"><bdi>")
                .text(&chat.title);
            self.to.push("</bdi></a>");
        }
        if chat.is_group {
            self.to
                .push(" <small>")
                .text(self.words.group)
                .push("</small>");
        }
        self.to
            .push("</h3><p class=\"about\">")
            .text(&count(listed.messages, self.setting.lang));
        self.to
            .push(" · ")
            .text(&period(listed.first, listed.last, &self.setting.zone))
            .push("</p>");
        self.pages(&listed.parts);
        self.to.push("</div></li>\n");
    }

    /// Writes the pages of a conversation that has several.
    fn pages(&mut self, parts: &[&Finished]) {
        if parts.len() < 2 {
            return;
        }
        let (shown, folded) = parts.split_at(parts.len().min(SHOWN));
        self.chips(shown);
        if !folded.is_empty() {
            self.to
                .push("<details class=\"all\"><summary>")
                .text(self.words.show_all);
            let all = i64::try_from(parts.len()).unwrap_or(i64::MAX);
            self.to.push(" (").number(all).push(")</summary>");
            self.chips(folded);
            self.to.push("</details>");
        }
    }

    fn chips(&mut self, parts: &[&Finished]) {
        self.to.push("<ul class=\"pages\">");
        for part in parts {
            self.to
                .push("<li><a href=\"")
                .text(&address(INDEX, &part.part.path))
                .push("\">");
            self.to
                .text(&span(part, &self.setting.zone))
                .push("<small>");
            self.to
                .text(&grouped(part.messages))
                .push("</small></a></li>");
        }
        self.to.push("</ul>");
    }

    fn together(&mut self, part: &Finished) {
        /// How many of the conversations of a page are named.
        const NAMED: usize = 12;
        self.to.push("<li class=\"conv\"><svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-merger\"/></svg>");
        self.to
            .push("<div><h3 class=\"name\"><a href=\"")
            .text(&address(INDEX, &part.part.path));
        self.to
            .push("\"><bdi>")
            .text(&span(part, &self.setting.zone))
            .push("</bdi></a> <small>");
        for (index, chat) in part.chats.iter().take(NAMED).enumerate() {
            self.to
                .push(if index > 0 { ", <bdi>" } else { "<bdi>" })
                .text(&chat.title)
                .push("</bdi>");
        }
        if let Some(more) = part.chats.len().checked_sub(NAMED).filter(|more| *more > 0) {
            self.to
                .push(" +")
                .number(i64::try_from(more).unwrap_or(i64::MAX));
        }
        self.to
            .push("</small></h3><p class=\"about\">")
            .text(&count(part.messages, self.setting.lang));
        self.to.push("</p></div></li>\n");
    }

    fn foot(&mut self) {
        self.to
            .push("<p id=\"none\" hidden>")
            .text(self.words.none_match);
        self.to
            .push("</p>\n</main>\n<footer><p>")
            .text(self.words.manifest);
        self.to
            .push("<a href=\"")
            .text(MANIFEST)
            .push("\">")
            .text(MANIFEST);
        self.to
            .push("</a></p><p>")
            .text(self.words.made)
            .push(" <time>");
        full(self.setting.made, &self.setting.zone, &mut self.to);
        self.to
            .push("</time> · ")
            .text(&zone_name(&self.setting.zone));
        self.to
            .push(" · openim-history</p></footer>\n</body>\n</html>\n");
    }
}

/// Returns what a page reaches over, as short as it can be said: a day, a month, or two days.
fn span(part: &Finished, zone: &TimeZone) -> String {
    use super::super::local::Local;
    let days = (Local::of(part.first, zone), Local::of(part.last, zone));
    if let (Some(first), Some(last)) = days {
        let (first, last) = (first.date(), last.date());
        let whole = first != last && (first.year(), first.month()) == (last.year(), last.month());
        if whole {
            let (from, to) = (first.day(), last.day());
            // Most of a month is told by its name.
            return if from <= 7 && to >= 24 {
                format!("{:04}-{:02}", first.year(), first.month())
            } else {
                format!("{first} – {to:02}")
            };
        }
    }
    period(part.first, part.last, zone)
}
