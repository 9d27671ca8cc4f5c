//! Configuration: layers, origins, OpenIM's own files, secrets, and the documents.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod documents;
mod layers;
mod openim;
mod secrets;

use std::path::{Path, PathBuf};

use openim_history_client::config::{Config, ConfigInputs, Flags, Shown};
use openim_history_client::{Error, Result};

/// Reads a configuration from variables alone.
fn from_env(env: &[(&str, &str)]) -> Result<Config> {
    Config::load(ConfigInputs {
        env: variables(env),
        ..ConfigInputs::default()
    })
}

fn variables(env: &[(&str, &str)]) -> Vec<(String, String)> {
    env.iter()
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect()
}

fn flags(flags: &[(&str, &str)]) -> Flags {
    let mut set = Flags::new();
    for (key, value) in flags {
        set.set(key, *value).unwrap();
    }
    set
}

/// One of the folders beside these tests.
fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn shown(config: &Config, key: &str) -> Shown {
    let values = config.values();
    values.into_iter().find(|shown| shown.key == key).unwrap()
}

/// Value and origin of a key, the folder of the test data cut off.
fn line(config: &Config, key: &str) -> String {
    let data = format!("{}/", data("").display().to_string().trim_end_matches('/'));
    shown(config, key).to_string().replace(&data, "")
}

/// The error with its causes, as a command line would print it.
fn text(result: Result<impl Sized>) -> String {
    let Err(error) = result else {
        panic!("there should have been an error")
    };
    chain(&error)
}

/// The error and its causes on one line.
pub(crate) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(below) = cause {
        text += &format!(": {below}");
        cause = below.source();
    }
    text
}
