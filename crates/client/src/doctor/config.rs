//! What the configuration says.

use super::{Check, Findings};
use crate::config::Config;

pub(super) fn check(config: &Config, findings: &Findings) {
    let read = [config.file(), config.openim_config()];
    let read: Vec<_> = read
        .into_iter()
        .flatten()
        .map(|path| path.display().to_string())
        .collect();
    let found = if read.is_empty() {
        "no file read, only flags and environment variables".to_owned()
    } else {
        format!("read {}", read.join(" and "))
    };
    findings.push(Check::ok("config", found));
    let remedy = "change it, or leave it if it is meant; see `openim-history config show`";
    findings.extend(
        config
            .warnings()
            .iter()
            .map(|warning| Check::warning("config", warning.to_string(), remedy)),
    );
    if let Some(retention) = config.retention() {
        findings.push(if retention.days < 1 {
            Check::ok("retention", format!("the server keeps messages for ever ({})", retention.origin))
        } else {
            Check::warning(
                "retention",
                format!("the server throws messages away after {} days ({})", retention.days, retention.origin),
                "read what you want to keep before that; whole blocks of 100 messages go at once, at night",
            )
        });
    }
}
