//! A local file system whose writes are on the disk when they are said to be done.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions,
    Result,
};

/// A commit may only name files that survive a power cut, and [`LocalFileSystem`] leaves that to the
/// operating system.
#[derive(Debug)]
pub(super) struct Durable {
    inner: LocalFileSystem,
}

impl Durable {
    pub(super) fn new(inner: LocalFileSystem) -> Self {
        Self { inner }
    }

    async fn settle(&self, location: &ObjectPath) -> Result<()> {
        let path = self.inner.path_to_filesystem(location)?;
        blocking(move || {
            File::open(&path)?.sync_all()?;
            settle_names(&path, 1);
            Ok(())
        })
        .await
        .map_err(generic)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let outcome = tokio::task::spawn_blocking(work).await;
    outcome.map_err(io::Error::other)?
}

/// Writes a file whole. It gets its name only once its content is on the disk: a power cut must not leave a
/// commit behind that is there and empty.
fn put(path: &Path, payload: &PutPayload, mode: &PutMode) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let missing = folder.ancestors().take_while(|folder| !folder.exists());
    let made = missing.count();
    // Only a file that is there itself may be told as such: who hears it takes the next name.
    fs::create_dir_all(folder).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })?;
    let (mut file, staged) = stage(path)?;
    let outcome = (|| {
        for bytes in payload {
            file.write_all(bytes)?;
        }
        file.sync_all()?;
        drop(file);
        match mode {
            // Unlike a rename, a link is refused where the name is taken.
            PutMode::Create => fs::hard_link(&staged, path),
            _ => fs::rename(&staged, path),
        }
    })();
    if outcome.is_err() || *mode == PutMode::Create {
        let _ = fs::remove_file(&staged);
    }
    outcome?;
    settle_names(path, made + 1);
    Ok(())
}

/// Makes a file beside the one to write, under a name that the inner store never lists.
fn stage(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("#{number}"));
        match File::create_new(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            outcome => return Ok((outcome?, name.into())),
        }
    }
}

/// Waits until a file's name is on the disk, and those of so many folders above it.
fn settle_names(path: &Path, folders: usize) {
    for folder in path.ancestors().skip(1).take(folders) {
        // Not every system can open a folder: there its names are left to the system.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
}

/// Removes what writes that were cut off left beside their files in a folder and below it, except in those
/// of `spared` names. What is younger than `age` may be under way.
pub(super) async fn sweep(
    folder: PathBuf,
    spared: &'static [&'static str],
    age: Duration,
) -> io::Result<()> {
    blocking(move || {
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let (name, metadata) = (entry.file_name(), entry.metadata()?);
                let name = name.to_string_lossy();
                if metadata.is_dir() {
                    if !spared.contains(&&*name) {
                        folders.push(entry.path());
                    }
                } else if is_staged(&name)
                    && metadata.modified()?.elapsed().is_ok_and(|old| old >= age)
                {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    })
    .await
}

fn is_staged(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn generic(source: impl std::error::Error + Send + Sync + 'static) -> object_store::Error {
    object_store::Error::Generic {
        store: "file system",
        source: Box::new(source),
    }
}

impl fmt::Display for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Durable {
    async fn put_opts(
        &self,
        location: &ObjectPath,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let is_plain = options.attributes.is_empty();
        let mode = match options.mode {
            mode @ (PutMode::Create | PutMode::Overwrite) if is_plain => mode,
            // What the inner store refuses.
            _ => return self.inner.put_opts(location, payload, options).await,
        };
        let path = self.inner.path_to_filesystem(location)?;
        let outcome = blocking(move || put(&path, &payload, &mode)).await;
        outcome.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => object_store::Error::AlreadyExists {
                path: location.to_string(),
                source: Box::new(source),
            },
            _ => generic(source),
        })?;
        let found = self.inner.head(location).await?;
        Ok(PutResult {
            e_tag: found.e_tag,
            version: None,
        })
    }

    async fn put_multipart_opts(
        &self,
        location: &ObjectPath,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &ObjectPath, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &ObjectPath, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<ObjectPath>>,
    ) -> BoxStream<'static, Result<ObjectPath>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&ObjectPath>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&ObjectPath>,
        offset: &ObjectPath,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&ObjectPath>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(
        &self,
        from: &ObjectPath,
        to: &ObjectPath,
        options: CopyOptions,
    ) -> Result<()> {
        self.inner.copy_opts(from, to, options).await?;
        self.settle(to).await
    }

    async fn rename_opts(
        &self,
        from: &ObjectPath,
        to: &ObjectPath,
        options: RenameOptions,
    ) -> Result<()> {
        self.inner.rename_opts(from, to, options).await?;
        self.settle(to).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path) -> Durable {
        Durable::new(LocalFileSystem::new_with_prefix(folder).expect("a folder"))
    }

    #[tokio::test]
    async fn a_name_that_is_taken_is_refused_and_a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        let path = ObjectPath::from("a/b/c.json");
        let create = || PutOptions::from(PutMode::Create);
        let put = |text: &'static str, options| store.put_opts(&path, text.into(), options);
        let first = put("one", create()).await.expect("written");
        assert_eq!(first.e_tag, store.head(&path).await.expect("there").e_tag);
        let taken = put("two", create()).await.expect_err("taken");
        assert!(matches!(taken, object_store::Error::AlreadyExists { .. }));
        let read = || async {
            let found = store.get(&path).await.expect("there");
            found.bytes().await.expect("read")
        };
        assert_eq!(read().await, "one");
        put("three", PutOptions::default()).await.expect("written");
        assert_eq!(read().await, "three");
        let names = fs::read_dir(folder.path().join("a/b")).expect("a folder");
        assert_eq!(names.count(), 1, "nothing is left beside it");
    }

    #[tokio::test]
    async fn what_was_cut_off_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "x").expect("written");
        };
        let stays = ["part.parquet", "a/b#c", "a/b#", "media/x#1"];
        stays.into_iter().for_each(write);
        ["part.parquet#1", "a/_delta_log/0.json#12"]
            .into_iter()
            .for_each(write);
        let swept = |age| sweep(folder.path().to_owned(), &["media"], age);
        swept(Duration::from_secs(60)).await.expect("swept");
        assert!(
            folder.path().join("part.parquet#1").exists(),
            "may be under way"
        );
        swept(Duration::ZERO).await.expect("swept");
        assert!(!folder.path().join("part.parquet#1").exists());
        assert!(!folder.path().join("a/_delta_log/0.json#12").exists());
        for name in stays {
            assert!(folder.path().join(name).exists(), "{name}");
        }
    }
}
