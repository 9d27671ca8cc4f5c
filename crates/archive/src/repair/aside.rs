//! Where damaged files are put aside: `damaged/<n>/`, and beside it `damaged/<n>.json`, which says what
//! was wrong with them.

use jiff::Timestamp;
use object_store::ObjectStoreExt;
use object_store::path::Path as ObjectPath;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::place::Place;
use crate::verify::DamagedFile;

const FOLDER: &str = "damaged";

/// What was put aside, as it is written down.
#[derive(Serialize)]
struct Record<'a> {
    written: Timestamp,
    files: &'a [DamagedFile],
}

/// Writes down what is wrong with files and copies those that are there, as they are. Returns the folder.
pub(super) async fn put_aside(place: &Place, files: &[DamagedFile]) -> Result<String> {
    let record = Record {
        written: Timestamp::now(),
        files,
    };
    let text = serde_json::to_vec_pretty(&record)
        .map_err(|error| Error::store("write down what is damaged", error))?;
    let mut number = 1_u64;
    while !place
        .create(&format!("{FOLDER}/{number}.json"), text.clone())
        .await?
    {
        number += 1;
    }
    let folder = format!("{FOLDER}/{number}");
    for file in files {
        let (from, to) = (file.path.as_str(), format!("{folder}/{}", file.path));
        let (from, to) = (ObjectPath::from(from), ObjectPath::from(to));
        match place.store().copy(&from, &to).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => {
                let what = format!("copy {from} to {to} in {place}");
                return Err(Error::store(what, error));
            }
        }
    }
    Ok(folder)
}
