//! What an archive holds, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::manifest::Manifest;
use super::open::Archive;
use crate::error::Result;
use crate::sync::FollowStatus;
use crate::write::Ledger;

/// What an archive holds.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// Where it lies.
    pub place: String,
    /// What it says of itself.
    pub archive: Manifest,
    /// The version of the table of messages.
    pub version: u64,
    /// Messages.
    pub messages: u64,
    /// Conversations with messages, logs included.
    pub conversations: u64,
    /// The earliest send time, as the messages say.
    pub oldest: Option<String>,
    /// The latest send time, as the messages say.
    pub newest: Option<String>,
    /// Bytes of everything that holds now, by part.
    pub bytes: Sizes,
    /// Each month with messages.
    pub months: Vec<Month>,
    /// How the last follower was doing, if there ever was one.
    pub follow: Option<FollowStatus>,
}

/// Bytes, by part.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Sizes {
    /// Files of messages that hold now.
    pub messages: u64,
    /// Files of messages that were replaced and are kept for readers for a while.
    pub replaced: u64,
    /// The logs of the tables.
    pub logs: u64,
    /// The small tables.
    pub small_tables: u64,
    /// The index, where it lies with the archive.
    pub index: u64,
    /// Attachments.
    pub media: u64,
    /// Where to go on.
    pub sync: u64,
    /// Damaged files that repairs put aside.
    pub damaged: u64,
}

/// One month of messages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Month {
    /// Which, in UTC by send time: `2026-11`.
    pub month: String,
    /// Messages.
    pub messages: u64,
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Archive {
    /// Counts what the archive holds. Reads the keys of all messages.
    pub async fn info(&self) -> Result<Info> {
        let place = self.place();
        let files = self.messages.files();
        let mut months: BTreeMap<String, Month> = BTreeMap::new();
        let (mut oldest, mut newest): (Option<String>, Option<String>) = (None, None);
        for file in files {
            let name = file.month.clone().unwrap_or_default();
            let month = months.entry(name.clone()).or_insert_with(|| Month {
                month: name,
                ..Month::default()
            });
            month.messages += file.rows;
            month.files += 1;
            month.bytes += file.size;
            if let Some((first, last)) = &file.times {
                // Written in one form, so that text sorts as time does.
                oldest = oldest.into_iter().chain([first.clone()]).min();
                newest = newest.into_iter().chain([last.clone()]).max();
            }
        }
        let ledger = Ledger::read(place, files).await?;
        let mut bytes = Sizes {
            messages: files.iter().map(|file| file.size).sum(),
            ..Sizes::default()
        };
        for file in place.list("").await? {
            let path = file.location.as_ref();
            let part = path.split('/').next().unwrap_or_default();
            let of = match part {
                _ if path.contains("/_delta_log/") => &mut bytes.logs,
                "messages" => &mut bytes.replaced,
                "search" => &mut bytes.index,
                "media" => &mut bytes.media,
                "sync" | "archive.json" => &mut bytes.sync,
                "damaged" => &mut bytes.damaged,
                _ => &mut bytes.small_tables,
            };
            *of += file.size;
        }
        bytes.replaced = bytes.replaced.saturating_sub(bytes.messages);
        Ok(Info {
            place: place.to_string(),
            archive: self.manifest().clone(),
            version: self.messages.version(),
            messages: ledger.rows(),
            conversations: ledger.conversations().count() as u64,
            oldest,
            newest,
            bytes,
            months: months.into_values().collect(),
            follow: FollowStatus::read(place).await?,
        })
    }

    /// Returns how the last follower was doing, as it said itself; `None` where there never was one.
    pub async fn follow_status(&self) -> Result<Option<FollowStatus>> {
        FollowStatus::read(self.place()).await
    }
}
