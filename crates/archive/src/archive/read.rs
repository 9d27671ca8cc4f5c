//! Reading the archive's messages.

use futures::{Stream, StreamExt, TryStreamExt, stream};

use openim_history_client::model::{Conversation, Group, Member, User};

use super::open::Archive;
use crate::error::Result;
use crate::row::{Key, Row};
use crate::tables::messages::read::{batches, find, keys};
use crate::tables::messages::rows;
use crate::tables::small::{self, Stored};

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
        let found = find(self.place(), self.messages.files(), &keys(wanted)).await?;
        Ok(found.into_iter().flat_map(|(_, rows)| rows).collect())
    }
}
