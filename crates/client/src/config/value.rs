//! Values: from what is written to what is meant.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use url::Url;

use super::key::{Key, Kind};
use super::mongo_uri;
use super::origin::{Layer, ValueOrigin};
use crate::error::{Cause, Error, Result};

/// A value as it stands in a layer.
pub(super) enum Written {
    /// From a flag, a variable or a YAML file, where everything is text.
    Text(String),
    /// From a file that knows types.
    Typed(Typed),
}

/// A value of `openim-history.toml`.
pub(super) enum Typed {
    Text(String),
    List(Vec<String>),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// Never right; by its name.
    Other(&'static str),
}

/// A value that is right for its key.
#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    Path(PathBuf),
    Url(Url),
    Hosts(Vec<String>),
    Count(u32),
    Rate(f64),
    Duration(Duration),
    Switch(bool),
}

/// A value, whose it is and where it came from.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: ValueOrigin,
    pub(super) layer: Layer,
}

/// Why a value is not right: what stands there, where that helps, and the cause.
#[derive(Default)]
struct Wrong {
    found: Option<String>,
    source: Option<Cause>,
}

impl Setting {
    /// Reads a value; `folder` is what a relative path is relative to.
    pub(super) fn read(
        key: &Key,
        written: Written,
        folder: Option<&Path>,
        origin: ValueOrigin,
        layer: Layer,
    ) -> Result<Self> {
        match Value::read(key, written, folder) {
            Ok(value) => Ok(Self {
                value,
                origin,
                layer,
            }),
            Err(Wrong { found, source }) => {
                let found = found.map_or_else(String::new, |found| format!(", not {found}"));
                Err(Error::Config {
                    what: format!("{origin}: {} must be {}{found}", key.name, key.kind),
                    source,
                })
            }
        }
    }
}

impl Value {
    /// Returns the default of a key.
    pub(super) fn default_of(key: &Key) -> Option<Self> {
        let text = key.default?;
        Self::read(key, Written::Text(text.to_owned()), None).ok()
    }

    fn read(key: &Key, written: Written, folder: Option<&Path>) -> Result<Self, Wrong> {
        match (key.kind, written) {
            (Kind::Hosts, Written::Typed(Typed::List(list))) => hosts(&list),
            (Kind::Count { .. } | Kind::Rate, Written::Typed(Typed::Integer(number))) => {
                Self::from_text(key, &number.to_string(), folder)
            }
            (Kind::Rate, Written::Typed(Typed::Float(number))) => {
                Self::from_text(key, &number.to_string(), folder)
            }
            (Kind::Switch, Written::Typed(Typed::Boolean(on))) => Ok(Self::Switch(on)),
            // A file that knows types says "4" for a text and 4 for a number.
            (Kind::Count { .. } | Kind::Rate | Kind::Switch, Written::Typed(Typed::Text(text))) => {
                Err(Wrong::at(format!("the string {text:?}")))
            }
            (_, Written::Text(text) | Written::Typed(Typed::Text(text))) => {
                Self::from_text(key, &text, folder)
            }
            (_, Written::Typed(Typed::List(_))) => Err(Wrong::at("a list")),
            (_, Written::Typed(Typed::Integer(number))) if key.may_be_quoted() => {
                Err(Wrong::at(format!("the integer {number}")))
            }
            (_, Written::Typed(Typed::Integer(_))) => Err(Wrong::at("an integer")),
            (_, Written::Typed(Typed::Float(number))) if key.may_be_quoted() => {
                Err(Wrong::at(format!("the number {number}")))
            }
            (_, Written::Typed(Typed::Float(_))) => Err(Wrong::at("a number")),
            (_, Written::Typed(Typed::Boolean(_))) => Err(Wrong::at("a boolean")),
            (_, Written::Typed(Typed::Other(name))) => Err(Wrong::at(name)),
        }
    }

    fn from_text(key: &Key, text: &str, folder: Option<&Path>) -> Result<Self, Wrong> {
        let wrong = || Wrong {
            found: key.may_be_quoted().then(|| format!("{text:?}")),
            source: None,
        };
        if text.is_empty() {
            return Err(Wrong::at("an empty text"));
        }
        match key.kind {
            Kind::Text => Ok(Self::Text(text.to_owned())),
            Kind::Path => Ok(Self::Path(
                folder.map_or_else(|| PathBuf::from(text), |folder| folder.join(text)),
            )),
            Kind::Place if text.contains("://") => Ok(Self::Text(text.to_owned())),
            Kind::Place => {
                let folder = folder.map_or_else(|| PathBuf::from(text), |folder| folder.join(text));
                // A path that is not UTF-8 came from the folder; what was typed is.
                Ok(Self::Text(folder.to_string_lossy().into_owned()))
            }
            Kind::HttpUrl => url(text, &["http", "https"]),
            Kind::ProxyUrl => url(text, &["http", "https", "socks5", "socks5h"]),
            Kind::MongoUri if mongo_uri::is_one(text) => Ok(Self::Text(text.to_owned())),
            Kind::Hosts => hosts(&text.split(',').map(str::to_owned).collect::<Vec<_>>()),
            Kind::Count { min, max } => match text.trim().parse() {
                Ok(number) if (min..=max).contains(&number) => Ok(Self::Count(number)),
                _ => Err(wrong()),
            },
            Kind::Rate => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() && number > 0.0 => Ok(Self::Rate(number)),
                _ => Err(wrong()),
            },
            Kind::Duration { zero, hours } => {
                let duration = text
                    .trim()
                    .parse::<SignedDuration>()
                    .map_err(|source| Wrong {
                        source: Some(source.into()),
                        ..wrong()
                    })?;
                let longest = hours.map(|hours| Duration::from_secs(60 * 60 * u64::from(hours)));
                match Duration::try_from(duration) {
                    Ok(duration)
                        if (zero || !duration.is_zero())
                            && longest.is_none_or(|longest| duration <= longest) =>
                    {
                        Ok(Self::Duration(duration))
                    }
                    _ => Err(wrong()),
                }
            }
            Kind::Choice(words) if words.contains(&text) => Ok(Self::Text(text.to_owned())),
            Kind::Switch => text.trim().parse().map(Self::Switch).map_err(|_| wrong()),
            Kind::MongoUri | Kind::Choice(_) => Err(wrong()),
        }
    }

    /// Returns the value as `config show` writes it: no secret, no password.
    pub(super) fn shown(&self, key: &Key) -> String {
        match self {
            _ if key.secret => "***".to_owned(),
            Self::Text(text) if key.kind == Kind::MongoUri => mongo_uri::masked(text),
            Self::Text(text) => text.clone(),
            Self::Path(path) => path.display().to_string(),
            Self::Url(url) => mongo_uri::masked(url.as_str()),
            Self::Hosts(hosts) => hosts.join(","),
            Self::Count(count) => count.to_string(),
            Self::Rate(rate) => rate.to_string(),
            Self::Switch(on) => on.to_string(),
            Self::Duration(duration) => match SignedDuration::try_from(*duration) {
                Ok(duration) => format!("{duration:#}"),
                Err(_) => format!("{duration:?}"),
            },
        }
    }
}

impl Wrong {
    fn at(found: impl Into<String>) -> Self {
        Self {
            found: Some(found.into()),
            source: None,
        }
    }
}

fn url(text: &str, schemes: &[&str]) -> Result<Value, Wrong> {
    // Neither the text nor the URL is repeated: a password may be in it.
    let url = Url::parse(text.trim()).map_err(|source| Wrong {
        found: None,
        source: Some(source.into()),
    })?;
    if !schemes.contains(&url.scheme()) || !url.has_host() {
        return Err(Wrong::default());
    }
    Ok(Value::Url(url))
}

fn hosts(list: &[String]) -> Result<Value, Wrong> {
    let hosts: Vec<_> = list.iter().map(|host| host.trim().to_owned()).collect();
    let wrong = |host: &String| {
        host.is_empty() || host.contains(|c: char| c.is_whitespace() || "@/?#,".contains(c))
    };
    if hosts.is_empty() {
        return Err(Wrong::at("an empty list"));
    }
    if hosts.iter().any(wrong) {
        return Err(Wrong::default());
    }
    Ok(Value::Hosts(hosts))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn read(key: &str, written: Written) -> Result<Value> {
        let key = Key::named(key).unwrap();
        let origin = ValueOrigin::Environment(key.env.into());
        Setting::read(key, written, None, origin, Layer::Environment).map(|setting| setting.value)
    }

    fn error(key: &str, written: Written) -> String {
        match read(key, written) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{key} was accepted"),
        }
    }

    fn shown(key: &str, text: &str) -> String {
        let value = read(key, Written::Text(text.into())).unwrap();
        value.shown(Key::named(key).unwrap())
    }

    #[test]
    fn every_default_is_right_and_shown_as_it_is_written() {
        for key in super::super::keys() {
            let Some(default) = key.default else { continue };
            let shown = Value::default_of(key).unwrap().shown(key);
            assert_eq!(shown.trim_end_matches('/'), default, "{}", key.name);
        }
    }

    #[test]
    fn durations_are_written_as_people_write_them() {
        assert_eq!(shown("api.timeout", "500ms"), "500ms");
        assert_eq!(shown("api.timeout", "1m"), "1m");
        assert_eq!(shown("api.timeout", "1m 30s"), "1m 30s");
        assert_eq!(shown("api.settle", "0s"), "0s");
    }

    #[test]
    fn a_wrong_value_is_named_with_what_was_expected() {
        assert_eq!(
            error("api.concurrency", Written::Text("four".into())),
            "configuration: environment OPENIM_API_CONCURRENCY: api.concurrency must be a whole \
             number from 1 to 256, not \"four\""
        );
        assert_eq!(
            error("api.timeout", Written::Typed(Typed::Integer(30))),
            "configuration: environment OPENIM_API_TIMEOUT: api.timeout must be a duration longer \
             than nothing, such as \"30s\" or \"1m\", not the integer 30"
        );
        for text in ["0", "257", "-1", "1.5", ""] {
            error("api.concurrency", Written::Text(text.into()));
        }
        for text in ["0s", "-2s", "2", "later", ""] {
            error("api.timeout", Written::Text(text.into()));
        }
        for text in ["0", "-1", "NaN", "inf", "1e999"] {
            error("api.max_requests_per_second", Written::Text(text.into()));
        }
        for text in ["yes", "1", "TRUE", ""] {
            error("mongo.tls", Written::Text(text.into()));
        }
        for text in ["127.0.0.1:10002", "ftp://h/", "http:", "mongodb://h"] {
            error("api.url", Written::Text(text.into()));
        }
        for text in ["a,,b", "mongodb://a", "u:p@a", " "] {
            error("mongo.hosts", Written::Text(text.into()));
        }
        error("mongo.hosts", Written::Typed(Typed::List(Vec::new())));
    }

    #[test]
    fn a_wrong_secret_or_address_is_not_repeated() {
        let text = error("api.secret", Written::Typed(Typed::Integer(123_456)));
        assert!(text.ends_with("not an integer"), "{text}");
        for (key, value) in [
            ("api.url", "ftp://u:hunter2@h"),
            ("api.proxy", "hunter2@h"),
            ("mongo.uri", "mongo://u:hunter2@h"),
            ("mongo.hosts", "u:hunter2@h"),
        ] {
            let text = error(key, Written::Text(value.into()));
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_number_in_quotes_is_not_a_number_where_types_are_known() {
        let text = error("api.retries", Written::Typed(Typed::Text("4".into())));
        assert!(text.ends_with("not the string \"4\""), "{text}");
        let text = error("mongo.tls", Written::Typed(Typed::Text("true".into())));
        assert!(
            text.ends_with("must be true or false, not the string \"true\""),
            "{text}"
        );
    }
}
