//! MongoDB.

use std::sync::Arc;

use tokio::time::timeout;

use super::sample::{self, Sample};
use super::{Check, DoctorOptions, Examined, Findings, chain, is_this_machine};
use crate::config::Config;
use crate::error::Error;
use crate::source::mongo::{MongoSource, Route, ServerInfo};
use crate::source::{PageRequest, Source};

/// Below so many hours of oplog, a follower that is down overnight has to compare everything.
const SHORT_OPLOG_HOURS: f64 = 24.0;

pub(super) async fn check(
    config: &Config,
    user: Option<&str>,
    options: DoctorOptions,
    findings: &Findings,
) -> Option<Examined<MongoSource>> {
    let mongo = match config.mongo_options() {
        Ok(Some(mongo)) => mongo,
        Ok(None) => {
            findings.push(Check::skipped(
                "mongo",
                "MongoDB is not configured (OPENIM_MONGO_URI)",
            ));
            return None;
        }
        Err(error) => {
            findings.push(Check::failed(
                "mongo",
                chain(&error),
                "see `openim-history config show` and docs/configuration.md",
            ));
            return None;
        }
    };
    let database = mongo.database.clone();
    let opened = async {
        let source = MongoSource::connect(mongo).await?;
        let info = source.server_info().await?;
        Ok((source, info))
    };
    let (source, info) = match timeout(options.patience, opened).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => {
            findings.push(not_reached(&error));
            return None;
        }
        Err(_) => {
            let found = format!("no answer within {} s", options.patience.as_secs());
            findings.push(Check::failed("mongo.reachable", found, REMEDY_REACH));
            return None;
        }
    };
    findings.push(Check::ok(
        "mongo.reachable",
        format!("MongoDB {} answers", info.version),
    ));
    findings.push(tls(source.route()));
    findings.push(rights(&info));
    findings.push(history(&source, &info, &database).await);
    let source = Arc::new(source);
    if user.is_some() {
        let found = Sample::of(source.clone(), user).await;
        findings.push(sample::conversations("mongo.conversations", user, &found));
    }
    findings.extend(following(&info));
    Some(Examined {
        source,
        sample: None,
    })
}

const REMEDY_REACH: &str = "is mongod up, is the port right (OpenIM's compose file publishes 37017), may this machine \
                            connect? A replica set whose members are named for another network wants \
                            directConnection=true in the URI; a server that takes callers over TLS only hangs up \
                            on others: mongo.tls (OPENIM_MONGO_TLS=true), and mongo.ca_file where its authority \
                            is your own";

fn not_reached(error: &Error) -> Check {
    let text = chain(error);
    match error {
        // MongoDB's code 13: known, but without the right.
        Error::Unauthorized { code: Some(13), .. } => Check::failed(
            "mongo.rights",
            text,
            "grant the user the role read on OpenIM's database",
        ),
        Error::Unauthorized { .. } => Check::failed(
            "mongo.credentials",
            text,
            "correct user name and password (special characters percent-encoded), and authSource: OpenIM's user lives \
             in openim_v3, a root user in admin",
        ),
        error if error.is_untrusted() => Check::failed(
            "mongo.reachable",
            text,
            "name the authority that signed the server's certificate in mongo.ca_file (OPENIM_MONGO_CA_FILE), and call \
             the server by a name the certificate is for",
        ),
        Error::Config { .. } => Check::failed("mongo", text, "correct the connection string"),
        _ => Check::failed("mongo.reachable", text, REMEDY_REACH),
    }
}

/// Whether what is read can be read on the way.
fn tls(route: &Route) -> Check {
    const NAME: &str = "mongo.tls";
    if route.tls {
        return Check::ok(NAME, "MongoDB is called over TLS");
    }
    let elsewhere = route.hosts.iter().find(|host| !is_this_machine(host));
    match elsewhere {
        None => Check::ok(NAME, "no TLS, but MongoDB is on this machine"),
        Some(host) => Check::warning(
            NAME,
            format!("{host} is called without TLS: every message can be read on the way"),
            "have mongod take callers over TLS (net.tls) and set mongo.tls (OPENIM_MONGO_TLS=true), with mongo.ca_file \
             where its authority is your own; or reach it through a tunnel",
        ),
    }
}

fn rights(info: &ServerInfo) -> Check {
    const REMEDY: &str = "make a user with the role read on OpenIM's database and nothing else; see docs/openim/mongodb.md";
    match (info.rights.authenticated, info.rights.can_write) {
        (false, _) => Check::warning(
            "mongo.rights",
            "the server asks nobody who they are: anybody may change history",
            REMEDY,
        ),
        (true, true) => Check::warning(
            "mongo.rights",
            "this user could change the history it reads",
            REMEDY,
        ),
        (true, false) => Check::ok("mongo.rights", "this user can read and not write"),
    }
}

/// Whether the history can be read, and how large it is.
async fn history(source: &MongoSource, info: &ServerInfo, database: &str) -> Check {
    const NAME: &str = "mongo.history";
    if let Err(error) = source.users(PageRequest::first(1)).await {
        return Check::failed(
            NAME,
            chain(&error),
            "grant the user the role read on OpenIM's database",
        );
    }
    match info.messages {
        Some(stats) if stats.documents > 0 => Check::ok(
            NAME,
            format!(
                "msg holds {} blocks of up to 100 messages: {} of data, {} on disk",
                stats.documents,
                bytes(stats.size),
                bytes(stats.storage)
            ),
        ),
        Some(_) => Check::warning(
            NAME,
            format!("msg in {database:?} holds nothing"),
            "is mongo.database the server's? (mongodb.yml, openim_v3 by default)",
        ),
        None => Check::warning(
            NAME,
            format!("{database:?} has no collection msg, or this user may not ask for its size"),
            "is mongo.database the server's? (mongodb.yml, openim_v3 by default)",
        ),
    }
}

/// Whether changes could be followed as they happen, and for how long one may look away.
fn following(info: &ServerInfo) -> Vec<Check> {
    const NAME: &str = "mongo.changes";
    if !info.change_streams {
        let remedy = "reading is not affected; to follow live, start mongod with --replSet rs0 and call rs.initiate() once";
        return vec![Check::warning(
            NAME,
            "a single server: changes cannot be followed live",
            remedy,
        )];
    }
    let set = info.replica_set.as_deref().unwrap_or("a sharded cluster");
    let mut checks = vec![Check::ok(
        NAME,
        format!("{set}: changes can be followed live"),
    )];
    if info.replica_set.is_some() {
        checks.push(match info.oplog {
            Some(oplog) => {
                let hours = (oplog.last.as_millis() - oplog.first.as_millis()) as f64 / 3_600_000.0;
                let found = format!("the oplog reaches {hours:.1} hours back");
                if hours < SHORT_OPLOG_HOURS {
                    let remedy = "normal for a young server; otherwise raise it (replSetResizeOplog) to more than a \
                                  night, so that a follower that was down can go on";
                    Check::warning("mongo.oplog", found, remedy)
                } else {
                    Check::ok("mongo.oplog", found)
                }
            }
            None => Check::skipped("mongo.oplog", "this user may not read local.oplog.rs; grant read on local to see it"),
        });
    }
    checks
}

fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    #[test]
    fn a_way_others_can_listen_to_is_warned_about() {
        let route = |tls, hosts: &[&str]| Route {
            hosts: hosts.iter().map(ToString::to_string).collect(),
            tls,
        };
        for (route, outcome) in [
            (route(false, &["127.0.0.1", "localhost"]), Outcome::Ok),
            (route(true, &["db1", "db2"]), Outcome::Ok),
            (route(false, &["127.0.0.1", "db2"]), Outcome::Warning),
        ] {
            assert_eq!(tls(&route).outcome, outcome, "{route:?}");
        }
        let warning = tls(&route(false, &["db2"]));
        assert!(warning.found.starts_with("db2 is called without TLS"));
        let remedy = warning.remedy.expect("a remedy");
        assert!(remedy.contains("OPENIM_MONGO_TLS=true"), "{remedy}");
    }

    #[test]
    fn sizes_take_the_largest_unit_that_fits() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(u64::MAX), "16777216.0 TiB");
    }
}
