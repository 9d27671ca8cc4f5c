//! Whether the rows of a small table can be read.

use futures::TryStreamExt;
use openim_history_client::model::{Conversation, Group, Member, User};

use super::entity::{Entity, MinSeq, ReadState};
use super::stored::{SIGHT, Sight, only, plain};
use crate::error::Result;
use crate::place::Place;
use crate::tables::file::DataFile;

/// Reads a file of the small table of that name, and forgets it: fails where a row cannot be read.
pub(crate) async fn look_through(place: &Place, table: &str, file: &DataFile) -> Result<()> {
    match table {
        User::NAME => read::<User>(place, file).await,
        Group::NAME => read::<Group>(place, file).await,
        Member::NAME => read::<Member>(place, file).await,
        Conversation::NAME => read::<Conversation>(place, file).await,
        MinSeq::NAME => read::<MinSeq>(place, file).await,
        _ => read::<ReadState>(place, file).await,
    }
}

async fn read<E: Entity>(place: &Place, file: &DataFile) -> Result<()> {
    let plain = plain::<E>(place);
    let mut batches = plain.batches(file).await?;
    while let Some(batch) = batches.try_next().await? {
        plain.decode::<E>(file, &only(&batch, E::COLUMNS)?)?;
        plain.decode::<Sight>(file, &only(&batch, SIGHT)?)?;
    }
    Ok(())
}
