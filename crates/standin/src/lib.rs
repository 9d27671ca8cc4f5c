//! An OpenIM stand-in for tests, benches and the demo.

pub mod mongod;
