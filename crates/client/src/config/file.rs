//! The layer of `openim-history.toml`.

use std::path::Path;

use strsim::normalized_damerau_levenshtein;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::job::{self, ExportJob};
use super::key::{KEYS, Key};
use super::origin::{Layer, ValueOrigin};
use super::text;
use super::value::{Setting, Typed, Written};
use crate::error::{Error, Result};

/// How alike two names must be for one to be offered for the other.
const ALIKE: f64 = 0.6;

/// What the file holds.
#[derive(Default)]
pub(super) struct Holds {
    pub(super) settings: Vec<(&'static Key, Setting)>,
    pub(super) jobs: Vec<ExportJob>,
}

/// Reads the file.
pub(super) fn read(path: &Path) -> Result<Holds> {
    // A file that cannot be read is a wrong configuration, not trouble on the way to the history.
    let text = text::read("configuration file", path).map_err(|error| match error {
        Error::Io { what, source } => Error::Config {
            what,
            source: Some(source.into()),
        },
        other => other,
    })?;
    Ok(Holds {
        settings: parse(path, &text)?,
        jobs: job::parse(path, &text)?,
    })
}

/// Returns the key that was probably meant.
pub(super) fn nearest_key(name: &str) -> Option<&'static str> {
    // `secret = ..` outside its section: the name is right and the place is wrong.
    let short = name.rsplit_once('.').map_or(name, |(_, short)| short);
    let misplaced = KEYS.iter().find(|key| key.short_name() == short);
    nearest(name, KEYS.iter().map(|key| key.name)).or_else(|| misplaced.map(|key| key.name))
}

pub(super) fn nearest(
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    known
        .map(|known| (normalized_damerau_levenshtein(name, known), known))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(alike, _)| *alike >= ALIKE)
        .map(|(_, known)| known)
}

fn parse(path: &Path, text: &str) -> Result<Vec<(&'static Key, Setting)>> {
    let document = Document { path, text };
    // The parser's own error is not kept as the cause: its text shows the line, secret and all.
    let table = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        document.wrong(offset, error.message())
    })?;
    let mut settings = Vec::new();
    document.section("", table.get_ref(), &mut settings)?;
    Ok(settings)
}

struct Document<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Document<'_> {
    fn section(
        &self,
        prefix: &str,
        table: &DeTable<'_>,
        settings: &mut Vec<(&'static Key, Setting)>,
    ) -> Result<()> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let at = name.span().start;
            let full = format!("{prefix}{}", name.get_ref());
            if let Some(key) = Key::named(&full) {
                settings.push((key, self.setting(key, at, value)?));
                continue;
            }
            // Saved exports have names of their own.
            if full == job::SECTION {
                continue;
            }
            let inside = format!("{full}.");
            let is_section = KEYS.iter().any(|key| key.name.starts_with(&inside));
            match value.get_ref() {
                DeValue::Table(section) if is_section => {
                    self.section(&inside, section, settings)?;
                }
                _ if is_section => {
                    return Err(self.wrong(at, &format!("{full} must be a section, [{full}]")));
                }
                DeValue::Table(_) => return Err(self.unknown_section(at, &full)),
                _ => return Err(self.unknown_key(at, &full)),
            }
        }
        Ok(())
    }

    fn setting(&self, key: &Key, at: usize, value: &Spanned<DeValue<'_>>) -> Result<Setting> {
        let origin = ValueOrigin::File {
            path: self.path.to_owned(),
            line: self.line(at),
        };
        let written = Written::Typed(typed(value.get_ref()));
        Setting::read(key, written, self.path.parent(), origin, Layer::File)
    }

    fn unknown_key(&self, at: usize, name: &str) -> Error {
        let meant = nearest_key(name)
            .map(|key| format!("; did you mean \"{key}\"?"))
            .unwrap_or_default();
        self.wrong(at, &format!("there is no key \"{name}\"{meant}"))
    }

    fn unknown_section(&self, at: usize, name: &str) -> Error {
        let meant = nearest(name, KEYS.iter().filter_map(Key::section))
            .map(|section| format!("; did you mean [{section}]?"))
            .unwrap_or_default();
        self.wrong(at, &format!("there is no section [{name}]{meant}"))
    }

    fn wrong(&self, at: usize, what: &str) -> Error {
        // The parser's messages can be of several lines; an error is of one.
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        Error::Config {
            what: format!("{}:{}: {what}", self.path.display(), self.line(at)),
            source: None,
        }
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        before.filter(|byte| **byte == b'\n').count() + 1
    }
}

fn typed(value: &DeValue<'_>) -> Typed {
    match value {
        DeValue::String(text) => Typed::Text(text.as_ref().to_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Typed::Other("an integer too big"), Typed::Integer),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or(Typed::Other("a number"), Typed::Float),
        DeValue::Boolean(on) => Typed::Boolean(*on),
        DeValue::Datetime(_) => Typed::Other("a date"),
        DeValue::Table(_) => Typed::Other("a section"),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map_or(Typed::Other("a list of other things"), Typed::List),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        match parse(Path::new("dir/f.toml"), text) {
            Ok(_) => panic!("accepted: {text}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_typo_is_named_with_file_line_and_nearest_key() {
        assert_eq!(
            error("\n[api]\nurll = \"http://h\"\n"),
            "configuration: dir/f.toml:3: there is no key \"api.urll\"; did you mean \"api.url\"?"
        );
        assert_eq!(
            error("secret = \"x\""),
            "configuration: dir/f.toml:1: there is no key \"secret\"; did you mean \"api.secret\"?"
        );
        assert_eq!(
            error("[mongo]\r\nuri = \"mongodb://h\"\r\n[apis]\r\nurl = 1\r\n"),
            "configuration: dir/f.toml:3: there is no section [apis]; did you mean [api]?"
        );
        assert_eq!(
            error("[api]\nflavour = 1"),
            "configuration: dir/f.toml:2: there is no key \"api.flavour\""
        );
    }

    #[test]
    fn a_wrong_type_is_named_with_what_is_there() {
        for (text, ending) in [
            (
                "[api]\nretries = \"4\"",
                "f.toml:2: api.retries must be a whole number from 0 to 100, not the string \"4\"",
            ),
            (
                "via = true",
                "f.toml:1: via must be one of \"auto\", \"api\", \"mongo\", not a boolean",
            ),
            ("api = 3", "f.toml:1: api must be a section, [api]"),
            (
                "[api.url]\nx = 1",
                "f.toml:1: api.url must be a URL that starts with http:// or https://, not a section",
            ),
            (
                "[mongo]\nhosts = [1]",
                "f.toml:2: mongo.hosts must be a list of host:port, not a list of other things",
            ),
            (
                "[api]\nretries = 99999999999999999999",
                "not an integer too big",
            ),
            ("[api]\ntimeout = 30", "not the integer 30"),
        ] {
            let error = error(text);
            assert!(error.ends_with(ending), "{error}");
        }
    }

    #[test]
    fn malformed_toml_names_the_line_and_shows_nothing_of_it() {
        for text in [
            "[api]\nsecret = \"hunter2\n",
            "[api]\nsecret = hunter2\n",
            "[api]\nsecret \"hunter2\"\n",
            "[api]\nsecret = \"hunter2\\q\"\n",
        ] {
            let parsed = parse(Path::new("dir/f.toml"), text)
                .map(|_| ())
                .unwrap_err();
            let shown = format!("{parsed} {parsed:?}");
            assert!(shown.contains("dir/f.toml:2: "), "{shown}");
            assert!(!shown.contains("hunter"), "{shown}");
        }
        let twice = error("[api]\nurl = \"http://a\"\nurl = \"http://b\"\n");
        assert!(twice.contains("f.toml:3: duplicate key"), "{twice}");
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let settings = parse(Path::new("dir/f.toml"), "[api]\nsecret_file = 'a/b'").unwrap();
        let (key, setting) = &settings[0];
        assert_eq!(setting.value.shown(key), "dir/a/b");
    }
}
