//! Which blocks there are, without reading what lies in them.

use std::collections::HashMap;

use bson::{Document, doc};
use futures::Stream;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::id::{BlockId, BlockInfo};
use super::scan::key_of;
use super::tails::{blocks_of, top, window};
use crate::error::{Error, Result};
use crate::model::ConversationId;
use crate::source::mongo::query::{Reader, distinct, only, rows};
use crate::source::mongo::wire::{self, BlockName, Fields};

/// Blocks weighed in one query. Weighing is the server's work, one core for each query.
const PIECE: usize = 2_500;

/// MongoDB's code for an expression it does not know.
const UNKNOWN_EXPRESSION: i32 = 168;

/// Which blocks to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BlockScope {
    /// All of them.
    #[default]
    All,
    /// Those of some conversations.
    Conversations(Vec<ConversationId>),
    /// The few blocks of every conversation in which a new message would lie: at the end of the
    /// numbers reserved in `seq`, or, on servers before v3.8, those with the highest numbers.
    Tails,
}

impl Reader {
    /// Lists blocks, several queries at once.
    pub(in crate::source::mongo) fn blocks(
        &self,
        scope: BlockScope,
        sizes: bool,
    ) -> impl Stream<Item = Result<Vec<BlockInfo>>> + Send + Unpin + use<> {
        let reader = self.clone();
        let pieces = async move {
            let filters = reader.pieces(scope).await?;
            let concurrency = reader.concurrency.max(1);
            let weighed = stream::iter(filters)
                .map(move |(only, filter)| {
                    let reader = reader.clone();
                    async move { reader.list(only, filter, sizes).await }
                })
                .buffer_unordered(concurrency);
            Ok::<_, Error>(weighed)
        };
        let stream: BoxStream<'static, _> = stream::once(pieces).try_flatten().boxed();
        stream
    }

    /// Cuts a scope into filters.
    async fn pieces(&self, scope: BlockScope) -> Result<Vec<Piece>> {
        match scope {
            BlockScope::All => self.pieces_of_all().await,
            BlockScope::Conversations(ids) => {
                let ids = distinct(&ids);
                let piece = |ids: &[ConversationId]| {
                    let ranges: Vec<Document> = ids.iter().map(blocks_of).collect();
                    (Some(ids.to_vec()), doc! { "$or": ranges })
                };
                Ok(ids.chunks(PIECE / 25).map(piece).collect())
            }
            BlockScope::Tails => {
                let names = self.tail_names().await?;
                let piece = |names: &[String]| (None, doc! { "doc_id": { "$in": names } });
                Ok(names.chunks(PIECE).map(piece).collect())
            }
        }
    }

    /// Cuts the collection at every so many of its `_id`s, which the index alone tells.
    async fn pieces_of_all(&self) -> Result<Vec<Piece>> {
        let mut options = only(&[]);
        options.projection = Some(doc! { "_id": 1 });
        options.sort = Some(doc! { "_id": 1 });
        // An id of MongoDB's own kind; no other kind is a block's.
        let first = BlockId::from_bytes([0; 12]);
        let filter = doc! { "_id": { "$gte": first.object_id() } };
        let mut at = 0_usize;
        let mut cuts: Vec<BlockId> = self
            .find("msg", filter, options, |row| {
                at += 1;
                let id = row.value("_id")?.object_id()?;
                (at % PIECE == 1).then_some(BlockId::from_bytes(id))
            })
            .await?;
        let Some(lowest) = cuts.first_mut() else {
            return Ok(Vec::new());
        };
        *lowest = first;
        let bounds = (0..cuts.len()).map(|at| {
            let mut bounds = doc! { "$gte": cuts[at].object_id() };
            // The last piece takes whatever comes in meanwhile.
            if let Some(next) = cuts.get(at + 1) {
                bounds.insert("$lt", next.object_id());
            }
            (None, doc! { "_id": bounds })
        });
        Ok(bounds.collect())
    }

    /// Names the blocks new messages would lie in; some of them may not be there.
    async fn tail_names(&self) -> Result<Vec<String>> {
        let reserved = self
            .find("seq", doc! {}, rows(), |row| Some(wire::seq_row(row)))
            .await?;
        if !reserved.is_empty() {
            return Ok(reserved
                .iter()
                .flat_map(|(id, max, _)| window(id, *max))
                .collect());
        }
        let mut options = only(&["doc_id"]);
        // Otherwise the server would read the blocks themselves.
        options.hint = Some(mongodb::options::Hint::Keys(doc! { "doc_id": 1 }));
        let blocks = self
            .find("msg", doc! {}, options, |row| {
                BlockName::parse(&row.text("doc_id"))
            })
            .await?;
        let mut numbers: HashMap<ConversationId, Vec<i64>> = HashMap::new();
        for block in blocks {
            let of_one = numbers.entry(block.conversation).or_default();
            of_one.push(block.number);
        }
        Ok(numbers
            .iter_mut()
            .flat_map(|(id, numbers)| {
                numbers.sort_unstable();
                top(id, numbers).collect::<Vec<_>>()
            })
            .collect())
    }

    /// Lists the blocks a filter finds, with their sizes where these are wanted and the server can tell.
    async fn list(
        &self,
        only: Option<Vec<ConversationId>>,
        filter: Document,
        sizes: bool,
    ) -> Result<Vec<BlockInfo>> {
        let ask = async |sizes: bool| {
            let mut fields = doc! { "doc_id": 1 };
            if sizes {
                fields.insert("size", doc! { "$bsonSize": "$$ROOT" });
            }
            let pipeline = vec![
                doc! { "$match": filter.clone() },
                doc! { "$project": fields },
            ];
            self.aggregate("msg", pipeline, info).await
        };
        let mut found = match ask(sizes).await {
            Err(Error::Rejected { code, .. }) if code == UNKNOWN_EXPRESSION => ask(false).await?,
            answer => answer?,
        };
        if let Some(only) = only {
            found.retain(|info| only.contains(&info.key.conversation_id));
        }
        Ok(found)
    }
}

/// The conversations wanted of what a filter finds, where it may find others too.
type Piece = (Option<Vec<ConversationId>>, Document);

fn info(row: Fields<'_>) -> Option<BlockInfo> {
    let size = row.value("size").and_then(|size| size.integer());
    Some(BlockInfo {
        key: key_of(row)?,
        size: size.and_then(|size| u64::try_from(size).ok()),
    })
}
