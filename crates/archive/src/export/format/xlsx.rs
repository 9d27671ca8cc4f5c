//! Excel's workbook. Text is always text, never a formula or a link; what does not fit a sheet goes on in the
//! next one.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use openim_history_client::model::Lang;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::super::folder::Sums;
use super::super::writer::{Item, Part, Setting, Writer};
use super::file::{failed, place};
use super::sheet::{COLUMNS, Cell, cells, heading, wall_clock};
use crate::error::Result;

/// Rows of a sheet, by Excel's own limit.
const ROWS: u32 = 1_048_576;

/// UTF-16 units of a cell, by Excel's own limit.
const CELL: usize = 32_767;

/// Units kept of a longer cell: with the remark behind them they still fit.
const KEPT: usize = 32_600;

/// Begins a file.
pub(super) fn begin(folder: &Path, part: &Part, setting: &Setting) -> Result<Box<dyn Writer>> {
    Ok(Box::new(sheets(folder, part, setting, ROWS)?))
}

fn sheets(folder: &Path, part: &Part, setting: &Setting, rows: u32) -> Result<Xlsx> {
    let path = place(folder, part)?;
    let mut book = Workbook::new();
    // Beside the file: the system's own folder may be small.
    let parent = path.parent().unwrap_or(folder);
    book.set_tempdir(parent)
        .map_err(|error| failed(&path, error))?;
    let mut xlsx = Xlsx {
        book,
        path,
        setting: setting.clone(),
        rows,
        sheet: 0,
        row: 0,
        written: 0,
        cut: 0,
        time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
    };
    xlsx.next_sheet()?;
    Ok(xlsx)
}

struct Xlsx {
    book: Workbook,
    path: PathBuf,
    setting: Setting,
    /// How many rows a sheet takes.
    rows: u32,
    /// Sheets so far.
    sheet: usize,
    /// The next row of the last one.
    row: u32,
    /// Bytes of what was put in, as a measure of the file.
    written: u64,
    /// Cells that did not fit.
    cut: u64,
    time: Format,
}

impl Xlsx {
    fn next_sheet(&mut self) -> Result<()> {
        self.sheet += 1;
        let name = match (self.setting.lang, self.sheet) {
            (Lang::En, 1) => "Messages".to_owned(),
            (Lang::En, number) => format!("Messages {number}"),
            (Lang::Zh, 1) => "消息".to_owned(),
            (Lang::Zh, number) => format!("消息 {number}"),
        };
        let setting = &self.setting;
        let begun = (|| {
            let sheet = self.book.add_worksheet_with_constant_memory()?;
            sheet.set_name(name)?;
            sheet.set_freeze_panes(1, 0)?;
            for (column, width) in [(0, 20), (1, 24), (2, 16), (3, 10), (4, 60), (5, 40)] {
                sheet.set_column_width(column, width)?;
            }
            let bold = Format::new().set_bold();
            for (at, column) in (0u16..).zip(COLUMNS) {
                sheet.write_string_with_format(0, at, heading(column, setting), &bold)?;
            }
            Ok(())
        })();
        begun.map_err(|error: XlsxError| failed(&self.path, error))?;
        self.row = 1;
        Ok(())
    }

    /// Writes a row, and returns how many bytes and how many cells that did not fit it had.
    fn write(&mut self, item: &Item<'_>) -> Result<(u64, u64), XlsxError> {
        let (row, lang) = (self.row, self.setting.lang);
        let sheet = self.book.worksheet_from_index(self.sheet - 1)?;
        let (mut bytes, mut cut) = (0, 0);
        for (column, cell) in (0u16..).zip(cells(item, lang)) {
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => number_into(sheet, row, column, number)?,
                Cell::Time(time) => match wall_clock(time, &self.setting.zone).and_then(serial) {
                    Some(serial) => {
                        sheet.write_number_with_format(row, column, serial, &self.time)?;
                    }
                    None => {
                        sheet.write_string(row, column, time.to_string())?;
                    }
                },
                Cell::Text(text) => {
                    let fitting = fitting(&text, lang);
                    cut += u64::from(matches!(fitting, Cow::Owned(_)));
                    bytes += fitting.len() as u64;
                    sheet.write_string(row, column, fitting)?;
                }
            }
        }
        Ok((bytes + 200, cut))
    }
}

/// Whole numbers are exact up to 2^53 in a sheet; greater ones are written as text.
fn number_into(sheet: &mut Worksheet, row: u32, column: u16, number: i64) -> Result<(), XlsxError> {
    const EXACT: i64 = 1 << 53;
    if (-EXACT..=EXACT).contains(&number) {
        #[expect(clippy::cast_precision_loss, reason = "the range was looked at")]
        sheet.write_number(row, column, number as f64)?;
    } else {
        sheet.write_string(row, column, number.to_string())?;
    }
    Ok(())
}

/// Returns a time as Excel counts it: days since the last day of 1899. Its calendar begins in 1900, and has a
/// day too many before March of that year.
fn serial(clock: jiff::civil::DateTime) -> Option<f64> {
    let first = jiff::civil::date(1899, 12, 30);
    if clock.date() < jiff::civil::date(1900, 3, 1) {
        return None;
    }
    let days = clock.date().since(first).ok()?.get_days();
    let time = clock.time();
    let seconds = f64::from(time.hour()) * 3600.0
        + f64::from(time.minute()) * 60.0
        + f64::from(time.second())
        + f64::from(time.millisecond()) / 1000.0;
    Some(f64::from(days) + seconds / 86_400.0)
}

/// Returns what a cell holds of a text: all, or its beginning and a remark of how much there is.
fn fitting(text: &str, lang: Lang) -> Cow<'_, str> {
    if text.len() <= CELL || text.encode_utf16().count() <= CELL {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > KEPT
    });
    let kept = &text[..end.map_or(text.len(), |(at, _)| at)];
    let all = text.chars().count();
    Cow::Owned(match lang {
        Lang::En => {
            format!("{kept}… [cut off here: the text has {all} characters, a cell takes {CELL}]")
        }
        Lang::Zh => format!("{kept}…[此处截断：全文 {all} 个字符，单元格最多 {CELL} 个]"),
    })
}

impl Writer for Xlsx {
    fn message(&mut self, item: &Item<'_>) -> Result<()> {
        if self.row >= self.rows {
            self.next_sheet()?;
        }
        let (bytes, cut) = self
            .write(item)
            .map_err(|error| failed(&self.path, error))?;
        self.row += 1;
        self.written += bytes;
        self.cut += cut;
        Ok(())
    }

    fn written(&self) -> u64 {
        self.written
    }

    fn cut(&self) -> u64 {
        self.cut
    }

    fn end(mut self: Box<Self>, _next: Option<&Part>) -> Result<Option<Sums>> {
        self.book
            .save(&self.path)
            .map_err(|error| failed(&self.path, error))?;
        let file = std::fs::File::open(&self.path).and_then(|file| file.sync_all());
        file.map_err(|error| failed(&self.path, error))?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_too_long_says_so() {
        let long = "合".repeat(40_000);
        let cell = fitting(&long, Lang::En);
        assert!(cell.ends_with("the text has 40000 characters, a cell takes 32767]"));
        assert!(cell.encode_utf16().count() <= CELL);
        let emoji = "😀".repeat(20_000);
        assert!(fitting(&emoji, Lang::Zh).encode_utf16().count() <= CELL);
        assert!(matches!(
            fitting(&"合".repeat(CELL), Lang::En),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn times_are_counted_as_excel_does() {
        let at = |text: &str| serial(text.parse().expect("a time"));
        assert_eq!(at("1900-03-01T00:00:00"), Some(61.0));
        assert_eq!(at("2026-11-24T12:00:00"), Some(46_350.5));
        assert_eq!(at("1899-01-01T00:00:00"), None);
    }
}
