//! Attachments, from a server that does what servers do.

mod again;
mod content;
mod given;
mod trouble;
mod verified;
pub(crate) mod web;

use std::time::Duration;

use openim_history_archive::media::{self, MediaOptions, MediaPlan, MediaReport};
use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::sync::NoProgress;
use openim_history_archive::{Archive, Place, WriterOptions};
use openim_history_client::model::{ContentType, Message, Seq, Slot, Timestamp};
use serde_json::json;

/// A picture of one pixel, as a beginning; `more` makes it another one.
pub(crate) fn picture(more: &str) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec();
    bytes.extend_from_slice(more.as_bytes());
    bytes
}

/// A message with a picture of one size.
pub(crate) fn of_picture(url: &str, size: usize) -> (ContentType, String) {
    let content = json!({"sourcePicture": {"url": url, "size": size, "type": "png"}});
    (ContentType::PICTURE, content.to_string())
}

/// A message with a file.
pub(crate) fn of_file(url: &str, name: &str, size: usize) -> (ContentType, String) {
    let content = json!({"sourceUrl": url, "fileName": name, "fileSize": size});
    (ContentType::FILE, content.to_string())
}

/// Puts messages into an archive, numbered from `first` on.
async fn store(place: &Place, first: i64, messages: Vec<(ContentType, String)>) {
    let options = WriterOptions {
        index: None,
        ..WriterOptions::default()
    };
    let opened = Archive::write(place, "a test", options).await;
    let mut writer = opened.expect("opens");
    let slots = (first..)
        .zip(messages)
        .map(|(seq, (content_type, content))| {
            Slot::Message(Message {
                conversation_id: "si_a_b".into(),
                seq: Seq(seq),
                send_time: Timestamp::from_millis(1_790_000_000_000 + seq),
                content_type,
                content,
                client_msg_id: format!("c{seq}").into(),
                server_msg_id: format!("s{seq}").into(),
                ..Message::default()
            })
        });
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(1_790_000_000_000),
    };
    writer.take(slots.collect(), seen).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.close().await.expect("closes");
}

/// Options that let a server on this machine be reached, and do not wait.
pub(crate) fn options() -> MediaOptions {
    MediaOptions {
        hosts: vec!["127.0.0.1".to_owned()],
        retry_wait: Duration::from_millis(1),
        ..MediaOptions::default()
    }
}

async fn plan(place: &Place, options: MediaOptions) -> MediaPlan {
    let archive = Archive::open(place).await.expect("opens");
    let planned = media::plan(&archive, options, &NoProgress).await;
    planned.expect("plans")
}

pub(crate) async fn fetch(place: &Place, options: MediaOptions) -> MediaReport {
    let planned = plan(place, options).await;
    let never = Box::pin(std::future::pending());
    let performed = planned.perform(&NoProgress, never).await;
    performed.expect("performs")
}

/// Returns the contents of `media/`, by path inside the archive.
fn kept(place: &Place) -> Vec<(String, Vec<u8>)> {
    let root = place.local().expect("a folder");
    let mut found = Vec::new();
    let mut folders = vec![root.join("media")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("reads").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inside = path.strip_prefix(root).expect("inside");
                let name = inside.to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read(&path).expect("reads")));
            }
        }
    }
    found.sort();
    found
}
