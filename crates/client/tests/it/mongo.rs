//! MongoDB as a source, on a real mongod.

mod damaged;
pub(crate) mod fixture;
mod plans;
mod recorded;
mod server;
