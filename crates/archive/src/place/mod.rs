//! Where an archive lies: a folder, or a bucket. The same code for both.

mod durable;
mod footers;
mod lock;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use futures::TryStreamExt;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::prefix::PrefixStore;
use object_store::{
    BackoffConfig, ObjectStore, ObjectStoreExt, ObjectStoreScheme, PutMode, PutOptions, RetryConfig,
};
use url::Url;

use self::durable::Durable;
pub(crate) use self::footers::{Footer, Footers};
pub(crate) use self::lock::{LEASE, Lock};
use crate::error::{Error, Result};

/// How old what lies beside a file must be to have been left there by a write that was cut off.
const CUT_OFF: Duration = Duration::from_secs(60 * 60);

/// How long a bucket's service may be away: whoever types a wrong address should not wait for minutes.
const RETRY: RetryConfig = RetryConfig {
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(10),
        base: 2.0,
    },
    max_retries: 10,
    retry_timeout: Duration::from_secs(45),
};

/// Where an archive lies.
#[derive(Clone)]
pub struct Place {
    /// As it was given, for people.
    shown: String,
    url: Url,
    /// The whole disk or bucket, by the paths of its URLs: what Delta's kernel reads through.
    root: Arc<dyn ObjectStore>,
    /// The archive alone, by paths inside it.
    store: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
    footers: Arc<Footers>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.shown).finish()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Place {
    /// Takes a folder's path or a URL such as `s3://bucket/path`. `options` are those of the bucket's
    /// service by the names of their environment variables (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, …);
    /// unknown ones are passed over. Nothing is touched yet.
    pub fn new(location: &str, options: &[(String, String)]) -> Result<Self> {
        match Url::parse(location) {
            // A drive letter is no scheme.
            Ok(url) if url.scheme().len() > 1 && url.scheme() != "file" => {
                Self::remote(location, url, options)
            }
            Ok(url) if url.scheme() == "file" => match url.to_file_path() {
                Ok(path) => Self::folder(&path),
                Err(()) => Err(Error::Invalid(format!("{location} names no folder"))),
            },
            _ => Self::folder(Path::new(location)),
        }
    }

    /// Takes a folder.
    pub fn folder(path: &Path) -> Result<Self> {
        let absolute = std::path::absolute(path)
            .map_err(|error| Error::store(format!("use {}", path.display()), error))?;
        let url = Url::from_directory_path(&absolute)
            .map_err(|()| Error::Invalid(format!("{} names no folder", path.display())))?;
        let prefix = ObjectPath::from_absolute_path(&absolute)
            .map_err(|error| Error::store(format!("use {}", path.display()), error))?;
        let root: Arc<dyn ObjectStore> = Arc::new(Durable::new(LocalFileSystem::new()));
        Ok(Self {
            shown: path.display().to_string(),
            url,
            store: Arc::new(PrefixStore::new(Arc::clone(&root), prefix)),
            root,
            folder: Some(absolute),
            footers: Arc::default(),
        })
    }

    fn remote(location: &str, mut url: Url, options: &[(String, String)]) -> Result<Self> {
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        let failed = |error| Error::store(format!("use {location}"), error);
        let (scheme, prefix) =
            ObjectStoreScheme::parse(&url).map_err(|error| failed(error.into()))?;
        if scheme != ObjectStoreScheme::AmazonS3 {
            return Err(Error::Invalid(format!(
                "{location} is neither a folder nor a bucket: write a path, or s3://bucket/path"
            )));
        }
        let mut bucket = AmazonS3Builder::new()
            .with_url(url.as_str())
            .with_retry(RETRY);
        for (name, value) in options {
            if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                bucket = bucket.with_config(key, value);
            }
        }
        let root: Arc<dyn ObjectStore> = Arc::new(bucket.build().map_err(failed)?);
        Ok(Self {
            shown: location.to_owned(),
            url,
            store: Arc::new(PrefixStore::new(Arc::clone(&root), prefix)),
            root,
            folder: None,
            footers: Arc::default(),
        })
    }

    /// Returns the folder, if it is one of this machine.
    pub fn local(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Returns the URL, which ends with a slash.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns what files are read and written through, by paths inside the archive.
    pub(crate) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Returns what the footers of files said.
    pub(crate) fn footers(&self) -> &Footers {
        &self.footers
    }

    /// Returns the log of one table.
    pub(crate) fn table(&self, name: &str) -> Result<LogStoreRef> {
        let url = self
            .url
            .join(&format!("{name}/"))
            .map_err(|error| Error::store(format!("name {name} in {self}"), error))?;
        let store: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(
            Arc::clone(&self.store),
            ObjectPath::from(name),
        ));
        Ok(default_logstore(
            store,
            Arc::clone(&self.root),
            &url,
            &StorageConfig::default(),
        ))
    }

    /// Reads a small file; `None` where there is none.
    pub(crate) async fn read(&self, path: &str) -> Result<Option<Bytes>> {
        let outcome = async { self.store.get(&ObjectPath::from(path)).await?.bytes().await }.await;
        match outcome {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(Error::store(format!("read {path} in {self}"), error)),
        }
    }

    /// Writes a small file whole, in place of what was there.
    pub(crate) async fn write(&self, path: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.store
            .put(&ObjectPath::from(path), bytes.into().into())
            .await
            .map(drop)
            .map_err(|error| Error::store(format!("write {path} in {self}"), error))
    }

    /// Writes a small file where there is none, and returns whether there was none.
    pub(crate) async fn create(&self, path: &str, bytes: impl Into<Bytes>) -> Result<bool> {
        let options = PutOptions::from(PutMode::Create);
        let payload = bytes.into().into();
        let location = ObjectPath::from(path);
        match self.store.put_opts(&location, payload, options).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(Error::store(format!("write {path} in {self}"), error)),
        }
    }

    /// Writes a small file that is only news: a power cut may take it.
    pub(crate) async fn write_loosely(&self, path: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let Some(folder) = &self.folder else {
            return self.write(path, bytes).await;
        };
        let target = folder.join(path);
        let beside = target.with_extension("part");
        let bytes = bytes.into();
        let outcome = async {
            tokio::fs::write(&beside, &bytes).await?;
            tokio::fs::rename(&beside, &target).await
        };
        outcome
            .await
            .map_err(|error| Error::store(format!("write {path} in {self}"), error))
    }

    /// Removes what writes that were cut off left behind; attachments and the index see to theirs. A bucket
    /// keeps none.
    pub(crate) async fn sweep(&self) -> Result<()> {
        let Some(folder) = self.folder.clone() else {
            return Ok(());
        };
        durable::sweep(folder, &["media", "search"], CUT_OFF)
            .await
            .map_err(|error| Error::store(format!("clean up {self}"), error))
    }

    /// Removes a file, if it is there.
    pub(crate) async fn remove(&self, path: &ObjectPath) -> Result<()> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::store(format!("remove {path} in {self}"), error)),
        }
    }

    /// Lists the files in a folder of the archive and below it, with their sizes.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<object_store::ObjectMeta>> {
        let folder = (!folder.is_empty()).then(|| ObjectPath::from(folder));
        self.store
            .list(folder.as_ref())
            .try_collect()
            .await
            .map_err(|error| Error::store(format!("list {self}"), error))
    }

    /// Returns the name of something that lies here, if anything does. Hidden files do not count.
    pub(crate) async fn occupant(&self) -> Result<Option<String>> {
        if let Some(folder) = &self.folder
            && !folder.exists()
        {
            return Ok(None);
        }
        let listed = self
            .store
            .list_with_delimiter(None)
            .await
            .map_err(|error| Error::store(format!("list {self}"), error))?;
        let files = listed.objects.iter().map(|file| &file.location);
        Ok(files
            .chain(&listed.common_prefixes)
            .map(ToString::to_string)
            .find(|name| !name.starts_with('.')))
    }
}
