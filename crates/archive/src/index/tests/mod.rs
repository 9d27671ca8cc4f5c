//! The index as its callers use it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod opening;
mod pages;
mod recall;
mod relevance;
mod writing;

use openim_history_client::model::{ContentType, Message, Seq, Timestamp};
use tempfile::TempDir;

use super::{Index, IndexSettings, IndexWriter};
use crate::row::Row;

/// A row with a text.
fn row(conversation: &str, seq: i64, text: &str) -> Row {
    Row {
        message: Message {
            conversation_id: conversation.into(),
            seq: Seq(seq),
            send_time: Timestamp::from_millis(
                seq.saturating_mul(1_000).saturating_add(1_700_000_000_000),
            ),
            send_id: "alice".into(),
            content_type: ContentType::TEXT,
            // Not JSON: the text is found as it is.
            content: text.to_owned(),
            ..Message::default()
        },
        content_known: true,
        ..Row::default()
    }
}

/// An empty index in a folder of its own.
fn index() -> (TempDir, Index, IndexWriter) {
    let folder = tempfile::tempdir().unwrap();
    let (index, opened) = Index::open_or_create(folder.path(), &settings()).unwrap();
    assert_eq!(opened.covers, None);
    assert!(opened.healed.is_none());
    let writer = index.writer().unwrap();
    (folder, index, writer)
}

fn settings() -> IndexSettings {
    IndexSettings {
        writer_memory: 30_000_000,
        ..IndexSettings::default()
    }
}
