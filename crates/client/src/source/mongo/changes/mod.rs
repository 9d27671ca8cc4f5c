//! Following `msg`: what changed, as the server's change stream tells it.

mod event;
mod fetch;
mod names;
mod stream;
#[cfg(test)]
mod tests;
mod token;

pub use self::event::BlockChange;
pub use self::stream::{ChangeBatch, Changes, ChangesOptions, Start};
pub use self::token::{ClusterTime, ResumeToken};
