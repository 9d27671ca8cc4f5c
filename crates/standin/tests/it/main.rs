//! Tests of the stand-in from outside.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod corpus;
mod misbehaviour;
mod mongod;
mod replay;
