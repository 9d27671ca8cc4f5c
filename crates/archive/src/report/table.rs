//! A report as tables: what csv, xlsx and the tables under the charts of a page show.

use jiff::civil::Date;
use openim_history_client::model::Timestamp;

use super::model::Report;

/// One table of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name: that of a file, a sheet or a section.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, the same in every language.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words of ours: a kind, a week, the name of a number.
    Word,
    /// Text others wrote.
    Text,
    /// Whole numbers.
    Number,
    /// Numbers with digits behind the point.
    Decimal,
    /// Days.
    Date,
    /// Instants.
    Time,
    /// Whatever its row says: the table is a list of facts.
    Any,
}

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// A word of ours.
    Word(String),
    /// Text somebody wrote, which may be hostile.
    Text(String),
    /// A whole number.
    Number(u64),
    /// A number with digits behind the point.
    Decimal(f64),
    /// A day.
    Date(Date),
    /// An instant.
    Time(Timestamp),
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u8> for Cell {
    fn from(number: u8) -> Self {
        Self::Number(number.into())
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Decimal(number)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Timestamp> for Cell {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

/// Text somebody wrote.
fn text(text: &(impl ToString + ?Sized)) -> Cell {
    Cell::Text(text.to_string())
}

fn word(word: &(impl ToString + ?Sized)) -> Cell {
    Cell::Word(word.to_string())
}

fn number(number: i64) -> Cell {
    Cell::Number(u64::try_from(number).unwrap_or_default())
}

use ColumnKind::{Any, Date as Day, Decimal, Number, Text, Time, Word};

fn table(
    name: &'static str,
    columns: &[(&'static str, ColumnKind)],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Table {
    let columns = columns.iter();
    Table {
        name,
        columns: columns
            .map(|(name, kind)| Column { name, kind: *kind })
            .collect(),
        rows: rows.collect(),
    }
}

/// Returns all tables of a report, in their order. What a report does not have is an empty table or none.
pub fn tables(report: &Report) -> Vec<Table> {
    let mut tables = vec![facts(report)];
    tables.extend(times(report));
    tables.extend(people(report));
    tables.extend(rest(report));
    tables
}

/// What the report is about, and what stands out: a list of facts.
fn facts(report: &Report) -> Table {
    let (about, totals, high) = (&report.about, &report.totals, &report.highlights);
    let facts = [
        ("format", word(&report.format)),
        ("version", u64::from(report.version).into()),
        ("scope", word(&about.scope)),
        ("id", text(&about.id)),
        ("name", text(&about.name)),
        ("since", about.since.into()),
        ("until", about.until.into()),
        ("zone", word(&about.zone)),
        ("made", about.made.into()),
        ("messages", totals.messages.into()),
        ("received", totals.received.into()),
        ("senders", totals.senders.into()),
        ("chats", totals.chats.into()),
        ("groups", totals.groups.into()),
        ("active_days", totals.active_days.into()),
        ("revoked", totals.revoked.into()),
        ("deleted", totals.deleted.into()),
        ("removed", totals.removed.into()),
        ("not_counted", totals.not_counted.into()),
        ("first", totals.first.into()),
        ("last", totals.last.into()),
        ("busiest_day", high.busiest_day.into()),
        ("busiest_day_messages", high.busiest_day_messages.into()),
        ("streak_first", high.streak_first.into()),
        ("streak_last", high.streak_last.into()),
        ("streak_days", high.streak_days.into()),
        ("top_hour", high.top_hour.into()),
        ("top_weekday", high.top_weekday.into()),
        ("night", high.night.into()),
        ("weekend", high.weekend.into()),
        (
            "holes",
            report.holes.as_ref().map(|holes| holes.numbers).into(),
        ),
    ];
    let columns = [("fact", Word), ("value", Any)];
    let rows = facts
        .into_iter()
        .map(|(name, value)| vec![word(name), value]);
    table("facts", &columns, rows)
}

fn times(report: &Report) -> [Table; 4] {
    let days = report.days.iter().map(|day| {
        vec![
            day.date.into(),
            day.messages.into(),
            day.average.into(),
            day.users.into(),
        ]
    });
    let weeks = report.weeks.iter().map(|week| {
        vec![
            word(&week.week),
            week.monday.into(),
            week.messages.into(),
            week.users.into(),
        ]
    });
    let months = report.months.iter().map(|month| {
        let mut row = vec![word(&month.month)];
        let numbers = [
            month.messages,
            month.users,
            month.new_users,
            month.messages_so_far,
            month.users_so_far,
            month.revoked,
            month.deleted,
            month.removed,
        ];
        row.extend(numbers.map(Cell::Number));
        row
    });
    let hours = report.hours.iter().zip(1..).map(|(hours, weekday)| {
        let mut row = vec![Cell::Number(weekday)];
        row.extend(hours.iter().map(|count| Cell::Number(*count)));
        row
    });
    let mut of_hours = vec![("weekday", Number)];
    of_hours.extend(HOURS.map(|hour| (hour, Number)));
    [
        table(
            "days",
            &[
                ("date", Day),
                ("messages", Number),
                ("average", Decimal),
                ("users", Number),
            ],
            days,
        ),
        table(
            "weeks",
            &[
                ("week", Word),
                ("monday", Day),
                ("messages", Number),
                ("users", Number),
            ],
            weeks,
        ),
        table(
            "months",
            &[
                ("month", Word),
                ("messages", Number),
                ("users", Number),
                ("new_users", Number),
                ("messages_so_far", Number),
                ("users_so_far", Number),
                ("revoked", Number),
                ("deleted", Number),
                ("removed", Number),
            ],
            months,
        ),
        table("hours", &of_hours, hours),
    ]
}

const HOURS: [&str; 24] = [
    "h00", "h01", "h02", "h03", "h04", "h05", "h06", "h07", "h08", "h09", "h10", "h11", "h12",
    "h13", "h14", "h15", "h16", "h17", "h18", "h19", "h20", "h21", "h22", "h23",
];

fn people(report: &Report) -> [Table; 4] {
    let kinds = report
        .kinds
        .iter()
        .map(|kind| vec![word(&kind.kind), kind.messages.into()]);
    let senders = report.senders.iter().map(|sender| {
        vec![
            text(&sender.user_id),
            text(&sender.name),
            sender.messages.into(),
            sender.first.into(),
            sender.last.into(),
        ]
    });
    let groups = report.groups.iter().map(|group| {
        vec![
            text(&group.group_id),
            text(&group.name),
            group.messages.into(),
            group.senders.into(),
        ]
    });
    let pairs = report.pairs.iter().map(|pair| {
        vec![
            text(&pair.conversation_id),
            text(&pair.user_id),
            text(&pair.name),
            text(&pair.other_id),
            text(&pair.other_name),
            pair.messages.into(),
            pair.from_user.into(),
            pair.from_other.into(),
        ]
    });
    [
        table("kinds", &[("kind", Word), ("messages", Number)], kinds),
        table(
            "senders",
            &[
                ("user_id", Text),
                ("name", Text),
                ("messages", Number),
                ("first", Time),
                ("last", Time),
            ],
            senders,
        ),
        table(
            "groups",
            &[
                ("group_id", Text),
                ("name", Text),
                ("messages", Number),
                ("senders", Number),
            ],
            groups,
        ),
        table(
            "pairs",
            &[
                ("conversation_id", Text),
                ("user_id", Text),
                ("name", Text),
                ("other_id", Text),
                ("other_name", Text),
                ("messages", Number),
                ("from_user", Number),
                ("from_other", Number),
            ],
            pairs,
        ),
    ]
}

fn rest(report: &Report) -> Vec<Table> {
    let answers = report.answers.iter().map(|answers| {
        vec![
            word(&answers.of),
            answers.count.into(),
            answers.median_seconds.into(),
            answers.p90_seconds.into(),
        ]
    });
    let spans = report.answers.iter().flat_map(|answers| {
        answers.spread.iter().map(|span| {
            vec![
                word(&answers.of),
                span.from_seconds.into(),
                span.to_seconds.into(),
                span.count.into(),
            ]
        })
    });
    let media = report.media.iter().map(|media| {
        let mut row = vec![word(&media.kind)];
        let numbers = [
            media.messages,
            media.declared_bytes,
            media.undeclared,
            media.kept,
            media.kept_bytes,
        ];
        row.extend(numbers.map(Cell::Number));
        row
    });
    let holes = report.holes.iter().flat_map(|holes| &holes.most);
    let holes = holes.map(|hole| {
        vec![
            text(&hole.conversation_id),
            text(&hole.name),
            number(hole.first.0),
            number(hole.last.0),
            hole.numbers.into(),
        ]
    });
    let mut tables = vec![
        table(
            "answers",
            &[
                ("of", Word),
                ("count", Number),
                ("median_seconds", Number),
                ("p90_seconds", Number),
            ],
            answers,
        ),
        table(
            "answer_spread",
            &[
                ("of", Word),
                ("from_seconds", Number),
                ("to_seconds", Number),
                ("count", Number),
            ],
            spans,
        ),
        table(
            "media",
            &[
                ("kind", Word),
                ("messages", Number),
                ("declared_bytes", Number),
                ("undeclared", Number),
                ("kept", Number),
                ("kept_bytes", Number),
            ],
            media,
        ),
        table(
            "holes",
            &[
                ("conversation_id", Text),
                ("name", Text),
                ("first", Number),
                ("last", Number),
                ("numbers", Number),
            ],
            holes,
        ),
    ];
    if let Some(year) = &report.year {
        let counted = |all: &[super::model::Counted]| -> Vec<Vec<Cell>> {
            let all = all.iter();
            all.map(|one| vec![text(&one.text), one.count.into()])
                .collect()
        };
        let first = year.first_message.iter().map(|quote| {
            vec![
                text(&quote.conversation_id),
                number(quote.seq.0),
                quote.time.into(),
                text(&quote.user_id),
                text(&quote.name),
                text(&quote.text),
            ]
        });
        tables.extend([
            table(
                "words",
                &[("word", Text), ("messages", Number)],
                counted(&year.words).into_iter(),
            ),
            table(
                "emoji",
                &[("emoji", Text), ("count", Number)],
                counted(&year.emoji).into_iter(),
            ),
            table(
                "first_message",
                &[
                    ("conversation_id", Text),
                    ("seq", Number),
                    ("time", Time),
                    ("user_id", Text),
                    ("name", Text),
                    ("text", Text),
                ],
                first,
            ),
        ]);
    }
    tables
}
