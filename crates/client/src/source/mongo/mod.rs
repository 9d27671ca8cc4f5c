//! History from MongoDB.

mod blocks;
mod changes;
mod connect;
mod failure;
mod options;
mod people;
mod query;
mod rows;
mod server_info;
mod source;
mod wire;

pub use self::blocks::{Block, BlockId, BlockInfo, BlockKey, BlockScope, ScanOptions, ScanScope};
pub use self::changes::{
    BlockChange, ChangeBatch, Changes, ChangesOptions, ClusterTime, ResumeToken, Start,
};
pub use self::connect::Route;
pub use self::options::MongoOptions;
pub use self::rows::{ConversationSeqs, UserSeqs};
pub use self::server_info::{CollectionStats, OplogWindow, Rights, ServerInfo};
pub use self::source::MongoSource;
