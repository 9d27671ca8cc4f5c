//! What came of fetching attachments.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fetch::{Failure, FailureKind};
use super::kind::MediaKind;

/// How many failures are told one by one.
const TOLD: usize = 100;

/// What came of fetching attachments.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MediaReport {
    /// Addresses that were new.
    pub found: u64,
    /// Attachments fetched whole.
    pub fetched: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Of these, those whose content the archive had already under another address.
    pub same_content: u64,
    /// Of these, those that came twice the same with another size than the message says.
    pub size_differs: u64,
    /// Attachments that were there before.
    pub there: u64,
    /// Attachments that could not be fetched, by why.
    pub failed: BTreeMap<FailureKind, u64>,
    /// The first of these; the table `attachments` has all.
    pub failures: Vec<MediaFailure>,
    /// Whether it was stopped before the end.
    pub stopped: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// An attachment that could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MediaFailure {
    /// Its address.
    pub url: String,
    /// What it is.
    pub kind: MediaKind,
    /// Why, in a word.
    pub why: FailureKind,
    /// Why, in words.
    pub reason: String,
}

impl MediaReport {
    /// Returns how many could not be fetched.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Adds what came of another run after this one.
    pub(super) fn add(&mut self, next: &Self) {
        self.found += next.found;
        self.fetched += next.fetched;
        self.bytes += next.bytes;
        self.same_content += next.same_content;
        self.size_differs += next.size_differs;
        self.there = next.there.max(self.there);
        for (why, count) in &next.failed {
            *self.failed.entry(*why).or_default() += count;
        }
        let room = TOLD.saturating_sub(self.failures.len());
        self.failures
            .extend(next.failures.iter().take(room).cloned());
        self.stopped |= next.stopped;
        self.elapsed_ms += next.elapsed_ms;
    }

    pub(super) fn fail(&mut self, url: &str, kind: MediaKind, failure: &Failure) {
        *self.failed.entry(failure.kind).or_default() += 1;
        if self.failures.len() < TOLD {
            self.failures.push(MediaFailure {
                url: url.to_owned(),
                kind,
                why: failure.kind,
                reason: failure.reason.clone(),
            });
        }
    }
}
