//! `report`

mod scope;
mod target;

use std::path::PathBuf;
use std::time::Instant;

use openim_history_archive::Archive;
use openim_history_archive::report::{
    Report, ReportKind, ReportRequest, ReportStyle, Scope, csv, html, json, report, xlsx,
};
use openim_history_client::model::{Lang, TimeRange, Timestamp};

use self::scope::ScopeArgs;
use self::target::{Made, Target};
use crate::archive::{PlaceArgs, Stages};
use crate::error::Result;
use crate::run::App;
use crate::time;
use crate::words::Thing;

/// Makes a report: how much was said when, where, by whom, and how quickly it was answered
///
/// A page with charts that needs no network and runs no script, or the same numbers as json, csv or
/// xlsx. The server is not asked.
///
///   report --group 项目组 --since 2026-01 --tz Asia/Shanghai
///   report --format json
///   report year 2026 --user alice
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    year: Option<Command>,
    #[command(flatten)]
    options: Options,
    /// Only messages sent since then: 2026-11-24, 2026-11, 2026, 2026-11-24T18:30, 7d, yesterday, …
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only messages sent before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Makes a page of one year to show around, best of a user or a group
    ///
    /// With words and emoji, the first message, the longest run of days and a calendar; json, csv and
    /// xlsx have all numbers of that year.
    Year(YearArgs),
}

#[derive(Debug, clap::Args)]
struct YearArgs {
    /// Which year
    #[arg(value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1..=9999))]
    year: i16,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct Options {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    scope: ScopeArgs,
    /// How it is written [default: what the name of --to says, or html]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    /// Where it is written: a file, for csv a folder, or - for standard output [default: standard
    /// output for json, openim-report.html and the like for the others]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Replaces what lies there
    #[arg(long)]
    overwrite: bool,
    /// What it is called, instead of the name of what it is about
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Names at most so many people, groups and the like
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    top: u32,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// A page with charts
    Html,
    /// One JSON object
    Json,
    /// A folder with a file for each table
    Csv,
    /// An Excel workbook with a sheet for each table
    Xlsx,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let started = Instant::now();
    let config = app.configure()?;
    let (options, kind) = match &args.year {
        None => (&args.options, ReportKind::Overview),
        Some(Command::Year(year)) => (&year.options, ReportKind::Year(year.year)),
    };
    let now = jiff::Timestamp::now().to_zoned_datetime(app.ui.zone.clone());
    let time = |text: &Option<String>, flag: &str| match text {
        Some(text) => match time::parse(text, &now) {
            Ok(time) => Ok(Some(time)),
            Err(error) => Err(crate::error::CommandError::usage(format!(
                "{flag}: {error}"
            ))),
        },
        None => Ok(None),
    };
    let times = TimeRange {
        since: time(&args.since, "--since")?,
        until: time(&args.until, "--until")?,
    };
    let archive = Archive::open(&options.place.place(&config)?).await?;
    let scope = options.scope.resolve(&archive).await?;
    let target = Target::choose(options.format, options.to.as_deref(), &scope, kind);
    // Said before the work, and not after it.
    target.check(options.overwrite)?;
    let request = ReportRequest {
        scope,
        kind,
        times,
        zone: app.ui.zone.clone(),
        top: options.top as usize,
        ..ReportRequest::new(Timestamp::from(now.timestamp()))
    };
    let made = compute(app, &archive, &request).await?;
    let style = ReportStyle {
        lang: app.ui.lang,
        zone: app.ui.zone.clone(),
        title: options.title.clone(),
    };
    let files = match target.format {
        ReportFormat::Html => Made::One(html(&made, &style)?),
        ReportFormat::Json => Made::One(json(&made)?),
        ReportFormat::Xlsx => Made::One(xlsx(&made, &style)?),
        ReportFormat::Csv => Made::Several(csv(&made)?),
    };
    let size = files.size();
    target.write(files, options.overwrite, &mut app.out)?;
    close(app, &made, &target, size, started);
    Ok(())
}

async fn compute(app: &App, archive: &Archive, request: &ReportRequest) -> Result<Report> {
    let stages = Stages::new(&app.ui, false, None);
    let made = stages.watch(report(archive, request, &stages)).await?;
    if let Scope::Conversation(id) = &request.scope
        && made.totals.messages + made.totals.not_counted == 0
    {
        app.ui.warning(match app.ui.lang {
            Lang::En => format!("the archive has no messages of {id} in that time"),
            Lang::Zh => format!("归档中没有 {id} 在该时间内的消息"),
        });
    }
    Ok(made)
}

fn close(app: &App, made: &Report, target: &Target, size: u64, started: Instant) {
    let lang = app.ui.lang;
    let messages = Thing::Message.count(made.totals.messages, lang);
    let seconds = started.elapsed().as_secs_f64();
    let size = indicatif::BinaryBytes(size);
    app.ui.status(match (target.shown(), lang) {
        (None, Lang::En) => format!("{messages} counted in {seconds:.1} s"),
        (None, Lang::Zh) => format!("已统计 {messages}，用时 {seconds:.1} 秒"),
        (Some(name), Lang::En) => {
            format!("{messages} counted in {seconds:.1} s; {name} is written ({size})")
        }
        (Some(name), Lang::Zh) => {
            format!("已统计 {messages}，用时 {seconds:.1} 秒；已写入 {name}（{size}）")
        }
    });
}
