//! What stands in for an OpenIM server in tests, benches and the demo.
//!
//! A database in memory and a REST server that answers from it the way OpenIM's release and main
//! branch answer, with faults on demand; a generator of history; and a launcher for a real mongod.
//! It shares no code with the client crate on purpose: each is what the other is tested against.

pub mod collections;
pub mod corpus;
pub mod faults;
pub mod mongod;
pub mod recorded;
pub mod rest;
