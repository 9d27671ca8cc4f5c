//! `completions`

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::Result;
use crate::run::App;

/// Writes the completions of a shell to standard output
///
/// For bash: openim-history completions bash >
/// ~/.local/share/bash-completion/completions/openim-history
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(app: &mut App, args: &Args) -> Result {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // The generator panics where it cannot write; a vector takes all.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    app.out.write_all(&script)?;
    app.out.flush()?;
    Ok(())
}
