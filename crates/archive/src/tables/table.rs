//! One Delta table: its log, and what holds in it now.

use std::collections::HashMap;
use std::sync::OnceLock;

use arrow_schema::SchemaRef;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake_core::kernel::{Action, StructType, Transaction};
use deltalake_core::logstore::LogStoreRef;
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::operations::vacuum::VacuumMode;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::table::state::DeltaTableState;
use deltalake_core::{DeltaTable, DeltaTableError};

use super::file::DataFile;
use crate::error::{Error, Result};
use crate::place::Place;

/// Under this name the log keeps the number of the cursor that holds.
const APPLICATION: &str = "openim-history";

/// What the log calls a commit that takes rows out.
const DELETE: &str = "DELETE";

/// What came into a table after a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// These files.
    Added(Vec<String>),
    /// The log does not reach back that far.
    Unknown,
    /// Rows were taken out: what was made of the table may have rows that it no longer has.
    TakenOut,
}

/// One Delta table.
pub(crate) struct Table {
    name: &'static str,
    place: Place,
    log: LogStoreRef,
    state: DeltaTableState,
    /// The files of `state`, once somebody asked: putting the list together takes longer than reading a message.
    files: OnceLock<Vec<DataFile>>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.name)
            .field("place", &self.place)
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}

/// What a commit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Rows are added.
    Append,
    /// Files are replaced by others with some rows changed.
    Change,
    /// Files are replaced by others with the same rows.
    Compact,
    /// Files are taken out with their rows: they cannot be read.
    TakeOut,
}

impl Table {
    /// Opens the table as it is now; `None` where there is none.
    pub(crate) async fn open(place: &Place, name: &'static str) -> Result<Option<Self>> {
        let log = place.table(name)?;
        let exists = log
            .is_delta_table_location()
            .await
            .map_err(|error| failed(name, place, "look for", error))?;
        if !exists {
            return Ok(None);
        }
        let state = DeltaTableState::try_new(log.as_ref(), None)
            .await
            .map_err(|error| failed(name, place, "open", error))?;
        Ok(Some(Self {
            name,
            place: place.clone(),
            log,
            state,
            files: OnceLock::new(),
        }))
    }

    /// Makes the table, empty.
    pub(crate) async fn create(
        place: &Place,
        name: &'static str,
        schema: &SchemaRef,
        partition: Option<&str>,
    ) -> Result<Self> {
        let log = place.table(name)?;
        let columns: StructType = schema
            .as_ref()
            .try_into_kernel()
            .map_err(|error| failed(name, place, "make", error.into()))?;
        let table: DeltaTable = CreateBuilder::new()
            .with_log_store(log.clone())
            .with_table_name(name)
            .with_columns(columns.fields().cloned())
            .with_partition_columns(partition)
            .with_save_mode(SaveMode::ErrorIfExists)
            // Of the log, only what a reader that is a day behind may still need.
            .with_configuration([
                ("delta.logRetentionDuration", Some("interval 1 days")),
                ("delta.enableExpiredLogCleanup", Some("true")),
            ])
            .await
            .map_err(|error| failed(name, place, "make", error))?;
        let state = table
            .snapshot()
            .map_err(|error| failed(name, place, "make", error))?
            .clone();
        Ok(Self {
            name,
            place: place.clone(),
            log,
            state,
            files: OnceLock::new(),
        })
    }

    /// Returns what it is called: the name of its folder.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the version that is seen here.
    pub(crate) fn version(&self) -> u64 {
        self.state.version()
    }

    /// Returns the table for an engine that reads it.
    pub(crate) fn delta(&self) -> DeltaTable {
        let mut table = DeltaTable::new(self.log.clone());
        table.state = Some(self.state.clone());
        table
    }

    /// Looks for what others committed meanwhile.
    pub(crate) async fn refresh(&mut self) -> Result<()> {
        self.files.take();
        self.state
            .update(self.log.as_ref(), None)
            .await
            .map_err(|error| failed(self.name, &self.place, "read the log of", error))
    }

    /// Returns the number of the cursor that holds; `None` before the first.
    pub(crate) async fn cursor(&self) -> Result<Option<u64>> {
        let version = self
            .state
            .transaction_version(self.log.as_ref(), APPLICATION)
            .await
            .map_err(|error| failed(self.name, &self.place, "read the log of", error))?;
        Ok(version.and_then(|version| u64::try_from(version).ok()))
    }

    /// Lists the files that hold now.
    pub(crate) fn files(&self) -> &[DataFile] {
        self.files.get_or_init(|| {
            let views = self.state.log_data();
            views.iter().map(|view| DataFile::of(&view)).collect()
        })
    }

    fn turn_to(&mut self, state: DeltaTableState) {
        self.state = state;
        self.files.take();
    }

    /// Commits: all of it becomes true at once, or none. `cursor` becomes the number of the cursor
    /// that holds. Fails where somebody else committed in between.
    pub(crate) async fn commit(
        &mut self,
        actions: Vec<Action>,
        purpose: Purpose,
        cursor: Option<u64>,
    ) -> Result<u64> {
        let operation = match purpose {
            Purpose::Append => DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: None,
                predicate: None,
            },
            Purpose::Change => DeltaOperation::Update { predicate: None },
            Purpose::Compact => DeltaOperation::Optimize {
                predicate: None,
                target_size: 0,
            },
            Purpose::TakeOut => DeltaOperation::Delete { predicate: None },
        };
        // Never tried again behind somebody else's commit: that one may have brought the same rows.
        let mut properties = CommitProperties::default().with_max_retries(0);
        if let Some(cursor) = cursor {
            let number = i64::try_from(cursor).unwrap_or(i64::MAX);
            properties =
                properties.with_application_transaction(Transaction::new(APPLICATION, number));
        }
        let state: &dyn TableReference = &self.state;
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(state), self.log.clone(), operation)
            .await
            .map_err(|error| failed(self.name, &self.place, "commit to", error))?;
        self.turn_to(committed.snapshot());
        Ok(self.version())
    }

    /// Removes the files that no version younger than `retention` uses, those older than it that no
    /// version ever used included, and returns how many.
    pub(crate) async fn vacuum(&mut self, retention: std::time::Duration) -> Result<usize> {
        let retention = i64::try_from(retention.as_secs()).unwrap_or(i64::MAX / 1_000_000);
        let (table, removed) = self
            .delta()
            .vacuum()
            .with_mode(VacuumMode::Full)
            .with_retention_period(chrono::Duration::seconds(retention))
            .with_enforce_retention_duration(false)
            .await
            .map_err(|error| failed(self.name, &self.place, "clean", error))?;
        let state = table
            .snapshot()
            .map_err(|error| failed(self.name, &self.place, "clean", error))?;
        self.turn_to(state.clone());
        Ok(removed.files_deleted.len())
    }

    /// Returns the names of the files that were added with new or changed rows after `version`, and
    /// still hold.
    pub(crate) async fn added_since(&self, version: u64) -> Result<Since> {
        let mut added: HashMap<String, bool> = HashMap::new();
        for number in version + 1..=self.version() {
            let entry = self
                .log
                .read_commit_entry(number)
                .await
                .map_err(|error| failed(self.name, &self.place, "read the log of", error))?;
            let Some(entry) = entry else {
                return Ok(Since::Unknown);
            };
            let actions = deltalake_core::logstore::get_actions(number, &entry)
                .map_err(|error| failed(self.name, &self.place, "read the log of", error))?;
            for action in actions {
                match action {
                    Action::Add(add) => {
                        // Where a compaction took up a file with news, its own file has them.
                        let _ = added.insert(add.path, add.data_change);
                    }
                    Action::Remove(remove) => {
                        added.remove(&remove.path);
                    }
                    Action::CommitInfo(info) if info.operation.as_deref() == Some(DELETE) => {
                        return Ok(Since::TakenOut);
                    }
                    _ => {}
                }
            }
        }
        Ok(Since::Added(added.into_keys().collect()))
    }
}

/// Tells who is to blame: the disk, the network, or a damaged log.
fn failed(name: &str, place: &Place, what: &str, error: DeltaTableError) -> Error {
    let what = format!("{what} table {name} of {place}");
    match error {
        DeltaTableError::InvalidJsonLog { .. } | DeltaTableError::InvalidStatsJson { .. } => {
            Error::damaged(
                format_args!("table {name} of {place}"),
                "its log cannot be read",
                Some(Box::new(error)),
            )
        }
        error => Error::store(what, error),
    }
}
