//! Blocks as a caller sees them: which they are, how big, what lies in them.

use std::fmt;
use std::str::FromStr;

use bson::oid::ObjectId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::Error;
use crate::model::{ConversationId, Seq, Slot};
use crate::source::mongo::wire::BlockName;

/// A block's `_id`: MongoDB's own name of it, the only one some change events tell.
///
/// Ids grow with the time a block was made, to the second. Shown and serialized as 24 hexadecimal
/// digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId([u8; 12]);

impl BlockId {
    pub(in crate::source::mongo) const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    pub(in crate::source::mongo) fn object_id(self) -> ObjectId {
        ObjectId::from_bytes(self.0)
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.object_id(), f)
    }
}

impl fmt::Debug for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BlockId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        ObjectId::parse_str(text)
            .map(|id| Self(id.bytes()))
            .map_err(|_| Error::invalid("a block's id", "it must be 24 hexadecimal digits"))
    }
}

impl Serialize for BlockId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlockId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Which block of which conversation: it holds the numbers `100 * number + 1` to
/// `100 * number + 100`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlockKey {
    /// MongoDB's name of it.
    pub id: BlockId,
    /// Whose messages it holds.
    pub conversation_id: ConversationId,
    /// How many blocks lie before it in the conversation, at most.
    pub number: i64,
}

impl BlockKey {
    pub(in crate::source::mongo) fn name(&self) -> BlockName {
        BlockName {
            conversation: self.conversation_id.clone(),
            number: self.number,
        }
    }
}

/// A block without what lies in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// Which block.
    pub key: BlockKey,
    /// Bytes it takes, uncompressed; `None` where the server cannot tell (before MongoDB 4.4).
    pub size: Option<u64>,
}

/// A block and what lies in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Which block.
    pub key: BlockKey,
    /// Bytes it takes, uncompressed; the same number [`BlockInfo::size`] says.
    pub size: u64,
    /// What lies at its numbers, ascending from its first one. Those behind the last one in use
    /// are left out, because only the next block tells whether they were lost.
    pub slots: Vec<Slot>,
    /// Numbers to which something was done (a revoke, a delete, a read flag) before their message was
    /// stored. It may come yet, and does not tell of this in a change event of its own.
    pub early: Vec<Seq>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_and_sorts_as_the_server_sorts_it() {
        let id: BlockId = "6b056bae40a6aa7a64a08043".parse().expect("an id");
        assert_eq!(id.to_string(), "6b056bae40a6aa7a64a08043");
        let json = serde_json::to_string(&id).expect("serialized");
        assert_eq!(serde_json::from_str::<BlockId>(&json).expect("read"), id);
        let later: BlockId = "6b056bae40a6aa7a64a080ff".parse().expect("an id");
        assert!(id < later);
        for damaged in [
            "",
            "6b",
            "zb056bae40a6aa7a64a08043",
            "6b056bae40a6aa7a64a080431",
        ] {
            let error = damaged.parse::<BlockId>().expect_err("refused");
            assert!(error.to_string().contains("24"), "{error}");
        }
    }
}
