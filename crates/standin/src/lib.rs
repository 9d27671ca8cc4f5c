//! An OpenIM stand-in for tests, benches and the demo: a database in memory, a REST server that answers from it the
//! way OpenIM's release and main branch answer, and faults on demand.
//!
//! It shares no code with the client crate on purpose: it is what the client is tested against.

pub mod collections;
pub mod faults;
pub mod recorded;
pub mod rest;
