//! `config`

mod init;
mod show;

use clap::Subcommand;

use crate::error::Result;
use crate::run::App;

/// Shows the configuration, or writes a file to start from
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Show(show::Args),
    Init(init::Args),
}

pub(super) fn run(app: &mut App, command: &Command) -> Result {
    match command {
        Command::Show(args) => show::run(app, args),
        Command::Init(args) => init::run(app, args),
    }
}
