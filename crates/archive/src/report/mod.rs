//! Reports: the numbers of a history, and the forms they are given out in.
//!
//! [`report()`] computes a [`Report`]; [`html()`], [`json()`], [`csv()`] and [`xlsx()`] write it. All of them show
//! the same numbers: docs/formats/report.md says what each is.

mod count;
mod csv;
mod html;
mod json;
mod model;
mod numbers;
mod request;
mod svg;
mod table;
mod words;
mod xlsx;

pub use self::count::report;
pub use self::csv::csv;
pub use self::html::html;
pub use self::json::json;
pub use self::model::{
    About, AnswerSpan, Answers, Counted, Day, FORMAT, GroupCount, Highlights, HoleCount, Holes,
    KindCount, Media, Month, Pair, Quote, Report, Sender, Totals, VERSION, Week, Year,
};
pub use self::request::{ReportKind, ReportRequest, Scope};
pub use self::table::{Cell, Column, ColumnKind, Table, tables};
pub use self::words::ReportStyle;
pub use self::xlsx::xlsx;

#[cfg(test)]
mod looks;
#[cfg(test)]
mod tests;
