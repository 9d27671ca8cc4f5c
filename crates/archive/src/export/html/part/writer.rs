//! The writer of one page: its head first, its messages as they come, what was only known at the end last.

use std::path::Path;

use askama::Template;
use jiff::tz::TimeZone;
use openim_history_client::model::{Lang, Timestamp};

use super::super::address::address;
use super::super::local::{Local, period};
use super::super::look::{POLICY, SCRIPT, STYLE};
use super::super::markup::Markup;
use super::super::pages::{INDEX, SEARCH};
use super::super::words::{Words, count, words};
use super::blank::{Blank, filled, fitted};
use super::body::Body;
use super::file::Sink;
use super::found::Found;
use crate::error::{Error, Result};
use crate::export::folder::Sums;
use crate::export::writer::{Item, Part, Setting, Writer};

/// From how many bytes what was written goes to the disk.
const BUFFER: usize = 64 << 10;

/// Begins a page.
pub(crate) fn begin(folder: &Path, part: &Part, setting: &Setting) -> Result<Box<dyn Writer>> {
    let words = words(setting.lang);
    let (zone, path) = (setting.zone.clone(), part.path.clone());
    Ok(Box::new(PageWriter {
        sink: Sink::create(folder, &part.path)?,
        found: Found::create(folder, &part.path)?,
        body: Body::new(setting.lang, words, zone.clone(), path),
        part: part.clone(),
        title: setting.title.clone(),
        made: setting.made,
        lang: setting.lang,
        words,
        zone,
        head: None,
        messages: 0,
        times: None,
    }))
}

/// Writes one page and the texts it is searched by.
#[derive(Debug)]
struct PageWriter {
    sink: Sink,
    found: Found,
    body: Body,
    part: Part,
    title: String,
    made: Timestamp,
    lang: Lang,
    words: &'static Words,
    zone: TimeZone,
    head: Option<Blanks>,
    messages: u64,
    times: Option<(Timestamp, Timestamp)>,
}

/// The head of a page, with room for what is not known yet.
#[derive(Template)]
#[template(path = "part.html", config = "src/export/html/askama.toml")]
struct Head<'a> {
    words: &'static Words,
    policy: &'a str,
    style: &'static str,
    script: &'static str,
    room: &'static str,
    contents: &'a str,
    search: &'a str,
    previous: Option<&'a str>,
    part: Option<u32>,
}

/// Spaces in the head, for titles and for the link to the next page. Longer titles are cut there, and a longer
/// link stands at the page's end only.
const ROOM: &str = concat!(
    "                                                                                ",
    "                                                                                ",
    "                                                                                ",
    "                                                                                ",
    "                                                                                ",
);

/// Where the rooms are.
#[derive(Debug)]
struct Blanks {
    kind: Option<Blank>,
    title: Option<Blank>,
    heading: Option<Blank>,
    facts: Option<Blank>,
    next: Option<Blank>,
}

impl Writer for PageWriter {
    fn message(&mut self, item: &Item<'_>) -> Result<()> {
        if self.head.is_none() {
            self.head(&item.chat.title)?;
        }
        let message = &item.row.message;
        let anchor = self.body.message(item);
        self.messages += 1;
        if Local::of(message.send_time, &self.zone).is_some() {
            let time = message.send_time;
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
        let sender = (&message.send_id, item.sender);
        self.found.add(
            anchor,
            message.send_time,
            sender,
            &item.chat.title,
            item.text,
        )?;
        if self.body.to.len() > BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    fn written(&self) -> u64 {
        self.sink.written() + self.body.to.len() as u64
    }

    fn end(mut self: Box<Self>, next: Option<&Part>) -> Result<Option<Sums>> {
        let title = self.title.clone();
        if self.head.is_none() {
            self.head(&title)?;
        }
        self.body.end();
        self.foot(next);
        self.flush()?;
        self.fill(next)?;
        self.sink.close()?;
        self.found.end()?;
        Ok(None)
    }
}

impl PageWriter {
    /// Writes the head, as if the first conversation were the only one.
    fn head(&mut self, title: &str) -> Result<()> {
        let page = &self.part.path;
        let previous = self.part.previous.as_ref().map(|path| address(page, path));
        let head = Head {
            words: self.words,
            policy: POLICY.as_str(),
            style: STYLE,
            script: SCRIPT,
            room: ROOM,
            contents: &address(page, INDEX),
            search: &address(page, SEARCH),
            previous: previous.as_deref(),
            part: (self.part.number > 1 || previous.is_some()).then_some(self.part.number),
        }
        .render()
        .map_err(|source| Error::store(format!("cannot lay out {page}"), source))?;
        let blanks = Blanks {
            kind: Blank::find(&head, "<body class=\"", "\">"),
            title: Blank::find(&head, "<title>", "</title>"),
            heading: Blank::find(&head, "<h1><bdi>", "</bdi></h1>"),
            facts: Blank::find(&head, "<span class=\"facts\">", "</span>"),
            next: Blank::find(&head, "<span class=\"next\">", "</span>"),
        };
        self.sink.write(&head)?;
        self.name(&blanks, title)?;
        self.head = Some(blanks);
        Ok(())
    }

    /// Writes what the page is called.
    fn name(&mut self, blanks: &Blanks, title: &str) -> Result<()> {
        self.correct(blanks.title, |room| Some(filled(title, room)))?;
        self.correct(blanks.heading, |room| Some(filled(title, room)))
    }

    /// Writes what stands behind the messages.
    fn foot(&mut self, next: Option<&Part>) {
        let (page, words) = (&self.part.path, self.words);
        let to = &mut self.body.to;
        to.push("</main>\n<footer><nav aria-label=\"")
            .text(words.pages)
            .push("\">");
        if let Some(previous) = &self.part.previous {
            to.push("<a rel=\"prev\" href=\"")
                .text(&address(page, previous))
                .push("\">← ");
            to.text(words.previous).push("</a>");
        }
        to.push("<a href=\"")
            .text(&address(page, INDEX))
            .push("\">");
        to.text(words.contents).push("</a>");
        if let Some(next) = next {
            to.push("<a rel=\"next\" href=\"")
                .text(&address(page, &next.path))
                .push("\">");
            to.text(words.next).push(" →</a>");
        }
        to.push("</nav><p>").text(words.made).push(" <time>");
        super::super::local::full(self.made, &self.zone, to);
        to.push("</time> · ")
            .text(&zone_name(&self.zone))
            .push(" · openim-history</p></footer>\n</body>\n</html>\n");
    }

    /// Fills the rooms of the head.
    fn fill(&mut self, next: Option<&Part>) -> Result<()> {
        let Some(blanks) = self.head.take() else {
            return Ok(());
        };
        let mut facts = count(self.messages, self.lang);
        if let Some((first, last)) = self.times {
            facts = format!("{} · {facts}", period(first, last, &self.zone));
        }
        self.correct(blanks.facts, |room| Some(filled(&facts, room)))?;
        if self.body.chats() > 1 {
            let title = self.title.clone();
            self.correct(blanks.kind, |room| Some(filled("many", room)))?;
            self.name(&blanks, &title)?;
        }
        let Some(next) = next else { return Ok(()) };
        let mut link = Markup::default();
        link.push("<a rel=\"next\" href=\"")
            .text(&address(&self.part.path, &next.path));
        link.push("\" title=\"").text(self.words.next);
        link.push("\"><svg class=\"i\" role=\"img\" aria-label=\"")
            .text(self.words.next);
        link.push("\"><use href=\"#i-next\"/></svg></a>");
        self.correct(blanks.next, |room| fitted(&link, room))
    }

    fn correct(
        &mut self,
        blank: Option<Blank>,
        text: impl FnOnce(usize) -> Option<String>,
    ) -> Result<()> {
        let Some(blank) = blank else { return Ok(()) };
        match text(blank.length) {
            Some(text) => self.sink.correct(blank.at, &text),
            None => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.sink.write(self.body.to.as_str())?;
        self.body.to.clear();
        Ok(())
    }
}

/// Returns what a zone is called, or how far it is from Greenwich.
pub(in crate::export::html) fn zone_name(zone: &TimeZone) -> String {
    match zone.iana_name() {
        Some(name) => name.to_owned(),
        None => zone
            .to_fixed_offset()
            .map_or_else(|_| String::new(), |offset| format!("UTC{offset}")),
    }
}
