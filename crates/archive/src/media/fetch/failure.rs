//! Why an attachment could not be fetched.

use std::error::Error as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::media::hosts::Refusal;

/// Why an attachment could not be fetched, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The server could not be reached.
    Unreachable,
    /// The server was silent, or slow beyond bearing.
    TimedOut,
    /// The connection broke off before the end.
    BrokenOff,
    /// The server answered with an error of its own (5xx, 408, 429).
    ServerError,
    /// The server does not give it out (401, 403, other refusals).
    Denied,
    /// The server no longer has it (404, 410).
    Gone,
    /// It is larger than the limit.
    TooLarge,
    /// It came twice, with different contents, neither of the size the message says.
    WrongSize,
    /// It came empty.
    Empty,
    /// Something else came in its place, such as a page that tells of an error.
    WrongType,
    /// The server led from one address to the next and never to it.
    Redirects,
    /// Its host may not be reached.
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// In words.
    pub(crate) reason: String,
    /// When the server wants to be asked again.
    pub(crate) retry_after: Option<Duration>,
    /// Bytes of what is too large, as far as is known.
    pub(crate) size: Option<u64>,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
            retry_after: None,
            size: None,
        }
    }

    pub(crate) fn too_large(size: u64, limit: u64) -> Self {
        Self {
            size: Some(size),
            ..Self::new(
                FailureKind::TooLarge,
                format!("it has {size} bytes or more, and the limit is {limit}"),
            )
        }
    }

    pub(crate) fn wrong_size(declared: Option<u64>, size: u64) -> Self {
        let declared = declared.unwrap_or_default();
        Self::new(
            FailureKind::WrongSize,
            format!(
                "it came with {size} bytes and differently before, and the message says {declared}"
            ),
        )
    }

    /// Whether another try at once may go better.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Unreachable
                | FailureKind::TimedOut
                | FailureKind::BrokenOff
                | FailureKind::ServerError
        )
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(FailureKind::Refused, refusal.to_string())
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // Addresses may carry signatures.
        let error = error.without_url();
        let mut cause = error.source();
        let mut reason = error.to_string();
        while let Some(source) = cause {
            if let Some(refusal) = source.downcast_ref::<Refusal>() {
                return refusal.clone().into();
            }
            reason = source.to_string();
            cause = source.source();
        }
        let kind = if error.is_timeout() {
            FailureKind::TimedOut
        } else if error.is_connect() {
            FailureKind::Unreachable
        } else {
            FailureKind::BrokenOff
        };
        Self::new(kind, reason)
    }
}
