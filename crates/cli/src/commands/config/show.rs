//! `config show`

use openim_history_client::config::Shown;
use serde::Serialize;

use crate::args::FormatArgs;
use crate::error::Result;
use crate::format::{Field, Format, Row, Sheet, Writer};
use crate::run::App;
use crate::table::{Cell, Column, Look};
use crate::words::heading;

/// Shows every configured value and where it came from; secrets are masked
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let lang = app.ui.lang;
    let sheet = Sheet {
        columns: vec![
            Column::whole(heading("key", lang)),
            Column::text(heading("value", lang)),
            Column::text(heading("origin", lang)),
        ],
        fields: &["key", "value", "origin"],
    };
    let format = Format::chosen(args.format, &config);
    let mut writer = Writer::begin(format, sheet, &mut app.out)?;
    for shown in config.values() {
        writer.row(&ValueRow(shown))?;
    }
    writer.end()?;
    match config.file() {
        Some(path) => app
            .ui
            .status(format!("configuration file: {}", path.display())),
        None => app
            .ui
            .status("no configuration file found; `openim-history config init` writes one"),
    }
    Ok(())
}

struct ValueRow(Shown);

impl ValueRow {
    /// Returns where the value came from; nothing where there is no value.
    fn origin(&self) -> Option<String> {
        self.0.value.as_ref().map(|_| self.0.origin.to_string())
    }
}

impl Row for ValueRow {
    fn json(&self) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct Object<'a> {
            key: &'a str,
            value: Option<&'a str>,
            origin: Option<String>,
        }
        Object {
            key: self.0.key,
            value: self.0.value.as_deref(),
            origin: self.origin(),
        }
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::new(self.0.key),
            Cell::new(self.0.value.as_deref().unwrap_or_default()),
            Cell::new(self.origin().unwrap_or_default()).look(Look::Faint),
        ]
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::own(self.0.key),
            Field::text(self.0.value.as_deref().unwrap_or_default()),
            Field::text(self.origin().unwrap_or_default()),
        ]
    }
}
