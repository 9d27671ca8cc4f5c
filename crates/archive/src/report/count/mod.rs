//! Counting: one walk through the messages of a scope, one through what is in them, and the numbers of a
//! report from both.
//!
//! No SQL: the numbers would take a dozen statements and as many walks, and the times of answers a sort of all
//! messages; here memory and time are those of one walk, and days begin exactly where the zone says.

mod active;
mod answers;
mod build;
mod days;
mod media;
mod names;
mod run;
mod scan;
mod stop;
mod tally;
mod words;

pub use self::run::report;
