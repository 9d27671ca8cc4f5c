//! What is wanted of an export, as typed.

use std::io::Read;
use std::path::PathBuf;

use bytesize::ByteSize;
use jiff::tz::TimeZone;
use openim_history_archive::export::{ExportFormat, Pseudonyms, Split};
use openim_history_client::model::Lang;

use super::KeyArgs;
use crate::archive::PlaceArgs;
use crate::error::{CommandError, Result};

/// The variable that may hold the key of pseudonyms.
const KEY_VARIABLE: &str = "OPENIM_HISTORY_PSEUDONYMS";

/// Which export.
#[derive(Debug, clap::Args)]
pub(super) struct MakeArgs {
    /// Which messages, in the language of `search`; everything without one
    #[arg(value_name = "QUERY")]
    pub(super) query: Vec<String>,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
    #[command(flatten)]
    pub(super) chosen: ChosenArgs,
    /// The folder: new, empty, or one that the same export made before
    #[arg(long, value_name = "FOLDER", required = true)]
    pub(super) to: Option<PathBuf>,
    /// One or more of html, jsonl, csv, xlsx, parquet, txt, sqlite
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', required = true, value_parser = format)]
    pub(super) format: Vec<ExportFormat>,
    /// How files are named, from {conversation} {name} {kind} {month} {day} {part}
    #[arg(long, value_name = "TEMPLATE")]
    pub(super) template: Option<String>,
    /// Begins another file with each day or month, or behind a number of messages (10000) or a size (50MB)
    #[arg(long, value_name = "SPLIT", value_parser = split)]
    pub(super) split: Option<Split>,
    /// What it is called [default: the query]
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,
    /// Who asked for it, for the manifest [default: the user of the system, but nobody with pseudonyms]
    #[arg(long, value_name = "NAME")]
    pub(super) by: Option<String>,
    /// Takes along the attachments that the archive has
    #[arg(long)]
    pub(super) media: bool,
    /// Takes along the logs beside chats (n_…), too
    #[arg(long)]
    pub(super) logs: bool,
    #[command(flatten)]
    pub(super) key: KeyArgs,
    /// Blackens numbers of phones, identity cards and bank cards, and addresses of mail
    ///
    /// Phones: of China mobile numbers, fixed lines with the code of their area, and 400 and 800 numbers; of every
    /// country numbers that begin with + and its code. Identity cards: of China, with a right checksum. Bank cards:
    /// 13 to 19 digits with a right checksum. With the gaps, dots, dashes and brackets people write.
    #[arg(long)]
    pub(super) redact: bool,
    /// Leaves out the mark by which Excel takes a CSV for UTF-8
    #[arg(long)]
    pub(super) no_bom: bool,
    /// Lets sorting take so much memory, like 512MB, before it goes on from the disk
    #[arg(long, value_name = "SIZE", default_value = "192MiB")]
    pub(super) memory: ByteSize,
    /// Only says what would be written
    #[arg(long)]
    pub(super) dry_run: bool,
    /// A saved export's own language and zone, which its files keep whoever runs it
    #[arg(skip)]
    pub(super) lang: Option<Lang>,
    #[arg(skip)]
    pub(super) zone: Option<TimeZone>,
}

/// Memory that sorting may take where nobody says how much, as `--memory` has it.
pub(super) const MEMORY: ByteSize = ByteSize::mib(192);

/// What can be said of a query with flags as well: they become part of it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ChosenArgs {
    /// The same as from: in the query; can be given several times
    #[arg(long, value_name = "USER")]
    from: Vec<String>,
    /// The same as group:
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// The same as in:
    #[arg(long, value_name = "ID")]
    conversation: Vec<String>,
    /// Only messages sent then or later: a day, a time, or 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only messages sent before
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl ChosenArgs {
    /// Returns the query with everything that was said.
    pub(super) fn join(&self, query: &[String]) -> String {
        let mut parts = Vec::new();
        let written = query.join(" ");
        if !written.is_empty() {
            parts.push(written);
        }
        for (field, values) in [
            ("from", &self.from),
            ("group", &self.group),
            ("in", &self.conversation),
        ] {
            let each: Vec<String> = values
                .iter()
                .map(|value| format!("{field}:{}", quoted(value)))
                .collect();
            match each.len() {
                0 => {}
                1 => parts.extend(each),
                _ => parts.push(format!("({})", each.join(" OR "))),
            }
        }
        // Several words of a query may be alternatives: the flags hold for all of them.
        if parts.len() > 1
            && let Some(written) = parts.first_mut()
            && written.contains(" OR ")
            && !query.is_empty()
        {
            *written = format!("({written})");
        }
        if let Some(since) = &self.since {
            parts.push(format!("after:{}", quoted(since)));
        }
        if let Some(until) = &self.until {
            parts.push(format!("before:{}", quoted(until)));
        }
        parts.join(" ")
    }
}

fn quoted(value: &str) -> String {
    let is_plain =
        !value.is_empty() && !value.contains([' ', '\t', '\n', '"', '(', ')', '\u{3000}']);
    if is_plain {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('"', " "))
    }
}

fn format(name: &str) -> Result<ExportFormat, String> {
    ExportFormat::named(name.trim()).map_err(|error| error.to_string())
}

fn split(text: &str) -> Result<Split, String> {
    Split::parse(text).map_err(|error| error.to_string())
}

impl KeyArgs {
    /// Reads the key: from the file that was named, or else from the environment.
    pub(super) fn read(&self) -> Result<Option<Pseudonyms>> {
        let key = match &self.pseudonyms_file {
            Some(path) if path.as_os_str() == "-" => {
                let mut key = Vec::new();
                let read = std::io::stdin().lock().read_to_end(&mut key);
                read.map_err(|error| {
                    CommandError::usage(format!(
                        "--pseudonyms-file: standard input cannot be read: {error}"
                    ))
                })?;
                key
            }
            Some(path) => std::fs::read(path).map_err(|error| {
                CommandError::usage(format!(
                    "--pseudonyms-file: {} cannot be read: {error}",
                    path.display()
                ))
            })?,
            None => match std::env::var_os(KEY_VARIABLE) {
                Some(key) => key.into_encoded_bytes(),
                None => return Ok(None),
            },
        };
        // An editor's line break at the end is no part of the key.
        let key = key.trim_ascii();
        Ok(Some(Pseudonyms::new(key)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_part_of_the_query() {
        let chosen = ChosenArgs {
            from: vec!["alice".into(), "张 三".into()],
            group: vec!["项目组".into()],
            since: Some("2026-11-01".into()),
            until: Some("2026-11-24 10:00".into()),
            ..ChosenArgs::default()
        };
        assert_eq!(
            chosen.join(&["合同".into(), "OR".into(), "发票".into()]),
            "(合同 OR 发票) (from:alice OR from:\"张 三\") group:项目组 after:2026-11-01 before:\"2026-11-24 10:00\""
        );
        assert_eq!(ChosenArgs::default().join(&[]), "");
    }
}
