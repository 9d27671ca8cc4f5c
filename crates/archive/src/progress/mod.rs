//! How far something long is.

mod relay;

pub(crate) use self::relay::apart;

/// Told how far something long is. Calls are cheap and many.
pub trait Progress: Send + Sync {
    /// A stretch of work begins: what it is, and how many messages or other things it is about, where
    /// that is known.
    fn begin(&self, what: &str, total: Option<u64>);

    /// Some of it is done.
    fn advance(&self, done: u64);

    /// Whether to stop early: what was read by then is committed, and the report says so. Work that has nothing to
    /// show before it is done ends in [`Error::Stopped`](crate::Error::Stopped).
    fn stops(&self) -> bool {
        false
    }
}

/// Nobody is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn begin(&self, _what: &str, _total: Option<u64>) {}

    fn advance(&self, _done: u64) {}
}
