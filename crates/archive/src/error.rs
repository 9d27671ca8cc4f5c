//! What can go wrong, by what the caller can do about it.

use std::{fmt, io};

use crate::sql::SqlError;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong with an archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no archive at this place.
    #[error("{place} is no archive")]
    NotAnArchive {
        /// Where it was looked for.
        place: String,
        /// What was found instead, if anything.
        #[source]
        source: Option<Cause>,
    },
    /// Something that is not an archive lies where one should be made.
    #[error("{place} is not empty and is no archive: it holds {found}")]
    Foreign {
        /// The place.
        place: String,
        /// One name that lies there.
        found: String,
    },
    /// A folder is no export of this request: nothing in it was touched.
    #[error("{folder} is not the folder of this export: {reason}")]
    ForeignExport {
        /// The folder.
        folder: String,
        /// What tells so.
        reason: String,
    },
    /// The archive was written by a newer version of this program.
    #[error(
        "{place} has format {found}, and this version knows formats up to {known}: a newer version of openim-history made it"
    )]
    Newer {
        /// The place.
        place: String,
        /// Its format.
        found: u32,
        /// The newest this version knows.
        known: u32,
    },
    /// The archive was written by an older version of this program, and must be brought up to date first.
    #[error("{place} has format {found}, which this version does not read: {advice}")]
    Older {
        /// The place.
        place: String,
        /// Its format.
        found: u32,
        /// What can be done.
        advice: &'static str,
    },
    /// The archive is of another server.
    #[error(
        "{place} is the archive of {archived}, and this is another server: it has other messages under the same numbers"
    )]
    OtherServer {
        /// The place.
        place: String,
        /// The server it was made of, as it was named then.
        archived: String,
    },
    /// Another process writes to the archive.
    #[error("{place} is being written by {holder}")]
    Locked {
        /// The place.
        place: String,
        /// Who holds the lock, as far as it said so.
        holder: String,
    },
    /// A part of the archive cannot be read.
    #[error("{what} is damaged: {reason}")]
    Damaged {
        /// Which part.
        what: String,
        /// What is wrong with it.
        reason: String,
        /// What found it.
        #[source]
        source: Option<Cause>,
    },
    /// A data file of a table cannot be read: it is lost, cut off, or has other bytes than were written.
    /// [`repair::take_out`](crate::repair::take_out) takes it out of its table, so that what the server
    /// still has of it can be fetched again.
    #[error("{file} is damaged: it cannot be read")]
    DamagedFile {
        /// Which, and in which archive.
        file: String,
        /// What found it.
        #[source]
        source: Cause,
    },
    /// The place does not do what was asked of it: no space, no rights, no network.
    #[error("{what}")]
    Store {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: Cause,
    },
    /// The server, or the way to it.
    #[error(transparent)]
    Source(#[from] openim_history_client::Error),
    /// A statement that is not run, or not to its end.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// It was told to stop before anything had come of it; all is as before.
    #[error("stopped before it was done")]
    Stopped,
    /// A value of the caller's makes no sense.
    #[error("{0}")]
    Invalid(String),
}

impl Error {
    /// Whether the place could not be written: for lack of rights, or because its disk is for reading only.
    pub fn is_unwritable(&self) -> bool {
        let causes = std::iter::successors(std::error::Error::source(self), |cause| cause.source());
        let mut kinds = causes.filter_map(|cause| Some(cause.downcast_ref::<io::Error>()?.kind()));
        kinds.any(|kind| {
            matches!(
                kind,
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            )
        })
    }

    pub(crate) fn store(what: impl fmt::Display, source: impl Into<Cause>) -> Self {
        Self::Store {
            what: what.to_string(),
            source: source.into(),
        }
    }

    pub(crate) fn damaged(
        what: impl fmt::Display,
        reason: impl fmt::Display,
        source: Option<Cause>,
    ) -> Self {
        Self::Damaged {
            what: what.to_string(),
            reason: reason.to_string(),
            source,
        }
    }
}

/// Writes an error out with what caused it, on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    for cause in causes.map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}
