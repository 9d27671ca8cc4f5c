//! Reading and writing a small table as a whole.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use deltalake_core::kernel::Action;
use futures::TryStreamExt;
use openim_history_client::model::{Conversation, Group, Member, Timestamp, User};
use serde::{Deserialize, Serialize};

use super::entity::{Entity, MinSeq, ReadState};
use crate::error::Result;
use crate::place::Place;
use crate::tables::messages::columns::{Column, Kind, may, must};
use crate::tables::plain::{Plain, fields};
use crate::tables::table::{Purpose, Table};

/// The columns every small table has beside its own.
pub(super) const SIGHT: &[Column] = &[
    must("first_seen", Kind::Time),
    must("last_changed", Kind::Time),
    may("gone_at", Kind::Time),
];

/// When something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    /// When we saw it first.
    pub first_seen: Timestamp,
    /// When we last saw it change.
    pub last_changed: Timestamp,
    /// When we saw that the server no longer has it.
    pub gone_at: Option<Timestamp>,
}

/// A row of a small table: something of the server's, and when it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<E> {
    /// As it was seen last.
    pub entity: E,
    /// When.
    pub sight: Sight,
}

/// What became of a small table's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SmallCounts {
    /// Rows that are there now.
    pub total: u64,
    /// Rows the archive did not have.
    pub new: u64,
    /// Rows that are different now.
    pub changed: u64,
    /// Rows the server no longer has.
    pub gone: u64,
}

fn schema<E: Entity>() -> SchemaRef {
    let mut all = fields(E::COLUMNS);
    all.extend(fields(SIGHT));
    Arc::new(Schema::new(all))
}

/// Returns the name and the columns of every small table.
pub(crate) fn schemas() -> [(&'static str, SchemaRef); 6] {
    [
        (User::NAME, schema::<User>()),
        (Group::NAME, schema::<Group>()),
        (Member::NAME, schema::<Member>()),
        (Conversation::NAME, schema::<Conversation>()),
        (ReadState::NAME, schema::<ReadState>()),
        (MinSeq::NAME, schema::<MinSeq>()),
    ]
}

/// Removes files of the small tables that were replaced longer ago than `retention`, and returns how many. Nobody
/// may write to them meanwhile.
pub(crate) async fn vacuum(place: &Place, retention: Duration) -> Result<usize> {
    let mut gone = 0;
    for (name, _) in schemas() {
        if let Some(mut table) = Table::open(place, name).await? {
            gone += table.vacuum(retention).await?;
        }
    }
    Ok(gone)
}

/// Reads a small table; empty where it was never written.
pub(crate) async fn read<E: Entity>(place: &Place) -> Result<Vec<Stored<E>>> {
    match Table::open(place, E::NAME).await? {
        Some(table) => rows(place, &table).await,
        None => Ok(Vec::new()),
    }
}

async fn rows<E: Entity>(place: &Place, table: &Table) -> Result<Vec<Stored<E>>> {
    let mut rows = Vec::new();
    let plain = plain::<E>(place);
    for file in table.files() {
        let mut batches = plain.batches(file).await?;
        while let Some(batch) = batches.try_next().await? {
            let entities: Vec<E> = plain.decode(file, &only(&batch, E::COLUMNS)?)?;
            let sights: Vec<Sight> = plain.decode(file, &only(&batch, SIGHT)?)?;
            let both = entities.into_iter().zip(sights);
            rows.extend(both.map(|(entity, sight)| Stored { entity, sight }));
        }
    }
    Ok(rows)
}

pub(super) fn plain<E: Entity>(place: &Place) -> Plain<'_> {
    Plain {
        place,
        name: E::NAME,
    }
}

/// Takes some columns of a batch.
pub(super) fn only(batch: &RecordBatch, columns: &[Column]) -> Result<RecordBatch> {
    let places: Result<Vec<usize>, _> = columns
        .iter()
        .map(|column| batch.schema_ref().index_of(column.name))
        .collect();
    Ok(batch.project(&places?)?)
}

/// Brings a table up to date with what was seen of it on the server now. Where nothing changed, nothing
/// is written. `shows` tells of a row whether it would have been seen if it were still there.
pub(crate) async fn bring_up_to_date<E: Entity>(
    place: &Place,
    seen: Vec<E>,
    shows: impl Fn(&E) -> bool,
    now: Timestamp,
) -> Result<SmallCounts> {
    let table = Table::open(place, E::NAME).await?;
    let stored = match &table {
        Some(table) => rows(place, table).await?,
        None => Vec::new(),
    };
    let (rows, counts) = compare(stored, seen, shows, now);
    if counts.new + counts.changed + counts.gone == 0 {
        return Ok(counts);
    }
    let mut table = match table {
        Some(table) => table,
        None => Table::create(place, E::NAME, &schema::<E>(), None).await?,
    };
    let mut actions: Vec<Action> = table
        .files()
        .iter()
        .map(|file| file.removal(true))
        .collect();
    actions.push(write(place, &rows).await?);
    table.commit(actions, Purpose::Change, None).await?;
    Ok(counts)
}

fn compare<E: Entity>(
    stored: Vec<Stored<E>>,
    seen: Vec<E>,
    shows: impl Fn(&E) -> bool,
    now: Timestamp,
) -> (Vec<Stored<E>>, SmallCounts) {
    let mut counts = SmallCounts::default();
    // The server's collections may hold a key twice: the last one counts.
    let mut seen: HashMap<E::Key, E> = seen
        .into_iter()
        .map(|mut entity| {
            entity.tidy();
            (entity.key(), entity)
        })
        .collect();
    let mut rows = stored;
    for row in &mut rows {
        // What is gone stays as it was: who comes back gets a row of their own.
        if row.sight.gone_at.is_some() {
            continue;
        }
        match seen.remove(&row.entity.key()) {
            Some(entity) if entity == row.entity => counts.total += 1,
            Some(entity) => {
                row.entity = entity;
                row.sight.last_changed = now;
                counts.changed += 1;
                counts.total += 1;
            }
            None if shows(&row.entity) => {
                row.sight.gone_at = Some(now);
                row.sight.last_changed = now;
                counts.gone += 1;
            }
            None => counts.total += 1,
        }
    }
    counts.new = seen.len() as u64;
    counts.total += counts.new;
    rows.extend(seen.into_values().map(|entity| Stored {
        entity,
        sight: Sight {
            first_seen: now,
            last_changed: now,
            gone_at: None,
        },
    }));
    // In one order, so that neighbours compress well and a reader finds what belongs together.
    rows.sort_by_cached_key(|row| (row.entity.key(), row.sight.first_seen));
    (rows, counts)
}

/// Writes all rows into one new file.
async fn write<E: Entity>(place: &Place, rows: &[Stored<E>]) -> Result<Action> {
    let plain = plain::<E>(place);
    let schema = schema::<E>();
    let mut batches = Vec::new();
    for chunk in rows.chunks(16_384) {
        let entities: Vec<&E> = chunk.iter().map(|row| &row.entity).collect();
        let sights: Vec<Sight> = chunk.iter().map(|row| row.sight).collect();
        let mut columns = plain.encode(&fields(E::COLUMNS), &entities)?;
        columns.extend(plain.encode(&fields(SIGHT), &sights)?);
        batches.push(RecordBatch::try_new(schema.clone(), columns)?);
    }
    Ok(Action::Add(plain.write(&schema, batches).await?))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn the_documentation_names_what_every_table_has_beside() {
        use crate::tables::messages::columns::tests::are_documented;

        are_documented("The small tables", SIGHT, &[]);
    }

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    async fn read_up_to(place: &Place, seq: i64) {
        let position = ReadState {
            user_id: "a".into(),
            conversation_id: "si_a_b".into(),
            has_read_seq: openim_history_client::model::Seq(seq),
            ..ReadState::default()
        };
        let now = Timestamp::from_millis(1_780_000_000_000 + seq);
        let counts = bring_up_to_date(place, vec![position], |_| true, now).await;
        assert_eq!(counts.expect("writes").total, 1);
    }

    async fn stands_at(place: &Place, seq: i64) {
        let rows: Vec<Stored<ReadState>> = read(place).await.expect("reads");
        let seqs: Vec<i64> = rows.iter().map(|row| row.entity.has_read_seq.0).collect();
        assert_eq!(seqs, [seq]);
    }

    fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .collect()
    }

    #[tokio::test]
    async fn files_that_were_replaced_go_once_their_time_is_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::folder(folder.path()).expect("a plain path");
        for seq in 1..=5 {
            read_up_to(&place, seq).await;
        }
        let table = folder.path().join(ReadState::NAME);
        assert_eq!(vacuum(&place, DAY).await.expect("cleans"), 0);
        assert_eq!(files(&table, "parquet").len(), 5);
        assert_eq!(vacuum(&place, Duration::ZERO).await.expect("cleans"), 4);
        assert_eq!(files(&table, "parquet").len(), 1);
        stands_at(&place, 5).await;
        // Cleaning left a table that can be written to.
        read_up_to(&place, 6).await;
        stands_at(&place, 6).await;
    }

    #[tokio::test]
    async fn the_log_of_a_table_that_changes_for_ever_stays_short() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::folder(folder.path()).expect("a plain path");
        let log = folder.path().join(ReadState::NAME).join("_delta_log");
        for seq in 1..=105 {
            read_up_to(&place, seq).await;
        }
        assert_eq!(files(&log, "parquet").len(), 1, "a checkpoint");
        assert!(files(&log, "json").len() > 100, "a day is not over");
        let earlier = SystemTime::now() - 2 * DAY;
        for file in fs::read_dir(&log).expect("a folder") {
            let path = file.expect("an entry").path();
            let file = fs::File::options().write(true).open(&path);
            file.and_then(|file| file.set_modified(earlier))
                .expect("takes a time");
        }
        read_up_to(&place, 106).await;
        let left = files(&log, "json").len();
        assert!(left < 20, "{left} commits are left");
        stands_at(&place, 106).await;
    }
}
