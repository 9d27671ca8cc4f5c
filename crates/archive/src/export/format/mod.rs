//! The formats there are.

mod clean;
mod csv;
mod file;
mod jsonl;
mod parquet;
mod sheet;
mod sqlite;
mod txt;
mod xlsx;

use std::fmt;
use std::path::Path;

use super::html;
use super::writer::{Finished, Part, Setting, Writer};
use crate::error::{Error, Result};

/// A format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ExportFormat {
    /// Pages for a browser, with an index and a search.
    Html,
    /// One JSON object a line: everything the archive has.
    Jsonl,
    /// For spreadsheets and everything else.
    Csv,
    /// For Excel and its like.
    Xlsx,
    /// For engines and notebooks: everything the archive has.
    Parquet,
    /// To read, and to give to language models.
    Txt,
    /// A database of its own: everything the archive has.
    Sqlite,
}

/// Switches of single formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatOptions {
    /// Whether CSV begins with the mark by which Excel takes it for UTF-8.
    pub csv_bom: bool,
}

impl Default for FormatOptions {
    fn default() -> Self {
        Self { csv_bom: true }
    }
}

/// How the text of a format is laid out, raised with every change: files of another version are written anew.
const VERSION: u32 = 1;

impl ExportFormat {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Html,
        Self::Jsonl,
        Self::Csv,
        Self::Xlsx,
        Self::Parquet,
        Self::Txt,
        Self::Sqlite,
    ];

    /// Returns its name, which is that of its flag too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Txt => "txt",
            Self::Sqlite => "sqlite",
        }
    }

    /// Returns the extension of its files.
    pub const fn extension(self) -> &'static str {
        self.name()
    }

    /// Returns the format of that name.
    pub fn named(name: &str) -> Result<Self> {
        let known = Self::ALL.iter().find(|format| format.name() == name);
        known.copied().ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            Error::Invalid(format!(
                "there is no format {name:?}; there are {}",
                names.join(", ")
            ))
        })
    }

    /// Returns how its files are named where nobody says so.
    pub(crate) const fn template(self) -> &'static str {
        match self {
            // To be read by people: a file for each conversation.
            Self::Html | Self::Txt => "{kind}/{name}",
            Self::Jsonl | Self::Csv | Self::Xlsx | Self::Parquet | Self::Sqlite => "messages",
        }
    }

    /// Returns the version of its layout.
    pub(crate) const fn version(self) -> u32 {
        VERSION
    }

    /// Whether its files lead to each other, and pages to them: one has to be written anew when a neighbour is
    /// renamed.
    pub(crate) const fn is_linked(self) -> bool {
        matches!(self, Self::Html)
    }

    /// Begins a file below `folder`.
    pub(crate) fn begin(
        self,
        folder: &Path,
        part: &Part,
        setting: &Setting,
        options: FormatOptions,
    ) -> Result<Box<dyn Writer>> {
        Ok(match self {
            Self::Html => html::begin(folder, part, setting)?,
            Self::Jsonl => jsonl::begin(folder, part)?,
            Self::Csv => csv::begin(folder, part, setting, options.csv_bom)?,
            Self::Xlsx => xlsx::begin(folder, part, setting)?,
            Self::Parquet => parquet::begin(folder, part)?,
            Self::Txt => txt::begin(folder, part, setting)?,
            Self::Sqlite => sqlite::begin(folder, part, setting)?,
        })
    }
}

impl ExportFormat {
    /// Writes the pages that lead to its files below `folder`, and returns their paths there.
    pub(crate) fn finish(
        self,
        folder: &Path,
        setting: &Setting,
        parts: &[Finished],
    ) -> Result<Vec<String>> {
        match self {
            Self::Html => html::finish(folder, setting, parts),
            Self::Jsonl | Self::Csv | Self::Xlsx | Self::Parquet | Self::Txt | Self::Sqlite => {
                Ok(Vec::new())
            }
        }
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
