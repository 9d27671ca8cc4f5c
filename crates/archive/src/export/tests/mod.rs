//! Exports of messages in memory.

mod again;
mod hostile;
mod names;
mod private;

use std::collections::HashMap;
use std::path::Path;

use jiff::tz::TimeZone;
use openim_history_client::model::{
    ContentType, GroupId, Lang, Message, Seq, SessionType, Timestamp, UserId,
};
use serde_json::json;

use super::folder::ArchiveRecord;
use super::run::{From, Run};
use super::walk::{Memory, People};
use super::{Asked, ExportFormat, ExportReport, ExportRequest, FormatOptions};
use crate::error::Result;
use crate::progress::NoProgress;
use crate::row::Row;

/// 2026-11-01T00:00:00Z.
pub(super) const START: i64 = 1_793_491_200_000;
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;

pub(super) fn request(folder: &Path, formats: &[ExportFormat]) -> ExportRequest {
    ExportRequest {
        folder: folder.to_owned(),
        query: None,
        asked: Asked::default(),
        formats: formats.to_vec(),
        options: FormatOptions::default(),
        template: None,
        split: None,
        lang: Lang::En,
        zone: TimeZone::UTC,
        title: "a test".to_owned(),
        now: Timestamp::from_millis(START),
        pseudonyms: None,
        redact: false,
        media: false,
        logs: false,
        memory: 64 << 20,
    }
}

pub(super) fn said(conversation: &str, seq: i64, from: &str, text: &str) -> Row {
    let is_group = conversation.starts_with("sg_");
    Row {
        message: Message {
            conversation_id: conversation.into(),
            seq: Seq(seq),
            send_time: Timestamp::from_millis(START + seq * DAY),
            send_id: from.into(),
            recv_id: if is_group { "" } else { "bob" }.into(),
            group_id: conversation.strip_prefix("sg_").unwrap_or_default().into(),
            session_type: if is_group {
                SessionType::GROUP
            } else {
                SessionType::SINGLE
            },
            content_type: ContentType::TEXT,
            content: json!({ "content": text }).to_string(),
            ..Message::default()
        },
        content_known: true,
        last_changed: Timestamp::from_millis(START),
        ..Row::default()
    }
}

pub(super) fn people() -> People {
    let users = [("alice", "爱丽丝"), ("bob", "Bob"), ("carol", "Carol")];
    let groups = [("1", "项目组"), ("2", "项目组"), ("3", "../../x")];
    People::of(
        users
            .map(|(id, name)| (UserId::new(id), name.to_owned()))
            .into(),
        groups
            .map(|(id, name)| (GroupId::new(id), name.to_owned()))
            .into(),
    )
}

pub(super) fn from(rows: Vec<Row>, people: People, zone: &TimeZone) -> From {
    From {
        feed: Box::new(Memory {
            in_archive: rows.len() as u64,
            rows,
            zone: zone.clone(),
        }),
        people,
        media: None,
        archive: ArchiveRecord {
            id: "0000".to_owned(),
            server: "a test".to_owned(),
            table_version: 3,
        },
        place: None,
    }
}

pub(super) async fn export(rows: Vec<Row>, request: &ExportRequest) -> Result<ExportReport> {
    let from = from(rows, people(), &request.zone);
    Run::new(&from, request)?.perform(&NoProgress).await
}

/// Reads every file of an export that is text.
pub(super) fn texts(folder: &Path) -> HashMap<String, String> {
    let files = super::folder::listed(folder).expect("lists");
    let read = files.into_iter().filter_map(|path| {
        let text = std::fs::read_to_string(folder.join(&path)).ok()?;
        Some((path, text))
    });
    read.collect()
}
