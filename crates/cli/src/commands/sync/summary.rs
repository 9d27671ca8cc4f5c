//! What came of a sync.

use std::time::Duration;

use openim_history_archive::Place;
use openim_history_archive::SmallCounts;
use openim_history_archive::media::MediaReport;
use openim_history_archive::sync::SyncReport;
use openim_history_client::model::Lang;
use serde::Serialize;

use crate::archive::{self, Way};
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::App;
use crate::table::{Cell, Column};
use crate::words::archive::news;
use crate::words::{Thing, heading};

/// The report, and from where to where.
#[derive(Serialize)]
struct Synced<'a> {
    place: String,
    via: &'static str,
    #[serde(flatten)]
    report: &'a SyncReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'a MediaReport>,
}

/// Writes all of it as one JSON object.
pub(super) fn json(
    app: &mut App,
    place: &Place,
    way: &Way,
    report: &SyncReport,
    media: Option<&MediaReport>,
) -> Result {
    let synced = Synced {
        place: place.to_string(),
        via: way.name(),
        report,
        media,
    };
    archive::json(&mut app.out, &synced)
}

/// Says it in a line.
pub(super) fn say(app: &App, report: &SyncReport) {
    let lang = app.ui.lang;
    let news = news(report.messages, lang);
    let conversations = Thing::Conversation.count(report.conversations, lang);
    let seconds = Duration::from_millis(report.elapsed_ms).as_secs_f64();
    app.ui.status(match lang {
        Lang::En => format!("{news} of {conversations} in {seconds:.1} s"),
        Lang::Zh => format!("{conversations}，{news}，用时 {seconds:.1} 秒"),
    });
}

/// Writes what is new, changed and unchanged in each table.
pub(super) fn table(app: &mut App, report: &SyncReport) -> Result {
    let lang = app.ui.lang;
    let columns = vec![
        Column::whole(heading("table", lang)),
        Column::number(heading("new", lang)),
        Column::number(heading("changed", lang)),
        Column::number(heading("unchanged", lang)),
        Column::number(heading("gone", lang)),
        Column::number(heading("holes", lang)),
    ];
    let number = |number: u64| Cell::new(thousands(number));
    let messages = report.messages;
    let mut rows = vec![vec![
        Cell::new("messages"),
        number(messages.new),
        number(messages.changed),
        number(messages.unchanged),
        Cell::default(),
        number(messages.holes),
    ]];
    let people = &report.people;
    let small: [(&str, SmallCounts); 6] = [
        ("users", people.users),
        ("groups", people.groups),
        ("group_members", people.group_members),
        ("conversations", people.conversations),
        ("read_positions", people.read_positions),
        ("min_seqs", people.min_seqs),
    ];
    rows.extend(small.into_iter().map(|(name, counts)| {
        let unchanged = counts.total - counts.new - counts.changed;
        vec![
            Cell::new(name),
            number(counts.new),
            number(counts.changed),
            number(unchanged),
            number(counts.gone),
            Cell::default(),
        ]
    }));
    archive::table(&mut app.out, columns, rows, true)
}
