//! The way to a token: where nobody answers, the wrong place, secret, and admin id.

use tokio::time::{Instant, timeout};

use super::super::{Check, DoctorOptions, Findings, Outcome, chain};
use crate::error::Error;
use crate::source::rest::RestSource;

/// For an address where the calls are not.
const REMEDY_PREFIX: &str = "the URL leads to something else: mind a path prefix (often /api) and the port (10002, not \
                             10001); the token is not the trouble";

/// Gets a token: tells apart where nobody answers, the wrong place, secret, and admin id.
pub(super) async fn check(
    source: &RestSource,
    secret_origin: &str,
    options: DoctorOptions,
    findings: &Findings,
) -> bool {
    let started = Instant::now();
    let outcome = match timeout(options.patience, source.admin_token_check()).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::Unreachable {
            what: source.url().to_owned(),
            source: None,
        }),
    };
    let answers = Check::ok("api.reachable", format!("{} answers", source.url()));
    let (reachable, secret, admin_id, token) = match outcome {
        Ok(token) => {
            let until = token
                .expires
                .map_or_else(String::new, |time| format!(", good until {time}"));
            let whose = format!("the token of {} is accepted{until}", token.user_id);
            let millis = started.elapsed().as_millis();
            (
                Check::ok(
                    "api.reachable",
                    format!("{} answers; token and check took {millis} ms", source.url()),
                ),
                Check::ok("api.secret", format!("right ({secret_origin})")),
                Check::ok(
                    "api.admin_id",
                    format!("{} is an administrator", source.admin_id()),
                ),
                Check::ok("api.token", whose),
            )
        }
        Err(error) => {
            let skipped = |name| Check::skipped(name, "not reached");
            let (reachable, secret, admin_id, token) = diagnosis(&error, source, secret_origin);
            (
                reachable.unwrap_or(answers),
                secret.unwrap_or_else(|| skipped("api.secret")),
                admin_id.unwrap_or_else(|| skipped("api.admin_id")),
                token.unwrap_or_else(|| skipped("api.token")),
            )
        }
    };
    let got = token.outcome == Outcome::Ok;
    findings.extend([reachable, secret, admin_id, token]);
    got
}

type Diagnosis = (Option<Check>, Option<Check>, Option<Check>, Option<Check>);

/// Says which of the four (reachable, secret, admin id, token) an error is about.
fn diagnosis(error: &Error, source: &RestSource, secret_origin: &str) -> Diagnosis {
    let text = chain(error);
    let code = match error {
        Error::Unauthorized { code, .. } => *code,
        Error::Rejected { code, .. } => Some(*code),
        _ => None,
    };
    match (error, code) {
        (_, Some(1001)) if text.contains("adminUserID") || text.contains("userID") => {
            let remedy = "set api.admin_id (OPENIM_ADMIN_ID) to one of the ids the server lists";
            (
                None,
                None,
                Some(Check::failed("api.admin_id", text, remedy)),
                None,
            )
        }
        // The way to a token needs none; a server that asks for one was asked at another path.
        (_, Some(1001)) if text.contains("must have token") => (
            Some(Check::failed("api.reachable", text, REMEDY_PREFIX)),
            None,
            None,
            None,
        ),
        (_, Some(1001)) => {
            let remedy = "errCode 1001 says that the request is malformed: something on the way changes headers or bodies";
            (
                Some(Check::failed("api.reachable", text, remedy)),
                None,
                None,
                None,
            )
        }
        (_, Some(1002)) => {
            let remedy = "copy `secret` from the running server's share.yml, or from IMENV_SHARE_SECRET where that is \
                          set, into OPENIM_SECRET or api.secret_file";
            (
                None,
                Some(Check::failed(
                    "api.secret",
                    format!("wrong ({secret_origin}): {text}"),
                    remedy,
                )),
                None,
                None,
            )
        }
        (_, Some(1004)) => {
            let remedy = "the server's start makes its administrators' accounts; restart its user service once";
            let found = format!("{} has no account: {text}", source.admin_id());
            (
                None,
                None,
                Some(Check::failed("api.admin_id", found, remedy)),
                None,
            )
        }
        (_, Some(code @ 1500..1600)) => {
            let remedy = match code {
                1501 => "the token is expired as soon as it is made: compare the clocks",
                1503 => {
                    "something on the way cuts the token off; look at the gateway's header limits"
                }
                1505 => {
                    "the API and the service that made the token have different secrets; restart all services"
                }
                _ => {
                    "another program uses the same administrator; give this one its own (OPENIM_ADMIN_ID)"
                }
            };
            (
                None,
                None,
                None,
                Some(Check::failed("api.token", text, remedy)),
            )
        }
        (Error::NoSuchCall { .. }, _) => (
            Some(Check::failed("api.reachable", text, REMEDY_PREFIX)),
            None,
            None,
            None,
        ),
        (Error::Malformed { .. }, _) => {
            let remedy = "something other than OpenIM answers there: mind a path prefix (often /api) and the port (10002)";
            (
                Some(Check::failed("api.reachable", text, remedy)),
                None,
                None,
                None,
            )
        }
        _ if error.is_untrusted() => {
            let remedy = "name the authority that signed the server's certificate in api.ca_file (OPENIM_API_CA_FILE), \
                          and call the server by a name the certificate is for";
            (
                Some(Check::failed("api.reachable", text, remedy)),
                None,
                None,
                None,
            )
        }
        _ => {
            let remedy = "is the server up, is the address right, may this machine connect to it?";
            (
                Some(Check::failed("api.reachable", text, remedy)),
                None,
                None,
                None,
            )
        }
    }
}
