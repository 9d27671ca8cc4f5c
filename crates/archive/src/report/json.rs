//! A report as JSON.

use super::model::Report;
use crate::error::{Error, Result};

/// Returns a report as an indented JSON object: the fields of [`Report`], described in docs/formats/report.md.
pub fn json(report: &Report) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(report)
        .map_err(|error| Error::store("write a report as JSON", error))?;
    text.push(b'\n');
    Ok(text)
}
