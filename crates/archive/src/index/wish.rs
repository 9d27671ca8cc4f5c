//! What is wished of the index in a folder, whatever the one that lies there has. It outlasts an index that is
//! damaged or of another format.

use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

const NAME: &str = "wish.json";

#[derive(Default, Serialize, Deserialize)]
struct Wish {
    #[serde(default)]
    pinyin: bool,
}

/// Whether messages should be found by sound too. Where it cannot be read, nobody wished it.
pub(super) fn pinyin(folder: &Path) -> bool {
    let read = fs::read(folder.join(NAME)).ok();
    let wish: Option<Wish> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    wish.unwrap_or_default().pinyin
}

/// Remembers it.
pub(super) fn write(folder: &Path, pinyin: bool) -> io::Result<()> {
    let wish = serde_json::to_vec(&Wish { pinyin })?;
    let beside = folder.join(format!("{NAME}.new"));
    fs::write(&beside, wish)?;
    fs::rename(beside, folder.join(NAME))
}
