//! Tests of the stand-in from outside.

mod replay;
