//! Tests of the stand-in from outside.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod misbehaviour;
mod replay;
