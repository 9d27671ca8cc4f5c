//! Tests of the client against what it talks to.

mod config;
mod conformance;
mod read;
mod scripted;
