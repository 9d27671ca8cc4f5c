//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};
use jiff::tz::TimeZone;

use crate::commands::Command;
use crate::format::Format;

/// Reads the message history of an OpenIM server, over its REST API or from its MongoDB
///
/// Data goes to standard output, everything else to standard error. Where to read from comes from
/// flags, then the environment (OPENIM_API_URL, OPENIM_SECRET, OPENIM_ADMIN_ID, OPENIM_MONGO_URI),
/// then openim-history.toml, then OpenIM's own configuration folder; `config show` tells which
/// value came from where.
///
/// Exit codes: 0 done, 1 failed or not found, 2 wrong usage or configuration, 3 finished with gaps
/// (each named on standard error), 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "openim-history", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where to read from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Reads this configuration file instead of openim-history.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Takes what is not configured from OpenIM's own configuration folder
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) openim_config: Option<PathBuf>,
    /// The REST API's address, with the path prefix of a reverse proxy
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) api_url: Option<String>,
    /// Reads the server's secret from this file, or from standard input for -
    ///
    /// There is no flag for the secret itself: everybody on the machine could see it in the list
    /// of processes. The environment (OPENIM_SECRET) and the configuration file are safe.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// One of the server's administrators
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) admin_id: Option<String>,
    /// MongoDB's connection string, if it holds no password
    ///
    /// One that does goes into the environment (OPENIM_MONGO_URI), a file (--mongo-uri-file) or
    /// the configuration file.
    #[arg(
        long,
        global = true,
        value_name = "URI",
        conflicts_with = "mongo_uri_file"
    )]
    pub(crate) mongo_uri: Option<String>,
    /// Reads MongoDB's connection string from this file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) mongo_uri_file: Option<PathBuf>,
    /// OpenIM's database [default: the one the connection string names, or openim_v3]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) mongo_database: Option<String>,
    /// Which source answers [default: auto]
    #[arg(long, global = true, value_enum, value_name = "WAY")]
    pub(crate) via: Option<ViaChoice>,
}

/// How things are shown.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Display")]
pub(crate) struct OutputArgs {
    /// Says nothing on standard error but warnings and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Logs what is done to standard error; twice for more. RUST_LOG chooses exactly
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours. NO_COLOR and CLICOLOR are heeded
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    /// The language of summaries, table headings and status lines [default: that of the locale]
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub(crate) lang: Option<LangChoice>,
    /// The time zone times are typed and shown in, like Asia/Shanghai or +08:00 [default: the
    /// system's]
    #[arg(long, global = true, value_parser = Zone::parse, value_name = "ZONE")]
    pub(crate) tz: Option<Zone>,
}

/// A time zone, and the name it was typed with.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) zone: TimeZone,
}

impl Zone {
    fn parse(name: &str) -> Result<Self, String> {
        let zone = crate::time::parse_zone(name)?;
        let name = name.to_owned();
        Ok(Self { name, zone })
    }
}

/// How rows are written.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct FormatArgs {
    /// How rows are written [default: table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
}

/// Which source answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViaChoice {
    /// The REST API where it can, MongoDB where that cannot or is down
    Auto,
    /// The REST API only
    Api,
    /// MongoDB only
    Mongo,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal that shows them
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The language of summaries and headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangChoice {
    /// English
    En,
    /// Simplified Chinese
    Zh,
}

/// How much of a list is shown.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ListArgs {
    /// Shows so many
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// Shows the N-th stretch of --limit
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) page: u32,
    /// Shows all
    #[arg(long, conflicts_with_all = ["limit", "page"])]
    pub(crate) all: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_makes_sense() {
        Cli::command().debug_assert();
    }
}
