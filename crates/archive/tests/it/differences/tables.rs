//! The small tables, column by column, as another engine reads them.

use std::collections::BTreeMap;

use arrow_cast::display::{ArrayFormatter, FormatOptions};
use openim_history_archive::sql::{Sql, SqlOptions};
use openim_history_archive::{Archive, Place};

use super::Compared;
use super::Difference::*;

/// The tables, and what tells their rows apart.
const TABLES: [(&str, &[&str]); 6] = [
    ("users", &["user_id"]),
    ("groups", &["group_id"]),
    ("group_members", &["group_id", "user_id"]),
    ("conversations", &["owner_user_id", "conversation_id"]),
    ("read_positions", &["user_id", "conversation_id"]),
    ("min_seqs", &["user_id", "conversation_id", "min_seq"]),
];

/// Cells by column.
type Row = BTreeMap<String, String>;

/// Rows by key.
type Rows = BTreeMap<Vec<String>, Row>;

/// All of them, by name.
struct Tables(BTreeMap<&'static str, Rows>);

impl Tables {
    async fn read(place: &Place) -> Self {
        let mut tables = BTreeMap::new();
        for (table, key) in TABLES {
            let rows = rows(place, table, key).await;
            // Nobody cleared a conversation in the recordings, and the API tells of nothing else.
            assert!(!rows.is_empty() || table == "min_seqs", "{table} is empty");
            tables.insert(table, rows);
        }
        Self(tables)
    }

    fn has(&self, table: &str, key: &[String]) -> bool {
        self.0[table].contains_key(key)
    }
}

pub(super) async fn compare(stored: &Place, shown: &Place, found: &mut Compared) {
    let (stored, shown) = (Tables::read(stored).await, Tables::read(shown).await);
    for (table, _) in TABLES {
        for (key, row) in &stored.0[table] {
            match shown.0[table].get(key) {
                Some(other) => between(table, key, row, other, &stored, found),
                None => only_stored(table, key, row, &shown, found),
            }
        }
        for (key, row) in &shown.0[table] {
            if !stored.has(table, key) {
                let is_unset = table == "read_positions" && row["has_read_seq"] == "0";
                found.note(UnsetPositions, is_unset, || {
                    format!("{table} {key:?}: {row:?}")
                });
            }
        }
    }
}

fn only_stored(table: &str, key: &[String], row: &Row, shown: &Tables, found: &mut Compared) {
    let example = || format!("{table} {key:?}: {row:?}");
    match table {
        // 0 and 1 are people.
        "users" => {
            let level: i32 = row["app_manager_level"].parse().expect("a number");
            found.note(Administrators, level > 1, example);
        }
        "groups" => found.note(DismissedGroups, row["status"] == "2", example),
        "group_members" => {
            found.note(DismissedGroups, !shown.has("groups", &key[..1]), example);
        }
        "conversations" => found.note(UnlistedRows, !shown.has("users", &key[..1]), example),
        "min_seqs" => {
            let row = shown.0["conversations"].get(&key[..2]);
            let is_of_row = row.is_some_and(|row| row["min_seq"] == key[2]);
            found.note(ReadBounds, !is_of_row, example);
        }
        _ => found.note(UnlistedRows, !shown.has("conversations", key), example),
    }
}

fn between(
    table: &str,
    key: &[String],
    stored: &Row,
    shown: &Row,
    all: &Tables,
    found: &mut Compared,
) {
    for (column, cell) in stored
        .iter()
        .filter(|(column, cell)| shown[*column] != **cell)
    {
        let example = || format!("{key:?}: {cell} {}", shown[column]);
        match (table, column.as_str()) {
            ("read_positions", "min_seq" | "max_seq") => {
                found.note(ReadBounds, shown[column] == "0", example);
            }
            // The user's own, where none was set in the group.
            ("group_members", "nickname" | "face_url") => {
                let own = all.0["users"].get(&key[1..]).map(|user| &user[column]);
                found.note(
                    MemberNames,
                    cell.is_empty() && own == Some(&shown[column]),
                    example,
                );
            }
            _ => found.other(format!("{table}.{column}"), example),
        }
    }
}

async fn rows(place: &Place, table: &str, key: &[&str]) -> Rows {
    let archive = Archive::open(place).await.expect("opens");
    let sql = Sql::open(&archive, &SqlOptions::default()).await;
    let sql = sql.expect("opens");
    let answer = sql.query(&format!("SELECT * FROM {table}")).await;
    let batches = answer.expect("plans").collect().await.expect("answers");
    let mut rows = Rows::new();
    for batch in batches {
        let schema = batch.schema();
        for at in 0..batch.num_rows() {
            let mut row = Row::new();
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                // When it was seen is not the server's.
                if ["first_seen", "last_changed", "gone_at"].contains(&field.name().as_str()) {
                    continue;
                }
                let shown = ArrayFormatter::try_new(column, &FormatOptions::default());
                let cell = shown.expect("a formatter").value(at).to_string();
                row.insert(field.name().clone(), cell);
            }
            rows.insert(key.iter().map(|column| row[*column].clone()).collect(), row);
        }
    }
    rows
}
