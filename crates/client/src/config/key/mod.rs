//! What a key is; the keys themselves are in one table.

mod table;

use std::fmt;

pub(super) use self::table::KEYS;

/// A key of the configuration, with all that is known of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Key {
    /// Full name: `api.url` is `url` in the section `[api]` of `openim-history.toml`.
    pub name: &'static str,
    /// The flag that sets it, where there is one: `--api-url`.
    pub flag: Option<&'static str>,
    /// The environment variable that sets it: `OPENIM_API_URL`.
    pub env: &'static str,
    /// The value when nobody sets it, as one would write it.
    pub default: Option<&'static str>,
    /// A value to start from where there is no default.
    pub example: &'static str,
    /// Whether the value is a secret as a whole and is never shown.
    pub secret: bool,
    /// What it does, in English.
    pub english: &'static str,
    /// What it does, in Chinese.
    pub chinese: &'static str,
    pub(super) kind: Kind,
}

/// Returns every key, in the order of the documentation.
pub fn keys() -> &'static [Key] {
    KEYS
}

impl Key {
    /// Returns the section of `openim-history.toml` the key is in, if it is in one.
    pub fn section(&self) -> Option<&'static str> {
        self.name.split_once('.').map(|(section, _)| section)
    }

    /// Returns the key's name inside its section.
    pub fn short_name(&self) -> &'static str {
        self.name
            .split_once('.')
            .map_or(self.name, |(_, name)| name)
    }

    /// Returns the key of that full name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Returns what a value must be, in words that follow "must be".
    pub fn expects(&self) -> String {
        self.kind.to_string()
    }

    /// Whether a value may appear in a message as it was written.
    pub(super) fn may_be_quoted(&self) -> bool {
        !self.secret && !matches!(self.kind, Kind::HttpUrl | Kind::ProxyUrl | Kind::MongoUri)
    }

    /// Writes the value as it stands in `openim-history.toml`.
    pub(super) fn in_toml(&self, value: &str) -> String {
        match self.kind {
            Kind::Count { .. } | Kind::Rate | Kind::Switch => value.to_owned(),
            Kind::Hosts => format!("[\"{value}\"]"),
            _ => format!("\"{value}\""),
        }
    }
}

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Path,
    /// A folder, or the URL of one in a bucket.
    Place,
    HttpUrl,
    ProxyUrl,
    MongoUri,
    /// `host` or `host:port`, one or more.
    Hosts,
    Count {
        min: u32,
        max: u32,
    },
    /// A positive number that need not be whole.
    Rate,
    Duration {
        zero: bool,
        /// The longest, in hours, where there is one.
        hours: Option<u32>,
    },
    Choice(&'static [&'static str]),
    /// On or off.
    Switch,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("a text that is not empty"),
            Self::Path => f.write_str("a path"),
            Self::Place => f.write_str("a folder, or a URL such as \"s3://bucket/path\""),
            Self::HttpUrl => f.write_str("a URL that starts with http:// or https://"),
            Self::ProxyUrl => {
                f.write_str("a URL that starts with http://, https://, socks5:// or socks5h://")
            }
            Self::MongoUri => {
                f.write_str("a connection string that starts with mongodb:// or mongodb+srv://")
            }
            Self::Hosts => f.write_str("a list of host:port"),
            Self::Count { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Rate => f.write_str("a number greater than 0"),
            Self::Duration {
                hours: Some(hours), ..
            } => write!(
                f,
                "a duration longer than nothing and of at most {hours} hours, such as \"24h\""
            ),
            Self::Duration { zero: true, .. } => {
                f.write_str("a duration such as \"2s\" or \"500ms\"")
            }
            Self::Duration { zero: false, .. } => {
                f.write_str("a duration longer than nothing, such as \"30s\" or \"1m\"")
            }
            Self::Choice(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                write!(f, "one of {}", quoted.join(", "))
            }
            Self::Switch => f.write_str("true or false"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_flag_and_variable_is_there_once() {
        let mut seen = std::collections::HashSet::new();
        for key in KEYS {
            assert!(seen.insert(key.name), "{}", key.name);
            assert!(seen.insert(key.env), "{}", key.env);
            if let Some(flag) = key.flag {
                assert!(seen.insert(flag), "{flag}");
            }
        }
    }

    #[test]
    fn variables_are_named_after_their_keys() {
        // The three names every OpenIM script already uses, the folder's, and what is not OpenIM's.
        let shorter = [
            ("api.secret", "OPENIM_SECRET"),
            ("api.secret_file", "OPENIM_SECRET_FILE"),
            ("api.admin_id", "OPENIM_ADMIN_ID"),
            ("openim_config", "OPENIM_CONFIG"),
            ("archive.place", "OPENIM_HISTORY_ARCHIVE"),
        ];
        for key in KEYS {
            let expected = shorter
                .iter()
                .find(|(name, _)| *name == key.name)
                .map_or_else(
                    || format!("OPENIM_{}", key.name.replace('.', "_").to_uppercase()),
                    |(_, env)| (*env).to_owned(),
                );
            assert_eq!(key.env, expected);
        }
    }

    #[test]
    fn a_secret_has_no_default() {
        for key in KEYS.iter().filter(|key| key.secret) {
            assert_eq!(key.default, None, "{}", key.name);
        }
    }
}
