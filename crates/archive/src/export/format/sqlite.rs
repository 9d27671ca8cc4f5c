//! A SQLite database: messages, and the conversations and people in them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use openim_history_client::model::{ConversationId, Timestamp, UserId};
use rusqlite::{Connection, OpenFlags, params};
use serde::Serialize;

use super::super::folder::Sums;
use super::super::writer::{Item, Part, Setting, Writer};
use super::file::{failed, place};
use crate::error::Result;

/// Marks a file as ours (`OIMH`), for `file` and for who opens it.
const APPLICATION: i32 = 0x4f49_4d48;

/// The version of the tables.
const VERSION: i32 = 1;

/// Messages of a transaction: what SQLite holds in memory and on the disk beside the file.
const TRANSACTION: u64 = 100_000;

const TABLES: &str = "
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE conversations (
  conversation_id TEXT PRIMARY KEY, name TEXT NOT NULL, is_group INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE users (user_id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE messages (
  conversation_id TEXT NOT NULL, seq INTEGER NOT NULL, send_time INTEGER NOT NULL, send_id TEXT NOT NULL,
  sender_name TEXT NOT NULL, kind TEXT NOT NULL, text TEXT, content TEXT, content_type INTEGER NOT NULL,
  session_type INTEGER NOT NULL, recv_id TEXT NOT NULL, group_id TEXT NOT NULL, create_time INTEGER NOT NULL,
  client_msg_id TEXT NOT NULL, server_msg_id TEXT NOT NULL, sender_nickname TEXT NOT NULL,
  sender_face_url TEXT NOT NULL, sender_platform_id INTEGER NOT NULL, msg_from INTEGER NOT NULL,
  status INTEGER NOT NULL, at_user_ids TEXT, options TEXT, offline_push TEXT, attached_info TEXT NOT NULL,
  ex TEXT NOT NULL, revoked_by TEXT, revoked_nickname TEXT, revoked_role INTEGER, revoked_time INTEGER,
  deleted_for TEXT, purged_at INTEGER, purge_cause TEXT, is_read INTEGER NOT NULL, first_seen INTEGER NOT NULL,
  last_changed INTEGER NOT NULL, source TEXT NOT NULL, changes TEXT,
  PRIMARY KEY (conversation_id, seq)
);
CREATE VIEW history AS
  SELECT strftime('%Y-%m-%d %H:%M:%f', m.send_time / 1000.0, 'unixepoch') AS time_utc, c.name AS conversation,
         m.sender_name AS sender, m.kind, m.text, m.revoked_by, m.conversation_id, m.seq
  FROM messages m JOIN conversations c USING (conversation_id);
";

const INDEXES: &str = "
CREATE INDEX messages_by_time ON messages (send_time);
CREATE INDEX messages_by_sender ON messages (send_id, send_time);
";

const MESSAGE: &str = "INSERT INTO messages VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,\
?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29,?30,?31,?32,?33,?34,?35,?36,?37)";

/// Begins a file.
pub(super) fn begin(folder: &Path, part: &Part, setting: &Setting) -> Result<Box<dyn Writer>> {
    let path = place(folder, part)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = (|| {
        let database = Connection::open_with_flags(&path, flags)?;
        // A file that is not whole is thrown away: nobody needs a journal of it.
        database.execute_batch(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384;",
        )?;
        database.pragma_update(None, "application_id", APPLICATION)?;
        database.pragma_update(None, "user_version", VERSION)?;
        database.execute_batch(TABLES)?;
        let about = "INSERT INTO about VALUES (?1, ?2)";
        database.execute(about, params!["title", setting.title])?;
        database.execute(about, params!["made", setting.made.to_string()])?;
        database.execute_batch("BEGIN")?;
        Ok(database)
    })();
    let database = opened.map_err(|error: rusqlite::Error| failed(&path, error))?;
    Ok(Box::new(Sqlite {
        database,
        path,
        conversation: None,
        users: HashSet::new(),
        messages: 0,
        written: 0,
    }))
}

struct Sqlite {
    database: Connection,
    path: PathBuf,
    /// The conversation under way.
    conversation: Option<ConversationId>,
    /// Those who have a row.
    users: HashSet<UserId>,
    messages: u64,
    /// Bytes put in, as a measure of the file.
    written: u64,
}

impl Sqlite {
    fn insert(&mut self, item: &Item<'_>) -> rusqlite::Result<()> {
        let (row, message) = (item.row, &item.row.message);
        if self.conversation.as_ref() != Some(&message.conversation_id) {
            let chat = item.chat;
            self.database
                .prepare_cached("INSERT OR IGNORE INTO conversations VALUES (?1, ?2, ?3)")?
                .execute(params![
                    message.conversation_id.as_str(),
                    chat.title,
                    chat.is_group
                ])?;
            self.conversation = Some(message.conversation_id.clone());
        }
        if !self.users.contains(&message.send_id) {
            self.database
                .prepare_cached("INSERT OR IGNORE INTO users VALUES (?1, ?2)")?
                .execute(params![message.send_id.as_str(), item.sender])?;
            self.users.insert(message.send_id.clone());
        }
        let revoked = message.revoked.as_deref();
        self.database.prepare_cached(MESSAGE)?.execute(params![
            message.conversation_id.as_str(),
            message.seq.0,
            message.send_time.as_millis(),
            message.send_id.as_str(),
            item.sender,
            message.content_type.kind().name(),
            row.content_known.then_some(item.text),
            row.content_known.then_some(message.content.as_str()),
            message.content_type.0,
            message.session_type.0,
            message.recv_id.as_str(),
            message.group_id.as_str(),
            message.create_time.as_millis(),
            message.client_msg_id.as_str(),
            message.server_msg_id.as_str(),
            message.sender_nickname.as_str(),
            message.sender_face_url.as_str(),
            message.sender_platform_id.0,
            message.msg_from.0,
            message.status.0,
            list(&message.at_user_ids),
            (!message.options.is_empty()).then(|| json(&message.options)),
            message.offline_push.as_ref().map(json),
            message.attached_info,
            message.ex,
            revoked.map(|revoked| revoked.user_id.as_str()),
            revoked.map(|revoked| revoked.nickname.as_str()),
            revoked.map(|revoked| revoked.role),
            revoked.map(|revoked| revoked.time.as_millis()),
            list(&message.deleted_for),
            row.purged_at.map(Timestamp::as_millis),
            row.purge_cause.map(|cause| cause.as_str()),
            message.is_read,
            row.first_seen.as_millis(),
            row.last_changed.as_millis(),
            row.source.as_str(),
            list(&row.changes),
        ])?;
        self.messages += 1;
        self.written += (message.content.len() + item.text.len() + message.ex.len() + 400) as u64;
        if self.messages.is_multiple_of(TRANSACTION) {
            self.database.execute_batch("COMMIT; BEGIN")?;
        }
        Ok(())
    }
}

fn list<T: Serialize>(values: &[T]) -> Option<String> {
    (!values.is_empty()).then(|| json(&values))
}

/// Writes a value that always can be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Writer for Sqlite {
    fn message(&mut self, item: &Item<'_>) -> Result<()> {
        self.insert(item).map_err(|error| failed(&self.path, error))
    }

    fn written(&self) -> u64 {
        self.written
    }

    fn end(self: Box<Self>, _next: Option<&Part>) -> Result<Option<Sums>> {
        let Self { database, path, .. } = *self;
        let ended = database
            .execute_batch("COMMIT;")
            .and_then(|()| database.execute_batch(INDEXES))
            .and_then(|()| database.execute_batch("ANALYZE;"));
        ended.map_err(|error| failed(&path, error))?;
        database
            .close()
            .map_err(|(_, error)| failed(&path, error))?;
        let file = std::fs::File::open(&path).and_then(|file| file.sync_all());
        file.map_err(|error| failed(&path, error))?;
        Ok(None)
    }
}
