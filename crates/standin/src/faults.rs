//! Faults on demand: what a server does on a bad day, by rule, and how often it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One way to misbehave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers later.
    Latency(Duration),
    /// Answers a bare HTTP status, as a proxy or a panic does.
    Http(u16),
    /// Answers HTTP 200 with an error code in the envelope.
    Code {
        /// `errCode`.
        code: i64,
        /// `errMsg`.
        message: String,
    },
    /// Closes the connection in the middle of the body.
    DropConnection,
    /// Answers well-formed HTTP whose JSON is cut in half.
    Truncate,
    /// Answers 429 with `Retry-After`, as main's rate limiter does.
    TooManyRequests {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Answers `errCode` 8, as an answer over the message limit does.
    TooLarge,
    /// Lets the token of this call expire: this and every later call with it is answered 1501.
    ExpireToken,
}

/// Which of the matching calls a rule strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Every one.
    Always,
    /// The next so many.
    Next(u64),
    /// Every k-th, counted from when the rule was made.
    Every(u64),
    /// Only the k-th, the first being 1.
    Call(u64),
}

/// A fault, for which calls, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The path, or nothing for every path.
    pub path: Option<String>,
    /// Which of its calls.
    pub when: When,
    /// What happens.
    pub fault: Fault,
}

/// A handle on a server's faults and counters; copies share them.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    rules: Vec<(Rule, u64)>,
    calls: BTreeMap<String, u64>,
    in_flight: u64,
    most_in_flight: u64,
}

impl Faults {
    /// Returns a handle without rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule for one path.
    pub fn on(&self, path: &str, when: When, fault: Fault) {
        self.add(Rule {
            path: Some(path.to_owned()),
            when,
            fault,
        });
    }

    /// Adds a rule for every path.
    pub fn everywhere(&self, when: When, fault: Fault) {
        self.add(Rule {
            path: None,
            when,
            fault,
        });
    }

    /// Adds a rule. Its calls are counted from now on.
    pub fn add(&self, rule: Rule) {
        self.lock().rules.push((rule, 0));
    }

    /// Removes every rule; the counters stay.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// Returns how often a path was called.
    pub fn calls(&self, path: &str) -> u64 {
        self.lock().calls.get(path).copied().unwrap_or_default()
    }

    /// Returns how often every path was called.
    pub fn all_calls(&self) -> BTreeMap<String, u64> {
        self.lock().calls.clone()
    }

    /// Returns the most calls that were answered at the same time.
    pub fn most_in_flight(&self) -> u64 {
        self.lock().most_in_flight
    }

    /// Sets the call counters and the most in flight back to zero.
    pub fn reset_counters(&self) {
        let mut inner = self.lock();
        inner.calls.clear();
        inner.most_in_flight = inner.in_flight;
    }

    /// Counts a call and returns the faults that strike it, in the order the rules were added.
    pub(crate) fn enter(&self, path: &str) -> (InFlight, Vec<Fault>) {
        let mut inner = self.lock();
        *inner.calls.entry(path.to_owned()).or_default() += 1;
        inner.in_flight += 1;
        inner.most_in_flight = inner.most_in_flight.max(inner.in_flight);
        let mut faults = Vec::new();
        for (rule, seen) in &mut inner.rules {
            if rule.path.as_deref().is_some_and(|wanted| wanted != path) {
                continue;
            }
            *seen += 1;
            let strikes = match rule.when {
                When::Always => true,
                When::Next(count) => *seen <= count,
                When::Every(step) => step > 0 && seen.is_multiple_of(step),
                When::Call(number) => *seen == number,
            };
            if strikes {
                faults.push(rule.fault.clone());
            }
        }
        let in_flight = InFlight {
            faults: self.clone(),
        };
        (in_flight, faults)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call being answered.
#[derive(Debug)]
pub(crate) struct InFlight {
    faults: Faults,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.faults.lock().in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(faults: &Faults, path: &str) -> bool {
        !faults.enter(path).1.is_empty()
    }

    #[test]
    fn rules_strike_the_calls_they_name() {
        let faults = Faults::new();
        faults.on("/a", When::Next(2), Fault::Http(500));
        let next: Vec<bool> = (0..3).map(|_| struck(&faults, "/a")).collect();
        assert_eq!(next, [true, true, false]);
        assert!(!struck(&faults, "/b"));
        faults.clear();
        faults.everywhere(When::Every(2), Fault::TooLarge);
        let every: Vec<bool> = (0..4).map(|_| struck(&faults, "/b")).collect();
        assert_eq!(every, [false, true, false, true]);
        faults.clear();
        faults.on("/a", When::Call(2), Fault::Truncate);
        let call: Vec<bool> = (0..3).map(|_| struck(&faults, "/a")).collect();
        assert_eq!(call, [false, true, false]);
        assert_eq!((faults.calls("/a"), faults.calls("/b")), (6, 5));
    }

    #[test]
    fn calls_in_flight_are_counted_until_dropped() {
        let faults = Faults::new();
        let first = faults.enter("/a");
        let second = faults.enter("/a");
        drop((first, second));
        drop(faults.enter("/a"));
        assert_eq!(faults.most_in_flight(), 2);
        faults.reset_counters();
        assert_eq!((faults.most_in_flight(), faults.calls("/a")), (0, 0));
    }
}
