//! Where the mongod binary is.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

const VARIABLE: &str = "OPENIM_HISTORY_MONGOD";

/// Returns the binary to start: the one the environment names, or the one in the cache folder.
pub(super) fn find() -> Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        if !path.is_file() {
            bail!(
                "{VARIABLE} names {}, which is not a file; unset it and run scripts/test, \
                 which installs a mongod",
                path.display()
            );
        }
        return Ok(path);
    }
    let path = cache_folder()?.join("openim-history/mongod/6.0.5/mongod");
    if !path.is_file() {
        bail!(
            "no mongod at {}: run scripts/test, which installs one, or name one in {VARIABLE}",
            path.display()
        );
    }
    Ok(path)
}

fn cache_folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let home = env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(PathBuf::from(home).join(".cache"))
}
