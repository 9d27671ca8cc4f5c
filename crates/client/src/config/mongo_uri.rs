//! Connection strings: built, completed and shown without their passwords.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Options whose values are secrets.
const SECRET_OPTIONS: &[&str] = &["password", "authmechanismproperties", "token", "secret"];

/// The option that turns TLS on or off, and its older name.
const TLS_OPTIONS: [&str; 2] = ["tls", "ssl"];

/// A connection string in its parts. Nothing is checked beyond the scheme: the driver does that.
pub(super) struct MongoUri {
    scheme: String,
    user_info: Option<String>,
    hosts: String,
    database: String,
    options: Vec<String>,
}

/// Whether the text starts as a connection string does.
pub(super) fn is_one(text: &str) -> bool {
    ["mongodb://", "mongodb+srv://"].iter().any(|scheme| {
        text.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    })
}

impl MongoUri {
    /// Takes a connection string apart.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user_info, hosts) = match authority.rsplit_once('@') {
            Some((user_info, hosts)) => (Some(user_info.to_owned()), hosts),
            None => (None, authority),
        };
        Some(Self {
            scheme: scheme.to_owned(),
            user_info,
            hosts: hosts.to_owned(),
            database: database.to_owned(),
            options: options
                .split('&')
                .filter(|option| !option.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Returns the connection string of some hosts.
    pub(super) fn of_hosts(hosts: &[String]) -> Self {
        Self {
            scheme: "mongodb".to_owned(),
            user_info: None,
            hosts: hosts.join(","),
            database: String::new(),
            options: Vec::new(),
        }
    }

    /// Whether it names a user.
    pub(super) fn has_user(&self) -> bool {
        self.user_info.is_some()
    }

    /// Returns the database it names; `admin` is where users are kept, never the history.
    pub(super) fn database(&self) -> Option<String> {
        let name = percent_decode_str(&self.database).decode_utf8().ok()?;
        (!name.is_empty() && name != "admin").then(|| name.into_owned())
    }

    /// Names the user, instead of another if there is one.
    pub(super) fn set_user(&mut self, name: &str, password: &str) {
        self.user_info = Some(format!("{}:{}", encoded(name), encoded(password)));
    }

    /// Whether it sets the option.
    pub(super) fn has_option(&self, name: &str) -> bool {
        self.options
            .iter()
            .any(|option| option_name(option).eq_ignore_ascii_case(name))
    }

    /// Returns the database that knows the user, where the string says so.
    pub(super) fn has_auth_source(&self) -> bool {
        self.has_option("authSource") || !self.database.is_empty()
    }

    /// Sets an option, instead of another value if there is one.
    pub(super) fn set_option(&mut self, name: &str, value: &str) {
        self.options
            .retain(|option| !option_name(option).eq_ignore_ascii_case(name));
        self.options.push(format!("{name}={}", encoded(value)));
    }

    /// Whether it says if TLS is used.
    pub(super) fn says_tls(&self) -> bool {
        TLS_OPTIONS.iter().any(|name| self.has_option(name))
    }

    /// Turns TLS on or off, whatever it said.
    pub(super) fn set_tls(&mut self, on: bool) {
        let [name, alias] = TLS_OPTIONS;
        self.options
            .retain(|option| !option_name(option).eq_ignore_ascii_case(alias));
        self.set_option(name, if on { "true" } else { "false" });
    }

    /// Puts it together.
    pub(super) fn to_text(&self) -> String {
        let user = self
            .user_info
            .as_ref()
            .map_or_else(String::new, |user_info| format!("{user_info}@"));
        let mut text = format!("{}://{user}{}/{}", self.scheme, self.hosts, self.database);
        if !self.options.is_empty() {
            text.push('?');
            text.push_str(&self.options.join("&"));
        }
        text
    }
}

/// Returns a URL or connection string with `***` for each password in it.
///
/// A password that should have been encoded and was not is masked all the same: everything up to
/// the last `@` is, be it too much.
pub(super) fn masked(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return "***".to_owned();
    };
    let (user, rest) = match rest.rsplit_once('@') {
        Some((user_info, rest)) => match user_info.split_once(':') {
            Some((user, _)) => (format!("{user}:***@"), rest),
            None => (format!("{user_info}@"), rest),
        },
        None => (String::new(), rest),
    };
    let Some((rest, options)) = rest.split_once('?') else {
        return format!("{scheme}://{user}{rest}");
    };
    let options: Vec<_> = options
        .split('&')
        .map(|option| {
            let name = option_name(option);
            let lower = name.to_lowercase();
            if SECRET_OPTIONS.iter().any(|secret| lower.contains(secret)) {
                format!("{name}=***")
            } else {
                option.to_owned()
            }
        })
        .collect();
    format!("{scheme}://{user}{rest}?{}", options.join("&"))
}

fn option_name(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        for (text, expected) in [
            ("mongodb://h:27017/db", "mongodb://h:27017/db"),
            ("mongodb://u@h/", "mongodb://u@h/"),
            ("mongodb://u:p@h1,h2/db?a=b", "mongodb://u:***@h1,h2/db?a=b"),
            ("mongodb://u:p@ss/w@h/db", "mongodb://u:***@h/db"),
            ("mongodb://u:p?q@h/db", "mongodb://u:***@h/db"),
            ("https://u:p@h/api", "https://u:***@h/api"),
            (
                "mongodb://h/?tls=true&tlsCertificateKeyFilePassword=p&authMechanismProperties=AWS_SESSION_TOKEN:p",
                "mongodb://h/?tls=true&tlsCertificateKeyFilePassword=***&authMechanismProperties=***",
            ),
            ("hunter2", "***"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn the_database_is_the_one_named_unless_it_is_where_users_are_kept() {
        let database = |text| MongoUri::parse(text).unwrap().database();
        assert_eq!(database("mongodb://h"), None);
        assert_eq!(database("mongodb://h/"), None);
        assert_eq!(database("mongodb://h/?tls=true"), None);
        assert_eq!(database("mongodb://u:p@h/admin"), None);
        assert_eq!(database("mongodb://u:p@h/im%5Fdb?x=y").unwrap(), "im_db");
    }

    #[test]
    fn a_user_is_put_in_encoded() {
        let mut uri = MongoUri::parse("mongodb+srv://h.example.com?tls=true").unwrap();
        uri.set_user("a:b", "p@s/s%");
        uri.set_option("authSource", "admin");
        assert_eq!(
            uri.to_text(),
            "mongodb+srv://a%3Ab:p%40s%2Fs%25@h.example.com/?tls=true&authSource=admin"
        );
        uri.set_user("c", "d");
        uri.set_option("AUTHSOURCE", "x");
        assert_eq!(
            uri.to_text(),
            "mongodb+srv://c:d@h.example.com/?tls=true&AUTHSOURCE=x"
        );
    }
}
