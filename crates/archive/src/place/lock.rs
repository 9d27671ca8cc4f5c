//! One writer at a time: a lock of the operating system on a folder, a lease in a bucket.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use object_store::path::Path as ObjectPath;
use object_store::{
    ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutResult, UpdateVersion,
};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Place;
use crate::error::{Error, Result};

/// The file of the lock, in both kinds of places.
const LOCK: &str = "sync/lock";

/// So often a lease is renewed before it runs out.
const RENEWALS: u32 = 6;

/// The right to write, until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(Held);

#[derive(Debug)]
enum Held {
    /// The system lets go of it with the file.
    File { _file: File },
    Lease {
        lost: Arc<AtomicBool>,
        /// Told to let go; where it is dropped, the lease runs out by itself.
        release: oneshot::Sender<()>,
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
    /// Takes the lock, or says who has it. A lease that was not renewed for as long as `lease` says was
    /// left behind.
    pub(crate) async fn take(place: &Place, lease: Duration) -> Result<Self> {
        match place.local() {
            Some(folder) => take_file(place, folder),
            None => take_lease(place, lease).await,
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

    /// Lets go of the lock at once. A lease that is merely dropped must run out.
    pub(crate) async fn release(self) {
        if let Held::Lease {
            release, renewal, ..
        } = self.0
        {
            // Where either fails, the lease runs out by itself.
            let _ = release.send(());
            let _ = renewal.await;
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

async fn take_lease(place: &Place, lease: Duration) -> Result<Lock> {
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
            let held = held.bytes().await.map_err(failed)?;
            let locked = || Error::Locked {
                place: place.to_string(),
                holder: Holder::describe(&held),
            };
            // One that was let go of is empty.
            if !held.is_empty() && age(place, &meta).await? < lease {
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
    let (release, released) = oneshot::channel();
    let renewed = Lease {
        store: Arc::clone(&place.store),
        path,
        text,
        version: result.into(),
        expiry: lease,
    };
    let renewal = tokio::spawn(renewed.keep(released, Arc::clone(&lost)));
    Ok(Lock(Held::Lease {
        lost,
        release,
        renewal,
    }))
}

/// Returns how long ago the lease was renewed, told by the bucket's clock alone.
async fn age(place: &Place, lease: &ObjectMeta) -> Result<Duration> {
    let failed = |error| Error::store(format!("lock {place}"), error);
    let probe = ObjectPath::from("sync/clock");
    // It stays: another who looks at the same time must find it.
    place.store.put(&probe, "".into()).await.map_err(failed)?;
    let now = place.store.head(&probe).await.map_err(failed)?;
    let age = now.last_modified - lease.last_modified;
    Ok(age.to_std().unwrap_or_default())
}

/// A lease that is ours.
struct Lease {
    store: Arc<dyn ObjectStore>,
    path: ObjectPath,
    text: Vec<u8>,
    version: UpdateVersion,
    expiry: Duration,
}

impl Lease {
    /// Writes it again and again, as long as it is ours; and empty, when it is let go of.
    async fn keep(mut self, mut released: oneshot::Receiver<()>, lost: Arc<AtomicBool>) {
        let renewal = self.expiry / RENEWALS;
        let mut renewed = Instant::now();
        loop {
            tokio::select! {
                () = tokio::time::sleep(renewal) => {}
                told = &mut released => {
                    if told.is_ok() {
                        // Where this fails, it runs out by itself.
                        let _ = self.put(Vec::new()).await;
                    }
                    return;
                }
            }
            match self.put(self.text.clone()).await {
                Ok(result) => {
                    self.version = result.into();
                    renewed = Instant::now();
                }
                Err(
                    object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. },
                ) => break,
                // A network that is away for a moment: others wait for the lease to run out.
                Err(error) => {
                    tracing::warn!(%error, "the lease of the archive could not be renewed");
                    if renewed.elapsed() + renewal >= self.expiry {
                        break;
                    }
                }
            }
        }
        lost.store(true, Ordering::Release);
    }

    async fn put(&self, text: Vec<u8>) -> object_store::Result<PutResult> {
        let options = PutOptions::from(PutMode::Update(self.version.clone()));
        self.store.put_opts(&self.path, text.into(), options).await
    }
}
