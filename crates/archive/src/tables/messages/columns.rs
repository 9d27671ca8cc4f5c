//! The columns of `messages`: one list, from which the schema and the test of the documentation come.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Long,
    Bool,
    Time,
    Texts,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    /// Whether it is made of the others, for those who query the tables. A row is read without it.
    pub(crate) derived: bool,
}

impl Column {
    const fn derived(self) -> Self {
        Self {
            derived: true,
            ..self
        }
    }
}

pub(crate) const fn must(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        nullable: false,
        derived: false,
    }
}

pub(crate) const fn may(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        nullable: true,
        derived: false,
    }
}

/// The column the table is partitioned by. It lies in the names of the folders, not in the files.
pub(crate) const MONTH: &str = "month";

/// All columns of a file, in order. What they mean is said in docs/formats/archive.md.
pub(crate) const COLUMNS: &[Column] = &[
    must("conversation_id", Kind::Text),
    must("seq", Kind::Long),
    must("send_time", Kind::Time),
    must("create_time", Kind::Time),
    must("send_id", Kind::Text),
    must("recv_id", Kind::Text),
    must("group_id", Kind::Text),
    must("session_type", Kind::Int),
    must("content_type", Kind::Int),
    may("content", Kind::Text),
    must("client_msg_id", Kind::Text),
    must("server_msg_id", Kind::Text),
    must("sender_nickname", Kind::Text),
    must("sender_face_url", Kind::Text),
    must("sender_platform_id", Kind::Int),
    must("msg_from", Kind::Int),
    must("status", Kind::Int),
    must("at_user_ids", Kind::Texts),
    may("options", Kind::Text),
    may("offline_push", Kind::Text),
    must("attached_info", Kind::Text),
    must("ex", Kind::Text),
    may("odd_times", Kind::Text),
    must("kind", Kind::Text).derived(),
    may("text", Kind::Text).derived(),
    may("revoked_by", Kind::Text),
    may("revoked_nickname", Kind::Text),
    may("revoked_role", Kind::Int),
    may("revoked_time", Kind::Time),
    must("deleted_for", Kind::Texts),
    may("purged_at", Kind::Time),
    may("purge_cause", Kind::Text),
    must("is_read", Kind::Bool),
    must("first_seen", Kind::Time),
    must("last_changed", Kind::Time),
    must("source", Kind::Text),
    may("changes", Kind::Text),
];

/// The columns a row is read from, in order.
pub(crate) fn of_a_row() -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(|column| !column.derived)
}

impl Kind {
    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Int => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Bool => DataType::Boolean,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Texts => DataType::List(Arc::new(Field::new("element", DataType::Utf8, false))),
        }
    }
}

/// The schema of the files.
pub(crate) static FILE_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let fields: Vec<Field> = COLUMNS
        .iter()
        .map(|column| Field::new(column.name, column.kind.data_type(), column.nullable))
        .collect();
    Arc::new(Schema::new(fields))
});

/// The schema of the table: that of the files, and the month.
pub(crate) static TABLE_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields: Vec<Arc<Field>> = FILE_SCHEMA.fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(MONTH, DataType::Utf8, false)));
    Arc::new(Schema::new(fields))
});

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A column of a table in the documentation, or of the table itself: name, nullable, type.
    type Documented = (String, bool, String);

    /// Reads the table of columns under a heading of docs/formats/archive.md. Each must say what it means.
    fn documented(heading: &str) -> Vec<Documented> {
        let page = include_str!("../../../../../docs/formats/archive.md");
        let is =
            |line: &&str| line.starts_with('#') && line.trim_start_matches(['#', ' ']) == heading;
        let mut lines = page.lines().skip_while(|line| !is(line));
        assert!(lines.next().is_some(), "a section {heading}");
        lines
            .take_while(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let mut cells = line.split('|').skip(1);
                assert!(
                    !line.starts_with("| `") || cells.clone().nth(2)?.trim() != "",
                    "{heading} does not say what is meant: {line}"
                );
                let name = cells.next()?.trim().strip_prefix('`')?;
                let (name, nullable) = match name.strip_suffix("` ○") {
                    Some(name) => (name, true),
                    None => (name.strip_suffix('`')?, false),
                };
                Some((name.to_owned(), nullable, cells.next()?.trim().to_owned()))
            })
            .collect()
    }

    /// Sees to it that the documentation names every column and its type, in order.
    pub(crate) fn are_documented(heading: &str, columns: &[Column], more: &[Documented]) {
        let mut columns: Vec<Documented> = columns
            .iter()
            .map(|column| {
                let kind = match column.kind {
                    Kind::Text => "string",
                    Kind::Int => "int",
                    Kind::Long => "long",
                    Kind::Bool => "boolean",
                    Kind::Time => "timestamp",
                    Kind::Texts => "array of string",
                };
                (column.name.to_owned(), column.nullable, kind.to_owned())
            })
            .collect();
        columns.extend_from_slice(more);
        assert_eq!(documented(heading), columns, "{heading}");
    }

    #[test]
    fn the_documentation_names_every_column_and_its_type() {
        let month = (MONTH.to_owned(), false, "string".to_owned());
        are_documented("messages", COLUMNS, &[month]);
    }
}
