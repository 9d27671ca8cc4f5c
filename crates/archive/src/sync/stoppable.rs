//! Work that is told to finish.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Progress;
use super::follow::Stop;

/// Progress of work that is asked to finish what it is at once a [`Stop`] is ready.
pub(super) struct Stoppable<'a> {
    inner: &'a dyn Progress,
    told: AtomicBool,
}

impl<'a> Stoppable<'a> {
    pub(super) fn new(inner: &'a dyn Progress) -> Self {
        Self {
            inner,
            told: AtomicBool::new(false),
        }
    }

    /// Waits for `work`, which was given this progress, and says whether it was told to stop.
    pub(super) async fn watch<T>(
        &self,
        work: impl Future<Output = T>,
        stop: &mut Stop<'_>,
    ) -> (T, bool) {
        let mut work = pin!(work);
        tokio::select! {
            outcome = &mut work => return (outcome, false),
            () = stop => self.told.store(true, Ordering::Relaxed),
        }
        (work.await, true)
    }
}

impl Progress for Stoppable<'_> {
    fn begin(&self, what: &str, total: Option<u64>) {
        self.inner.begin(what, total);
    }

    fn advance(&self, done: u64) {
        self.inner.advance(done);
    }

    fn stops(&self) -> bool {
        self.told.load(Ordering::Relaxed) || self.inner.stops()
    }
}
