//! `index`

use openim_history_archive::index::IndexSettings;
use openim_history_archive::{Archive, Healed};
use serde::Serialize;

use crate::archive::{ArchiveArgs, ReportArgs, cache_of, index_of, json, pairs};
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
    ///
    /// With --pinyin, words of letters find Chinese by its sound from then on: hetong and ht find 合同.
    Rebuild(RebuildArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    args: Args,
    /// Whether Chinese is found by its sound too; without it that stays as it is
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no, num_args = 0..=1, default_missing_value = "yes")]
    pinyin: Option<bool>,
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
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
    /// Whether Chinese is found by its sound too.
    pinyin: bool,
    /// What had to be done to it just now.
    healed: Option<Healed>,
}

pub(super) async fn run(app: &mut App, command: &Command) -> Result {
    let (args, rebuild) = match command {
        Command::Status(args) => (args, None),
        Command::Rebuild(rebuild) => (&rebuild.args, Some(rebuild)),
    };
    let config = app.configure()?;
    let archive = Archive::open(&args.archive.place(&config)?).await?;
    let rebuilt = match rebuild {
        None => None,
        Some(RebuildArgs { pinyin, .. }) => {
            let (folder, settings) = (cache_of(&archive, "index"), IndexSettings::default());
            let rebuilt = archive.rebuild_index(folder, settings, *pinyin);
            Some(rebuilt.await?)
        }
    };
    let (index, healed) = index_of(&archive).await?;
    let status = Status {
        place: archive.place().to_string(),
        version: index
            .covers()
            .map_err(openim_history_archive::Error::from)?,
        messages: index.len(),
        pinyin: index.has_pinyin(),
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
        (
            "pinyin",
            Cell::new(if status.pinyin { "yes" } else { "no" }),
        ),
    ];
    pairs(&mut app.out, app.ui.lang, facts)?;
    if let Some(healed) = &status.healed {
        app.ui.status(words::healed(healed, app.ui.lang));
    }
    Ok(())
}
