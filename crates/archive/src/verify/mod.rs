//! What became of every number: the archive against the server, and against itself.

mod census;
mod contents;
mod itself;
mod mongo;
mod report;
mod views;

pub use self::report::{Classes, ConversationReport, Finding, Problem, VerifyReport};

use std::path::PathBuf;

use openim_history_client::source::Source;
use openim_history_client::source::mongo::MongoSource;

use self::census::Census;
use crate::archive::Archive;
use crate::error::Result;
use crate::sync::{Filter, Progress};

/// What the archive is compared with.
#[derive(Clone, Copy, Debug)]
pub enum Against<'a> {
    /// Itself only: tables, index and files.
    Itself,
    /// Everything the server's MongoDB holds.
    Mongo(&'a MongoSource),
    /// What the server's users see: over REST.
    Views(&'a dyn Source),
}

/// How the archive is verified.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// Which conversations.
    pub filter: Filter,
    /// Compares contents too, and reads every file whole; otherwise only what is there is counted.
    pub full: bool,
    /// Where the search index lies, if not in the archive's own folder.
    pub index_folder: Option<PathBuf>,
}

/// Verifies an archive. Nothing is changed, neither here nor on the server.
pub async fn verify(
    archive: &Archive,
    against: Against<'_>,
    options: &VerifyOptions,
    progress: &dyn Progress,
) -> Result<VerifyReport> {
    progress.begin("tables", None);
    let mut report = VerifyReport::default();
    itself::check(archive, options, &mut report).await?;
    let census = Census::take(archive, &mut report).await?;
    itself::check_index(archive, census.ledger.rows(), options, &mut report).await?;
    match against {
        Against::Itself => census.report(options, &mut report),
        Against::Mongo(source) => {
            mongo::check(archive, source, census, options, progress, &mut report).await?;
        }
        Against::Views(source) => {
            views::check(archive, source, census, options, progress, &mut report).await?;
        }
    }
    report.finish();
    Ok(report)
}
