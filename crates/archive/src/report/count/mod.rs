//! Counting: one walk through the messages of a scope, one through what is in them, and the numbers of a
//! report from both.

mod active;
mod answers;
mod build;
mod clock;
mod media;
mod names;
mod run;
mod scan;
mod stop;
mod tally;
mod words;

pub use self::run::{ReportProgress, SilentProgress, report};
