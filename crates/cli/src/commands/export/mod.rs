//! `export`

mod ask;
mod check;
mod history;
mod jobs;
mod make;
mod options;
mod run;
mod say;
mod unmask;

use std::path::PathBuf;

use self::options::MakeArgs;
use crate::error::Result;
use crate::run::App;

/// Gives history out of an archive: files for people and programs, with a manifest
///
/// Everything, or what a query of the search language finds (`search --syntax` shows it on one page):
///
///   export --to out --format html --media
///   export 合同 from:alice after:2026-11-01 --to out --format jsonl,xlsx
///
/// The folder may be new, empty, or one that the same export made before: then only what changed is written.
/// `export verify` checks a folder without the archive. A query that is one of the words below needs `--`
/// before it.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    make: MakeArgs,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Verify(check::Args),
    Run(run::Args),
    Jobs(jobs::Args),
    Unmask(unmask::Args),
}

/// Where the key of pseudonyms comes from: never from the command line, which others can see.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// Reads the key of pseudonyms from this file, or from standard input for -
    #[arg(long, value_name = "FILE")]
    pseudonyms_file: Option<PathBuf>,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    match &args.command {
        Some(Command::Verify(args)) => check::run(app, args).await,
        Some(Command::Run(args)) => run::run(app, args).await,
        Some(Command::Jobs(args)) => jobs::run(app, args),
        Some(Command::Unmask(args)) => unmask::run(app, args).await,
        None => make::run(app, &args.make).await.map(drop),
    }
}
