//! A copy in memory of what a database holds.

use openim_history_client::source::MemorySource;
use openim_history_client::source::mongo::MongoSource;
