//! The driver's errors in our words.

use mongodb::error::{Error as DriverError, ErrorKind};

use crate::error::{Cause, Error, Untrusted};

/// What went wrong below, without the driver's frame around it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Trouble(String);

fn trouble(text: impl Into<String>) -> Option<Cause> {
    Some(Box::new(Trouble(text.into())))
}

/// The reason why there is no connection.
fn lost(reason: String) -> Option<Cause> {
    match Untrusted::find(&reason) {
        Some(refused) => Some(Box::new(refused)),
        None => trouble(reason),
    }
}

/// MongoDB's code for "your user may not do that".
const NOT_AUTHORIZED: i32 = 13;
/// MongoDB's code for "no such user, or another password".
const AUTHENTICATION_FAILED: i32 = 18;

/// Says what a driver's error means to the caller. `end` names the database, without
/// credentials; `doing` what was asked of it.
pub(super) fn translate(end: &str, doing: &str, error: &DriverError) -> Error {
    tracing::debug!(%error, end, doing, "the MongoDB driver failed");
    let unreachable = |source| Error::Unreachable {
        what: end.to_owned(),
        source,
    };
    match error.kind.as_ref() {
        ErrorKind::Authentication { .. } => Error::Unauthorized {
            by: end.to_owned(),
            reason: "the user name, the password or the authentication database is wrong".into(),
            code: Some(AUTHENTICATION_FAILED),
        },
        ErrorKind::Command(command)
            if matches!(command.code, NOT_AUTHORIZED | AUTHENTICATION_FAILED) =>
        {
            Error::Unauthorized {
                by: end.to_owned(),
                reason: if command.code == NOT_AUTHORIZED {
                    format!("this user may not read ({doing})")
                } else {
                    "the user name, the password or the authentication database is wrong".into()
                },
                code: Some(command.code),
            }
        }
        ErrorKind::Command(command) => Error::Rejected {
            call: format!("{doing} at {end}"),
            code: command.code,
            message: command.message.clone(),
        },
        ErrorKind::ServerSelection { message, .. } => unreachable(lost(selection(message))),
        ErrorKind::Io(io) => unreachable(lost(io.to_string())),
        ErrorKind::DnsResolve { message, .. } => {
            unreachable(trouble(format!("its name cannot be resolved: {message}")))
        }
        ErrorKind::ConnectionPoolCleared { .. } => {
            unreachable(trouble("the connection was lost while others failed too"))
        }
        ErrorKind::InvalidTlsConfig { message, .. } => Error::Config {
            what: format!("TLS for {end}: {message}"),
            source: None,
        },
        ErrorKind::InvalidArgument { message, .. } => Error::Config {
            what: format!("{end}: {message}"),
            source: None,
        },
        ErrorKind::IncompatibleServer { message, .. } => Error::Rejected {
            call: format!("{doing} at {end}"),
            code: 0,
            message: message.clone(),
        },
        kind => Error::Malformed {
            what: format!("the answer of {end} ({doing})"),
            reason: kind.to_string(),
            source: None,
        },
    }
}

/// Picks the reason out of the driver's description of the whole topology.
fn selection(message: &str) -> String {
    let reason = message
        .split_once("Error: ")
        .map(|(_, rest)| rest)
        .map(|rest| rest.trim_start_matches("Kind: "))
        .and_then(|rest| rest.split([',', '}']).next())
        .map(str::trim)
        .filter(|reason| !reason.is_empty());
    match reason {
        Some(reason) => reason.trim_start_matches("I/O error: ").to_owned(),
        None => "no member that may be read answered in time".into(),
    }
}

/// Says what is wrong with a connection string without repeating what may be a password.
pub(super) fn bad_uri(uri: &str, error: &DriverError) -> Error {
    let message = match error.kind.as_ref() {
        ErrorKind::InvalidArgument { message, .. } => message.clone(),
        ErrorKind::DnsResolve { .. } | ErrorKind::Io(_) | ErrorKind::ServerSelection { .. } => {
            return translate(
                "MongoDB",
                "look-up of the name in the connection string",
                error,
            );
        }
        kind => kind.to_string(),
    };
    // The driver quotes the piece it stumbled over; with an unescaped '@', ':' or '/' in a
    // password that piece is part of it.
    let behind_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let leaks = behind_scheme
        .rsplit_once('@')
        .is_some_and(|(credentials, _)| {
            credentials
                .split([':', '/', '@', '?', '#', '&', '='])
                .any(|piece| !piece.is_empty() && message.contains(piece))
        });
    let what = if leaks {
        "the MongoDB connection string cannot be read; are '@', ':', '/' and '%' in user name and \
         password percent-encoded?"
            .to_owned()
    } else {
        format!("the MongoDB connection string cannot be read: {message}")
    };
    Error::Config { what, source: None }
}
