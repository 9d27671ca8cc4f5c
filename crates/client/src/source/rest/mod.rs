//! History over REST.

mod options;

pub use self::options::RestOptions;
