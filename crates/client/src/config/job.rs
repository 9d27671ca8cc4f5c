//! Saved exports: the sections `[export.NAME]` of `openim-history.toml`.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::nearest;
use super::job_key::KEYS;
use crate::error::{Error, Result};

/// The section that holds them.
pub(super) const SECTION: &str = "export";

/// A saved export. Paths are as they stand relative to the file; what words mean is for who runs it to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportJob {
    /// Its name.
    pub name: String,
    /// The query; empty for everything.
    pub query: String,
    /// The folder.
    pub to: PathBuf,
    /// The formats.
    pub format: Vec<String>,
    /// How files are named.
    pub template: Option<String>,
    /// Where another file begins.
    pub split: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Who asked for it.
    pub by: Option<String>,
    /// Whether attachments come along.
    pub media: bool,
    /// Whether the logs beside chats come along.
    pub logs: bool,
    /// Whether numbers of phones and the like are blackened.
    pub redact: bool,
    /// The file with the key of pseudonyms.
    pub pseudonyms_file: Option<PathBuf>,
    /// Another archive than the configured one.
    pub archive: Option<String>,
    /// The language of labels and summaries, `en` or `zh`.
    pub language: Option<String>,
    /// The zone of times, days and months.
    pub time_zone: Option<String>,
    /// Whether CSV begins with the mark of UTF-8; not set: it does.
    pub bom: Option<bool>,
    /// How much memory sorting may take.
    pub memory: Option<String>,
}

/// Reads the saved exports of a file, in their order.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<ExportJob>> {
    // What is wrong with the file as a whole was told before.
    let Ok(table) = DeTable::parse(text) else {
        return Ok(Vec::new());
    };
    let reader = Reader { path, text };
    let Some((name, value)) = table
        .get_ref()
        .iter()
        .find(|(name, _)| name.get_ref() == SECTION)
    else {
        return Ok(Vec::new());
    };
    let DeValue::Table(jobs) = value.get_ref() else {
        return Err(reader.wrong(name.span().start, "export must be sections, [export.NAME]"));
    };
    let mut jobs: Vec<_> = jobs.iter().collect();
    jobs.sort_by_key(|(name, _)| name.span().start);
    jobs.into_iter()
        .map(|(name, value)| match value.get_ref() {
            DeValue::Table(job) => reader.job(name.get_ref(), name.span().start, job),
            _ => {
                let what = format!("export.{0} must be a section, [export.{0}]", name.get_ref());
                Err(reader.wrong(name.span().start, &what))
            }
        })
        .collect()
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn job(&self, name: &str, at: usize, table: &DeTable<'_>) -> Result<ExportJob> {
        let mut job = ExportJob {
            name: name.to_owned(),
            ..ExportJob::default()
        };
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in keys {
            let (word, place) = (&**key.get_ref(), key.span().start);
            let full = format!("export.{name}.{word}");
            let text = || self.string(&full, place, value);
            match word {
                "query" => job.query = text()?,
                "to" => job.to = self.relative(&text()?),
                "format" => job.format = self.strings(&full, place, value)?,
                "template" => job.template = Some(text()?),
                "split" => job.split = Some(self.number_or_text(&full, place, value)?),
                "title" => job.title = Some(text()?),
                "by" => job.by = Some(text()?),
                "media" => job.media = self.flag(&full, place, value)?,
                "logs" => job.logs = self.flag(&full, place, value)?,
                "redact" => job.redact = self.flag(&full, place, value)?,
                "pseudonyms_file" => job.pseudonyms_file = Some(self.relative(&text()?)),
                "archive" => job.archive = Some(self.place(&text()?)),
                "language" => job.language = Some(text()?),
                "time_zone" => job.time_zone = Some(text()?),
                "bom" => job.bom = Some(self.flag(&full, place, value)?),
                "memory" => job.memory = Some(self.number_or_text(&full, place, value)?),
                _ => {
                    let meant = nearest(word, KEYS.iter().map(|key| key.name))
                        .map(|key| format!("; did you mean \"{key}\"?"))
                        .unwrap_or_default();
                    return Err(self.wrong(place, &format!("there is no key \"{full}\"{meant}")));
                }
            }
        }
        for (key, is_there) in [
            ("to", !job.to.as_os_str().is_empty()),
            ("format", !job.format.is_empty()),
        ] {
            if !is_there {
                return Err(self.wrong(at, &format!("[export.{name}] needs the key \"{key}\"")));
            }
        }
        Ok(job)
    }

    fn string(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Result<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.as_ref().to_owned()),
            _ => Err(self.wrong(at, &format!("{key} must be a text"))),
        }
    }

    fn strings(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>> {
        let texts = match value.get_ref() {
            DeValue::String(text) => Some(vec![text.as_ref().to_owned()]),
            DeValue::Array(items) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        texts.ok_or_else(|| self.wrong(at, &format!("{key} must be a text or a list of texts")))
    }

    fn number_or_text(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Result<String> {
        match value.get_ref() {
            DeValue::Integer(number) => Ok(number.as_str().replace('_', "")),
            _ => self.string(key, at, value),
        }
    }

    fn flag(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Result<bool> {
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.wrong(at, &format!("{key} must be true or false"))),
        }
    }

    fn relative(&self, path: &str) -> PathBuf {
        self.path
            .parent()
            .map_or_else(|| path.into(), |folder| folder.join(path))
    }

    /// An address stays as it is.
    fn place(&self, text: &str) -> String {
        if text.contains("://") {
            text.to_owned()
        } else {
            self.relative(text).display().to_string()
        }
    }

    fn wrong(&self, at: usize, what: &str) -> Error {
        let before = self.text.as_bytes().iter().take(at);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Error::Config {
            what: format!("{}:{line}: {what}", self.path.display()),
            source: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<ExportJob>, String> {
        parse(Path::new("dir/f.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_saved_export_is_read_with_paths_beside_the_file() {
        let jobs = read(
            "[export.nightly]\nquery = \"group:a\"\nto = \"out\"\nformat = [\"jsonl\", \"txt\"]\nsplit = 10_000\nredact = true\n\
             [export.all]\nto = \"/srv/all\"\nformat = \"csv\"\nsplit = \"month\"\narchive = \"kept\"\n\
             [export.far]\nto = \"far\"\nformat = \"csv\"\narchive = \"s3://bucket/kept\"\n",
        )
        .expect("reads");
        assert_eq!(jobs.len(), 3);
        assert_eq!(jobs[1].archive.as_deref(), Some("dir/kept"));
        assert_eq!(jobs[2].archive.as_deref(), Some("s3://bucket/kept"));
        assert_eq!(jobs[0].name, "nightly");
        assert_eq!(jobs[0].to, Path::new("dir/out"));
        assert_eq!(jobs[0].format, ["jsonl", "txt"]);
        assert_eq!(jobs[0].split.as_deref(), Some("10000"));
        assert!(jobs[0].redact && !jobs[0].media);
        assert_eq!(jobs[1].to, Path::new("/srv/all"));
        assert_eq!(read("via = \"api\"\n"), Ok(Vec::new()));
    }

    #[test]
    fn every_key_there_is_is_read() {
        let mut text = String::from("[export.all]\n");
        for key in KEYS {
            text.push_str(&format!("{} = {}\n", key.name, key.example));
        }
        let jobs = read(&text).expect("reads");
        let whole = format!("{:?}", jobs[0]);
        // What no key sets would still be as it was.
        assert!(
            !whole.contains("None") && !whole.contains("\"\"") && !whole.contains("[]"),
            "{whole}"
        );
        for key in KEYS {
            assert!(
                whole.contains(&format!("{}: ", key.name)),
                "{} in {whole}",
                key.name
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, said) in [
            (
                "[export.a]\nformt = \"csv\"\n",
                "f.toml:2: there is no key \"export.a.formt\"; did you mean \"format\"?",
            ),
            (
                "[export.a]\nto = \"x\"\n",
                "f.toml:1: [export.a] needs the key \"format\"",
            ),
            (
                "[export.a]\nto = 3\nformat = \"csv\"\n",
                "f.toml:2: export.a.to must be a text",
            ),
            (
                "[export]\nto = \"x\"\n",
                "f.toml:2: export.to must be a section, [export.to]",
            ),
            (
                "export = 1\n",
                "f.toml:1: export must be sections, [export.NAME]",
            ),
            (
                "[export.a]\nto = \"x\"\nformat = \"csv\"\nmedia = 1\n",
                "f.toml:4: export.a.media must be true or false",
            ),
        ] {
            let error = read(text).expect_err("refused");
            assert!(error.ends_with(said), "{error}");
        }
    }
}
