//! RFC 4180: commas, quotes where they are needed, lines ended by CR LF. The headings are the same in every
//! language: programs read them.

use std::borrow::Cow;
use std::path::Path;

use super::super::folder::Sums;
use super::super::writer::{Item, Part, Setting, Writer};
use super::clean::defused;
use super::file::{Output, failed, place};
use super::sheet::{COLUMNS, Cell, cells, wall_clock};
use crate::error::Result;

/// What a file of UTF-8 begins with for Excel to take it as such.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Begins a file. `bom` says whether it begins with the mark of UTF-8.
pub(super) fn begin(
    folder: &Path,
    part: &Part,
    setting: &Setting,
    bom: bool,
) -> Result<Box<dyn Writer>> {
    let mut file = Output::begin(folder, part)?;
    if bom {
        file.write(MARK)?;
    }
    let mut csv = Csv {
        file: ::csv::WriterBuilder::new()
            .terminator(::csv::Terminator::CRLF)
            .from_writer(file),
        path: place(folder, part)?,
        setting: setting.clone(),
        written: 0,
    };
    csv.record(COLUMNS.iter().map(|column| Cow::Borrowed(*column)))?;
    Ok(Box::new(csv))
}

struct Csv {
    file: ::csv::Writer<Output>,
    path: std::path::PathBuf,
    setting: Setting,
    written: u64,
}

impl Csv {
    fn record<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) -> Result<()> {
        let failed = |error| failed(&self.path, error);
        for cell in cells {
            self.written += cell.len() as u64 + 1;
            self.file.write_field(cell.as_bytes()).map_err(failed)?;
        }
        self.file.write_record(None::<&[u8]>).map_err(failed)
    }
}

impl Writer for Csv {
    fn message(&mut self, item: &Item<'_>) -> Result<()> {
        let zone = self.setting.zone.clone();
        let cells = cells(item, self.setting.lang).map(|cell| match cell {
            Cell::Text(text) => match defused(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(defused) => Cow::Owned(defused),
            },
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Time(time) => Cow::Owned(match wall_clock(time, &zone) {
                Some(clock) => clock.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                None => time.to_string(),
            }),
            Cell::Empty => Cow::Borrowed(""),
        });
        self.record(cells.into_iter())
    }

    fn written(&self) -> u64 {
        self.written
    }

    fn end(self: Box<Self>, _next: Option<&Part>) -> Result<Option<Sums>> {
        let Self { file, path, .. } = *self;
        let file = file
            .into_inner()
            .map_err(|error| failed(&path, error.into_error()))?;
        file.end().map(Some)
    }
}
