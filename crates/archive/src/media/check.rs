//! Whether the attachments an archive has are there, and are what was fetched.

use std::collections::{HashMap, HashSet};

use futures::TryStreamExt;
use object_store::path::Path as ObjectPath;
use sha2::{Digest, Sha256};

use super::kind::MediaStatus;
use super::scan::{Digest16, digest16};
use crate::error::{Error, Result};
use crate::place::Place;
use crate::tables::attachments::Record;
use crate::tables::damage::{Damage, each_piece};

/// The folder attachments lie in.
const FOLDER: &str = "media";

/// Returns the sizes of all files of attachments, by path inside the archive.
pub(super) async fn sizes(place: &Place) -> Result<HashMap<Digest16, u64>> {
    let folder = ObjectPath::from(FOLDER);
    let listed = place.store().list(Some(&folder));
    let sizes = listed.map_ok(|file| (digest16(file.location.as_ref()), file.size));
    let sizes: Result<HashMap<_, _>, _> = sizes.try_collect().await;
    sizes.map_err(|error| Error::store(format!("list {FOLDER} in {place}"), error))
}

/// Compares attachments with what was fetched; of each it keeps some 60 bytes in memory.
#[derive(Debug)]
pub(crate) struct Checker<'a> {
    place: &'a Place,
    sizes: HashMap<Digest16, u64>,
    looked_at: HashSet<Digest16>,
    whole: bool,
}

impl<'a> Checker<'a> {
    /// Lists what lies there. `whole` has contents read and compared with their hashes.
    pub(crate) async fn open(place: &'a Place, whole: bool) -> Result<Self> {
        Ok(Self {
            place,
            sizes: sizes(place).await?,
            looked_at: HashSet::new(),
            whole,
        })
    }

    /// Says what is wrong with the content of an address and where it should lie. The same content of
    /// several addresses is looked at once.
    pub(crate) async fn look_at(&mut self, record: &Record) -> Result<Option<(String, Damage)>> {
        let (MediaStatus::Ok, Some(path)) = (record.status, &record.path) else {
            return Ok(None);
        };
        let short = digest16(path);
        if !self.looked_at.insert(short) {
            return Ok(None);
        }
        let found = self.sizes.get(&short).copied();
        let damage = match Damage::by_size(found, record.size.unwrap_or_default()) {
            None if self.whole && !is_what_it_is_named(self.place, path).await? => {
                Some(Damage::Content)
            }
            damage => damage,
        };
        Ok(damage.map(|damage| (path.clone(), damage)))
    }
}

/// Whether a file's content is what its name says: the name is the content's hash.
pub(crate) async fn is_what_it_is_named(place: &Place, path: &str) -> Result<bool> {
    let mut hasher = Sha256::new();
    each_piece(place, &ObjectPath::from(path), |piece| hasher.update(piece)).await?;
    let found: String = (hasher.finalize().iter())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (first, rest) = found.split_at(2);
    let named = path.split_once('.').map_or(path, |(stem, _)| stem);
    Ok(named == format!("{FOLDER}/{first}/{rest}"))
}
