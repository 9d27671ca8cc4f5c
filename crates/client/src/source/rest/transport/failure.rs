//! What one call can come back with instead of an answer, and what that means to the caller.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Cause, Error, Untrusted};

/// A call without an answer. It can be cloned, so that all who waited for one token can be told.
#[derive(Clone, Debug)]
pub(in crate::source::rest) struct Failure {
    /// Which call: its path.
    pub(in crate::source::rest) call: String,
    /// Which server: its base URL without credentials.
    pub(super) server: Arc<str>,
    /// What happened.
    pub(super) kind: Kind,
}

/// What happened. All texts are free of secrets.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// An envelope with an `errCode`.
    Code {
        code: i32,
        message: String,
        retry_after: Option<Duration>,
    },
    /// The server, or a proxy before it, does not believe who we are.
    Credentials { code: Option<i32>, reason: String },
    /// The path is not there.
    NoSuchCall,
    /// The answer, or the request, is more than somebody on the way takes.
    TooLarge { reason: String },
    /// An HTTP status of passing trouble without an envelope.
    Status {
        status: u16,
        excerpt: String,
        retry_after: Option<Duration>,
    },
    /// No whole answer came over the wire.
    Connection(Arc<reqwest::Error>),
    /// The server's certificate is refused.
    Untrusted(Untrusted),
    /// An answer that cannot be read; `passing` where another try may do better.
    Malformed { reason: String, passing: bool },
    /// The secret could not be read.
    Secret(Arc<Error>),
}

impl Failure {
    /// Whether the same call may succeed a little later.
    pub(super) fn is_passing(&self) -> bool {
        match &self.kind {
            // 4 and 14 are gRPC's deadline and unavailable, 500 is what database trouble looks
            // like, 90002 and 90004 are the database and the network. Not 2, a panic that was
            // caught: the same call makes it again.
            Kind::Code { code, .. } => {
                matches!(code, 4 | 14 | 429 | 500 | 90_002 | 90_004)
            }
            Kind::Status { .. } => true,
            Kind::Connection(error) => !error.is_builder(),
            Kind::Malformed { passing, .. } => *passing,
            Kind::Credentials { .. }
            | Kind::NoSuchCall
            | Kind::TooLarge { .. }
            | Kind::Untrusted(_)
            | Kind::Secret(_) => false,
        }
    }

    /// Whether a new token may help.
    pub(in crate::source::rest) fn is_stale_token(&self) -> bool {
        matches!(self.code(), Some(1501 | 1503 | 1505..=1507))
    }

    /// Whether asking for less may help: gRPC's 8 means "too many bytes".
    pub(in crate::source::rest) fn is_too_large(&self) -> bool {
        matches!(self.kind, Kind::TooLarge { .. }) || self.code() == Some(8)
    }

    /// Whether the server says that what was named is not there.
    pub(in crate::source::rest) fn is_not_found(&self) -> bool {
        matches!(self.code(), Some(1004 | 1101 | 1201))
    }

    /// Whether the path is not there.
    pub(in crate::source::rest) fn is_no_such_call(&self) -> bool {
        matches!(self.kind, Kind::NoSuchCall)
    }

    /// Whether OpenIM itself understood the call and said no.
    pub(in crate::source::rest) fn is_refusal(&self) -> bool {
        matches!(self.kind, Kind::Code { .. }) && !self.is_stale_token()
    }

    /// Returns the `errCode`, where the server gave one.
    pub(in crate::source::rest) fn code(&self) -> Option<i32> {
        match &self.kind {
            Kind::Code { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Returns how long the server asked us to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match &self.kind {
            Kind::Code { retry_after, .. } | Kind::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns [`Error::NotFound`] for `what` where the server says so, and otherwise the error as
    /// it is.
    pub(in crate::source::rest) fn or_not_found(self, what: impl FnOnce() -> String) -> Error {
        if self.is_not_found() {
            Error::not_found(what())
        } else {
            self.into()
        }
    }

    /// Returns the error for a call whose refusal is not about who we are.
    pub(in crate::source::rest) fn rejected(self) -> Error {
        match self.kind {
            Kind::Code { code, message, .. } => Error::Rejected {
                call: self.call,
                code,
                message,
            },
            _ => self.into(),
        }
    }
}

impl Kind {
    /// Says what it means that no whole answer came.
    pub(super) fn of_connection(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let causes = std::iter::successors(error.source(), |cause| StdError::source(*cause));
        let refused = causes
            .last()
            .and_then(|last| Untrusted::find(&last.to_string()));
        refused.map_or_else(|| Self::Connection(Arc::new(error)), Self::Untrusted)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let Failure { call, server, kind } = failure;
        let unreachable = |source: Cause| Self::Unreachable {
            what: server.to_string(),
            source: Some(source),
        };
        match kind {
            Kind::Code { code, message, .. } => match code {
                1002 | 1501..=1507 => Self::Unauthorized {
                    by: server.to_string(),
                    reason: message,
                    code: Some(code),
                },
                4 | 14 | 429 => unreachable(Box::new(Trouble(format!(
                    "{call} was answered with code {code}: {message}"
                )))),
                _ => Self::Rejected {
                    call,
                    code,
                    message,
                },
            },
            Kind::Credentials { code, reason } => Self::Unauthorized {
                by: server.to_string(),
                reason,
                code,
            },
            Kind::NoSuchCall => Self::NoSuchCall { call },
            Kind::TooLarge { reason } => Self::Rejected {
                call,
                code: 8,
                message: reason,
            },
            Kind::Status {
                status, excerpt, ..
            } => unreachable(Box::new(Trouble(if excerpt.is_empty() {
                format!("{call} was answered with HTTP status {status}")
            } else {
                format!("{call} was answered with HTTP status {status}: {excerpt}")
            }))),
            Kind::Connection(error) => unreachable(Box::new(Shared(error))),
            Kind::Untrusted(error) => unreachable(Box::new(error)),
            Kind::Malformed { reason, .. } => Self::Malformed {
                what: format!("the answer to {call}"),
                reason,
                source: None,
            },
            Kind::Secret(error) => Self::Config {
                what: "the server's secret cannot be read".into(),
                source: Some(Box::new(Shared(error))),
            },
        }
    }
}

/// Passing trouble that outlasted all retries, in the server's words.
#[derive(Debug)]
struct Trouble(String);

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Trouble {}

/// A cause that several errors share.
#[derive(Debug)]
struct Shared<E>(Arc<E>);

impl<E: fmt::Display> fmt::Display for Shared<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: StdError> StdError for Shared<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
