//! History from MongoDB.

mod options;

pub use self::options::MongoOptions;
