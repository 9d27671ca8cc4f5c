//! Tests of the stand-in from outside.

mod mongod;
mod replay;
