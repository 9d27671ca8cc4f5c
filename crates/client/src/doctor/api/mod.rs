//! The REST API.

mod history;
mod token;

use std::sync::Arc;

use tokio::time::Instant;
use url::Url;

use super::{Check, DoctorOptions, Examined, Findings, chain, is_this_machine};
use crate::config::Config;
use crate::error::Result;
use crate::source::rest::{Dialect, RestSource};

/// Checks that come after a token was had; all are skipped when it was not.
const AFTER_TOKEN: [&str; 6] = [
    "api.clock",
    "api.dialect",
    "api.paths",
    "api.conversations",
    "api.bounds",
    "api.pull",
];

pub(super) async fn check(
    config: &Config,
    user: Option<&str>,
    options: DoctorOptions,
    findings: &Findings,
) -> Option<Examined<RestSource>> {
    let rest = match config.rest_options() {
        Ok(Some(rest)) => rest,
        Ok(None) => {
            findings.push(Check::skipped(
                "api",
                "the REST API is not configured (OPENIM_API_URL, OPENIM_SECRET)",
            ));
            return None;
        }
        Err(error) => {
            findings.push(Check::failed(
                "api",
                chain(&error),
                "see `openim-history config show` and docs/configuration.md",
            ));
            return None;
        }
    };
    findings.push(tls(&rest.url));
    let secret_origin = config.origin("api.secret").to_string();
    let source = match RestSource::connect(rest) {
        Ok(source) => Arc::new(source),
        Err(error) => {
            findings.push(Check::failed(
                "api.reachable",
                chain(&error),
                "correct api.url, api.ca_file or api.proxy",
            ));
            return None;
        }
    };
    if !token::check(&source, &secret_origin, options, findings).await {
        findings.extend(AFTER_TOKEN.map(|name| Check::skipped(name, "no token")));
        return None;
    }
    findings.push(clock(&source, options).await);
    findings.push(dialect(&source).await);
    findings.push(paths(&source).await);
    let sample = history::check(&source, user, findings).await;
    Some(Examined { source, sample })
}

/// Whether what is sent can be read on the way.
fn tls(url: &Url) -> Check {
    match url.scheme() {
        "https" => Check::ok("api.tls", "the API is called over TLS"),
        _ if url.host_str().is_some_and(is_this_machine) => {
            Check::ok("api.tls", "no TLS, but the API is on this machine")
        }
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
