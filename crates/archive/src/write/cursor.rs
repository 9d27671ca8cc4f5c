//! Up to where a source was followed: true together with the rows, through the number in the log.

use object_store::path::Path as ObjectPath;
use openim_history_client::model::Timestamp;
use serde::{Deserialize, Serialize};

use super::early::Early;
use crate::error::{Error, Result};
use crate::place::Place;

/// How many cursors are left behind the one that holds, for a person who wonders.
const KEPT: u64 = 8;

/// Up to where a source was followed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    /// When it was written.
    pub(crate) written: Timestamp,
    /// The place in MongoDB's change stream behind which nothing is taken yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mongo_token: Option<String>,
    /// Numbers to which something was done before that place, while their message was not stored yet.
    #[serde(skip_serializing_if = "Early::is_empty")]
    pub(crate) early: Early,
}

fn path(number: u64) -> String {
    format!("sync/{number}.json")
}

impl Cursor {
    /// Whether both are of one place, whenever they were written.
    pub(crate) fn same_place(&self, other: &Self) -> bool {
        self.mongo_token == other.mongo_token && self.early == other.early
    }

    /// Writes it under the first free number behind `last`, and returns which. It holds once the table's
    /// log has that number.
    ///
    /// A number that is taken is never written again: it was left behind by a crash, or another writer
    /// that took over has it, whose commit may already name it.
    pub(crate) async fn write(&self, place: &Place, last: u64) -> Result<u64> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::store("write the cursor", error))?;
        let mut number = last + 1;
        while !place.create(&path(number), text.clone()).await? {
            number += 1;
        }
        Ok(number)
    }

    /// Reads the one with this number.
    pub(crate) async fn read(place: &Place, number: u64) -> Result<Self> {
        let what = format!("{} in {place}", path(number));
        let Some(bytes) = place.read(&path(number)).await? else {
            return Err(Error::damaged(what, "it is not there", None));
        };
        serde_json::from_slice(&bytes)
            .map_err(|error| Error::damaged(what, "it is no cursor", Some(Box::new(error))))
    }

    /// Removes those that no longer can be of interest once `number` holds and `last` does no more.
    pub(crate) async fn forget_before(place: &Place, last: u64, number: u64) -> Result<()> {
        for old in last.saturating_sub(KEPT) + 1..=number.saturating_sub(KEPT) {
            place.remove(&ObjectPath::from(path(old))).await?;
        }
        Ok(())
    }
}
