//! A report as one page: charts drawn here, no script, nothing fetched.

mod buckets;
mod charts;
mod notes;
mod overview;
mod page;
mod people;
mod year;

use askama::Template;

use super::model::Report;
use super::words::ReportStyle;
use crate::error::{Error, Result};

/// Returns a report as a page of its own: HTML that fetches nothing and runs nothing, in light and dark, for
/// large screens, phones and paper. A year's report is a page to show around.
///
/// Whatever names and messages hold is text there.
pub fn html(report: &Report, style: &ReportStyle) -> Result<Vec<u8>> {
    let page = match &report.year {
        Some(year) => year::view(report, year, style).render(),
        None => overview::view(report, style).render(),
    };
    let page = page.map_err(|error| Error::store("write a report as html", error))?;
    Ok(page.into_bytes())
}
