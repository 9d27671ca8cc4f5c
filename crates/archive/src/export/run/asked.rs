//! What was asked for, as the manifest says it.

use std::collections::BTreeMap;

use openim_history_client::model::Lang;

use super::super::folder::AskedRecord;
use super::super::privacy::Pseudonyms;
use super::super::request::{Asked, ExportRequest};
use super::super::walk::template;
use crate::error::Result;

/// Returns what was asked for, as the manifest says it.
pub(super) fn asked(request: &ExportRequest) -> Result<AskedRecord> {
    let mut formats: Vec<String> = Vec::new();
    let mut templates = BTreeMap::new();
    for format in &request.formats {
        if !formats.iter().any(|name| name == format.name()) {
            formats.push(format.name().to_owned());
        }
        templates.insert(
            format.name().to_owned(),
            template(request, *format)?.to_string(),
        );
    }
    let hides = request.pseudonyms.as_ref();
    let asked = match hides {
        // A query that names somebody would undo it all.
        Some(tokens) => Asked {
            query: match request.asked.query.as_str() {
                "" => String::new(),
                query => tokens.question(query),
            },
            names: Vec::new(),
            by: request.asked.by.clone(),
        },
        None => request.asked.clone(),
    };
    Ok(AskedRecord {
        asked,
        title: request.title.clone(),
        formats,
        templates,
        split: request.split.map(|split| split.to_string()),
        language: match request.lang {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
        .to_owned(),
        zone: zone_name(request),
        pseudonyms: hides.map(Pseudonyms::key_id),
        redact: request.redact,
        media: request.media,
        logs: request.logs,
        csv_bom: request.options.csv_bom,
    })
}

fn zone_name(request: &ExportRequest) -> String {
    match request.zone.iana_name() {
        Some(name) => name.to_owned(),
        None => request
            .zone
            .to_offset(jiff::Timestamp::UNIX_EPOCH)
            .to_string(),
    }
}
