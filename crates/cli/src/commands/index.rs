//! `index`

use openim_history_archive::index::IndexSettings;
use openim_history_archive::{Archive, Healed};
use serde::Serialize;

use crate::archive::{ArchiveArgs, ReportArgs, cache_of, json, pairs};
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::App;
use crate::table::Cell;
use crate::words::archive as words;

/// Looks after the search index of an archive
///
/// The index is made of the archive's tables and can be built anew from them at any time.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Says what the index covers, and brings it up to date where it is behind, missing or damaged
    Status(Args),
    /// Builds the index anew from the tables
    Rebuild(Args),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    report: ReportArgs,
}

/// How an index is doing.
#[derive(Serialize)]
struct Status {
    place: String,
    /// The version of the table of messages that the index covers.
    version: Option<u64>,
    messages: u64,
    /// What had to be done to it just now.
    healed: Option<Healed>,
}

pub(super) async fn run(app: &mut App, command: &Command) -> Result {
    let (Command::Status(args) | Command::Rebuild(args)) = command;
    let config = app.configure()?;
    let archive = Archive::open(&args.archive.place(&config)?).await?;
    let (folder, settings) = (cache_of(&archive, "index"), IndexSettings::default());
    let rebuilt = match command {
        Command::Status(_) => None,
        Command::Rebuild(_) => {
            let rebuilt = archive.rebuild_index(folder.clone(), settings);
            Some(rebuilt.await?)
        }
    };
    let (index, healed) = archive.index(folder, settings).await?;
    let status = Status {
        place: archive.place().to_string(),
        version: index
            .covers()
            .map_err(openim_history_archive::Error::from)?,
        messages: index.len(),
        healed: rebuilt.or(healed),
    };
    if args.report.is_json(&config) {
        return json(&mut app.out, &status);
    }
    let version = status.version.map(|version| version.to_string());
    let facts = vec![
        ("place", Cell::new(&status.place)),
        ("version", Cell::new(version.unwrap_or_default())),
        ("messages", Cell::new(thousands(status.messages))),
    ];
    pairs(&mut app.out, app.ui.lang, facts)?;
    if let Some(healed) = &status.healed {
        app.ui.status(words::healed(healed, app.ui.lang));
    }
    Ok(())
}
