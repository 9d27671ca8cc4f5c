//! What to do about an error: one function from error to hint.

use openim_history_client::Error;
use openim_history_client::source::Origin;

/// OpenIM's codes that a remedy is known for (open-im-server `pkg/common/servererrs/code.go`, and
/// gRPC's own below 100).
mod code {
    pub(super) const TOO_MANY_BYTES: i32 = 8;
    pub(super) const ARGUMENTS: i32 = 1001;
    pub(super) const NO_PERMISSION: i32 = 1002;
}

/// MongoDB's codes for "your user may not do that" and "no such user, or another password"; OpenIM has none of them.
mod mongo {
    pub(super) const NOT_AUTHORIZED: i32 = 13;
    pub(super) const AUTHENTICATION_FAILED: i32 = 18;
}

/// Returns what to do about an error, where there is something.
pub(super) fn for_error(error: &Error) -> Option<String> {
    let hint = match error {
        Error::Unauthorized {
            code: Some(mongo::NOT_AUTHORIZED),
            ..
        } => {
            "grant MongoDB's user the role read on OpenIM's database (mongo.database): it is enough, to follow \
             changes too; `openim-history doctor` looks at each step"
        }
        Error::Unauthorized {
            code: Some(mongo::AUTHENTICATION_FAILED),
            ..
        } => {
            "correct MongoDB's user name and password (special characters percent-encoded), and authSource: \
             OpenIM's user lives in openim_v3, a root user in admin; `openim-history config show` tells where \
             they come from"
        }
        Error::Unauthorized { .. } => {
            "is the secret that of the server's share.yml, and the admin id one of its \
             administrators? `openim-history config show` tells where both come from, \
             `openim-history doctor` tries them"
        }
        Error::NotFound { what } => return for_missing(what),
        // The way to a token needs none; a server that asks for one was asked at another path.
        Error::Rejected {
            code: code::ARGUMENTS,
            message,
            ..
        } if message.contains("must have token") => {
            "the URL leads to something else: mind a path prefix (often /api) and the port (10002, \
             not 10001); `openim-history doctor` looks at each step"
        }
        Error::Rejected { code, .. } => match *code {
            code::TOO_MANY_BYTES => {
                "the answer was too large for the server; ask for a smaller --seq range"
            }
            code::ARGUMENTS => {
                "the server did not understand the request; `openim-history doctor` tells whether \
                 its version is one this tool knows"
            }
            code::NO_PERMISSION => {
                "the admin id is not one of the server's administrators: see imAdminUserID in its \
                 share.yml"
            }
            _ => return None,
        },
        error if error.is_untrusted() => {
            "name the authority that signed it in api.ca_file or mongo.ca_file \
             (OPENIM_API_CA_FILE, OPENIM_MONGO_CA_FILE), and call the server by a name it is for"
        }
        Error::Unreachable { .. } => {
            "is the address right, and the server up? `openim-history doctor` looks at each step"
        }
        Error::NoSuchCall { .. } => {
            "does the API's address lack a path prefix, or point at another service? \
             `openim-history doctor` looks at each step"
        }
        Error::Malformed { .. } => {
            "is there a proxy or another service at that address? \
             `openim-history doctor` looks at each step"
        }
        Error::NotSupported { origin, .. } => match origin {
            Origin::Api => {
                "the REST API only shows what one user sees: name a user with --view, or configure \
                 MongoDB"
            }
            Origin::Mongo | Origin::Memory => "configure the REST API",
        },
        Error::Incomplete { source, .. } => {
            return Some(for_rest("ask again for the rest with --seq", source));
        }
        Error::Config { .. } => {
            "`openim-history config init` writes a file with every key explained"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Says how to read on where reading broke off, and what to do about the reason.
pub(super) fn for_rest(rest: &str, reason: &Error) -> String {
    let again = format!("what was read is good; {rest}");
    match for_error(reason) {
        Some(hint) => format!("{again}; {hint}"),
        None => again,
    }
}

/// The library's text begins with the kind of thing that was looked for.
fn for_missing(what: &str) -> Option<String> {
    let hint = match what.split(' ').next()? {
        "user" => "`openim-history users --name TEXT` finds users by nickname",
        "group" => "`openim-history groups --name TEXT` finds groups by name",
        "conversation" | "a" => {
            "`openim-history conversations --user ID` lists a user's conversations"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_keeps_the_hint_of_its_cause() {
        let refused = Error::Unreachable {
            what: "http://127.0.0.1:1".into(),
            source: None,
        };
        let hint = for_error(&Error::incomplete(Vec::new(), refused)).expect("a hint");
        assert!(hint.contains("--seq") && hint.contains("doctor"), "{hint}");
    }

    #[test]
    fn a_call_that_went_astray_is_told_from_one_that_was_malformed() {
        let hint = |message: &str| {
            for_error(&Error::Rejected {
                call: "/auth/get_admin_token".into(),
                code: 1001,
                message: message.into(),
            })
        };
        let astray = hint("ArgsError: header must have token").expect("a hint");
        assert!(astray.contains("path prefix"), "{astray}");
        let malformed = hint("ArgsError: userIDs is empty").expect("a hint");
        assert!(!malformed.contains("path prefix"), "{malformed}");
    }

    #[test]
    fn credentials_are_asked_about_where_they_were_refused() {
        let hint = |code| {
            let refused = Error::Unauthorized {
                by: "somebody".into(),
                reason: "no".into(),
                code,
            };
            for_error(&refused).expect("a hint")
        };
        for code in [None, Some(1002), Some(1501)] {
            assert!(hint(code).contains("share.yml"), "{code:?}");
        }
        assert!(hint(Some(13)).contains("role read"));
        assert!(hint(Some(18)).contains("authSource"));
    }

    #[test]
    fn what_is_missing_says_where_to_look() {
        let hint = |what| for_error(&Error::not_found(what)).unwrap_or_default();
        assert!(hint("user \"eve\"").contains("users --name"));
        assert!(hint("group \"g\"").contains("groups --name"));
        assert!(hint("conversation \"si_a_b\"").contains("conversations --user"));
        assert_eq!(hint("message 7"), "");
    }
}
