//! When to call: how long to wait between tries, and how many calls a second.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long to wait before trying again.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::rest) struct Backoff {
    /// The most to wait before the first retry; doubled for each further one.
    pub(in crate::source::rest) first: Duration,
    /// The most to wait before any retry.
    pub(in crate::source::rest) longest: Duration,
    /// The most to wait because the server asked for it.
    pub(in crate::source::rest) longest_asked: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
            longest_asked: Duration::from_secs(60),
        }
    }
}

impl Backoff {
    /// Returns how long to wait before retry number `retry`, counted from 0: anything up to the
    /// bound with equal chance, so that clients that failed together do not come back together.
    pub(super) fn delay(&self, retry: u32, asked: Option<Duration>) -> Duration {
        let bound = self
            .first
            .saturating_mul(2_u32.saturating_pow(retry))
            .min(self.longest);
        let jitter = bound.mul_f64(fastrand::f64());
        match asked {
            Some(asked) => asked.saturating_add(jitter).min(self.longest_asked),
            None => jitter,
        }
    }
}

/// Lets calls through at even intervals.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Lets one call through each `interval`.
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            next: Mutex::new(None),
        }
    }

    /// Waits for this call's turn.
    pub(super) async fn wait(&self) {
        let turn = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.interval);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_stay_below_their_bounds() {
        let backoff = Backoff::default();
        for retry in [0, 1, 5, 40, u32::MAX] {
            assert!(backoff.delay(retry, None) <= backoff.longest);
            assert!(backoff.delay(retry, Some(Duration::from_secs(3))) >= Duration::from_secs(3));
            assert_eq!(
                backoff.delay(retry, Some(Duration::MAX)),
                backoff.longest_asked
            );
        }
        assert!(backoff.delay(0, None) <= backoff.first);
    }
}
