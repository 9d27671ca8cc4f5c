//! How an export's folder goes from one state to the next.
//!
//! New files are written below `.openim-history-export/`, in the folder itself, so that giving them their names is
//! a rename. Once all of them and the new manifest are on the disk, a *journal* is put down beside them, itself by
//! a rename: that is the one point at which the new state holds. Then the files are renamed into place, those
//! that are not needed any more are removed, the manifest and its sums get their names, and the journal goes.
//!
//! Before the journal is there nothing outside the staging folder was touched: whatever happens, the old export
//! is whole, and the next run throws the staging folder away. Once it is there, every step can be done again:
//! a file that is not in the staging folder any more has its name already. The next run finishes what is left
//! before it does anything else, and `verify` says that it has to.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::{ExportManifest, MANIFEST, SUMS, is_inside};
use crate::error::{Error, Result};

/// The folder, inside an export's own, of what is under way.
pub(crate) const STAGING: &str = ".openim-history-export";

/// In it: new files by their number, the journal, and the lock.
const NEW: &str = "new";
const JOURNAL: &str = "journal.json";
const LOCK: &str = "lock";

/// What is left to do.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Journal {
    /// Staged files, below the staging folder, and what they are to be called.
    moves: Vec<(String, String)>,
    /// Files that are not needed any more.
    removals: Vec<String>,
}

/// An export's folder, which nobody else writes to.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Whether it was not there before.
    is_new: bool,
    /// The system lets go of it with the file.
    _lock: Option<File>,
    staged: u32,
}

fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    Error::store(format!("{what} {}", path.display()), error)
}

/// Waits until the names in a folder are on the disk, where the system can tell.
fn settle(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

impl Folder {
    /// Opens a folder to write an export into: a new one, an empty one, or one with an export. What an
    /// interrupted run left behind is finished or thrown away.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        Self::check_own(root)?;
        let is_new = !root.exists();
        let staging = root.join(STAGING);
        fs::create_dir_all(&staging).map_err(|error| failed("make", &staging, error))?;
        let path = staging.join(LOCK);
        let lock = File::create(&path).map_err(|error| failed("lock", &path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked {
                    place: root.display().to_string(),
                    holder: "another export".to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path, error)),
        }
        let folder = Self {
            root: root.to_owned(),
            is_new,
            _lock: Some(lock),
            staged: 0,
        };
        folder.recover()?;
        Ok(folder)
    }

    /// Looks at a folder without touching it, for a run that only tells what it would do.
    pub(crate) fn look(root: &Path) -> Result<Self> {
        Self::check_own(root)?;
        Ok(Self {
            root: root.to_owned(),
            is_new: false,
            _lock: None,
            staged: 0,
        })
    }

    /// A folder with something in it that is no export of ours is left alone.
    fn check_own(root: &Path) -> Result<()> {
        let entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed("read", root, error)),
        };
        if root.join(MANIFEST).is_file() || root.join(STAGING).join(JOURNAL).is_file() {
            return Ok(());
        }
        for entry in entries {
            let name = entry
                .map_err(|error| failed("read", root, error))?
                .file_name();
            let name = name.to_string_lossy();
            // What file managers leave behind says nothing.
            if !name.starts_with('.') && name != "Thumbs.db" && name != "desktop.ini" {
                return Err(Error::ForeignExport {
                    folder: root.display().to_string(),
                    reason: format!("it has no {MANIFEST} and holds {name}"),
                });
            }
        }
        Ok(())
    }

    /// Returns the manifest that holds.
    pub(crate) fn manifest(&self) -> Result<Option<ExportManifest>> {
        ExportManifest::read(&self.root)
    }

    /// Whether the sums are there and those of the manifest.
    pub(crate) fn is_settled(&self) -> bool {
        let read = |name| fs::read_to_string(self.root.join(name)).ok();
        let (Some(text), Some(sums)) = (read(MANIFEST), read(SUMS)) else {
            return false;
        };
        let manifest = self.manifest().ok().flatten();
        manifest.is_some_and(|manifest| manifest.sums(&text) == sums)
    }

    /// Returns where it lies.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Makes a new folder to stage files in.
    pub(crate) fn stage(&mut self) -> Result<PathBuf> {
        self.staged += 1;
        let folder = self
            .root
            .join(STAGING)
            .join(NEW)
            .join(self.staged.to_string());
        fs::create_dir_all(&folder).map_err(|error| failed("make", &folder, error))?;
        Ok(folder)
    }

    /// Throws away what was staged: the export stays as it was.
    pub(crate) fn discard(self) -> Result<()> {
        self.clear()
    }

    /// Makes the new state hold. `files` are staged files and the paths they get; `gone` are paths of the old
    /// state that are not needed any more.
    pub(crate) fn switch(
        self,
        files: Vec<(PathBuf, String)>,
        gone: Vec<String>,
        manifest: &ExportManifest,
    ) -> Result<()> {
        let journal = self.put_down(files, gone, manifest)?;
        self.finish(&journal)?;
        self.clear()
    }

    /// Puts the journal down: the new state holds then.
    fn put_down(
        &self,
        files: Vec<(PathBuf, String)>,
        gone: Vec<String>,
        manifest: &ExportManifest,
    ) -> Result<Journal> {
        let staging = self.root.join(STAGING);
        let text = manifest.text()?;
        let sums = manifest.sums(&text);
        for (name, text) in [(MANIFEST, &text), (SUMS, &sums)] {
            write_whole(&staging.join(name), text)?;
        }
        let mut journal = Journal {
            moves: Vec::with_capacity(files.len()),
            removals: gone,
        };
        for (staged, path) in files {
            let inside = staged.strip_prefix(&staging).unwrap_or(&staged);
            let inside: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
            journal.moves.push((inside.join("/"), path));
            if let Some(parent) = staged.parent() {
                settle(parent);
            }
        }
        let text = serde_json::to_string(&journal)
            .map_err(|error| Error::store("write the journal of the export", error))?;
        let draft = staging.join("journal.draft");
        write_whole(&draft, &text)?;
        settle(&staging);
        // From here on the new state holds.
        let path = staging.join(JOURNAL);
        fs::rename(&draft, &path).map_err(|error| failed("write", &path, error))?;
        settle(&staging);
        Ok(journal)
    }

    /// Does what a journal says, from wherever it was broken off.
    fn finish(&self, journal: &Journal) -> Result<()> {
        let staging = self.root.join(STAGING);
        for path in &journal.removals {
            if is_inside(path) {
                self.remove(path)?;
            }
        }
        let own = [(MANIFEST, MANIFEST), (SUMS, SUMS)].map(|(a, b)| (a.to_owned(), b.to_owned()));
        for (staged, path) in journal.moves.iter().chain(&own) {
            let is_ours = is_inside(path) && is_inside(staged);
            let (from, to) = (staging.join(staged), self.root.join(path));
            if !is_ours || !from.exists() {
                continue;
            }
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(|error| failed("make", parent, error))?;
            }
            fs::rename(&from, &to).map_err(|error| failed("write", &to, error))?;
            if let Some(parent) = to.parent() {
                settle(parent);
            }
        }
        settle(&self.root);
        let path = staging.join(JOURNAL);
        fs::remove_file(&path).map_err(|error| failed("remove", &path, error))?;
        settle(&staging);
        Ok(())
    }

    /// Removes a file of the export, and the folders that are empty then.
    fn remove(&self, path: &str) -> Result<()> {
        let full = self.root.join(path);
        match fs::remove_file(&full) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed("remove", &full, error)),
        }
        for parent in full.ancestors().skip(1) {
            // One that is not empty stays.
            if parent == self.root || fs::remove_dir(parent).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn recover(&self) -> Result<()> {
        let path = self.root.join(STAGING).join(JOURNAL);
        match fs::read(&path) {
            Ok(bytes) => {
                let journal: Journal = serde_json::from_slice(&bytes).map_err(|error| {
                    Error::damaged(path.display(), "it is no journal", Some(error.into()))
                })?;
                self.finish(&journal)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed("read", &path, error)),
        }
        let new = self.root.join(STAGING).join(NEW);
        match fs::remove_dir_all(&new) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("remove", &new, error)),
        }
    }

    /// Removes the staging folder. The lock goes with it: who waits for it makes a new one.
    fn clear(self) -> Result<()> {
        let staging = self.root.join(STAGING);
        let removed = fs::remove_dir_all(&staging);
        if self.is_new {
            // Made for an export that did not come about, it is empty and goes; with one in it it stays.
            let _ = fs::remove_dir(&self.root);
        }
        match removed {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("remove", &staging, error)),
        }
    }
}

fn write_whole(path: &Path, text: &str) -> Result<()> {
    use io::Write as _;
    let written = File::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| failed("write", path, error))
}

/// Whether a switch of a folder was broken off.
pub(super) fn is_unfinished(root: &Path) -> bool {
    root.join(STAGING).join(JOURNAL).is_file()
}

#[cfg(test)]
mod tests;
