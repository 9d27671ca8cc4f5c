//! What became of every number: the archive against the server, and against itself.

mod census;
mod classes;
mod contents;
mod files;
mod index;
mod media;
mod mongo;
mod report;
mod tables;
mod unasked;
mod views;

pub use self::classes::Classes;
pub use self::report::{ConversationReport, DamagedFile, Finding, Part, Problem, VerifyReport};

use std::path::PathBuf;

use openim_history_client::source::Source;
use openim_history_client::source::mongo::MongoSource;

use self::census::Census;
use crate::archive::Archive;
use crate::error::Result;
use crate::progress::Progress;
use crate::sync::Filter;

/// What the archive is compared with.
#[derive(Clone, Copy, Debug)]
pub enum Against<'a> {
    /// Itself only: tables, index, attachments and files.
    Itself,
    /// Everything the server's MongoDB holds.
    Mongo(&'a MongoSource),
    /// What the server's users see: over REST.
    Views(&'a dyn Source),
}

/// How the archive is verified.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// Which conversations.
    pub filter: Filter,
    /// Compares contents too, and reads every file whole, attachments included; otherwise only what is
    /// there is counted.
    pub full: bool,
    /// Where the search index lies, if not in the archive's own folder.
    pub index_folder: Option<PathBuf>,
    /// How many findings are named, and how many problems; the rest is only counted. A finding takes some
    /// 32 bytes of memory.
    pub named: u64,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            full: false,
            index_folder: None,
            named: 10_000,
        }
    }
}

/// Verifies an archive. Nothing is changed, neither here nor on the server.
pub async fn verify(
    archive: &Archive,
    against: Against<'_>,
    options: &VerifyOptions,
    progress: &dyn Progress,
) -> Result<VerifyReport> {
    let mut report = VerifyReport::naming(options.named);
    let files = files::check(archive, options, progress, &mut report).await?;
    let census = Census::take(archive, files, progress, &mut report).await?;
    index::check(archive, &census, options, progress, &mut report).await?;
    tables::check(archive, options, progress, &mut report).await?;
    media::check(archive, options, progress, &mut report).await?;
    match against {
        Against::Itself => {
            census.report(options, &mut report);
            for conversation in census.ledger.conversations() {
                if options.filter.takes(conversation) {
                    unasked::unknown(&census, conversation, &[], &mut report);
                }
            }
        }
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
