//! Fetching one attachment: whole and as it should be, or not at all.

mod failure;
mod get;
mod part;
mod try_once;

pub(super) use self::failure::Failure;
pub use self::failure::FailureKind;
pub(super) use self::get::Getter;
pub(super) use self::part::Whole;

use std::path::Path;
use std::time::Duration;

use self::part::Part;
use super::options::MediaOptions;
use crate::error::Result;
use crate::tables::attachments::Record;

/// The longest a server can make us wait before it is asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What came of an attachment.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It lies whole in the staging folder.
    Whole {
        whole: Whole,
        /// Whether the server gave it twice with another size than the message says.
        size_differs: bool,
    },
    Failed(Failure),
}

/// Fetches what a record names into a file of the staging folder. Only the folder itself can be an error.
pub(super) async fn fetch(
    getter: &Getter,
    options: &MediaOptions,
    staging: &Path,
    record: &Record,
) -> Result<Outcome> {
    let mut wait = options.retry_wait;
    let mut tries = 0;
    // What came with another size than the message says, the first time.
    let mut odd: Option<Whole> = None;
    loop {
        let mut part = Part::open(staging, &record.url).await?;
        match try_once::try_once(getter, options, &mut part, record).await? {
            Ok(got) => {
                let whole = part.finish(got).await?;
                if record.declared_size.is_none_or(|size| size == whole.size) {
                    return Ok(Outcome::Whole {
                        whole,
                        size_differs: false,
                    });
                }
                match odd.take() {
                    Some(first) if first.sha256 == whole.sha256 => {
                        return Ok(Outcome::Whole {
                            whole,
                            size_differs: true,
                        });
                    }
                    Some(_) => {
                        Part::forget(staging, &record.url).await?;
                        let failure = Failure::wrong_size(record.declared_size, whole.size);
                        return Ok(Outcome::Failed(failure));
                    }
                    None => {
                        Part::forget(staging, &record.url).await?;
                        odd = Some(whole);
                    }
                }
            }
            Err(failure) if failure.is_passing() && tries < options.retries => {
                part.keep().await?;
                tries += 1;
                let pause = failure.retry_after.unwrap_or(wait).min(LONGEST_WAIT);
                tokio::time::sleep(pause).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            Err(failure) if failure.is_passing() => {
                part.keep().await?;
                if part.resumes().is_none() {
                    Part::forget(staging, &record.url).await?;
                }
                return Ok(Outcome::Failed(failure));
            }
            Err(failure) => {
                drop(part);
                Part::forget(staging, &record.url).await?;
                return Ok(Outcome::Failed(failure));
            }
        }
    }
}
