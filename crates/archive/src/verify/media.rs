//! The table of attachments, and the attachments themselves.

use super::VerifyOptions;
use super::report::{Part, VerifyReport};
use crate::archive::Archive;
use crate::error::{Result, with_causes};
use crate::media::Checker;
use crate::progress::Progress;
use crate::tables::attachments::{Attachments, NAME, read};
use crate::tables::damage::Damage;

/// Checks that every attachment the table says the archive has is there with its size; with `full`, that
/// its content has the hash it is named by.
pub(super) async fn check(
    archive: &Archive,
    options: &VerifyOptions,
    progress: &dyn Progress,
    report: &mut VerifyReport,
) -> Result<()> {
    let place = archive.place();
    let table = match Attachments::open(place).await {
        Ok(table) => table,
        Err(error) => {
            report.unreadable_table(NAME, &error);
            return Ok(());
        }
    };
    if table.files().is_empty() {
        return Ok(());
    }
    let rows = table.files().iter().map(|file| file.rows).sum();
    progress.begin("attachments", Some(rows));
    let mut checker = Checker::open(place, options.full).await?;
    for file in table.files() {
        let damage = match Damage::of(place, NAME, file, options.full).await? {
            None => match read(place, file).await {
                Ok(records) => {
                    for record in records {
                        if let Some((path, damage)) = checker.look_at(&record).await? {
                            report.damaged_attachment(path, damage);
                        }
                        progress.advance(1);
                    }
                    continue;
                }
                Err(error) => match Damage::of(place, NAME, file, true).await? {
                    None => {
                        report.problem(Part::Table, file.location(NAME), with_causes(&error));
                        continue;
                    }
                    damage => damage,
                },
            },
            damage => damage,
        };
        if let Some(damage) = damage {
            report.damaged_file(Part::Attachments, NAME, file, damage);
        }
    }
    Ok(())
}
