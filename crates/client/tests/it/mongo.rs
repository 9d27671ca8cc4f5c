//! MongoDB as a source, on a real mongod.

mod blocks;
mod changes;
mod damaged;
pub(crate) mod fixture;
mod plans;
mod recorded;
mod server;
