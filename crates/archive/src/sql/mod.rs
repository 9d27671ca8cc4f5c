//! Asking SQL: DataFusion over the archive's tables, and the index inside a statement.
//!
//! [`Sql`] reads and never writes. Beside the tables of [the format](https://github.com/openim-history/openim-history/blob/main/docs/formats/archive.md)
//! it has views with names and counts, `match(text, 'query')`, which the index answers, and `local_time` and
//! `local_date`, which tell times in the zone of the session.

mod answer;
mod engine;
mod error;
mod found;
mod local;
mod matching;
mod tables;
mod views;

pub use self::answer::Answer;
pub use self::engine::{Finder, Sql, SqlOptions};
pub use self::error::SqlError;
pub use self::views::VIEWS;
