//! From the command line to a client. The only place that reads configuration.

use openim_history_client::Error;
use openim_history_client::client::Client;

use crate::args::ConnectionArgs;
use crate::error::{CommandError, Result};

/// Returns the client the configuration describes. Nothing is sent or connected yet.
pub(crate) fn client(args: &ConnectionArgs) -> Result<Client> {
    refuse_visible_password(args)?;
    Err(Error::Config {
        what: "neither the REST API nor MongoDB is configured".into(),
        source: None,
    }
    .into())
}

/// Refuses a password on the command line: everybody on the machine can read it there.
fn refuse_visible_password(args: &ConnectionArgs) -> Result {
    match &args.mongo_uri {
        Some(uri) if holds_password(uri) => Err(CommandError::usage_with_hint(
            "--mongo-uri holds a password, and everybody on this machine can see it",
            "put the connection string into a file (--mongo-uri-file) or into OPENIM_MONGO_URI",
        )),
        _ => Ok(()),
    }
}

/// Whether a connection string has anything between the user's name and the host, or a password
/// among its options.
fn holds_password(uri: &str) -> bool {
    let behind_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?']).next().unwrap_or_default();
    let in_authority = authority
        .rsplit_once('@')
        .is_some_and(|(user, _)| user.contains(':'));
    // A password with a `/` in it that was not escaped still stands before an `@`.
    let unescaped = behind_scheme
        .rsplit_once('@')
        .is_some_and(|(before, _)| before.contains(':'));
    in_authority || unescaped || uri.to_ascii_lowercase().contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_noticed_wherever_it_stands() {
        for uri in [
            "mongodb://root:hunter2@db:37017",
            "mongodb+srv://root:hun%40ter2@db/openim_v3",
            "mongodb://root:hun/ter2@db",
            "mongodb://db/?tlsCertificateKeyFilePassword=x",
            "root:hunter2@db",
        ] {
            assert!(holds_password(uri), "{uri}");
        }
        for uri in [
            "mongodb://db:37017,db2:37017/?replicaSet=rs0",
            "mongodb://reader@db:37017/",
            "mongodb://db/?authMechanism=MONGODB-X509",
        ] {
            assert!(!holds_password(uri), "{uri}");
        }
    }
}
