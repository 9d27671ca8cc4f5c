//! `man`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::CommandFactory;
use openim_history_client::Error;

use crate::args::Cli;
use crate::error::Result;
use crate::run::App;

/// Writes the manual page to standard output, or a page for each command into a folder
///
/// To read it: openim-history man | man -l -
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder; made where it does not exist
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(app: &mut App, args: &Args) -> Result {
    let command = Cli::command();
    let Some(folder) = &args.out else {
        clap_mangen::Man::new(command).render(&mut app.out)?;
        app.out.flush()?;
        return Ok(());
    };
    let cannot_write = |source: io::Error| Error::Io {
        what: format!("manual pages cannot be written to {}", folder.display()),
        source,
    };
    std::fs::create_dir_all(folder).map_err(cannot_write)?;
    clap_mangen::generate_to(command, folder).map_err(cannot_write)?;
    app.ui
        .status(format!("manual pages written to {}", folder.display()));
    Ok(())
}
