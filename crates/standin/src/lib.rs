//! An OpenIM stand-in for tests, benches and the demo.

pub mod corpus;
pub mod mongod;
