//! MongoDB as a source, on a real mongod.


mod fixture;

mod recorded;

