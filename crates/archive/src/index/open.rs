//! Opening an index, and healing one that cannot be used.

use std::path::Path;
use std::sync::atomic::{self, AtomicBool};
use std::sync::{Arc, PoisonError, RwLock};
use std::{fmt, fs, io};

use tantivy::directory::META_LOCK;
use tantivy::directory::error::OpenReadError;
use tantivy::error::DataCorruption;
use tantivy::index::SegmentComponent;
use tantivy::{Directory as _, IndexReader, ReloadPolicy, TantivyError};

use super::error::{folder_error, opening_error, read_error, write_error};
use super::folder::{Folder, META, empty, has_files_of_ours};
use super::schema::{FORMAT, Fields, register, schema};
use super::view::View;
use super::writer::{IndexWriter, Payload};
use super::{IndexDamage, IndexError, wish, writing};

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
    folder: Folder,
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
            .field("folder", &self.0.folder.path())
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
        let directory = Folder::open(folder).map_err(|source| write_error(folder, source))?;
        let lock = directory.lock()?;
        writing::note(folder);
        // Another may have healed it while we waited for nothing but the lock.
        match Self::try_open(folder, settings) {
            Err(IndexError::Unusable { .. }) => {}
            outcome => return outcome,
        }
        empty(folder)?;
        let healed = match damage {
            IndexDamage::Missing => None,
            damage => Some(damage),
        };
        let tantivy = tantivy::Index::create(directory.clone(), schema().0, Default::default())
            .map_err(|source| directory.write_error(source))?;
        drop(lock);
        let index = Self::with(directory, settings, tantivy)
            .map_err(|source| write_error(folder, source))?;
        let opened = Opened {
            covers: None,
            healed,
        };
        Ok((index, opened))
    }

    /// Opens the index in `folder` for reading; nothing is changed.
    ///
    /// To be read, it need not be writable.
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
        let unreadable = |error| opening_error(folder, error);
        match fs::metadata(folder.join(META)) {
            Ok(_) => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(folder_error(folder, error));
            }
            Err(_) if has_files_of_ours(folder) => {
                let error = OpenReadError::FileDoesNotExist(META.into());
                return Err(unreadable(error.into()));
            }
            Err(_) => return Err(unusable(IndexDamage::Missing)),
        }
        let directory = Folder::open(folder).map_err(unreadable)?;
        let tantivy = tantivy::Index::open(directory.clone()).map_err(unreadable)?;
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
        look_at_lengths(folder, &tantivy).map_err(unreadable)?;
        look_at_files(&tantivy).map_err(unreadable)?;
        let index = Self::with(directory, settings, tantivy).map_err(unreadable)?;
        let opened = Opened {
            covers,
            healed: None,
        };
        Ok((index, opened))
    }

    fn with(
        folder: Folder,
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
        let pinyin = payload(&tantivy)?
            .map_or_else(|| wish::pinyin(folder.path()), |payload| payload.pinyin);
        Ok(Self(Arc::new(Inner {
            folder,
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
        wish::pinyin(self.0.folder.path())
    }

    /// Remembers whether messages should be found by sound too, for this index and all that are built anew
    /// in its place.
    pub(crate) fn wish_for_pinyin(&self, pinyin: bool) -> Result<(), IndexError> {
        let folder = self.0.folder.path();
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
        let damaged = self.0.tantivy.validate_checksum();
        let damaged = damaged.map_err(|error| opening_error(self.0.folder.path(), error))?;
        match damaged.into_iter().min() {
            None => Ok(()),
            Some(file) => Err(IndexError::Unusable {
                folder: self.0.folder.path().to_owned(),
                source: IndexDamage::Checksum { file },
            }),
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

    pub(super) fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    pub(super) fn tantivy(&self) -> &tantivy::Index {
        &self.0.tantivy
    }

    pub(super) fn read_error(&self, source: TantivyError) -> IndexError {
        read_error(self.0.folder.path(), source)
    }

    pub(super) fn write_error(&self, source: TantivyError) -> IndexError {
        self.0.folder.write_error(source)
    }
}

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

/// Looks whether every file of every part is long enough for the ending that Tantivy reads without asking. Which
/// are there at all shows [`look_at_files`].
fn look_at_lengths(folder: &Path, index: &tantivy::Index) -> tantivy::Result<()> {
    const ENDING: u64 = 8;
    for file in index.load_metas()?.list_segment_files() {
        let is_cut = fs::metadata(folder.join(&file)).is_ok_and(|file| file.len() < ENDING);
        if is_cut {
            return Err(DataCorruption::new(file, "it is cut short".to_owned()).into());
        }
    }
    Ok(())
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
