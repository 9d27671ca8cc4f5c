//! The parts of a page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openim_history_client::model::{Kind, Lang, one_line};
use sha2::{Digest, Sha256};

use crate::report::model::Report;
use crate::report::numbers::thousands;
use crate::report::table::{Cell, ColumnKind, Table};
use crate::report::words::ReportStyle;

/// Rows of a table below a chart; csv and xlsx have all.
const ROWS: usize = 1_000;

/// What every page has.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) lang: &'static str,
    pub(super) policy: String,
    pub(super) css: &'static str,
    pub(super) title: String,
    /// A line above the title.
    pub(super) over: String,
    /// A line below it.
    pub(super) about: String,
    pub(super) notes_title: String,
    pub(super) footer: String,
}

/// A key figure.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) detail: String,
}

/// A part of the page with a heading.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) is_wide: bool,
    /// How many charts stand beside each other.
    pub(super) columns: u8,
    pub(super) figures: Vec<Figure>,
    pub(super) tables: Vec<View>,
}

/// A chart, drawn for a large screen and for a phone. Only one of them is ever shown or read out.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) name: Option<String>,
    pub(super) broad: String,
    pub(super) narrow: String,
}

/// A table below a chart.
#[derive(Debug)]
pub(super) struct View {
    pub(super) name: String,
    pub(super) heads: Vec<Shown>,
    pub(super) rows: Vec<Vec<Shown>>,
    /// What is said of rows that are left out.
    pub(super) rest: Option<String>,
}

/// A cell of it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) is_number: bool,
    /// Whether somebody else wrote it.
    pub(super) is_foreign: bool,
}

impl Page {
    /// `css` is the page's style sheet, and all that the page may use.
    pub(super) fn new(report: &Report, style: &ReportStyle, css: &'static str) -> Self {
        let hash = STANDARD.encode(Sha256::digest(css.as_bytes()));
        let made = style.time(report.about.made);
        let zone = &report.about.zone;
        Self {
            lang: match style.lang {
                Lang::En => "en",
                Lang::Zh => "zh-CN",
            },
            policy: format!(
                "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
            ),
            css,
            title: one_line(style.title.as_ref().unwrap_or(&report.about.name)),
            over: String::new(),
            about: String::new(),
            notes_title: style.say("What is counted", "统计口径").to_owned(),
            footer: match style.lang {
                Lang::En => format!("Made by openim-history, {made} ({zone})"),
                Lang::Zh => format!("由 openim-history 生成，{made}（{zone}）"),
            },
        }
    }
}

impl Card {
    pub(super) fn new(
        label: impl Into<String>,
        value: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            detail: detail.into(),
        }
    }
}

impl Section {
    pub(super) fn new(id: &'static str, title: &str, about: impl Into<String>) -> Self {
        Self {
            id,
            title: title.to_owned(),
            about: about.into(),
            ..Self::default()
        }
    }

    pub(super) fn wide(mut self) -> Self {
        self.is_wide = true;
        self
    }

    /// Goes over the whole page, so many charts beside each other.
    pub(super) fn beside(mut self, columns: u8) -> Self {
        self.columns = columns;
        self.wide()
    }

    /// Adds a chart. `draw` is given the width to draw for.
    pub(super) fn chart(mut self, name: Option<&str>, draw: impl Fn(f64) -> String) -> Self {
        let broad = match (self.is_wide, self.columns) {
            (true, 3) => NARROW,
            (true, 2) | (false, _) => HALF,
            (true, _) => BROAD,
        };
        self.figures.push(Figure {
            name: name.map(str::to_owned),
            broad: draw(broad),
            narrow: draw(NARROW),
        });
        self
    }

    /// Adds tables of the report by their names.
    pub(super) fn tables(mut self, all: &[Table], names: &[&str], style: &ReportStyle) -> Self {
        for name in names {
            let found = all.iter().find(|table| table.name == *name);
            if let Some(table) = found.filter(|table| !table.rows.is_empty()) {
                self.tables.push(View::new(table, style));
            }
        }
        self
    }
}

/// Widths of charts: over the whole page, over half of it, and on a phone.
pub(super) const BROAD: f64 = 1032.0;
pub(super) const HALF: f64 = 486.0;
pub(super) const NARROW: f64 = 326.0;

impl View {
    fn new(table: &Table, style: &ReportStyle) -> Self {
        let is_number = |kind: ColumnKind| matches!(kind, ColumnKind::Number | ColumnKind::Decimal);
        let heads = table.columns.iter().map(|column| Shown {
            text: match column.name.strip_prefix('h') {
                Some(hour) if hour.len() == 2 => hour.to_owned(),
                _ => style.heading(column.name).to_owned(),
            },
            is_number: is_number(column.kind),
            is_foreign: false,
        });
        // The newest are those of interest where rows are days.
        let left_out = table.rows.len().saturating_sub(ROWS);
        let rows = table.rows[left_out..].iter().map(|row| {
            let cells = table.columns.iter().zip(row);
            let cells = cells.map(|(column, cell)| Shown {
                text: shown(column.name, cell, style),
                is_number: is_number(column.kind),
                is_foreign: matches!(cell, Cell::Text(_)),
            });
            cells.collect()
        });
        let name = style.heading(table.name);
        Self {
            name: match style.lang {
                Lang::En => format!("As a table: {}", name.to_lowercase()),
                Lang::Zh => format!("表格：{name}"),
            },
            heads: heads.collect(),
            rows: rows.collect(),
            rest: (left_out > 0).then(|| match style.lang {
                Lang::En => format!(
                    "{} earlier rows are in the csv and xlsx forms",
                    thousands(left_out as u64)
                ),
                Lang::Zh => format!("更早的 {} 行见 csv 与 xlsx", thousands(left_out as u64)),
            }),
        }
    }
}

fn shown(column: &str, cell: &Cell, style: &ReportStyle) -> String {
    match cell {
        Cell::Nothing => "–".to_owned(),
        Cell::Word(word) if column == "kind" => match Kind::from_name(word) {
            Some(kind) => style.kind(kind).to_owned(),
            None => word.clone(),
        },
        Cell::Word(word) if column == "of" => whose(word, style).to_owned(),
        Cell::Word(word) => word.clone(),
        Cell::Text(text) => one_line(text),
        Cell::Number(number) if column == "weekday" => {
            let day = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
            style.weekday(day).to_owned()
        }
        Cell::Number(number) => thousands(*number),
        Cell::Decimal(number) => format!("{number:.2}"),
        Cell::Date(date) => date.to_string(),
        Cell::Time(time) => style.time(*time),
    }
}

/// Says whose answers are timed.
pub(super) fn whose<'a>(of: &'a str, style: &ReportStyle) -> &'a str {
    match of {
        "all" => style.say("All", "全部"),
        "given" => style.say("Given", "本人回复"),
        "received" => style.say("Received", "对方回复"),
        of => of,
    }
}
