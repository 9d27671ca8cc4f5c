//! `verify`

use openim_history_archive::Archive;
use openim_history_archive::sync::Filter;
use openim_history_archive::verify::{Against, VerifyOptions, verify};
use openim_history_client::config::Via;
use openim_history_client::model::Lang;

use crate::archive::{
    ArchiveArgs, Checked, FilterArgs, ReportArgs, Stages, Way, cache_of, json, show_verified,
};
use crate::error::{CommandError, Result};
use crate::run::App;
use crate::words::archive::say;

/// Says of every number of every conversation what became of it
///
/// Compares the archive with the server and with itself; nothing is changed. Exits with 3 where
/// something is missing that should be there, is different, or is damaged.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    archive: ArchiveArgs,
    /// What the archive is compared with [default: MongoDB if it is configured, else the REST API, else
    /// the archive itself]
    #[arg(long, value_enum, value_name = "WHAT")]
    against: Option<AgainstChoice>,
    /// Compares contents too, and reads every file whole, attachments included; otherwise only what is
    /// there is counted
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    filter: FilterArgs,
    /// Names every number of this conversation that the archive does not have
    #[arg(long, value_name = "ID", conflicts_with_all = ["only", "exclude"])]
    conversation: Option<String>,
    #[command(flatten)]
    report: ReportArgs,
}

/// What an archive is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum AgainstChoice {
    /// Everything the server's MongoDB holds
    Mongo,
    /// What the server's users see, over REST
    Api,
    /// Itself only: tables, index, attachments and files
    Itself,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let archive = Archive::open(&args.archive.place(&config)?).await?;
    let filter = match &args.conversation {
        Some(id) => Filter {
            only: vec![id.clone().into()],
            exclude: Vec::new(),
        },
        None => args.filter.resolve(&config, &app.ui).await?,
    };
    let way = match args.against {
        Some(AgainstChoice::Mongo) => Some(Way::open_via(&config, Via::Mongo).await?),
        Some(AgainstChoice::Api) => Some(Way::open_via(&config, Via::Api).await?),
        Some(AgainstChoice::Itself) => None,
        None if Way::is_configured(&config)? => Some(Way::open(&config).await?),
        None => None,
    };
    let is_json = args.report.is_json(&config);
    let options = VerifyOptions {
        filter,
        full: args.full,
        // Who asks for all of them gets all of them.
        named: match is_json || args.conversation.is_some() {
            true => u64::MAX,
            false => VerifyOptions::default().named,
        },
        ..VerifyOptions::default()
    };
    let checked = check(app, &archive, way.as_ref(), options).await?;
    if is_json {
        json(&mut app.out, &checked)?;
    } else {
        show_verified(app, &checked, args.conversation.is_some())?;
    }
    let lang = app.ui.lang;
    let with = match &way {
        Some(way) => way.describe(app.ui.lang),
        None => say(lang, "itself only", "归档自身").to_owned(),
    };
    let sum = checked.sum(lang);
    app.ui.status(match lang {
        Lang::En => format!("{sum}, compared with {with}"),
        Lang::Zh => format!("{sum}，对照 {with}"),
    });
    if checked.complete {
        return Ok(());
    }
    if way.is_some() {
        app.ui
            .hint("`openim-history repair` fetches what is missing and can still be had");
    }
    Err(CommandError::Gaps)
}

/// Verifies an archive against a way to the server, or against itself.
pub(super) async fn check(
    app: &App,
    archive: &Archive,
    way: Option<&Way>,
    options: VerifyOptions,
) -> Result<Checked> {
    let against = match way {
        Some(Way::Mongo(source)) => Against::Mongo(source),
        Some(Way::Api(source)) => Against::Views(&**source),
        None => Against::Itself,
    };
    let options = VerifyOptions {
        index_folder: cache_of(archive, "index"),
        ..options
    };
    let stages = Stages::new(&app.ui, false, None);
    let report = stages
        .watch(verify(archive, against, &options, &stages))
        .await?;
    Ok(Checked {
        against: way.map_or("itself", Way::name),
        complete: report.is_complete(),
        report,
    })
}
