//! Text to read, and to give to language models. What somebody wrote in several lines is indented, so that no
//! message can look like another one.

use std::fmt::Write as _;
use std::path::Path;

use openim_history_client::model::{Content, ConversationId, Kind, Lang, Timestamp, one_line};

use super::super::folder::Sums;
use super::super::writer::{Item, Part, Setting, Writer};
use super::clean::clean;
use super::file::Output;
use super::sheet::wall_clock;
use crate::error::Result;

/// Begins a file.
pub(super) fn begin(folder: &Path, part: &Part, setting: &Setting) -> Result<Box<dyn Writer>> {
    let mut txt = Txt {
        file: Output::begin(folder, part)?,
        setting: setting.clone(),
        conversation: None,
        day: None,
        text: String::new(),
    };
    txt.head()?;
    Ok(Box::new(txt))
}

struct Txt {
    file: Output,
    setting: Setting,
    /// The conversation under way.
    conversation: Option<ConversationId>,
    /// Its day under way.
    day: Option<String>,
    /// The message under way: its memory is used again.
    text: String,
}

impl Txt {
    fn head(&mut self) -> Result<()> {
        let zone = self
            .setting
            .zone
            .iana_name()
            .map_or_else(|| "UTC".to_owned(), ToOwned::to_owned);
        let title = one_line(&self.setting.title);
        let times = match self.setting.lang {
            Lang::En => format!("times in {zone}"),
            Lang::Zh => format!("时区 {zone}"),
        };
        self.file.write(format!("{title}\n{times}\n").as_bytes())
    }

    fn clock(&self, time: Timestamp, pattern: &str) -> String {
        match wall_clock(time, &self.setting.zone) {
            Some(clock) => clock.strftime(pattern).to_string(),
            None => time.to_string(),
        }
    }

    /// Says what happened to a message.
    fn remarks(&self, item: &Item<'_>) -> String {
        let (row, message) = (item.row, &item.row.message);
        let lang = self.setting.lang;
        let mut remarks = String::new();
        if let Some(revoked) = &message.revoked {
            let name = match revoked.nickname.as_str() {
                "" => one_line(revoked.user_id.as_str()),
                name => one_line(name),
            };
            let time = self.clock(revoked.time, "%Y-%m-%d %H:%M");
            let _ = match lang {
                Lang::En => write!(remarks, " (taken back by {name}, {time})"),
                Lang::Zh => write!(remarks, "（{name} 于 {time} 撤回）"),
            };
        }
        if !message.deleted_for.is_empty() {
            let count = message.deleted_for.len();
            let _ = match lang {
                Lang::En => write!(remarks, " (deleted for {count})"),
                Lang::Zh => write!(remarks, "（{count} 人已删除）"),
            };
        }
        if let Some(time) = row.purged_at {
            let time = self.clock(time, "%Y-%m-%d %H:%M");
            let _ = match lang {
                Lang::En => write!(remarks, " (gone from the server since {time})"),
                Lang::Zh => write!(remarks, "（服务器自 {time} 起已无此消息）"),
            };
        }
        remarks
    }

    /// Returns what a message says. Text keeps its lines; of everything else there is a summary.
    fn said(&self, item: &Item<'_>) -> String {
        let message = &item.row.message;
        if !item.row.content_known {
            return match self.setting.lang {
                Lang::En => "[content unknown]".to_owned(),
                Lang::Zh => "[内容未知]".to_owned(),
            };
        }
        let is_plain = message.content_type.kind() == Kind::Text;
        match is_plain.then(|| message.parsed()) {
            Some(Content::Text(text) | Content::Markdown(text)) => clean(&text.text).into_owned(),
            Some(Content::AdvancedText(text)) => clean(&text.text).into_owned(),
            Some(content) => content.summary(self.setting.lang),
            None => message.parsed().summary(self.setting.lang),
        }
    }
}

impl Writer for Txt {
    fn message(&mut self, item: &Item<'_>) -> Result<()> {
        let message = &item.row.message;
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        if self.conversation.as_ref() != Some(&message.conversation_id) {
            self.conversation = Some(message.conversation_id.clone());
            self.day = None;
            let title = one_line(&item.chat.title);
            let id = one_line(message.conversation_id.as_str());
            let _ = write!(text, "\n# {title} ({id})\n");
        }
        let day = self.clock(message.send_time, "%Y-%m-%d");
        if self.day.as_ref() != Some(&day) {
            let _ = write!(text, "\n## {day}\n");
            self.day = Some(day);
        }
        let time = self.clock(message.send_time, "%H:%M:%S");
        let sender = one_line(item.sender);
        let said = self.said(item);
        let mut lines = said.trim_end().split('\n');
        let _ = write!(
            text,
            "[{time}] {sender}: {}",
            lines.next().unwrap_or_default()
        );
        for line in lines {
            text.push_str("\n    ");
            text.push_str(line);
        }
        text.push_str(&self.remarks(item));
        text.push('\n');
        self.file.write(text.as_bytes())?;
        self.text = text;
        Ok(())
    }

    fn written(&self) -> u64 {
        self.file.written()
    }

    fn end(self: Box<Self>, _next: Option<&Part>) -> Result<Option<Sums>> {
        self.file.end().map(Some)
    }
}
