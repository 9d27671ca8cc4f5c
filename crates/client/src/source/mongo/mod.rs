//! History from MongoDB.

mod blocks;
mod connect;
mod failure;
mod options;
mod people;
mod query;
mod server_info;
mod source;
mod wire;

pub use self::blocks::{ScanOptions, ScanScope};
pub use self::options::MongoOptions;
pub use self::server_info::{CollectionStats, OplogWindow, Rights, ServerInfo};
pub use self::source::MongoSource;
