//! Finding out what is wrong between this program and a server, and what to do about it.

mod api;
mod both;
mod config;
mod mongo;
mod report;

use std::time::Duration;

pub use self::report::{Check, Outcome};
use crate::config::Config;
use crate::model::{Timestamp, UserId};
use crate::source::Source;

/// What to look at besides what the configuration names.
#[derive(Clone, Copy, Debug)]
pub struct DoctorOptions {
    /// This machine's clock.
    pub now: fn() -> Timestamp,
    /// How long to wait for an end that may not answer at all.
    pub patience: Duration,
}

/// Checks the configuration and both ways to the history, in the order in which one depends on
/// the other. Nothing is changed anywhere; no user's token is taken.
///
/// `user` is whose conversations are looked at; without one, somebody who has any is looked for.
pub async fn examine(config: &Config, user: Option<&UserId>, options: DoctorOptions) -> Vec<Check> {
    let mut checks = config::check(config);
    let api = api::check(config, user, options, &mut checks).await;
    let mongo = mongo::check(config, options, &mut checks).await;
    if let (Some(api), Some(mongo)) = (&api, &mongo) {
        checks.push(both::agree(api, mongo).await);
    }
    checks
}

/// An end that answers, and a conversation that was read there.
struct Examined<S> {
    source: S,
    sample: Option<(UserId, crate::model::Bounds)>,
}

/// Writes an error and its causes on one line.
fn chain(error: &crate::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    std::iter::once(error.to_string())
        .chain(causes.map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(": ")
}

/// Returns the newest of a user's conversations that holds something, as that user sees it.
async fn sample_of(
    source: &dyn Source,
    user: &UserId,
) -> crate::Result<(usize, Option<crate::model::Bounds>)> {
    let rows = source.conversations(user).await?;
    let ids: Vec<_> = rows.into_iter().map(|row| row.conversation_id).collect();
    let view = crate::source::View::As(user.clone());
    let bounds = source.bounds(&view, &ids).await?;
    let longest = bounds
        .into_iter()
        .filter(|bounds| !bounds.range.is_empty())
        .max_by_key(|bounds| bounds.range.len());
    Ok((ids.len(), longest))
}
