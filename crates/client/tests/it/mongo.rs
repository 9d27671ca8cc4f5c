//! MongoDB as a source, on a real mongod.

mod damaged;
mod fixture;
mod plans;
mod recorded;
mod server;
