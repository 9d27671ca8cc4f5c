//! The client against real things.

#[cfg(feature = "mongo")]
mod mongo;
#[cfg(feature = "mongo")]
mod mongod;
