//! Reads the message history of an OpenIM server: over its REST API, from its MongoDB, or
//! whichever is there.

pub mod client;
pub mod config;
#[cfg(all(feature = "rest", feature = "mongo"))]
pub mod doctor;
mod error;
pub mod model;
pub mod read;
mod secret;
pub mod source;

pub use self::error::{Cause, Error, Result};
pub use self::secret::{Secret, SecretSource};
