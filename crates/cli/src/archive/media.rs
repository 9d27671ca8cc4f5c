//! Which attachments are fetched, as typed.

use std::collections::BTreeSet;

use bytesize::ByteSize;
use openim_history_archive::Archive;
use openim_history_archive::media::{MediaKind, MediaOptions};
use openim_history_client::config::Config;

use super::place::cache_of;
use crate::error::Result;

/// Whether attachments are fetched, and which.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct MediaArgs {
    /// Fetches the attachments of the archive's messages too, each content once
    #[arg(long, help_heading = "Attachments")]
    media: bool,
    /// Only these kinds: picture, voice, video, file; a comma between them
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        requires = "media",
        help_heading = "Attachments"
    )]
    media_types: Vec<MediaKind>,
    /// The most bytes of one attachment, like 100MB or 1GiB [default: 512MiB]
    #[arg(
        long,
        value_name = "SIZE",
        requires = "media",
        help_heading = "Attachments"
    )]
    media_max_size: Option<ByteSize>,
    /// Only from these hosts, like '*.example.com' or minio:9000, and wherever the API is [default:
    /// every host with a public address]
    ///
    /// Whoever writes a message chooses the addresses in it. So a host of a private network is only
    /// reached where it is named here, or where the API itself is.
    #[arg(
        long,
        value_name = "PATTERN",
        value_delimiter = ',',
        requires = "media",
        help_heading = "Attachments"
    )]
    media_hosts: Vec<String>,
    /// Tries at once what failed a short time ago, and again what was gone
    #[arg(long, requires = "media", help_heading = "Attachments")]
    media_again: bool,
}

impl MediaArgs {
    /// Returns how attachments are to be fetched; `None` where they are not asked for. `thorough`
    /// compares the files that are there.
    pub(crate) fn options(&self, config: &Config, thorough: bool) -> Result<Option<MediaOptions>> {
        if !self.media {
            return Ok(None);
        }
        let mut options = MediaOptions {
            hosts: self.media_hosts.clone(),
            again: self.media_again,
            thorough,
            retention: config.archive_retention(),
            ..MediaOptions::default()
        };
        if !self.media_types.is_empty() {
            options.types = BTreeSet::from_iter(self.media_types.iter().copied());
        }
        if let Some(size) = self.media_max_size {
            options.max_size = size.as_u64();
        }
        if let Some(rest) = config.rest_options()? {
            options.api = Some(rest.url);
            options.ca_file = rest.ca_file;
            options.proxy = rest.proxy;
        }
        Ok(Some(options))
    }
}

/// Lets what is broken off be gone on with later where the archive itself is not on this machine.
pub(crate) fn staged(options: MediaOptions, archive: &Archive) -> MediaOptions {
    MediaOptions {
        staging: cache_of(archive, "media"),
        ..options
    }
}
