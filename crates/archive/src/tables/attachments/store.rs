//! Reading and changing the table of attachments.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, Schema, SchemaRef};
use deltalake_core::kernel::Action;
use futures::TryStreamExt;

use super::NAME;
use super::record::{COLUMNS, Record};
use crate::error::{Error, Result};
use crate::place::Place;
use crate::tables::file::DataFile;
use crate::tables::plain::{Plain, fields};
use crate::tables::table::{Purpose, Table};

/// Rows of a new file: what one change rewrites.
const ROWS: usize = 2_000;

/// Rows of a file that files are put together to, once there are [`MANY`] smaller ones.
const LARGE: u64 = 20_000;
const MANY: usize = 16;

static FIELDS: LazyLock<Vec<FieldRef>> = LazyLock::new(|| fields(COLUMNS));

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| Arc::new(Schema::new(FIELDS.clone())));

/// Returns its columns.
pub(crate) fn schema() -> SchemaRef {
    SCHEMA.clone()
}

/// The table of attachments, which may not be there yet.
#[derive(Debug)]
pub(crate) struct Attachments {
    place: Place,
    table: Option<Table>,
    /// Where the rows of a file that was replaced lie now.
    moved: HashMap<String, String>,
}

impl Attachments {
    /// Opens the table as it is now.
    pub(crate) async fn open(place: &Place) -> Result<Self> {
        Ok(Self {
            place: place.clone(),
            table: Table::open(place, NAME).await?,
            moved: HashMap::new(),
        })
    }

    /// Returns the version that is seen here; `None` where there is no table.
    pub(crate) fn version(&self) -> Option<u64> {
        self.table.as_ref().map(Table::version)
    }

    /// Returns up to which version of the messages attachments were looked for; `None` before the first.
    pub(crate) async fn looked_through(&self) -> Result<Option<u64>> {
        match &self.table {
            Some(table) => table.cursor().await,
            None => Ok(None),
        }
    }

    /// Lists the files that hold now.
    pub(crate) fn files(&self) -> &[DataFile] {
        self.table.as_ref().map(Table::files).unwrap_or_default()
    }

    /// Adds addresses, none of which may be there already, and with them up to which version of the
    /// messages was looked for some.
    pub(crate) async fn add(&mut self, records: &[Record], looked_through: u64) -> Result<()> {
        let mut actions = Vec::new();
        for chunk in records.chunks(ROWS) {
            actions.push(self.write(chunk).await?.1);
        }
        let table = match &mut self.table {
            Some(table) => table,
            empty => empty.insert(Table::create(&self.place, NAME, &SCHEMA, None).await?),
        };
        table
            .commit(actions, Purpose::Append, Some(looked_through))
            .await
            .map(drop)
    }

    /// Puts records in the place of those with their address. `records` are by the file they were read from.
    pub(crate) async fn change(&mut self, records: BTreeMap<String, Vec<Record>>) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let files: HashMap<String, DataFile> = self
            .files()
            .iter()
            .map(|file| (file.path.clone(), file.clone()))
            .collect();
        let mut actions = Vec::new();
        let mut moved = Vec::new();
        for (origin, records) in records {
            let path = self.moved.get(&origin).unwrap_or(&origin);
            let Some(file) = files.get(path) else {
                return Err(Error::damaged(
                    format_args!("table {NAME} of {}", self.place),
                    format_args!("it no longer has file {path}"),
                    None,
                ));
            };
            let mut records: HashMap<String, Record> = records
                .into_iter()
                .map(|record| (record.url.clone(), record))
                .collect();
            let mut rows = read(&self.place, file).await?;
            for row in &mut rows {
                if let Some(record) = records.remove(&row.url) {
                    *row = record;
                }
            }
            let (path, action) = self.write(&rows).await?;
            actions.push(file.removal(true));
            actions.push(action);
            moved.push((origin, path));
        }
        if let Some(table) = &mut self.table {
            table.commit(actions, Purpose::Change, None).await?;
        }
        self.moved.extend(moved);
        Ok(())
    }

    /// Puts small files together where there are many. Files read before are not known any more.
    pub(crate) async fn compact(&mut self) -> Result<()> {
        let small: Vec<DataFile> = (self.files().iter())
            .filter(|file| file.rows < LARGE)
            .cloned()
            .collect();
        if small.len() < MANY {
            return Ok(());
        }
        let mut actions = Vec::new();
        let mut rows = Vec::new();
        for file in &small {
            rows.extend(read(&self.place, file).await?);
            if rows.len() as u64 >= LARGE {
                actions.push(self.write(&rows).await?.1);
                rows.clear();
            }
        }
        if !rows.is_empty() {
            actions.push(self.write(&rows).await?.1);
        }
        for action in &mut actions {
            if let Action::Add(add) = action {
                add.data_change = false;
            }
        }
        actions.extend(small.iter().map(|file| file.removal(false)));
        if let Some(table) = &mut self.table {
            table.commit(actions, Purpose::Compact, None).await?;
        }
        self.moved.clear();
        Ok(())
    }

    /// Removes files that were replaced longer ago than `retention`.
    pub(crate) async fn vacuum(&mut self, retention: Duration) -> Result<()> {
        match &mut self.table {
            Some(table) => table.vacuum(retention).await.map(drop),
            None => Ok(()),
        }
    }

    /// Writes a file. It is no part of the table before its commit.
    async fn write(&self, rows: &[Record]) -> Result<(String, Action)> {
        let table = plain(&self.place);
        let batch = RecordBatch::try_new(SCHEMA.clone(), table.encode(&FIELDS, rows)?)?;
        let add = table.write(&SCHEMA, vec![batch]).await?;
        Ok((add.path.clone(), Action::Add(add)))
    }
}

fn plain(place: &Place) -> Plain<'_> {
    Plain { place, name: NAME }
}

/// Reads the rows of one file.
pub(crate) async fn read(place: &Place, file: &DataFile) -> Result<Vec<Record>> {
    let table = plain(place);
    let mut batches = table.batches(file).await?;
    let mut rows: Vec<Record> = Vec::new();
    while let Some(batch) = batches.try_next().await? {
        rows.extend(table.decode::<Record>(file, &batch)?);
    }
    Ok(rows)
}
