//! The files of messages against the table's log.

use std::collections::HashMap;

use super::VerifyOptions;
use super::report::{Part, VerifyReport};
use crate::archive::Archive;
use crate::error::Result;
use crate::progress::Progress;
use crate::tables::damage::Damage;
use crate::tables::file::DataFile;
use crate::tables::messages::NAME;

/// Checks that every file of the log is there and whole, with `full` that its bytes are those that were
/// written, and returns those that are.
pub(super) async fn check(
    archive: &Archive,
    options: &VerifyOptions,
    progress: &dyn Progress,
    report: &mut VerifyReport,
) -> Result<Vec<DataFile>> {
    let (place, files) = (archive.place(), archive.messages.files());
    progress.begin("files", Some(files.len() as u64));
    let there: HashMap<String, u64> = place
        .list(NAME)
        .await?
        .into_iter()
        .map(|file| (file.location.to_string(), file.size))
        .collect();
    let mut whole = Vec::with_capacity(files.len());
    for file in files {
        let found = there.get(file.location(NAME).as_ref()).copied();
        let damage = match Damage::by_size(found, file.size) {
            None if options.full => Damage::by_checksum(place, NAME, file).await?,
            damage => damage,
        };
        match damage {
            Some(damage) => report.damaged_file(Part::Messages, NAME, file, damage),
            None => whole.push(file.clone()),
        }
        progress.advance(1);
    }
    Ok(whole)
}
