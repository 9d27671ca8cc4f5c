//! The archive against itself: files against the log, the index against the tables.

use std::collections::HashMap;

use crate::archive::{Archive, index_folder};
use crate::error::{Error, Result};
use crate::index::{Index, IndexDamage, IndexError, IndexSettings};
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

/// Checks that the index has what the table has. One that is behind is brought up to date by whoever
/// opens it next, and is nothing wrong.
pub(super) async fn check_index(
    archive: &Archive,
    rows: u64,
    options: &VerifyOptions,
    report: &mut VerifyReport,
) -> Result<()> {
    let Some(folder) = index_folder(archive.place(), options.index_folder.as_ref()) else {
        return Ok(());
    };
    let (version, full) = (archive.messages.version(), options.full);
    let check = move || match Index::open(&folder, &IndexSettings::default()) {
        Ok((index, opened)) if opened.covers == Some(version) => {
            if index.len() != rows {
                let found = index.len();
                return Some(format!(
                    "it has {found} messages, and the tables have {rows}"
                ));
            }
            let outcome = if full { index.verify() } else { Ok(()) };
            outcome.err().map(|error| with_cause(&error))
        }
        Ok(_) => None,
        Err(IndexError::Unusable {
            source: IndexDamage::Missing,
            ..
        }) => None,
        Err(error) => Some(with_cause(&error)),
    };
    let found = tokio::task::spawn_blocking(check).await;
    if let Some(reason) = found.map_err(|error| Error::store("check the search index", error))? {
        report.problem("the search index", reason);
    }
    Ok(())
}

fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
