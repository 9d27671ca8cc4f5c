//! The archive against itself: files against the log, the index against the tables.

use std::collections::HashMap;

use crate::archive::Archive;
use crate::error::Result;
use crate::tables::messages::NAME;
use crate::tables::messages::read::checksum;

use super::VerifyOptions;
use super::report::VerifyReport;

/// Checks that every file of the log is there, whole and unchanged.
pub(super) async fn check(
    archive: &Archive,
    options: &VerifyOptions,
    report: &mut VerifyReport,
) -> Result<()> {
    let place = archive.place();
    let there: HashMap<String, u64> = place
        .list(NAME)
        .await?
        .into_iter()
        .map(|file| (file.location.to_string(), file.size))
        .collect();
    for file in archive.messages.files() {
        let location = file.location(NAME);
        match there.get(location.as_ref()) {
            None => report.problem(location, "it is not there"),
            Some(size) if *size != file.size => report.problem(
                location,
                format_args!("it has {size} bytes, and was written with {}", file.size),
            ),
            Some(_) if options.full => {
                let found = checksum(place, &location).await?;
                if file
                    .checksum
                    .as_ref()
                    .is_some_and(|written| *written != found)
                {
                    report.problem(location, "its checksum is not the one it was written with");
                }
            }
            Some(_) => {}
        }
    }
    Ok(())
}
