//! The pages as a reader has them: their structure, and what a real browser makes of them.

mod hostile;
mod looks;
mod media;
mod sample;
mod structure;

use std::collections::HashMap;

use jiff::tz::TimeZone;
use openim_history_client::model::{
    ClientMsgId, ContentType, ConversationId, Lang, Message, Seq, Timestamp, UserId,
};
use serde_json::Value;

use super::address::search_data;
use super::{begin, finish};
use crate::export::writer::{Attachment, Chat, Finished, Item, Names, Part, Setting};
use crate::row::Row;

/// An export in a folder of its own.
struct Export {
    folder: tempfile::TempDir,
    setting: Setting,
    attachments: HashMap<String, Attachment>,
    finished: Vec<Finished>,
    files: Vec<String>,
}

impl Export {
    fn new(lang: Lang) -> Self {
        let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::fixed(jiff::tz::offset(8)));
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            setting: Setting {
                lang,
                zone,
                made: Timestamp::from_millis(1_795_600_000_000),
                title: "OpenIM".into(),
                names: Names::default(),
            },
            attachments: HashMap::new(),
            finished: Vec::new(),
            files: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// Puts a file into the export, as the attachment of an address.
    fn attach(&mut self, url: &str, path: &str, content_type: &str, bytes: &[u8]) {
        let to = self.path(path);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("is made");
        std::fs::write(to, bytes).expect("is written");
        let attachment = Attachment {
            path: path.into(),
            content_type: Some(content_type.into()),
            size: bytes.len() as u64,
        };
        self.attachments.insert(url.into(), attachment);
    }

    /// Writes one page.
    fn page(&mut self, part: &Part, next: Option<&Part>, rows: &[(&Chat, Row)]) {
        let mut writer = begin(self.folder.path(), part, &self.setting).expect("begins");
        let attachment = |url: &str| self.attachments.get(url).cloned();
        let mut chats: Vec<Chat> = Vec::new();
        for (chat, row) in rows {
            if !chats.contains(chat) {
                chats.push((*chat).clone());
            }
            let item = Item {
                row,
                text: &row.text(),
                chat,
                sender: &row.message.sender_nickname,
                names: &self.setting.names,
                attachment: &attachment,
            };
            writer.message(&item).expect("is written");
        }
        writer.end(next).expect("ends");
        let times = || rows.iter().map(|(_, row)| row.message.send_time);
        self.finished.push(Finished {
            part: part.clone(),
            chats,
            messages: rows.len() as u64,
            first: times().min().unwrap_or_default(),
            last: times().max().unwrap_or_default(),
            bytes: std::fs::metadata(self.path(&part.path)).map_or(0, |data| data.len()),
        });
        // The page, and the texts of it that are searched.
        let beside = (1..).map(|number| search_data(&part.path, number));
        let beside = beside.take_while(|path| self.path(path).exists());
        let files: Vec<String> = std::iter::once(part.path.clone()).chain(beside).collect();
        self.files.extend(files);
    }

    /// Writes a page that stands alone, and returns it.
    fn only(&mut self, path: &str, rows: &[(&Chat, Row)]) -> String {
        self.page(&part(path), None, rows);
        self.read(path)
    }

    fn finish(&mut self) {
        let files = finish(self.folder.path(), &self.setting, &self.finished).expect("finishes");
        self.files.extend(files);
    }
}

fn part(path: &str) -> Part {
    Part {
        path: path.into(),
        number: 1,
        previous: None,
    }
}

fn group(id: &str, title: &str) -> Chat {
    Chat {
        conversation_id: ConversationId::new(id),
        title: title.into(),
        is_group: true,
    }
}

/// Returns a message of a group; the sender's id is the name.
fn row(chat: &Chat, seq: i64, sender: &str, content_type: ContentType, content: &Value) -> Row {
    let content = match content {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    Row {
        message: Message {
            conversation_id: chat.conversation_id.clone(),
            seq: Seq(seq),
            send_time: Timestamp::from_millis(1_795_517_373_630 + seq * 60_000),
            send_id: UserId::new(sender),
            sender_nickname: sender.into(),
            client_msg_id: ClientMsgId::from(format!("client-{seq}")),
            content_type,
            content,
            ..Message::default()
        },
        content_known: true,
        ..Row::default()
    }
}

fn says(chat: &Chat, seq: i64, sender: &str, text: &str) -> Row {
    let content = serde_json::json!({ "content": text });
    row(chat, seq, sender, ContentType::TEXT, &content)
}
