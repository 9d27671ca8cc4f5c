//! `config init`

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use openim_history_client::Error;
use openim_history_client::config::template;
use openim_history_client::model::Lang;

use crate::error::{CommandError, Result};
use crate::run::App;

/// Writes a configuration file with every key explained
///
/// Only its owner may read it: it is meant to hold secrets.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file
    #[arg(default_value = "openim-history.toml", value_name = "PATH")]
    path: PathBuf,
    /// Overwrites a file that is there
    #[arg(long)]
    force: bool,
}

pub(super) fn run(app: &mut App, args: &Args) -> Result {
    let path = &args.path;
    match write(path, &template(), args.force) {
        Ok(()) => {
            app.ui.status(match app.ui.lang {
                Lang::En => format!("{} written", path.display()),
                Lang::Zh => format!("已写入 {}", path.display()),
            });
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(CommandError::usage_with_hint(
                format!("{} is there already", path.display()),
                "--force overwrites it",
            ))
        }
        Err(source) => Err(Error::Io {
            what: format!("{} cannot be written", path.display()),
            source,
        }
        .into()),
    }
}

fn write(path: &Path, text: &str, overwrites: bool) -> io::Result<()> {
    let mut file = if overwrites {
        // Set before there is anything to read: the file may have been open to all.
        let file = open(path, OpenOptions::new().create(true))?;
        only_for_owner(&file)?;
        file.set_len(0)?;
        file
    } else {
        open(path, OpenOptions::new().create_new(true))?
    };
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    options.write(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.write(true).open(path)
}

#[cfg(unix)]
fn only_for_owner(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn only_for_owner(_file: &File) -> io::Result<()> {
    Ok(())
}
