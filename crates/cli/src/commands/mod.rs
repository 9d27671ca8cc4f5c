//! The verbs, one file each.
//!
//! A new verb is a file with `Args` and `run`, a variant of [`Command`] and a line in [`run`].

mod completions;
mod config;
mod conversations;
mod demo;
mod doctor;
mod export;
mod groups;
mod index;
mod info;
mod list;
mod man;
mod members;
mod message;
mod messages;
#[cfg(test)]
mod reference;
mod repair;
mod report;
mod search;
mod sql;
mod status;
mod sync;
mod users;
mod verify;

use clap::Subcommand;

use crate::error::Result;
use crate::run::App;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Users(users::Args),
    Groups(groups::Args),
    Members(members::Args),
    Conversations(conversations::Args),
    Messages(messages::Args),
    Message(message::Args),
    Search(search::Args),
    Export(export::Args),
    Sql(sql::Args),
    Report(report::Args),
    Sync(sync::Args),
    Status(status::Args),
    Info(info::Args),
    Verify(verify::Args),
    Repair(repair::Args),
    #[command(subcommand)]
    Index(index::Command),
    Doctor(doctor::Args),
    #[command(subcommand)]
    Config(config::Command),
    Demo(demo::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Does it.
pub(crate) async fn run(app: &mut App, command: Command) -> Result {
    match command {
        Command::Users(args) => users::run(app, &args).await,
        Command::Groups(args) => groups::run(app, &args).await,
        Command::Members(args) => members::run(app, &args).await,
        Command::Conversations(args) => conversations::run(app, &args).await,
        Command::Messages(args) => messages::run(app, &args).await,
        Command::Message(args) => message::run(app, &args).await,
        Command::Search(args) => search::run(app, &args).await,
        Command::Export(args) => export::run(app, &args).await,
        Command::Sql(args) => sql::run(app, &args).await,
        Command::Report(args) => report::run(app, &args).await,
        Command::Sync(args) => sync::run(app, &args).await,
        Command::Status(args) => status::run(app, &args).await,
        Command::Info(args) => info::run(app, &args).await,
        Command::Verify(args) => verify::run(app, &args).await,
        Command::Repair(args) => repair::run(app, &args).await,
        Command::Index(command) => index::run(app, &command).await,
        Command::Doctor(args) => doctor::run(app, &args).await,
        Command::Demo(args) => demo::run(app, &args).await,
        Command::Config(command) => config::run(app, &command),
        Command::Completions(args) => completions::run(app, &args),
        Command::Man(args) => man::run(app, &args),
    }
}
