//! Which archive, and how it is opened.

use std::path::PathBuf;

use openim_history_archive::index::{Index, IndexSettings};
use openim_history_archive::sync::Progress;
use openim_history_archive::{Archive, Error, Healed, Place, Writer, WriterOptions};
use openim_history_client::config::Config;

use super::Stages;
use crate::error::Result;
use crate::folders;

/// Which archive, as typed.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ArchiveArgs {
    /// Where the archive lies: a folder, or a URL like s3://bucket/path [default: archive.place of
    /// the configuration, or openim-archive]
    ///
    /// A bucket's credentials come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    /// AWS_REGION, AWS_ENDPOINT_URL, …
    #[arg(value_name = "ARCHIVE")]
    positional: Option<String>,
    /// The same as ARCHIVE
    #[arg(long, value_name = "PLACE", conflicts_with = "positional")]
    archive: Option<String>,
}

impl ArchiveArgs {
    /// Returns the place that was typed, or else the configured one. Nothing is touched yet.
    pub(crate) fn place(&self, config: &Config) -> Result<Place> {
        chosen(self.positional.as_ref().or(self.archive.as_ref()), config)
    }
}

/// Which archive, as typed for a command whose arguments are something else.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlaceArgs {
    /// Where the archive lies: a folder, or a URL like s3://bucket/path [default: archive.place of
    /// the configuration, or openim-archive]
    #[arg(long, value_name = "PLACE")]
    archive: Option<String>,
}

impl PlaceArgs {
    /// Names an archive that was not typed; the configured one where it is none.
    pub(crate) fn named(archive: Option<String>) -> Self {
        Self { archive }
    }

    /// Returns the place that was typed, or else the configured one. Nothing is touched yet.
    pub(crate) fn place(&self, config: &Config) -> Result<Place> {
        chosen(self.archive.as_ref(), config)
    }
}

fn chosen(typed: Option<&String>, config: &Config) -> Result<Place> {
    let place = typed.cloned().unwrap_or_else(|| config.archive_place());
    let options: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("AWS_"))
        .collect();
    Ok(Place::new(&place, &options)?)
}

/// Returns how an archive is written, as configured.
pub(crate) fn writer_options(config: &Config, with_index: bool) -> WriterOptions {
    WriterOptions {
        index: with_index.then(IndexSettings::default),
        retention: config.archive_retention(),
        ..WriterOptions::default()
    }
}

/// Opens an archive for writing, or makes one of the server of that name where nothing lies yet. How far its index is
/// is shown, where it has to be brought up to date.
pub(crate) async fn writer(
    place: &Place,
    server: &str,
    mut options: WriterOptions,
    stages: &Stages<'_>,
) -> Result<Writer> {
    if options.index.is_some() && place.local().is_none() {
        // Its index lies on this machine, under the id that only an archive that exists has.
        let archive = match Archive::open(place).await {
            Err(Error::NotAnArchive { .. }) => {
                let without = WriterOptions {
                    index: None,
                    ..options.clone()
                };
                Archive::write(place, server, without)
                    .await?
                    .close()
                    .await?;
                Archive::open(place).await?
            }
            opened => opened?,
        };
        options.index_folder = cache_of(&archive, "index");
    }
    let opened = Archive::write_with_progress(place, server, options, stages);
    Ok(stages.watch(opened).await?)
}

/// Returns where something that can be made again lies of an archive that is not on this machine: in the
/// user's folder for such things. `None` where it lies with the archive.
pub(crate) fn cache_of(archive: &Archive, what: &str) -> Option<PathBuf> {
    if archive.place().local().is_some() {
        return None;
    }
    beside(archive, what)
}

/// Opens the search index, brought up to date. Of an archive that cannot be written, one that is behind stays as it
/// is, and another lies in the user's folder for what can be made again.
pub(crate) async fn index_of(
    archive: &Archive,
    progress: &dyn Progress,
) -> openim_history_archive::Result<(Index, Option<Healed>)> {
    let settings = IndexSettings::default();
    let opened = archive
        .index(cache_of(archive, "index"), settings, progress)
        .await;
    match opened {
        Err(error) if error.is_unwritable() => match beside(archive, "index") {
            Some(folder) => archive.index(Some(folder), settings, progress).await,
            None => Err(error),
        },
        opened => opened,
    }
}

/// Returns where something of an archive's lies in the user's folder for what can be made again.
fn beside(archive: &Archive, what: &str) -> Option<PathBuf> {
    let folder = folders::cache()?.join(what);
    Some(folder.join(archive.manifest().id.to_string()))
}
