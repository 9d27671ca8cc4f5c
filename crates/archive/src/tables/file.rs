//! One data file of a table, as the log tells of it.

use std::collections::HashMap;

use deltalake_core::kernel::{Action, Add, LogicalFileView};
use object_store::path::Path as ObjectPath;

use super::messages::columns::MONTH;

/// One data file of a table.
#[derive(Clone, Debug)]
pub(crate) struct DataFile {
    /// Where it lies inside the table's folder.
    pub(crate) path: String,
    /// The month of its rows, in a table that is cut by month.
    pub(crate) month: Option<String>,
    /// Its bytes.
    pub(crate) size: u64,
    /// Its rows.
    pub(crate) rows: u64,
    /// The earliest and the latest send time in it.
    pub(crate) times: Option<(String, String)>,
    /// What its bytes added up to when it was written.
    pub(crate) checksum: Option<String>,
    removal: deltalake_core::kernel::Remove,
}

impl DataFile {
    pub(super) fn of(view: &LogicalFileView) -> Self {
        Self {
            path: view.path().into_owned(),
            month: view.partition_values_map().remove(MONTH).flatten(),
            size: u64::try_from(view.size()).unwrap_or_default(),
            rows: view.num_records().unwrap_or_default() as u64,
            times: times_of(view),
            checksum: checksum_of(view),
            removal: view.remove_action(true),
        }
    }

    /// Returns where it lies inside the archive.
    pub(crate) fn location(&self, table: &str) -> ObjectPath {
        ObjectPath::from(format!("{table}/{}", self.path))
    }

    /// Returns the action that takes it out of the table.
    pub(crate) fn removal(&self, data_change: bool) -> Action {
        let mut removal = self.removal.clone();
        removal.data_change = data_change;
        Action::Remove(removal)
    }
}

/// Under this name the log keeps a file's CRC-32.
const CHECKSUM: &str = "crc32";

fn times_of(view: &LogicalFileView) -> Option<(String, String)> {
    let stats: serde_json::Value = serde_json::from_str(&view.stats()?).ok()?;
    let time = |which: &str| Some(stats.get(which)?.get("send_time")?.as_str()?.to_owned());
    Some((time("minValues")?, time("maxValues")?))
}

fn checksum_of(view: &LogicalFileView) -> Option<String> {
    #[expect(deprecated, reason = "tags are told nowhere else")]
    let add = view.add_action();
    add.tags?.remove(CHECKSUM)?
}

/// What a new file holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content {
    pub(super) size: u64,
    pub(super) checksum: u32,
}

impl Content {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len() as u64,
            checksum: crc32fast::hash(bytes),
        }
    }
}

/// Returns what brings a new file into a table. `stats` is what engines skip files by, as JSON.
pub(super) fn addition(
    path: String,
    month: Option<String>,
    content: Content,
    stats: String,
) -> Add {
    let checksum = format!("{:08x}", content.checksum);
    Add {
        path,
        partition_values: month
            .map(|month| (MONTH.to_owned(), Some(month)))
            .into_iter()
            .collect::<HashMap<_, _>>(),
        size: i64::try_from(content.size).unwrap_or(i64::MAX),
        modification_time: jiff::Timestamp::now().as_millisecond(),
        data_change: true,
        stats: Some(stats),
        tags: Some(HashMap::from([(CHECKSUM.to_owned(), Some(checksum))])),
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}
