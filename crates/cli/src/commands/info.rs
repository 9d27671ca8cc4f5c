//! `info`

use indicatif::BinaryBytes;
use openim_history_archive::{Archive, Info};

use crate::archive::{ArchiveArgs, ReportArgs, json, pairs, table};
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::App;
use crate::table::{Cell, Column};
use crate::time::show;
use crate::words::heading;

/// Shows what an archive holds: sizes, counts, months, and the server it is of
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let archive = Archive::open(&args.archive.place(&config)?).await?;
    let info = archive.info().await?;
    if args.report.is_json(&config) {
        return json(&mut app.out, &info);
    }
    facts(app, &info)?;
    months(app, &info)?;
    sizes(app, &info)
}

fn facts(app: &mut App, info: &Info) -> Result {
    let (lang, zone) = (app.ui.lang, &app.ui.zone);
    // Stored in UTC, shown in the user's zone like every other time.
    let local = |text: &String| match text.parse::<jiff::Timestamp>() {
        Ok(time) => show(time.into(), zone),
        Err(_) => text.clone(),
    };
    let mut facts = vec![
        ("place", Cell::new(&info.place)),
        ("server", Cell::new(&info.archive.server)),
        (
            "created",
            Cell::new(show(info.archive.created.into(), zone)),
        ),
        ("format", Cell::new(info.archive.format.to_string())),
        ("version", Cell::new(info.version.to_string())),
        ("messages", Cell::new(thousands(info.messages))),
        ("conversations", Cell::new(thousands(info.conversations))),
    ];
    if let Some(oldest) = &info.oldest {
        facts.push(("oldest_message", Cell::new(local(oldest))));
    }
    if let Some(newest) = &info.newest {
        facts.push(("newest_message", Cell::new(local(newest))));
    }
    pairs(&mut app.out, lang, facts)
}

fn months(app: &mut App, info: &Info) -> Result {
    let lang = app.ui.lang;
    let columns = vec![
        Column::whole(heading("month", lang)),
        Column::number(heading("messages", lang)),
        Column::number(heading("files", lang)),
        Column::number(heading("bytes", lang)),
    ];
    let rows = info.months.iter().map(|month| {
        vec![
            Cell::new(&month.month),
            Cell::new(thousands(month.messages)),
            Cell::new(thousands(month.files)),
            Cell::new(BinaryBytes(month.bytes).to_string()),
        ]
    });
    table(&mut app.out, columns, rows.collect(), false)
}

fn sizes(app: &mut App, info: &Info) -> Result {
    let lang = app.ui.lang;
    let sizes = info.bytes;
    let columns = vec![
        Column::whole(heading("part", lang)),
        Column::number(heading("bytes", lang)),
    ];
    let rows = [
        ("messages", sizes.messages),
        ("replaced", sizes.replaced),
        ("logs", sizes.logs),
        ("small_tables", sizes.small_tables),
        ("index", sizes.index),
        ("media", sizes.media),
        ("sync", sizes.sync),
        ("damaged", sizes.damaged),
    ];
    let rows = rows
        .into_iter()
        .filter(|(name, bytes)| *name != "damaged" || *bytes > 0)
        .map(|(name, bytes)| vec![Cell::new(name), Cell::new(BinaryBytes(bytes).to_string())]);
    table(&mut app.out, columns, rows.collect(), false)
}
