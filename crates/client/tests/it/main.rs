//! Tests of the client against what it talks to.

mod conformance;
mod read;
mod scripted;
