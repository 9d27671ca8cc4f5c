//! Reading the archive's messages.

use futures::{Stream, StreamExt, TryStreamExt, stream};

use super::open::Archive;
use crate::error::Result;
use crate::row::{Key, Row};
use crate::tables::messages::read::{batches, find, keys};
use crate::tables::messages::rows;

impl Archive {
    /// Walks through all messages in bounded memory, in the order they lie in the files.
    pub fn rows(&self) -> impl Stream<Item = Result<Vec<Row>>> + Send + Unpin + use<> {
        let place = self.place().clone();
        let files = stream::iter(self.messages.files());
        let read = files.then(move |file| {
            let place = place.clone();
            async move { batches(&place, &file).await }
        });
        read.try_flatten().map(|batch| rows(&batch?)).boxed()
    }

    /// Returns the messages of some keys; those the archive does not have are left out.
    pub async fn get(&self, wanted: &[Key]) -> Result<Vec<Row>> {
        let found = find(self.place(), self.messages.files(), &keys(wanted)).await?;
        Ok(found.into_iter().flat_map(|(_, rows)| rows).collect())
    }
}
