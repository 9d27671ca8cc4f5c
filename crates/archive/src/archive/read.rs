//! Reading the archive's messages.

use std::collections::HashMap;
use std::sync::Arc;

use futures::{Stream, StreamExt, TryStreamExt, stream};

use openim_history_client::model::{Conversation, Group, Member, User};

use super::open::Archive;
use crate::error::Result;
use crate::index::Hit;
use crate::row::{Key, Row};
use crate::tables::file::DataFile;
use crate::tables::messages::lookup::{Keys, find, keys};
use crate::tables::messages::read::row_batches;
use crate::tables::messages::rows;
use crate::tables::small::{self, Stored};

impl Archive {
    /// Walks through all messages in bounded memory, in the order they lie in the files.
    pub fn rows(&self) -> impl Stream<Item = Result<Vec<Row>>> + Send + Unpin + use<> {
        let place = self.place().clone();
        let files = stream::iter(self.messages.files().to_vec());
        let read = files.then(move |file| {
            let place = place.clone();
            async move { row_batches(&place, &file).await }
        });
        read.try_flatten().map(|batch| rows(&batch?)).boxed()
    }

    /// Returns every user ever seen.
    pub async fn users(&self) -> Result<Vec<Stored<User>>> {
        small::read(self.place()).await
    }

    /// Returns every group ever seen.
    pub async fn groups(&self) -> Result<Vec<Stored<Group>>> {
        small::read(self.place()).await
    }

    /// Returns every membership ever seen; one who left and came back has two.
    pub async fn group_members(&self) -> Result<Vec<Stored<Member>>> {
        small::read(self.place()).await
    }

    /// Returns every user's row of a conversation ever seen.
    pub async fn conversations(&self) -> Result<Vec<Stored<Conversation>>> {
        small::read(self.place()).await
    }

    /// Returns the messages of some keys; those the archive does not have are left out.
    pub async fn get(&self, wanted: &[Key]) -> Result<Vec<Row>> {
        let found = self.find(wanted).await?;
        Ok(found.into_iter().flat_map(|(_, rows)| rows).collect())
    }

    /// Returns the messages of some keys with the files they lie in.
    pub(crate) async fn find<'a>(
        &self,
        wanted: impl IntoIterator<Item = &'a Key>,
    ) -> Result<Vec<(DataFile, Vec<Row>)>> {
        let wanted = Arc::new(keys(wanted));
        let files = self.messages.files().iter();
        let wanted = files.map(|file| (file.clone(), Arc::clone(&wanted)));
        find(self.place(), wanted.collect()).await
    }

    /// Returns the messages of hits: only files of their months are looked into.
    pub(crate) async fn of_hits<'a>(
        &self,
        hits: impl Iterator<Item = &'a Hit>,
    ) -> Result<Vec<Row>> {
        let mut by_month: HashMap<String, Vec<Key>> = HashMap::new();
        for hit in hits {
            by_month.entry(hit.month()).or_default().push(hit.key());
        }
        let by_month: HashMap<String, Arc<Keys>> = by_month
            .into_iter()
            .map(|(month, found)| (month, Arc::new(keys(&found))))
            .collect();
        let wanted = self.messages.files().iter().filter_map(|file| {
            let keys = by_month.get(file.month.as_deref()?)?;
            Some((file.clone(), Arc::clone(keys)))
        });
        let found = find(self.place(), wanted.collect()).await?;
        Ok(found.into_iter().flat_map(|(_, rows)| rows).collect())
    }
}
