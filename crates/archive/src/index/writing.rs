//! Who writes an index, as they said themselves: the lock's file says nothing.

use std::fs;
use std::path::Path;

use crate::holder::Holder;

const NAME: &str = "writer.json";

/// Says that this process writes. The right to must be held. Without it, others are only told less.
pub(super) fn note(folder: &Path) {
    if let Ok(text) = serde_json::to_vec(&Holder::this_process()) {
        let _ = fs::write(folder.join(NAME), text);
    }
}

/// Returns who wrote last, which is who writes now where somebody does.
pub(super) fn holder(folder: &Path) -> Holder {
    Holder::read(&fs::read(folder.join(NAME)).unwrap_or_default())
}
