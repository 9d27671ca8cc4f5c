//! The REST API.

use std::net::IpAddr;

use tokio::time::{Instant, timeout};
use url::{Host, Url};

use super::{Check, DoctorOptions, Examined, chain, sample_of};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::UserId;
use crate::source::rest::{Dialect, RestSource};
use crate::source::{PageRequest, Source, View};

/// Checks that come after a token was had; all are skipped when it was not.
const AFTER_TOKEN: [&str; 5] = [
    "api.clock",
    "api.dialect",
    "api.paths",
    "api.conversations",
    "api.pull",
];

/// For an address where the calls are not.
const REMEDY_PREFIX: &str = "the URL leads to something else: mind a path prefix (often /api) and the port (10002, not \
                             10001); the token is not the trouble";

/// How many users are tried until one has a conversation.
const USERS_TRIED: u32 = 20;

pub(super) async fn check(
    config: &Config,
    user: Option<&UserId>,
    options: DoctorOptions,
    checks: &mut Vec<Check>,
) -> Option<Examined<RestSource>> {
    let rest = match config.rest_options() {
        Ok(Some(rest)) => rest,
        Ok(None) => {
            checks.push(Check::skipped(
                "api",
                "the REST API is not configured (OPENIM_API_URL, OPENIM_SECRET)",
            ));
            return None;
        }
        Err(error) => {
            checks.push(Check::failed(
                "api",
                chain(&error),
                "see `openim-history config show` and docs/configuration.md",
            ));
            return None;
        }
    };
    checks.push(tls(&rest.url));
    let secret_origin = config.origin("api.secret").to_string();
    let source = match RestSource::connect(rest) {
        Ok(source) => source,
        Err(error) => {
            checks.push(Check::failed(
                "api.reachable",
                chain(&error),
                "correct api.url, api.ca_file or api.proxy",
            ));
            return None;
        }
    };
    if !token(&source, &secret_origin, options, checks).await {
        checks.extend(AFTER_TOKEN.map(|name| Check::skipped(name, "no token")));
        return None;
    }
    checks.push(clock(&source, options).await);
    checks.push(dialect(&source).await);
    checks.push(paths(&source).await);
    let sample = conversations(&source, user, checks).await;
    Some(Examined { source, sample })
}

/// Whether what is sent can be read on the way.
fn tls(url: &Url) -> Check {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Check::ok("api.tls", "the API is called over TLS"),
        _ if loopback => Check::ok("api.tls", "no TLS, but the API is on this machine"),
        _ => Check::warning(
            "api.tls",
            format!(
                "{} is called without TLS: the secret and every message can be read on the way",
                url.authority()
            ),
            "put a gateway with a certificate before the API and use its https:// address",
        ),
    }
}

/// Gets a token: tells apart where nobody answers, the wrong place, secret, and admin id.
async fn token(
    source: &RestSource,
    secret_origin: &str,
    options: DoctorOptions,
    checks: &mut Vec<Check>,
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
    let got = token.outcome == super::Outcome::Ok;
    checks.extend([reachable, secret, admin_id, token]);
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

async fn clock(source: &RestSource, options: DoctorOptions) -> Check {
    const TOLERATED_MILLIS: i64 = 5_000;
    let before = (options.now)().as_millis();
    let asked = Instant::now();
    match source.server_time().await {
        Ok(server) => {
            let took = i64::try_from(asked.elapsed().as_millis()).unwrap_or(0);
            let skew = server.as_millis() - (before + took / 2);
            let found = format!(
                "the server's clock is {:.1} s {}",
                skew.abs() as f64 / 1_000.0,
                ahead_or_behind(skew)
            );
            let found = format!("{found}; one call takes {took} ms");
            if skew.abs() > TOLERATED_MILLIS {
                Check::warning(
                    "api.clock",
                    found,
                    "set both clocks by NTP; times like `7d` count from this machine's",
                )
            } else {
                Check::ok("api.clock", found)
            }
        }
        Err(error) => Check::failed(
            "api.clock",
            chain(&error),
            "the token was accepted, this call should be too",
        ),
    }
}

fn ahead_or_behind(skew: i64) -> &'static str {
    if skew < 0 { "behind" } else { "ahead" }
}

async fn dialect(source: &RestSource) -> Check {
    match source.dialect().await {
        Ok(Dialect::Release) => Check::ok(
            "api.dialect",
            "a release (v3.8.3 or near): administrators' tokens live side by side",
        ),
        Ok(Dialect::Main) if source.admin_id().as_str() == "imAdmin" => Check::warning(
            "api.dialect",
            "the main line: each new token of an administrator ends the one before, and imAdmin is often shared",
            "give this program its own administrator (imAdminUser.userIDs in share.yml) and set OPENIM_ADMIN_ID to it",
        ),
        Ok(Dialect::Main) => Check::ok(
            "api.dialect",
            "the main line: each new token of an administrator ends the one before",
        ),
        Err(error) => Check::failed(
            "api.dialect",
            chain(&error),
            "the token was accepted, this call should be too",
        ),
    }
}

/// Shows the difference between a call that is not there and a token that is not accepted.
async fn paths(source: &RestSource) -> Check {
    const NEEDED: &str = "/msg/pull_msg_by_seq";
    const OF_GUIDES: &str = "/msg/get_max_seq";
    let exists: Result<(bool, bool)> = async {
        Ok((
            source.call_exists(NEEDED).await?,
            source.call_exists(OF_GUIDES).await?,
        ))
    }
    .await;
    match exists {
        Ok((true, false)) => Check::ok(
            "api.paths",
            format!(
                "{NEEDED} is there; {OF_GUIDES}, which some guides name, is not (404, never was)"
            ),
        ),
        Ok((true, true)) => Check::ok("api.paths", format!("{NEEDED} is there")),
        Ok((false, _)) => Check::failed(
            "api.paths",
            format!("{NEEDED} does not exist there although the token is accepted"),
            "a gateway lets only some paths through: open /msg, /user, /group, /conversation and /auth to this program",
        ),
        Err(error) => Check::failed("api.paths", chain(&error), "see the checks above"),
    }
}

/// Lists somebody's conversations and pulls a message of one.
async fn conversations(
    source: &RestSource,
    user: Option<&UserId>,
    checks: &mut Vec<Check>,
) -> Option<(UserId, crate::model::Bounds)> {
    let found = match user {
        Some(user) => sample_of(source, user)
            .await
            .map(|(count, bounds)| (user.clone(), count, bounds)),
        None => anybody(source).await,
    };
    let (user, count, bounds) = match found {
        Ok(found) => found,
        Err(error) => {
            checks.push(Check::failed(
                "api.conversations",
                chain(&error),
                "see the checks above",
            ));
            checks.push(Check::skipped("api.pull", "no conversation"));
            return None;
        }
    };
    let Some(bounds) = bounds else {
        let found =
            format!("{user} has {count} conversations, none with a message this user may see");
        let remedy = "name somebody who has (doctor --user ID); an administrator asked for as itself never sees any";
        checks.push(Check::warning("api.conversations", found, remedy));
        checks.push(Check::skipped("api.pull", "no conversation with a message"));
        return None;
    };
    let (id, range) = (bounds.conversation_id.clone(), bounds.range);
    checks.push(Check::ok(
        "api.conversations",
        format!("{user} has {count}; {id} holds numbers {range}"),
    ));
    let view = View::As(user.clone());
    let newest = range.newest(10);
    checks.push(match source.slots(&view, &id, newest).await {
        Ok(slots) if slots.iter().any(|slot| slot.message().is_some()) => {
            let messages = slots.iter().filter(|slot| slot.message().is_some()).count();
            let placeholders = slots.len() - messages;
            let absent = newest.len().saturating_sub(slots.len() as u64);
            let mut found = format!("{id} {newest}: {messages} messages");
            for (number, what) in [
                (placeholders as u64, "placeholders, which is normal"),
                (absent, "numbers left out of the answer"),
            ] {
                if number > 0 {
                    found = format!("{found}, {number} {what}");
                }
            }
            Check::ok("api.pull", format!("{found}; numbers outside {range} answer nothing"))
        }
        Ok(_) => Check::warning(
            "api.pull",
            format!("{id} {newest} holds no message, only placeholders"),
            "deleted, lost, or read too early by somebody (then the server remembers that for 24 hours); see docs/faq.md",
        ),
        Err(error) => Check::failed("api.pull", chain(&error), "see docs/faq.md"),
    });
    Some((user, bounds))
}

/// Looks for a user with a conversation that holds something.
async fn anybody(source: &RestSource) -> Result<(UserId, usize, Option<crate::model::Bounds>)> {
    let users = source.users(PageRequest::first(USERS_TRIED)).await?;
    let mut first = None;
    for user in users.items {
        let (count, bounds) = sample_of(source, &user.user_id).await?;
        if bounds.is_some() {
            return Ok((user.user_id, count, bounds));
        }
        first.get_or_insert((user.user_id, count, None));
    }
    first.ok_or_else(|| Error::not_found("any user"))
}
