//! `archive.json`: what marks a folder as an archive.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::place::Place;

const FILE: &str = "archive.json";

/// The format this version writes. Older ones are brought up to it when they are opened for writing.
pub(super) const FORMAT: u32 = 1;

/// What an archive says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of its files.
    pub format: u32,
    /// Tells this archive from any other.
    pub id: Uuid,
    /// When it was made.
    pub created: Timestamp,
    /// The server it was made of, as it was named then: an address without credentials.
    pub server: String,
}

impl Manifest {
    pub(super) fn new(server: &str) -> Self {
        Self {
            format: FORMAT,
            id: Uuid::new_v4(),
            created: Timestamp::now(),
            server: server.to_owned(),
        }
    }

    /// Reads the manifest; `None` where there is none.
    pub(super) async fn read(place: &Place) -> Result<Option<Self>> {
        /// The part that every format has.
        #[derive(Deserialize)]
        struct Any {
            format: u32,
        }

        let Some(bytes) = place.read(FILE).await? else {
            return Ok(None);
        };
        let damaged = |error| {
            Error::damaged(
                format_args!("{FILE} in {place}"),
                "it is no description of an archive",
                Some(Box::new(error)),
            )
        };
        let any: Any = serde_json::from_slice(&bytes).map_err(damaged)?;
        if any.format > FORMAT {
            return Err(Error::Newer {
                place: place.to_string(),
                found: any.format,
                known: FORMAT,
            });
        }
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    pub(super) async fn write(&self, place: &Place) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::store(format!("write {FILE} in {place}"), error))?;
        place.write(FILE, text).await
    }
}
