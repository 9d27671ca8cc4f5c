//! Tests of the stand-in from outside.

mod corpus;
mod mongod;
mod replay;
