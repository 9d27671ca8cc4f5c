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
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Place;
use crate::error::{Error, Result};
use crate::holder::Holder;

/// The file of the writer's lock, in both kinds of places.
const LOCK: &str = "sync/lock";

/// That of who fetches attachments: it goes on beside a writer.
const MEDIA: &str = "sync/media.lock";

/// So often a lease is renewed before it runs out.
const RENEWALS: u32 = 6;

/// How long who only asks whether a lock is taken may hold it, and much more.
const MOMENT: Duration = Duration::from_millis(50);

/// After how long without a renewal a lease is taken to be left behind, unless somebody says otherwise.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

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

impl Lock {
    /// Takes the lock, or says who has it. A lease that was not renewed for as long as `lease` says was
    /// left behind.
    pub(crate) async fn take(place: &Place, lease: Duration) -> Result<Self> {
        Self::take_at(place, LOCK, lease).await
    }

    /// Takes the lock of who fetches attachments, or says who has it.
    pub(crate) async fn take_media(place: &Place, lease: Duration) -> Result<Self> {
        Self::take_at(place, MEDIA, lease).await
    }

    async fn take_at(place: &Place, path: &str, lease: Duration) -> Result<Self> {
        let Some(folder) = place.local() else {
            return take_lease(place, path, lease).await;
        };
        match take_file(place, &folder.join(path)) {
            // Who only asks whether it is taken holds it for a moment.
            Err(Error::Locked { .. }) => {
                tokio::time::sleep(MOMENT).await;
                take_file(place, &folder.join(path))
            }
            outcome => outcome,
        }
    }

    /// Returns who holds the lock, if anybody does. Nothing is written. The age of a lease is told by
    /// this machine's clock.
    pub(crate) async fn holder(place: &Place) -> Result<Option<Holder>> {
        let failed = |error| Error::store(format!("look at the lock of {place}"), error);
        let Some(folder) = place.local() else {
            let held = match place.store.get(&ObjectPath::from(LOCK)).await {
                Ok(held) => held,
                Err(object_store::Error::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(failed(error)),
            };
            let modified = held.meta.last_modified.timestamp_millis();
            let age = Timestamp::now().as_millisecond() - modified;
            if age >= i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX) {
                return Ok(None);
            }
            let bytes = held.bytes().await.map_err(failed)?;
            // One that was let go of is empty.
            return Ok((!bytes.is_empty()).then(|| Holder::read(&bytes)));
        };
        let failed =
            |error: std::io::Error| Error::store(format!("look at the lock of {place}"), error);
        let mut file = match File::open(folder.join(LOCK)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let mut held = Vec::new();
                let _ = file.read_to_end(&mut held);
                Ok(Some(Holder::read(&held)))
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
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

fn take_file(place: &Place, path: &Path) -> Result<Lock> {
    let failed = |error| Error::store(format!("lock {place}"), error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut held = Vec::new();
            // Without its text, the answer only says less.
            let _ = file.read_to_end(&mut held);
            return Err(Error::Locked {
                place: place.to_string(),
                holder: Holder::read(&held).to_string(),
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

async fn take_lease(place: &Place, path: &str, lease: Duration) -> Result<Lock> {
    let path = ObjectPath::from(path);
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
                holder: Holder::read(&held).to_string(),
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
