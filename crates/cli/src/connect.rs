//! From the command line to a client. The only place that reads configuration.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use openim_history_client::Error;
use openim_history_client::client::Client;
use openim_history_client::config::{Config, ConfigInputs, FILE_NAME, Flags, Via};

use crate::args::{ConnectionArgs, OutputArgs};
use crate::error::{CommandError, Result};

/// Reads the configuration: flags, this process's environment, and files where users keep them.
pub(crate) fn config(connection: &ConnectionArgs, output: &OutputArgs) -> Result<Config> {
    refuse_visible_password(connection)?;
    let inputs = ConfigInputs {
        flags: flags(connection, output)?,
        // What is not UTF-8 is none of ours.
        env: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        file: connection.config.clone(),
        candidates: candidates(|name| std::env::var_os(name).map(PathBuf::from)),
    };
    Ok(Config::load(inputs)?)
}

/// Returns the client the configuration describes. Nothing is sent or connected yet.
pub(crate) fn client(config: &Config) -> Result<Client> {
    let unconfigured = |what: &str| Error::Config {
        what: format!("{what} is not configured"),
        source: None,
    };
    let client = match config.via() {
        Via::Auto => Client::auto(config.rest_options()?, config.mongo_options()?)?,
        Via::Api => match config.rest_options()? {
            Some(options) => Client::rest(options)?,
            None => return Err(unconfigured("the REST API").into()),
        },
        Via::Mongo => match config.mongo_options()? {
            Some(options) => Client::mongo(options),
            None => return Err(unconfigured("MongoDB").into()),
        },
    };
    Ok(client)
}

fn flags(connection: &ConnectionArgs, output: &OutputArgs) -> Result<Flags> {
    let path = |path: &Option<PathBuf>| path.as_deref().map(|path| path.display().to_string());
    let word = |choice: Option<clap::builder::PossibleValue>| {
        choice.map(|choice| choice.get_name().to_owned())
    };
    let from_stdin = connection.secret_file.as_deref() == Some(Path::new("-"));
    let secret_file = path(&connection.secret_file).filter(|_| !from_stdin);
    let typed = [
        (
            "via",
            word(connection.via.and_then(|via| via.to_possible_value())),
        ),
        ("openim_config", path(&connection.openim_config)),
        ("api.url", connection.api_url.clone()),
        ("api.secret_file", secret_file),
        ("api.admin_id", connection.admin_id.clone()),
        ("mongo.uri", connection.mongo_uri.clone()),
        ("mongo.uri_file", path(&connection.mongo_uri_file)),
        ("mongo.database", connection.mongo_database.clone()),
        (
            "output.time_zone",
            output.tz.as_ref().map(|zone| zone.name.clone()),
        ),
        (
            "output.language",
            word(output.lang.and_then(|lang| lang.to_possible_value())),
        ),
    ];
    let mut flags = Flags::new();
    for (key, value) in typed {
        if let Some(value) = value {
            flags.set(key, value)?;
        }
    }
    if from_stdin {
        flags.set_from("--secret-file -", "api.secret", secret_of_stdin()?)?;
    }
    Ok(flags)
}

/// Reads the secret from standard input, all of it; white space around it is cut off.
fn secret_of_stdin() -> Result<String> {
    let mut secret = String::new();
    let read = std::io::stdin().read_to_string(&mut secret);
    read.map_err(|source| Error::Io {
        what: "the secret cannot be read from standard input".into(),
        source,
    })?;
    match secret.trim() {
        "" => Err(CommandError::usage_with_hint(
            "--secret-file - found no secret on standard input",
            "pipe it in: openim-history --secret-file - users < secret-file",
        )),
        secret => Ok(secret.to_owned()),
    }
}

/// Returns where the configuration file is looked for: here, then where users keep theirs.
fn candidates(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let variable = |name| variable(name).filter(|path| path.is_absolute());
    let folder = variable("XDG_CONFIG_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".config")))
        .or_else(|| variable("APPDATA"));
    let of_user = folder.map(|folder| folder.join("openim-history").join(FILE_NAME));
    std::iter::once(PathBuf::from(FILE_NAME))
        .chain(of_user)
        .collect()
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
    fn the_file_is_looked_for_here_and_in_the_users_folder() {
        let looked = |variables: &'static [(&str, &str)]| {
            let found = candidates(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| PathBuf::from(value))
            });
            let found = found.iter().map(|path| path.display().to_string());
            found.collect::<Vec<_>>().join(" ")
        };
        let here = "openim-history.toml";
        assert_eq!(looked(&[]), here);
        assert_eq!(
            looked(&[("HOME", "/home/a")]),
            format!("{here} /home/a/.config/openim-history/{here}")
        );
        // The specification says to pass over what is not absolute.
        assert_eq!(
            looked(&[("HOME", "/home/a"), ("XDG_CONFIG_HOME", "relative")]),
            format!("{here} /home/a/.config/openim-history/{here}")
        );
    }

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
