//! Fetching what is to be fetched.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use openim_history_client::model::Timestamp;

use super::fetch::{Failure, FailureKind, Getter, Outcome, fetch};
use super::keep::{Kept, Staging, keep};
use super::kind::MediaStatus;
use super::plan::{MediaPlan, Verdict};
use super::report::MediaReport;
use super::scan::{Digest16, digest16};
use crate::error::{Error, Result};
use crate::place::{LEASE, Lock, Place};
use crate::progress::Progress;
use crate::sync::Stop;
use crate::tables::attachments::{Attachments, Record, read};

/// After how many attachments, and after how long, what became of them is made certain.
const BATCH: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(10);

/// An attachment that was tried.
struct Tried {
    /// The file its record was read from.
    origin: String,
    record: Record,
    outcome: Result<(Kept, bool), Failure>,
}

impl MediaPlan {
    /// Fetches what is to be fetched, until it is done or `stop` is ready. What could not be fetched is no
    /// error: the report and the table tell of it. May go on beside a writer of the archive, but not beside
    /// another run of its own kind.
    ///
    /// Where it is broken off, at most what was fetched in the last ten seconds is fetched again. Fails where
    /// attachments were fetched since the plan was made.
    pub async fn perform(
        mut self,
        progress: &dyn Progress,
        mut stop: Stop<'_>,
    ) -> Result<MediaReport> {
        let began = Instant::now();
        let place = self.place.clone();
        let lock = Lock::take_media(&place, LEASE).await?;
        let mut store = Attachments::open(&place).await?;
        if store.version() != self.table {
            return Err(Error::Invalid(format!(
                "attachments of {place} were fetched since it was planned: plan again"
            )));
        }
        let mut report = MediaReport {
            found: self.found,
            there: self.there.count,
            ..MediaReport::default()
        };
        let new = std::mem::take(&mut self.new);
        if !new.is_empty() || store.looked_through().await? != Some(self.messages) {
            let records: Vec<Record> = new.iter().map(|new| self.judge.record(new)).collect();
            drop(new);
            store.add(&records, self.messages).await?;
        }
        let outcome = self
            .fetch_all(&place, &lock, &mut store, progress, &mut stop, &mut report)
            .await;
        if outcome.is_ok() && report.fetched + report.failures() > 0 {
            store.compact().await?;
            store.vacuum(self.judge.options.retention).await?;
        }
        lock.release().await;
        outcome?;
        report.elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(report)
    }

    async fn fetch_all(
        &self,
        place: &Place,
        lock: &Lock,
        store: &mut Attachments,
        progress: &dyn Progress,
        stop: &mut Stop<'_>,
        report: &mut MediaReport,
    ) -> Result<()> {
        if self.due.count == 0 {
            return Ok(());
        }
        let judge = &self.judge;
        let getter = Getter::new(&judge.options)?;
        let staging = Staging::open(place, &judge.options).await?;
        progress.begin("fetching attachments", Some(self.due.count));
        let jobs = stream::iter(store.files().to_vec())
            .then(|file| async move {
                let mut records = read(place, &file).await?;
                records.retain(|record| judge.verdict(record) == Verdict::Due);
                let records = records
                    .into_iter()
                    .map(move |record| Ok::<_, Error>((file.path.clone(), record)));
                Ok::<_, Error>(stream::iter(records))
            })
            .try_flatten()
            .map(|job| {
                let (getter, staging) = (&getter, &staging);
                async move {
                    let (origin, record) = job?;
                    let outcome = fetch(getter, &judge.options, staging.folder(), &record).await?;
                    let outcome = match outcome {
                        Outcome::Whole {
                            whole,
                            size_differs,
                        } => {
                            let kept = keep(place, &whole).await?;
                            Ok((kept, size_differs, whole))
                        }
                        Outcome::Failed(failure) => Err(failure),
                    };
                    Ok::<_, Error>(settle(origin, record, outcome, (judge.options.clock)()))
                }
            })
            .buffer_unordered(judge.options.concurrency.max(1));
        let mut jobs = std::pin::pin!(jobs);
        let mut done: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        let mut count = 0;
        let mut new = HashSet::new();
        let mut flush_at = tokio::time::Instant::now() + PATIENCE;
        let mut outcome = Ok(());
        loop {
            let next = tokio::select! {
                biased;
                () = &mut *stop => {
                    report.stopped = true;
                    break;
                }
                () = tokio::time::sleep_until(flush_at) => None,
                next = jobs.next() => Some(next),
            };
            match next {
                Some(None) => break,
                Some(Some(Err(error))) => {
                    outcome = Err(error);
                    break;
                }
                Some(Some(Ok(tried))) => {
                    tell(&tried, &mut new, report);
                    progress.advance(1);
                    done.entry(tried.origin).or_default().push(tried.record);
                    count += 1;
                }
                None => {}
            }
            if count >= BATCH || tokio::time::Instant::now() >= flush_at {
                lock.check(place)?;
                store.change(std::mem::take(&mut done)).await?;
                count = 0;
                flush_at = tokio::time::Instant::now() + PATIENCE;
            }
        }
        lock.check(place)?;
        store.change(done).await?;
        outcome
    }
}

/// Counts an attachment that was tried. `new` are the paths this run brought: two of the same content may
/// come side by side, in any order, with both, one or none of them finding the other there.
fn tell(tried: &Tried, new: &mut HashSet<Digest16>, report: &mut MediaReport) {
    match &tried.outcome {
        Ok((kept, size_differs)) => {
            report.fetched += 1;
            report.bytes += tried.record.size.unwrap_or_default();
            if !kept.was_there {
                new.insert(digest16(&kept.path));
            }
            report.same_content = report.fetched - new.len() as u64;
            report.size_differs += u64::from(*size_differs);
        }
        Err(failure) => report.fail(&tried.record.url, tried.record.kind, failure),
    }
}

/// Writes what came of an attachment into its record.
fn settle(
    origin: String,
    mut record: Record,
    outcome: Result<(Kept, bool, super::fetch::Whole), Failure>,
    now: Timestamp,
) -> Tried {
    record.tried_at = Some(now);
    let outcome = match outcome {
        Ok((kept, size_differs, whole)) => {
            let declared = record.declared_size.filter(|_| size_differs);
            record.status = MediaStatus::Ok;
            record.last_error = declared.map(|size| format!("the message says {size} bytes"));
            record.attempts = 0;
            record.size = Some(whole.size);
            record.sha256 = Some(whole.sha256);
            record.content_type = whole.content_type;
            record.path = Some(kept.path.clone());
            record.fetched_at = Some(now);
            Ok((kept, size_differs))
        }
        Err(failure) => {
            record.status = match failure.kind {
                FailureKind::Gone => MediaStatus::Gone,
                FailureKind::TooLarge => MediaStatus::TooLarge,
                FailureKind::Refused => MediaStatus::Refused,
                _ => MediaStatus::Failed,
            };
            record.attempts = record.attempts.saturating_add(1);
            record.last_error = Some(failure.reason.clone());
            record.size = failure.size;
            // What was there and is missing now is told nowhere as if it were there.
            (record.sha256, record.path, record.content_type) = (None, None, None);
            Err(failure)
        }
    };
    Tried {
        origin,
        record,
        outcome,
    }
}
