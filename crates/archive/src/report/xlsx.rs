//! A report as an Excel workbook: one sheet for each table, with Excel's own charts where they help.

use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormat2ColorScale, DocProperties, ExcelDateTime, Format,
    FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::model::{FORMAT, Report};
use super::numbers::as_float;
use super::table::{Cell, Table, tables};
use super::words::ReportStyle;
use crate::error::{Error, Result};

/// The most characters Excel takes in one cell.
const CELL: usize = 32_000;

/// From here on Excel no longer holds a whole number exactly; it is written as text.
const EXACT: u64 = 1 << 53;

/// Returns a report as an Excel workbook. Text is never taken for a formula; instants are those of the report's
/// zone.
pub fn xlsx(report: &Report, style: &ReportStyle) -> Result<Vec<u8>> {
    write(report, style).map_err(|error| Error::store("write a report as xlsx", error))
}

fn write(report: &Report, style: &ReportStyle) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = report.about.made.to_jiff().map(|time| time.as_second());
    let mut properties = DocProperties::new().set_comment(FORMAT);
    if let Some(made) = made.and_then(|made| ExcelDateTime::from_timestamp(made).ok()) {
        properties = properties.set_creation_datetime(&made);
    }
    workbook.set_properties(&properties);
    let looks = Looks::new();
    for table in tables(report) {
        let sheet = workbook.add_worksheet();
        fill(sheet, &table, style, &looks)?;
        draw(sheet, &table, style)?;
    }
    workbook.save_to_buffer()
}

/// How cells look.
struct Looks {
    heading: Format,
    number: Format,
    decimal: Format,
    date: Format,
    time: Format,
}

impl Looks {
    fn new() -> Self {
        let left = || Format::new().set_align(FormatAlign::Left);
        Self {
            heading: left().set_bold(),
            number: Format::new().set_num_format("#,##0"),
            decimal: Format::new().set_num_format("#,##0.00"),
            date: left().set_num_format("yyyy-mm-dd"),
            time: left().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn fill(
    sheet: &mut Worksheet,
    table: &Table,
    style: &ReportStyle,
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.set_name(style.heading(table.name))?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in (0..).zip(&table.columns) {
        let heading = style.heading(column.name);
        sheet.write_string_with_format(0, at, heading, &looks.heading)?;
        let width = if table.name == "hours" { 8.0 } else { 20.0 };
        sheet.set_column_width(at, width)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (at, cell) in (0..).zip(cells) {
            let fact = (table.name == "facts" && at == 0).then(|| fact(cell, style));
            match (fact.flatten(), cell) {
                (Some(fact), _) => {
                    sheet.write_string(row, at, fact)?;
                }
                (None, cell) => write_cell(sheet, (row, at), cell, style, looks)?,
            }
        }
    }
    if let (Ok(rows), Ok(columns)) = (
        u32::try_from(table.rows.len()),
        u16::try_from(table.columns.len()),
    ) && rows > 0
        && table.name != "facts"
    {
        sheet.autofilter(0, 0, rows, columns.saturating_sub(1))?;
    }
    Ok(())
}

/// Facts have names of ours, told in the reader's language.
fn fact(cell: &Cell, style: &ReportStyle) -> Option<&'static str> {
    let Cell::Word(name) = cell else {
        return None;
    };
    let known = super::words::HEADINGS.iter();
    let (name, ..) = known.clone().find(|(known, ..)| known == name)?;
    Some(style.heading(name))
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &Cell,
    style: &ReportStyle,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Nothing => {}
        Cell::Word(text) | Cell::Text(text) => {
            // Always a string: nothing here ever becomes a formula or a link.
            sheet.write_string(row, at, text.chars().take(CELL).collect::<String>())?;
        }
        Cell::Number(number) if *number < EXACT => {
            sheet.write_number_with_format(row, at, as_float(*number), &looks.number)?;
        }
        Cell::Number(number) => {
            sheet.write_string(row, at, number.to_string())?;
        }
        Cell::Decimal(number) => {
            sheet.write_number_with_format(row, at, *number, &looks.decimal)?;
        }
        Cell::Date(date) => match excel_date(*date) {
            Some(day) => {
                sheet.write_datetime_with_format(row, at, &day, &looks.date)?;
            }
            None => {
                sheet.write_string(row, at, date.to_string())?;
            }
        },
        Cell::Time(time) => match excel_time(*time, style) {
            Some(time) => {
                sheet.write_datetime_with_format(row, at, &time, &looks.time)?;
            }
            None => {
                sheet.write_string(row, at, time.to_string())?;
            }
        },
    }
    Ok(())
}

/// Excel's calendar begins in 1900.
fn excel_date(date: jiff::civil::Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year())
        .ok()
        .filter(|year| *year >= 1900)?;
    let (month, day) = (
        u8::try_from(date.month()).ok()?,
        u8::try_from(date.day()).ok()?,
    );
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn excel_time(
    time: openim_history_client::model::Timestamp,
    style: &ReportStyle,
) -> Option<ExcelDateTime> {
    let zoned = time.to_jiff()?.to_zoned_datetime(style.zone.clone());
    let date = excel_date(zoned.date())?;
    let hour = u16::try_from(zoned.hour()).ok()?;
    let minute = u8::try_from(zoned.minute()).ok()?;
    let second = u8::try_from(zoned.second()).ok()?;
    let milli = u16::try_from(zoned.millisecond()).ok()?;
    date.and_hms_milli(hour, minute, second, milli).ok()
}

/// Puts a chart beside a table where one helps.
fn draw(sheet: &mut Worksheet, table: &Table, style: &ReportStyle) -> Result<(), XlsxError> {
    let Some(last) = u32::try_from(table.rows.len())
        .ok()
        .filter(|rows| *rows > 1)
    else {
        return Ok(());
    };
    // Which column the names are in, and which the numbers.
    let (kind, names, series): (ChartType, u16, &[u16]) = match table.name {
        "days" => (ChartType::Line, 0, &[1, 2]),
        "weeks" => (ChartType::Column, 0, &[2]),
        "months" => (ChartType::Column, 0, &[1]),
        "kinds" => (ChartType::Bar, 0, &[1]),
        "senders" | "groups" => (ChartType::Bar, 1, &[2]),
        "hours" => {
            let scale = ConditionalFormat2ColorScale::new()
                .set_minimum_color("FFFFFF")
                .set_maximum_color("2563EB");
            sheet.add_conditional_format(1, 1, last, 24, &scale)?;
            return Ok(());
        }
        _ => return Ok(()),
    };
    let name = style.heading(table.name);
    let mut chart = Chart::new(kind);
    for column in series {
        let series = chart.add_series();
        series
            .set_categories((name, 1, names, last, names))
            .set_values((name, 1, *column, last, *column))
            .set_name((name, 0, *column));
    }
    if kind == ChartType::Bar {
        // The most comes first in the table, and should on the chart.
        chart.y_axis().set_reverse();
    }
    chart.title().set_name(name);
    chart.set_width(760).set_height(380);
    let columns = u16::try_from(table.columns.len()).unwrap_or(u16::MAX - 1);
    sheet.insert_chart(1, columns + 1, &chart)?;
    Ok(())
}
