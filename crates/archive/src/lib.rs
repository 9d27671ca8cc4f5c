//! An archive of an OpenIM server's history.
//!
//! Messages are kept in plain Delta tables that any engine reads, one row per conversation and
//! number, and found through an index beside them that can be rebuilt from them at any time.

pub mod index;
pub mod row;
