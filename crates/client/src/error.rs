//! What can go wrong, by what the caller can do about it.

use std::error::Error as StdError;

use crate::model::Bounds;

/// Shorthand for this crate's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause below an [`Error`], kept for the chain.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// What went wrong, by what the caller can do about it.
///
/// Texts name the subject and never repeat the source's words; no text holds a secret or token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server or database does not accept who we say we are.
    #[error("{by} refused the credentials: {reason}")]
    Unauthorized {
        /// Which end said so: a URL without credentials.
        by: String,
        /// What it said.
        reason: String,
        /// The answer's code, where there is one.
        code: Option<i32>,
    },
    /// There is no such user, group, conversation or message.
    #[error("{what} not found")]
    NotFound {
        /// What was looked for, for example `conversation "si_a_b"`.
        what: String,
    },
    /// The server understood and said no.
    #[error("{call} was rejected with code {code}: {message}")]
    Rejected {
        /// Which call.
        call: String,
        /// OpenIM's `errCode`, or a gRPC code below 100.
        code: i32,
        /// What the server said, tokens removed.
        message: String,
    },
    /// Nobody answers, or not in time, or only with passing trouble, after all retries.
    #[error("{what} cannot be reached")]
    Unreachable {
        /// Which end.
        what: String,
        /// Why.
        source: Option<Cause>,
    },
    /// The path does not exist on this server.
    #[error("{call} does not exist on this server")]
    NoSuchCall {
        /// Which call.
        call: String,
    },
    /// An answer or a stored document makes no sense.
    #[error("{what} is malformed: {reason}")]
    Malformed {
        /// What was read.
        what: String,
        /// What is wrong with it.
        reason: String,
        /// The decoder's error.
        source: Option<Cause>,
    },
    /// This source cannot do that; another one may.
    #[error("{what} cannot be had from {origin}")]
    NotSupported {
        /// What was asked for.
        what: String,
        /// The source's name.
        origin: crate::source::Origin,
    },
    /// A stream of changes cannot go on from where it was left. Nobody can tell any more what
    /// happened since; only a comparison with the source can.
    #[error("{what} cannot be taken up again: {reason}")]
    TokenLost {
        /// Which stream.
        what: String,
        /// What the server said.
        reason: String,
    },
    /// The caller's request makes no sense.
    #[error("{what}: {reason}")]
    Invalid {
        /// Which argument.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The configuration is wrong.
    #[error("configuration: {what}")]
    Config {
        /// File, line and key, and what is wrong.
        what: String,
        /// The cause below.
        source: Option<Cause>,
    },
    /// Reading broke off; what came before it is good.
    #[error("{} not read", list_bounds(.missing))]
    Incomplete {
        /// What was asked for and not read.
        missing: Vec<Bounds>,
        /// Why.
        source: Box<Self>,
    },
    /// A file cannot be read or written.
    #[error("{what}")]
    Io {
        /// Which file.
        what: String,
        /// Why.
        source: std::io::Error,
    },
}

impl Error {
    /// Shorthand for [`Error::NotFound`].
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    /// Shorthand for [`Error::Invalid`].
    pub fn invalid(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            what: what.into(),
            reason: reason.into(),
        }
    }

    /// Shorthand for [`Error::Incomplete`].
    pub fn incomplete(missing: Vec<Bounds>, source: Self) -> Self {
        Self::Incomplete {
            missing,
            source: Box::new(source),
        }
    }

    /// Whether the other end was not reached because its certificate is refused: the authority that
    /// signed it is not trusted, it is for another name, or its time is over.
    pub fn is_untrusted(&self) -> bool {
        matches!(self, Self::Unreachable { source: Some(source), .. } if source.is::<Untrusted>())
    }

    /// Whether the same request may succeed over another source.
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::NotSupported { .. } | Self::NoSuchCall { .. }
        )
    }
}

/// A certificate that was refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("its certificate is refused: {0}")]
pub(crate) struct Untrusted(String);

impl Untrusted {
    /// Finds the refusal in the words of the TLS library, wherever in the text they stand.
    ///
    /// By text, because the MongoDB driver keeps nothing else of it; reqwest and the driver use the
    /// same library. Tests with real servers see to it that its words are still these.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let (_, reason) = text.split_once("invalid peer certificate: ")?;
        let reason = reason.trim();
        let reason = match reason {
            "UnknownIssuer" => "no authority trusted here has signed it",
            "BadSignature" => "an authority trusted here is called like its signer, but is another",
            reason => reason,
        };
        Some(Self(reason.to_owned()))
    }
}

/// Names the first few ranges, and how many more there are.
fn list_bounds(bounds: &[Bounds]) -> String {
    const NAMED: usize = 3;
    let named = bounds
        .iter()
        .take(NAMED)
        .map(|b| format!("{} {}", b.conversation_id, b.range));
    let more = bounds.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("{more} more conversations"));
    named.chain(more).collect::<Vec<_>>().join(", ")
}
