//! Reading `msg`: which blocks there are, what lies in them, which are new.

mod id;
mod last;
mod merge;
mod newest;
mod scan;
mod sizes;
mod slots;
mod tails;
mod times;

pub use self::id::{Block, BlockId, BlockInfo, BlockKey};
pub use self::scan::{ScanOptions, ScanScope};
pub(super) use self::scan::{is_padding, key_of};
pub use self::sizes::BlockScope;
