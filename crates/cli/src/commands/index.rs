//! `index`

use openim_history_archive::index::IndexSettings;
use openim_history_archive::{Archive, Healed, IndexStatus};
use serde::Serialize;

use crate::archive::{ArchiveArgs, ReportArgs, Stages, cache_of, json, pairs};
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
    /// Says what the index covers, and whether it is behind, missing or damaged; nothing is changed
    Status(Args),
    /// Builds the index anew from the tables
    ///
    /// A search, a statement with match() and an export bring it up to date by themselves. With --pinyin, words of
    /// letters find Chinese by its sound from then on: hetong and ht find 合同. Ctrl-C leaves the index that is there
    /// as it is.
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
struct Shown {
    place: String,
    #[serde(flatten)]
    status: IndexStatus,
    /// What was done to it just now.
    healed: Option<Healed>,
}

pub(super) async fn run(app: &mut App, command: &Command) -> Result {
    let (args, rebuild) = match command {
        Command::Status(args) => (args, None),
        Command::Rebuild(rebuild) => (&rebuild.args, Some(rebuild)),
    };
    let config = app.configure()?;
    let archive = Archive::open(&args.archive.place(&config)?).await?;
    let folder = cache_of(&archive, "index");
    let healed = match rebuild {
        None => None,
        Some(RebuildArgs { pinyin, .. }) => {
            let stages = Stages::new(&app.ui, false, Some(app.interrupt.take()));
            let settings = IndexSettings::default();
            let rebuilt = archive.rebuild_index(folder.clone(), settings, *pinyin, &stages);
            Some(stages.watch(rebuilt).await?)
        }
    };
    let shown = Shown {
        place: archive.place().to_string(),
        status: archive.index_status(folder).await?,
        healed,
    };
    if args.report.is_json(&config) {
        return json(&mut app.out, &shown);
    }
    let (status, lang) = (&shown.status, app.ui.lang);
    let version = status.version.map(|version| version.to_string());
    let state = status.outdated.as_deref();
    let facts = vec![
        ("place", Cell::new(&shown.place)),
        ("version", Cell::new(version.unwrap_or_default())),
        ("messages", Cell::new(thousands(status.messages))),
        (
            "pinyin",
            Cell::new(match status.pinyin {
                true => words::say(lang, "yes", "是"),
                false => words::say(lang, "no", "否"),
            }),
        ),
        (
            "status",
            Cell::new(state.unwrap_or(words::say(lang, "up to date", "最新"))),
        ),
    ];
    pairs(&mut app.out, lang, facts)?;
    if let Some(healed) = &shown.healed {
        app.ui.status(words::healed(healed, lang));
    }
    if state.is_some() {
        app.ui.status(words::say(
            lang,
            "a search brings the index up to date, `openim-history index rebuild` builds it anew",
            "搜索时会自动更新索引；`openim-history index rebuild` 可重建",
        ));
    }
    Ok(())
}
