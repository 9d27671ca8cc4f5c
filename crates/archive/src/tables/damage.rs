//! Files that are not what was written.

use std::fmt;

use futures::StreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path as ObjectPath;

use super::file::DataFile;
use crate::error::{Error, Result};
use crate::place::Place;

/// What is wrong with a file, told by its bytes alone: never that it could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It is not there.
    Gone,
    /// It has another size.
    Size { found: u64, written: u64 },
    /// It has other bytes.
    Content,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("it is not there"),
            Self::Size { found, written } => {
                write!(f, "it has {found} bytes, and was written with {written}")
            }
            Self::Content => f.write_str("its checksum is not the one it was written with"),
        }
    }
}

impl Damage {
    /// Judges by the size alone; `found` is that of what lies there.
    pub(crate) fn by_size(found: Option<u64>, written: u64) -> Option<Self> {
        match found {
            None => Some(Self::Gone),
            Some(found) => (found != written).then_some(Self::Size { found, written }),
        }
    }

    /// Looks at a data file of a table; its bytes are read only where `whole` is asked for.
    pub(crate) async fn of(
        place: &Place,
        table: &str,
        file: &DataFile,
        whole: bool,
    ) -> Result<Option<Self>> {
        let location = file.location(table);
        let found = size(place, &location).await?;
        match Self::by_size(found, file.size) {
            None if whole => Self::by_checksum(place, table, file).await,
            damage => Ok(damage),
        }
    }

    /// Reads a data file that is there.
    pub(crate) async fn by_checksum(
        place: &Place,
        table: &str,
        file: &DataFile,
    ) -> Result<Option<Self>> {
        let Some(written) = &file.checksum else {
            return Ok(None);
        };
        let found = checksum(place, &file.location(table)).await?;
        Ok((found != *written).then_some(Self::Content))
    }
}

/// Returns how many bytes a file has; `None` where there is none.
pub(crate) async fn size(place: &Place, location: &ObjectPath) -> Result<Option<u64>> {
    match place.store().head(location).await {
        Ok(found) => Ok(Some(found.size)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(Error::store(
            format!("look for {location} in {place}"),
            error,
        )),
    }
}

/// Hands over the bytes of a file as it lies there now, piece by piece.
pub(crate) async fn each_piece(
    place: &Place,
    location: &ObjectPath,
    mut take: impl FnMut(&[u8]),
) -> Result<()> {
    let failed = |error| Error::store(format!("read {location} in {place}"), error);
    let found = place.store().get(location).await.map_err(failed)?;
    let mut pieces = found.into_stream();
    while let Some(piece) = pieces.next().await {
        take(&piece.map_err(failed)?);
    }
    Ok(())
}

async fn checksum(place: &Place, location: &ObjectPath) -> Result<String> {
    let mut hasher = crc32fast::Hasher::new();
    each_piece(place, location, |piece| hasher.update(piece)).await?;
    Ok(format!("{:08x}", hasher.finalize()))
}
