//! What is said of an archive's errors, and what to do about them.

use openim_history_archive::Error;
use openim_history_archive::sql::SqlError;

/// Returns the error's text. What was tried is told as what cannot be done.
pub(super) fn text(error: &Error) -> String {
    match error {
        Error::Store { what, .. } => format!("cannot {what}"),
        error => error.to_string(),
    }
}

/// Returns what to do about an error, where there is something.
pub(super) fn hint(error: &Error) -> Option<String> {
    let hint = match error {
        Error::NotAnArchive { .. } => {
            "`openim-history sync` makes one; another is named by --archive, OPENIM_HISTORY_ARCHIVE \
             or archive.place of the configuration"
        }
        Error::Foreign { .. } => {
            "name a folder that is empty or does not exist yet; what lies there was not touched"
        }
        Error::Newer { .. } => "use that version, or a newer one; nothing was changed",
        Error::OtherServer { .. } => "each server needs an archive of its own: name another place",
        Error::Locked { .. } => {
            "wait until it is done, or stop it; reading goes on meanwhile, and `openim-history \
             status` tells how it is doing"
        }
        Error::Damaged { .. } => {
            "`openim-history verify --against itself --full` looks at every part; what the server \
             still has, a sync into a new archive brings"
        }
        Error::DamagedFile { .. } => {
            "`openim-history repair --full` takes lost and damaged files out of the archive, and fetches \
             what the server still has of them"
        }
        Error::Sql(SqlError::Memory(_)) => {
            "give it more with --memory, or ask for less: fewer columns, a WHERE, a LIMIT"
        }
        Error::Sql(SqlError::Match(_)) => {
            "`openim-history search --syntax` shows what match() understands"
        }
        Error::Sql(SqlError::Meaning(_) | SqlError::Syntax(_)) => {
            "`openim-history sql --tables` lists tables, views and columns"
        }
        Error::Store { what, .. } if what.contains("s3://") => {
            "is the bucket there, and do AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY fit it? An address without TLS needs AWS_ALLOW_HTTP=true"
        }
        Error::Store { source, .. } => return for_disk(&**source),
        _ => return None,
    };
    Some(hint.to_owned())
}

/// The first cause of the operating system's tells what the disk lacks.
fn for_disk(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    use std::io::ErrorKind;

    let mut causes = std::iter::successors(Some(cause), |cause| cause.source());
    let kind = causes.find_map(|cause| Some(cause.downcast_ref::<std::io::Error>()?.kind()))?;
    let hint = match kind {
        ErrorKind::PermissionDenied => "may this user write there?",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room and run it again: what was committed is whole, and it goes on from there"
        }
        ErrorKind::ReadOnlyFilesystem => "the disk is mounted for reading only",
        _ => return None,
    };
    Some(hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(what: &str, kind: std::io::ErrorKind) -> Error {
        Error::Store {
            what: what.into(),
            source: std::io::Error::from(kind).into(),
        }
    }

    #[test]
    fn what_was_tried_is_told_as_what_cannot_be_done() {
        let error = store("lock /archive", std::io::ErrorKind::PermissionDenied);
        assert_eq!(text(&error), "cannot lock /archive");
        assert!(hint(&error).is_some_and(|hint| hint.contains("this user")));
        let error = store("list s3://b/a", std::io::ErrorKind::Other);
        assert!(hint(&error).is_some_and(|hint| hint.contains("AWS_")));
    }

    #[test]
    fn a_full_disk_is_no_loss() {
        let error = store("write x", std::io::ErrorKind::StorageFull);
        assert!(hint(&error).is_some_and(|hint| hint.contains("goes on")));
    }
}
