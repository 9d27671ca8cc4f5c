//! How much there is of pictures, voice, videos and files.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use openim_history_client::model::{Content, Kind};

use super::scan::Said;
use crate::archive::Archive;
use crate::error::Result;
use crate::media::{MediaKind, MediaStatus, attachments};
use crate::report::model::Media;
use crate::tables::attachments::{Attachments, read};

/// The kinds that are counted, in order.
const KINDS: [Kind; 4] = [Kind::Picture, Kind::Voice, Kind::Video, Kind::File];

/// Counts attachments. Of each address only a hash is kept.
#[derive(Debug, Default)]
pub(super) struct Volume {
    kinds: BTreeMap<Kind, Media>,
    addresses: HashSet<u64>,
}

impl Volume {
    /// Takes a message with an attachment.
    pub(super) fn take(&mut self, said: &Said<'_>) {
        let kind = said.content_type.kind();
        if !KINDS.contains(&kind) {
            return;
        }
        let content = Content::parse(said.content_type, said.content.unwrap_or_default());
        let size = match &content {
            Content::Picture(picture) => picture.source.size,
            Content::Voice(voice) => voice.size,
            Content::Video(video) => video.size,
            Content::File(file) => file.size,
            _ => 0,
        };
        let media = self.kinds.entry(kind).or_insert_with(|| empty(kind));
        media.messages += 1;
        // Clients that do not know it write 0.
        match u64::try_from(size) {
            Ok(size) if size > 0 => {
                media.declared_bytes = media.declared_bytes.saturating_add(size);
            }
            _ => media.undeclared += 1,
        }
        for attachment in attachments(&content) {
            self.addresses.insert(hash(&attachment.url));
        }
    }

    /// Looks up what the archive keeps of them.
    pub(super) async fn finish(mut self, archive: &Archive) -> Result<Vec<Media>> {
        if !self.addresses.is_empty() {
            self.look_up(archive).await?;
        }
        let order = KINDS.into_iter();
        Ok(order.filter_map(|kind| self.kinds.remove(&kind)).collect())
    }

    async fn look_up(&mut self, archive: &Archive) -> Result<()> {
        // The same content under many addresses is kept once.
        let mut seen: HashSet<u64> = HashSet::new();
        let place = archive.place();
        for file in Attachments::open(place).await?.files() {
            for record in read(place, file).await? {
                let (MediaStatus::Ok, Some(sha256)) = (record.status, &record.sha256) else {
                    continue;
                };
                if !self.addresses.contains(&hash(&record.url)) || !seen.insert(hash(sha256)) {
                    continue;
                }
                let kind = kind_of(record.kind);
                let media = self.kinds.entry(kind).or_insert_with(|| empty(kind));
                media.kept += 1;
                media.kept_bytes += record.size.unwrap_or_default();
            }
        }
        Ok(())
    }
}

const fn kind_of(kind: MediaKind) -> Kind {
    match kind {
        MediaKind::Picture => Kind::Picture,
        MediaKind::Voice => Kind::Voice,
        MediaKind::Video => Kind::Video,
        MediaKind::File => Kind::File,
    }
}

fn empty(kind: Kind) -> Media {
    Media {
        kind,
        messages: 0,
        declared_bytes: 0,
        undeclared: 0,
        kept: 0,
        kept_bytes: 0,
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
