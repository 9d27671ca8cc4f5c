//! Finding out what is wrong between this program and a server, and what to do about it.

mod api;
mod both;
mod config;
mod mongo;
mod report;
mod sample;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc;
use futures::{Stream, StreamExt as _, future, stream};

pub use self::report::{Check, Outcome};
use crate::config::Config;
use crate::model::{Bounds, Timestamp, UserId};

/// What to look at besides what the configuration names.
#[derive(Clone, Copy, Debug)]
pub struct DoctorOptions {
    /// This machine's clock.
    pub now: fn() -> Timestamp,
    /// How long to wait for an end that may not answer at all.
    pub patience: Duration,
}

/// Checks the configuration and both ways to the history, in the order in which one depends on
/// the other, and gives each check as soon as it is made. Nothing is changed anywhere; no user's
/// token is taken. It goes on only while the next check is waited for.
///
/// `user` is whose conversations are looked at, by id or by a name only one has; without one,
/// somebody who has any is looked for.
pub fn examine<'a>(
    config: &'a Config,
    user: Option<&'a str>,
    options: DoctorOptions,
) -> impl Stream<Item = Check> + Send + 'a {
    let (sender, checks) = mpsc::unbounded();
    let findings = Findings(sender);
    let examination = stream::once(async move {
        config::check(config, &findings);
        let api = api::check(config, user, options, &findings).await;
        let mongo = mongo::check(config, user, options, &findings).await;
        if let (Some(api), Some(mongo)) = (&api, &mongo) {
            findings.push(both::agree(api, mongo).await);
        }
    });
    // The examination itself yields nothing: what it finds comes the other way.
    stream::select(
        checks,
        examination.filter_map(|()| future::ready(None::<Check>)),
    )
}

/// Where checks are handed over as they are made.
struct Findings(mpsc::UnboundedSender<Check>);

impl Findings {
    fn push(&self, check: Check) {
        // It fails only where nobody waits for checks any more.
        let _ = self.0.unbounded_send(check);
    }

    fn extend(&self, checks: impl IntoIterator<Item = Check>) {
        checks.into_iter().for_each(|check| self.push(check));
    }
}

/// An end that answers, and a conversation that was read there.
struct Examined<S> {
    source: Arc<S>,
    sample: Option<(UserId, Bounds)>,
}

/// Writes an error and its causes on one line.
fn chain(error: &crate::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    std::iter::once(error.to_string())
        .chain(causes.map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(": ")
}

/// Whether a host is this very machine; so is the path of a socket.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.starts_with('/')
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn this_machine_is_told_from_others() {
        for host in [
            "localhost",
            "127.0.0.1",
            "127.1.2.3",
            "::1",
            "[::1]",
            "/tmp/mongod.sock",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "mongo",
            "10.0.0.7",
            "localhost.example.com",
            "[fe80::1]",
            "",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
