//! What the server has of messages against what the archive has of them.

use std::collections::HashMap;
use std::sync::Arc;

use openim_history_client::model::{SeqRange, Slot};

use super::census::Census;
use super::report::VerifyReport;
use crate::archive::Archive;
use crate::error::Result;
use crate::row::{Key, Outcome, Seen, merge};
use crate::tables::messages::lookup::{find, keys};

/// Compares messages with their rows: a row that a sync would change is different.
pub(super) async fn compare(
    archive: &Archive,
    census: &Census,
    slots: Vec<Slot>,
    seen: Seen,
    report: &mut VerifyReport,
) -> Result<()> {
    let mut slots: HashMap<Key, Slot> = slots
        .into_iter()
        .filter_map(|slot| Some((Key::of(slot.message()?), slot)))
        .collect();
    let wanted = Arc::new(keys(slots.keys()));
    let files = census.files.iter();
    let wanted = files.map(|file| (file.clone(), Arc::clone(&wanted)));
    for (_, rows) in find(archive.place(), wanted.collect()).await? {
        for row in rows {
            let key = row.key();
            let Some(slot) = slots.remove(&key) else {
                continue;
            };
            if matches!(merge(Some(row), slot, seen), Outcome::Changed(_)) {
                let one = SeqRange {
                    first: key.seq,
                    last: key.seq,
                };
                report.find(&key.conversation_id, one, "different");
            }
        }
    }
    Ok(())
}
