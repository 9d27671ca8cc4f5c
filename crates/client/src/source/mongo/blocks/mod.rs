//! Reading `msg`: which blocks there are, what lies in them, which are new.

mod last;
mod newest;
mod scan;
mod slots;
mod tails;
mod times;

pub use self::scan::{ScanOptions, ScanScope};
