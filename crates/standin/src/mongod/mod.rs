//! A launcher for a real mongod: on a free port of the loopback, gone when nobody needs it.
//!
//! The binary is the one `OPENIM_HISTORY_MONGOD` names, or the one `scripts/test` keeps in the
//! cache folder. Data lie in a temporary folder that goes with the server.

mod account;
mod binary;
mod launch;
mod supervisor;

pub use self::account::Account;
pub use self::launch::{Mode, Mongod, MongodOptions};
