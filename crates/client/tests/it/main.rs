//! Tests of the client against what it talks to.

mod config;
mod conformance;
mod faults;
mod generated;
mod hybrid;
mod memory;
mod mongo;
mod mongod;
mod read;
mod recorded;
mod scripted;
mod sources;
mod tls;
