//! The small tables: whether their files are there, whole and readable.

use super::VerifyOptions;
use super::report::{Part, VerifyReport};
use crate::archive::Archive;
use crate::error::{Result, with_causes};
use crate::progress::Progress;
use crate::tables::damage::Damage;
use crate::tables::small::{look_through, schemas};
use crate::tables::table::Table;

/// Reads every row of the small tables, one batch at a time.
pub(super) async fn check(
    archive: &Archive,
    options: &VerifyOptions,
    progress: &dyn Progress,
    report: &mut VerifyReport,
) -> Result<()> {
    let place = archive.place();
    let names = schemas().map(|(name, _)| name);
    progress.begin("small tables", Some(names.len() as u64));
    for name in names {
        progress.advance(1);
        let table = match Table::open(place, name).await {
            Ok(Some(table)) => table,
            // Nothing of its kind was ever seen.
            Ok(None) => continue,
            Err(error) => {
                report.unreadable_table(name, &error);
                continue;
            }
        };
        for file in table.files() {
            let mut damage = Damage::of(place, name, file, options.full).await?;
            let mut unreadable = None;
            if damage.is_none() {
                unreadable = look_through(place, name, file).await.err();
            }
            if unreadable.is_some() {
                damage = Damage::of(place, name, file, true).await?;
            }
            match (damage, unreadable) {
                (Some(damage), _) => report.damaged_file(Part::SmallTable, name, file, damage),
                (None, Some(error)) => {
                    report.problem(Part::Table, file.location(name), with_causes(&error));
                }
                (None, None) => {}
            }
        }
    }
    Ok(())
}
