//! Opening an index, and healing one that cannot be used.

use std::path::{Path, PathBuf};
use std::sync::atomic::{self, AtomicBool};
use std::sync::{Arc, PoisonError, RwLock};
use std::{fmt, fs, io};

use tantivy::directory::error::{LockError, OpenDirectoryError};
use tantivy::directory::{DirectoryLock, INDEX_WRITER_LOCK, META_LOCK, MmapDirectory};
use tantivy::index::SegmentComponent;
use tantivy::{Directory as _, IndexReader, ReloadPolicy, TantivyError};

use super::schema::{FORMAT, Fields, register, schema};
use super::view::View;
use super::writer::{IndexWriter, Payload};
use super::{IndexDamage, IndexError, wish};

/// How an index is written and searched.
#[derive(Clone, Copy, Debug)]
pub struct IndexSettings {
    /// How many threads cut and sort texts while writing, at most 8.
    pub writer_threads: usize,
    /// How many bytes of not yet written index the writer holds, at least 15 MB for each thread.
    pub writer_memory: usize,
    /// How many messages a part of the index may have to be merged into a larger one. Merging
    /// happens beside writing; a merge takes at most four times as many.
    pub largest_merge: usize,
    /// How many threads look through the parts of the index for one query.
    pub search_threads: usize,
}

impl Default for IndexSettings {
    fn default() -> Self {
        Self {
            writer_threads: 2,
            writer_memory: 80_000_000,
            largest_merge: 150_000,
            search_threads: 2,
        }
    }
}

/// What was found on opening.
#[derive(Debug)]
pub struct Opened {
    /// The version of the tables the index covers; `None` where it is empty and everything has to
    /// be put into it.
    pub covers: Option<u64>,
    /// Why it was emptied, if it was.
    pub healed: Option<IndexDamage>,
}

/// An index in a folder of the local disk. Cheap to clone; one writer, any number of readers, in
/// this process or others.
#[derive(Clone)]
pub struct Index(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    settings: IndexSettings,
    fields: Fields,
    tantivy: tantivy::Index,
    reader: IndexReader,
    view: RwLock<Arc<View>>,
    pinyin: AtomicBool,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("folder", &self.0.folder)
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in `folder`, for one who may write it. Where there is none, or one that
    /// cannot be used, the folder then has an empty one; files that are not the index's stay.
    ///
    /// The look at the files is quick: they are there, and whole at their ends. Whether every
    /// byte is as it was written says [`Index::verify`].
    ///
    /// # Errors
    /// [`IndexError::Busy`] where the index cannot be used and somebody is writing it, and
    /// [`IndexError::Folder`] where the folder cannot be used.
    pub fn open_or_create(
        folder: &Path,
        settings: &IndexSettings,
    ) -> Result<(Self, Opened), IndexError> {
        fs::create_dir_all(folder).map_err(|source| folder_error(folder, source))?;
        let damage = match Self::try_open(folder, settings) {
            Ok(opened) => return Ok(opened),
            Err(IndexError::Unusable { source, .. }) => source,
            Err(error) => return Err(error),
        };
        let lock = lock(folder)?;
        // Another may have healed it while we waited for nothing but the lock.
        if let Ok(opened) = Self::try_open(folder, settings) {
            return Ok(opened);
        }
        empty(folder)?;
        let healed = match damage {
            IndexDamage::Missing => None,
            damage => Some(damage),
        };
        let directory = directory(folder)?;
        let tantivy = tantivy::Index::create(directory, schema().0, Default::default())
            .map_err(|source| write_error(folder, source))?;
        drop(lock);
        let index =
            Self::with(folder, settings, tantivy).map_err(|source| write_error(folder, source))?;
        let opened = Opened {
            covers: None,
            healed,
        };
        Ok((index, opened))
    }

    /// Opens the index in `folder` for reading; nothing is changed.
    ///
    /// # Errors
    /// [`IndexError::Unusable`] where there is none, or it is damaged or of another format.
    pub fn open(folder: &Path, settings: &IndexSettings) -> Result<(Self, Opened), IndexError> {
        Self::try_open(folder, settings)
    }

    fn try_open(folder: &Path, settings: &IndexSettings) -> Result<(Self, Opened), IndexError> {
        let unusable = |source| IndexError::Unusable {
            folder: folder.to_owned(),
            source,
        };
        let unreadable = |error| unusable(IndexDamage::Unreadable(Box::new(error)));
        if !folder.join(META).is_file() {
            return Err(unusable(if has_files_of_ours(folder) {
                IndexDamage::Unreadable(Box::new(TantivyError::OpenReadError(
                    tantivy::directory::error::OpenReadError::FileDoesNotExist(META.into()),
                )))
            } else {
                IndexDamage::Missing
            }));
        }
        let directory = match MmapDirectory::open(folder) {
            Ok(directory) => directory,
            Err(error) => return Err(unreadable(error.into())),
        };
        let tantivy = tantivy::Index::open(directory).map_err(unreadable)?;
        if tantivy.schema() != schema().0 {
            return Err(unusable(IndexDamage::OtherFormat));
        }
        let covers = match payload(&tantivy).map_err(unreadable)? {
            Some(Payload {
                format: FORMAT,
                table_version,
                ..
            }) => Some(table_version),
            Some(_) => return Err(unusable(IndexDamage::OtherFormat)),
            None => None,
        };
        look_at_files(&tantivy).map_err(unreadable)?;
        let index = Self::with(folder, settings, tantivy).map_err(unreadable)?;
        let opened = Opened {
            covers,
            healed: None,
        };
        Ok((index, opened))
    }

    fn with(
        folder: &Path,
        settings: &IndexSettings,
        mut tantivy: tantivy::Index,
    ) -> tantivy::Result<Self> {
        register(tantivy.tokenizers());
        if settings.search_threads > 1 {
            tantivy.set_multithread_executor(settings.search_threads)?;
        }
        let reader = tantivy
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let view = View::new(reader.searcher(), None)?;
        let pinyin =
            payload(&tantivy)?.map_or_else(|| wish::pinyin(folder), |payload| payload.pinyin);
        Ok(Self(Arc::new(Inner {
            folder: folder.to_owned(),
            settings: *settings,
            fields: schema().1,
            tantivy,
            reader,
            view: RwLock::new(Arc::new(view)),
            pinyin: AtomicBool::new(pinyin),
        })))
    }

    /// Whether messages are found by sound too.
    pub fn has_pinyin(&self) -> bool {
        self.0.pinyin.load(atomic::Ordering::Relaxed)
    }

    /// Whether messages should be found by sound too, whatever the index has.
    pub(crate) fn wants_pinyin(&self) -> bool {
        wish::pinyin(&self.0.folder)
    }

    /// Remembers whether messages should be found by sound too, for this index and all that are built anew
    /// in its place.
    pub(crate) fn wish_for_pinyin(&self, pinyin: bool) -> Result<(), IndexError> {
        let folder = &self.0.folder;
        wish::write(folder, pinyin).map_err(|source| folder_error(folder, source))
    }

    /// Begins writing.
    ///
    /// # Errors
    /// [`IndexError::Busy`] where somebody else is. A writer that was killed is nobody: the lock
    /// goes with its process.
    pub fn writer(&self) -> Result<IndexWriter, IndexError> {
        IndexWriter::new(self.clone())
    }

    /// Returns the version of the tables the last commit covers, whoever made it.
    pub fn covers(&self) -> Result<Option<u64>, IndexError> {
        payload(&self.0.tantivy)
            .map(|payload| payload.map(|payload| payload.table_version))
            .map_err(|error| self.read_error(error))
    }

    /// Makes visible here what a writer in another process committed.
    pub fn refresh(&self) -> Result<(), IndexError> {
        // Held while reloading, so that of two at once the later one's view stays.
        let mut view = self.0.view.write().unwrap_or_else(PoisonError::into_inner);
        let fresh = self
            .0
            .reader
            .reload()
            .and_then(|()| View::new(self.0.reader.searcher(), Some(&view)))
            .map_err(|error| self.read_error(error))?;
        let payload = payload(&self.0.tantivy).map_err(|error| self.read_error(error))?;
        if let Some(payload) = payload {
            self.0
                .pinyin
                .store(payload.pinyin, atomic::Ordering::Relaxed);
        }
        *view = Arc::new(fresh);
        Ok(())
    }

    /// Reads every file and compares checksums.
    ///
    /// # Errors
    /// [`IndexError::Unusable`] where one is wrong; empty the folder and build the index again.
    pub fn verify(&self) -> Result<(), IndexError> {
        let damaged = self
            .0
            .tantivy
            .validate_checksum()
            .map_err(|error| IndexDamage::Unreadable(Box::new(error)))
            .map(|files| files.into_iter().min());
        match damaged {
            Ok(None) => Ok(()),
            Ok(Some(file)) => Err(self.unusable(IndexDamage::Checksum { file })),
            Err(damage) => Err(self.unusable(damage)),
        }
    }

    /// How many messages it has.
    pub fn len(&self) -> u64 {
        self.view().searcher.num_docs()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn view(&self) -> Arc<View> {
        Arc::clone(&self.0.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.0.fields
    }

    pub(super) fn settings(&self) -> &IndexSettings {
        &self.0.settings
    }

    pub(super) fn tantivy(&self) -> &tantivy::Index {
        &self.0.tantivy
    }

    fn unusable(&self, source: IndexDamage) -> IndexError {
        IndexError::Unusable {
            folder: self.0.folder.clone(),
            source,
        }
    }

    pub(super) fn read_error(&self, source: TantivyError) -> IndexError {
        IndexError::Read {
            folder: self.0.folder.clone(),
            source: Box::new(source),
        }
    }

    pub(super) fn write_error(&self, source: TantivyError) -> IndexError {
        write_error(&self.0.folder, source)
    }
}

const META: &str = "meta.json";

fn payload(index: &tantivy::Index) -> tantivy::Result<Option<Payload>> {
    let metas = index.load_metas()?;
    // One that is not ours is of a format we do not know.
    Ok(metas.payload.map(|payload| {
        serde_json::from_str(&payload).unwrap_or(Payload {
            format: 0,
            table_version: 0,
            pinyin: false,
        })
    }))
}

/// Opens every file of every part, which shows whether it is there and whole at its end. Tantivy
/// itself takes a missing one for an empty one here and there, and would find less.
fn look_at_files(index: &tantivy::Index) -> tantivy::Result<()> {
    // So that no writer takes away the files of parts it has merged while they are looked at.
    let _lock = index
        .directory()
        .acquire_lock(&META_LOCK)
        .map_err(|error| TantivyError::LockFailure(error, None))?;
    for segment in index.searchable_segments()? {
        let deletes = segment
            .meta()
            .has_deletes()
            .then_some(SegmentComponent::Delete);
        let components = [
            SegmentComponent::Terms,
            SegmentComponent::Postings,
            SegmentComponent::Positions,
            SegmentComponent::FastFields,
            SegmentComponent::FieldNorms,
            SegmentComponent::Store,
        ];
        for component in components.into_iter().chain(deletes) {
            segment.open_read(component)?;
        }
    }
    Ok(())
}

fn directory(folder: &Path) -> Result<MmapDirectory, IndexError> {
    MmapDirectory::open(folder).map_err(|error| match error {
        OpenDirectoryError::IoError { io_error, .. } => {
            folder_error(folder, io::Error::new(io_error.kind(), io_error))
        }
        error => write_error(folder, error.into()),
    })
}

fn lock(folder: &Path) -> Result<DirectoryLock, IndexError> {
    directory(folder)?
        .acquire_lock(&INDEX_WRITER_LOCK)
        .map_err(|error| write_error(folder, TantivyError::LockFailure(error, None)))
}

fn folder_error(folder: &Path, source: io::Error) -> IndexError {
    IndexError::Folder {
        folder: folder.to_owned(),
        source,
    }
}

fn write_error(folder: &Path, source: TantivyError) -> IndexError {
    let folder = folder.to_owned();
    match source {
        TantivyError::LockFailure(LockError::LockBusy, _) => IndexError::Busy { folder },
        source => IndexError::Write {
            folder,
            source: Box::new(source),
        },
    }
}

/// Removes the files of an index. The lock's file stays, it is held.
fn empty(folder: &Path) -> Result<(), IndexError> {
    for file in files_of_ours(folder).map_err(|source| folder_error(folder, source))? {
        fs::remove_file(&file).map_err(|source| folder_error(folder, source))?;
    }
    Ok(())
}

fn has_files_of_ours(folder: &Path) -> bool {
    files_of_ours(folder).is_ok_and(|files| !files.is_empty())
}

fn files_of_ours(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && is_ours(&entry.file_name().to_string_lossy()) {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// Whether Tantivy names its files so: lists, and the parts as 32 digits and an ending.
fn is_ours(name: &str) -> bool {
    name == META
        || name == ".managed.json"
        || name.split_once('.').is_some_and(|(stem, _)| {
            stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}
