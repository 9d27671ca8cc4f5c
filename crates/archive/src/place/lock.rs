//! One writer at a time: a lock of the operating system on a folder, a lease in a bucket.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::Place;
use crate::error::{Error, Result};

/// The file of the lock, in both kinds of places.
const LOCK: &str = "sync/lock";

/// How often a lease is renewed.
const RENEWAL: Duration = Duration::from_secs(10);

/// After how long without a renewal a lease is taken to be left behind.
const EXPIRY: Duration = Duration::from_secs(60);

/// The right to write, until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(Held);

#[derive(Debug)]
enum Held {
    /// The system lets go of it with the file.
    File { _file: File },
    Lease {
        lost: Arc<AtomicBool>,
        renewal: JoinHandle<()>,
    },
}

/// Who holds a lock, for the one who finds it taken.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    process: u32,
    host: String,
    since: Timestamp,
}

impl Holder {
    fn this_process() -> Self {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self {
            process: std::process::id(),
            host: host.trim().to_owned(),
            since: Timestamp::now(),
        }
    }

    fn describe(bytes: &[u8]) -> String {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(holder) if holder.host.is_empty() => {
                format!("process {} since {}", holder.process, holder.since)
            }
            Ok(holder) => format!(
                "process {} on {} since {}",
                holder.process, holder.host, holder.since
            ),
            Err(_) => "another process".to_owned(),
        }
    }
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub(crate) async fn take(place: &Place) -> Result<Self> {
        match place.local() {
            Some(folder) => take_file(place, folder),
            None => take_lease(place).await,
        }
    }

    /// Fails where the lock was lost since it was taken: a lease that could not be renewed in time.
    pub(crate) fn check(&self, place: &Place) -> Result<()> {
        match &self.0 {
            Held::Lease { lost, .. } if lost.load(Ordering::Acquire) => Err(Error::Locked {
                place: place.to_string(),
                holder: "another process, which took over after this one could not renew its lease"
                    .to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Lets go of the lock at once. A lease that is merely dropped is free after a minute.
    pub(crate) async fn release(self, place: &Place) {
        if let Held::Lease { lost, renewal } = &self.0 {
            renewal.abort();
            if !lost.load(Ordering::Acquire) {
                // Where this fails, the lease runs out by itself.
                let _ = place.remove(&ObjectPath::from(LOCK)).await;
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Held::Lease { renewal, .. } = &self.0 {
            renewal.abort();
        }
    }
}

fn take_file(place: &Place, folder: &Path) -> Result<Lock> {
    let path = folder.join(LOCK);
    let failed = |error| Error::store(format!("lock {place}"), error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut held = Vec::new();
            // Without its text, the answer only says less.
            let _ = file.read_to_end(&mut held);
            return Err(Error::Locked {
                place: place.to_string(),
                holder: Holder::describe(&held),
            });
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let text = serde_json::to_vec(&Holder::this_process())
        .map_err(|error| Error::store(format!("lock {place}"), error))?;
    file.set_len(0).map_err(failed)?;
    file.rewind().map_err(failed)?;
    file.write_all(&text).map_err(failed)?;
    Ok(Lock(Held::File { _file: file }))
}

async fn take_lease(place: &Place) -> Result<Lock> {
    let path = ObjectPath::from(LOCK);
    let failed = |error| Error::store(format!("lock {place}"), error);
    let text = serde_json::to_vec(&Holder::this_process())
        .map_err(|error| Error::store(format!("lock {place}"), error))?;
    let put = |mode: PutMode| {
        let options = PutOptions::from(mode);
        place.store.put_opts(&path, text.clone().into(), options)
    };
    let result = match put(PutMode::Create).await {
        Ok(result) => result,
        Err(object_store::Error::AlreadyExists { .. }) => {
            let held = place.store.get(&path).await.map_err(failed)?;
            let meta = held.meta.clone();
            let holder = Holder::describe(&held.bytes().await.map_err(failed)?);
            let locked = || Error::Locked {
                place: place.to_string(),
                holder: holder.clone(),
            };
            // The age is told by the bucket's clock alone.
            let probe = ObjectPath::from("sync/clock");
            place.store.put(&probe, "".into()).await.map_err(failed)?;
            let now = place
                .store
                .head(&probe)
                .await
                .map_err(failed)?
                .last_modified;
            place.remove(&probe).await?;
            let age = (now - meta.last_modified).to_std().unwrap_or_default();
            if age < EXPIRY {
                return Err(locked());
            }
            let stale = UpdateVersion {
                e_tag: meta.e_tag,
                version: meta.version,
            };
            put(PutMode::Update(stale))
                .await
                .map_err(|error| match error {
                    object_store::Error::Precondition { .. } => locked(),
                    error => failed(error),
                })?
        }
        Err(error) => return Err(failed(error)),
    };
    let lost = Arc::new(AtomicBool::new(false));
    let renewal = tokio::spawn(renew(
        Arc::clone(&place.store),
        path,
        text,
        result.into(),
        Arc::clone(&lost),
    ));
    Ok(Lock(Held::Lease { lost, renewal }))
}

/// Writes the lease again and again, as long as it is ours.
async fn renew(
    store: Arc<dyn ObjectStore>,
    path: ObjectPath,
    text: Vec<u8>,
    mut version: UpdateVersion,
    lost: Arc<AtomicBool>,
) {
    let mut renewed = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(RENEWAL).await;
        let options = PutOptions::from(PutMode::Update(version.clone()));
        match store.put_opts(&path, text.clone().into(), options).await {
            Ok(result) => {
                version = result.into();
                renewed = tokio::time::Instant::now();
            }
            Err(
                object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. },
            ) => break,
            // A network that is away for a moment: others wait for the lease to run out.
            Err(error) => {
                tracing::warn!(%error, "the lease of the archive could not be renewed");
                if renewed.elapsed() + RENEWAL >= EXPIRY {
                    break;
                }
            }
        }
    }
    lost.store(true, Ordering::Release);
}
