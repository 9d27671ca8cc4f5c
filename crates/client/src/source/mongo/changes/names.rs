//! Which block an `_id` names: events tell nothing else.

use std::collections::HashMap;

use bson::{Bson, doc};

use crate::error::Result;
use crate::source::mongo::blocks::{BlockId, key_of};
use crate::source::mongo::query::{Reader, rows};
use crate::source::mongo::wire::BlockName;

/// How many names are kept at most: about 10 MB.
const KEPT: usize = 100_000;

/// The names of a batch's blocks: `None` for a document that is no block; what is not there at
/// all was not there any more when it was looked for.
pub(super) type Known = HashMap<BlockId, Option<BlockName>>;

/// Names of the blocks that changed of late. Bounded: when the younger half is full, the older
/// one goes; whatever is asked for becomes young.
#[derive(Debug, Default)]
pub(super) struct Names {
    young: HashMap<BlockId, BlockName>,
    old: HashMap<BlockId, BlockName>,
}

impl Names {
    pub(super) fn get(&mut self, id: BlockId) -> Option<BlockName> {
        if let Some(name) = self.young.get(&id) {
            return Some(name.clone());
        }
        let name = self.old.remove(&id)?;
        self.insert(id, name.clone());
        Some(name)
    }

    pub(super) fn insert(&mut self, id: BlockId, name: BlockName) {
        if self.young.len() >= KEPT / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, name);
    }

    pub(super) fn remove(&mut self, id: BlockId) -> Option<BlockName> {
        let old = self.old.remove(&id);
        self.young.remove(&id).or(old)
    }
}

impl Reader {
    /// Looks up the names of blocks: `None` beside a document that is no block; those that are not
    /// there any more are left out.
    pub(super) async fn names(&self, ids: &[BlockId]) -> Result<Vec<(BlockId, Option<BlockName>)>> {
        self.chunked(ids, |ids| async move {
            let ids: Vec<Bson> = ids.iter().map(|id| id.object_id().into()).collect();
            let mut options = rows();
            options.projection = Some(doc! { "doc_id": 1 });
            self.find("msg", doc! { "_id": { "$in": ids } }, options, |row| {
                let id = BlockId::from_bytes(row.value("_id")?.object_id()?);
                Some((id, key_of(row).map(|key| key.name())))
            })
            .await
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_bounded() {
        let id = |n: usize| {
            let mut bytes = [0; 12];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            BlockId::from_bytes(bytes)
        };
        let name = BlockName::parse("si_a_b:7").expect("a name");
        let mut names = Names::default();
        for n in 0..3 * KEPT {
            names.insert(id(n), name.clone());
            assert_eq!(names.get(id(0)), Some(name.clone()));
        }
        assert!(names.young.len() + names.old.len() <= KEPT);
        assert_eq!(names.get(id(1)), None);
        assert_eq!(names.remove(id(0)), Some(name));
        assert_eq!(names.get(id(0)), None);
    }
}
