//! What there is to fetch.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};
use openim_history_client::model::Timestamp;
use serde::Serialize;
use url::Url;

use super::check::sizes;
use super::hosts::Hosts;
use super::kind::MediaStatus;
use super::options::MediaOptions;
use super::scan::{Digest16, Finder, Found, digest16};
use crate::archive::Archive;
use crate::error::Result;
use crate::place::Place;
use crate::progress::Progress;
use crate::tables::attachments::{Attachments, Record, read};
use crate::tables::table::Since;

/// After how many milliseconds what failed once is tried again; doubled with each run that fails.
const FIRST_WAIT: i64 = 60 * 60 * 1000;
const LONGEST_WAIT: i64 = 7 * 24 * 60 * 60 * 1000;

/// How many attachments, and their bytes as far as messages say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Attachments.
    pub count: u64,
    /// Their bytes, as far as is known.
    pub bytes: u64,
    /// Of these, those whose bytes are not known.
    pub unknown: u64,
}

impl Tally {
    fn add(&mut self, size: Option<u64>) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(size.unwrap_or_default());
        self.unknown += u64::from(size.is_none());
    }
}

/// What there is to fetch. Nothing was changed to find out.
#[derive(Debug, Serialize)]
pub struct MediaPlan {
    /// Addresses that no earlier run knew.
    pub found: u64,
    /// To be fetched.
    pub due: Tally,
    /// There already.
    pub there: Tally,
    /// Failed a short time ago: to be tried in a later run.
    pub waiting: Tally,
    /// The server no longer had them.
    pub gone: Tally,
    /// Larger than the limit.
    pub too_large: Tally,
    /// Of kinds that were not asked for.
    pub skipped: Tally,
    /// On hosts that may not be reached.
    pub refused: Tally,
    /// Attachments in the messages looked through now that are named by no address of HTTP.
    pub elsewhere: u64,
    #[serde(skip)]
    pub(super) new: Vec<Found>,
    #[serde(skip)]
    pub(super) place: Place,
    /// The versions of both tables this is based on.
    #[serde(skip)]
    pub(super) messages: u64,
    #[serde(skip)]
    pub(super) table: Option<u64>,
    #[serde(skip)]
    pub(super) judge: Judge,
}

/// Finds out what there is to fetch. Only messages that came since the last run are looked through; the
/// memory it takes is that of the new addresses, about 200 bytes each.
pub async fn plan(
    archive: &Archive,
    options: MediaOptions,
    progress: &dyn Progress,
) -> Result<MediaPlan> {
    let place = archive.place();
    let store = Attachments::open(place).await?;
    let judge = Judge::new(options, place).await?;
    let mut plan = MediaPlan {
        found: 0,
        due: Tally::default(),
        there: Tally::default(),
        waiting: Tally::default(),
        gone: Tally::default(),
        too_large: Tally::default(),
        skipped: Tally::default(),
        refused: Tally::default(),
        elsewhere: 0,
        new: Vec::new(),
        place: place.clone(),
        messages: archive.messages.version(),
        table: store.version(),
        judge,
    };
    let mut finder = Finder::default();
    let mut files = stream::iter(store.files().to_vec())
        .map(|file| async move { read(place, &file).await })
        .buffer_unordered(4);
    while let Some(records) = files.try_next().await? {
        for record in records {
            finder.known.insert(digest16(&record.url));
            plan.count(&record);
        }
    }
    drop(files);
    let since = store.looked_through().await?;
    let mut files = archive.messages.files().to_vec();
    // A table that was made anew has a version that means nothing here.
    if let Some(since) = since.filter(|since| *since <= plan.messages)
        && let Since::Added(added) = archive.messages.added_since(since).await?
    {
        files.retain(|file| added.contains(&file.path));
    }
    let rows = files.iter().map(|file| file.rows).sum();
    progress.begin("looking for attachments", Some(rows));
    for file in files {
        finder.look_through(place, &file).await?;
        progress.advance(file.rows);
    }
    for found in &finder.found {
        plan.count(&plan.judge.record(found));
    }
    plan.found = finder.found.len() as u64;
    plan.elsewhere = finder.elsewhere;
    plan.new = finder.found;
    Ok(plan)
}

impl MediaPlan {
    fn count(&mut self, record: &Record) {
        let tally = match self.judge.verdict(record) {
            Verdict::Due => &mut self.due,
            Verdict::There => &mut self.there,
            Verdict::Waiting => &mut self.waiting,
            Verdict::Gone => &mut self.gone,
            Verdict::TooLarge => &mut self.too_large,
            Verdict::SkippedType => &mut self.skipped,
            Verdict::Refused => &mut self.refused,
        };
        tally.add(record.size.or(record.declared_size));
    }
}

/// What is to be done with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Due,
    There,
    Waiting,
    Gone,
    TooLarge,
    SkippedType,
    Refused,
}

/// Says what is to be done with an address.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) options: MediaOptions,
    hosts: Hosts,
    pub(super) now: Timestamp,
    /// The sizes of the files there are, where these are to be compared.
    files: Option<HashMap<Digest16, u64>>,
}

impl Judge {
    async fn new(options: MediaOptions, place: &Place) -> Result<Self> {
        let files = if options.thorough {
            Some(sizes(place).await?)
        } else {
            None
        };
        Ok(Self {
            hosts: Hosts::new(&options.hosts, options.api.as_ref()),
            now: (options.clock)(),
            options,
            files,
        })
    }

    pub(super) fn verdict(&self, record: &Record) -> Verdict {
        let patient = |record: &Record| {
            let doubled = record.attempts.saturating_sub(1).min(20);
            let wait = (FIRST_WAIT << doubled).min(LONGEST_WAIT);
            let tried = record.tried_at.map(Timestamp::as_millis);
            tried.is_some_and(|tried| self.now.as_millis() < tried.saturating_add(wait))
        };
        match record.status {
            MediaStatus::Ok if self.is_whole(record) => return Verdict::There,
            MediaStatus::Gone if !self.options.again => return Verdict::Gone,
            // What was refused on the way, behind a name or a redirect, may change as well.
            MediaStatus::Failed | MediaStatus::Refused
                if !self.options.again && patient(record) =>
            {
                return Verdict::Waiting;
            }
            _ => {}
        }
        let known = match record.status {
            MediaStatus::TooLarge => record.size.max(record.declared_size),
            _ => record.declared_size,
        };
        if !self.options.types.contains(&record.kind) {
            Verdict::SkippedType
        } else if known.is_some_and(|size| size > self.options.max_size) {
            Verdict::TooLarge
        } else if !Url::parse(&record.url).is_ok_and(|url| self.hosts.reach(&url).is_ok()) {
            Verdict::Refused
        } else {
            Verdict::Due
        }
    }

    fn is_whole(&self, record: &Record) -> bool {
        let Some(files) = &self.files else {
            return true;
        };
        let path = record.path.as_deref().unwrap_or_default();
        record.size.is_some() && files.get(&digest16(path)) == record.size.as_ref()
    }

    /// Returns the first record of an address.
    pub(super) fn record(&self, found: &Found) -> Record {
        let mut record = Record {
            url: found.url.to_string(),
            kind: found.kind,
            status: MediaStatus::Pending,
            sha256: None,
            size: None,
            content_type: None,
            path: None,
            declared_size: found.size,
            attempts: 0,
            last_error: None,
            first_seen: self.now,
            tried_at: None,
            fetched_at: None,
        };
        record.status = match self.verdict(&record) {
            Verdict::TooLarge => MediaStatus::TooLarge,
            Verdict::SkippedType => MediaStatus::SkippedType,
            Verdict::Refused => MediaStatus::Refused,
            _ => MediaStatus::Pending,
        };
        record
    }
}
