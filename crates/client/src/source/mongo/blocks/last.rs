//! The last number in use of a block, and when it was sent, without the block's messages
//! travelling.

use std::collections::HashMap;

use bson::{Document, doc};

use crate::error::Result;
use crate::model::{ConversationId, Seq, Timestamp};
use crate::source::mongo::query::{Reader, only};
use crate::source::mongo::wire::{BLOCK_LEN, BlockName, Fields, block_of, seqs_of};

use super::tails::block_id;

/// What a projection of a block tells of its last slot in use.
enum Last {
    /// The index of the slot; `None` where no slot is in use.
    Known(Option<i64>),
    /// The block is not as the server writes it, or something was deleted for everybody behind its
    /// last message.
    Unsure,
}

impl Reader {
    /// Returns the last number in use of each of the named blocks; blocks that are not there or
    /// hold none are left out.
    ///
    /// The server is asked for so little of each slot that no message travels. Having it look for
    /// the slot itself costs it three times as much, and is left for blocks where the little is not
    /// enough.
    pub(super) async fn last_messages(
        &self,
        names: &[String],
    ) -> Result<Vec<(ConversationId, Seq)>> {
        let looked = self
            .chunked(names, |names| async move {
                let filter = doc! { "doc_id": { "$in": names } };
                let fields = only(&["doc_id", "msgs.msg.seq", "msgs.revoke", "msgs.del_list"]);
                self.find("msg", filter, fields, |row| {
                    Some((block_id(row)?, last_of(row)))
                })
                .await
            })
            .await?;
        let mut heads = Vec::with_capacity(looked.len());
        let mut unsure = Vec::new();
        for (id, last) in looked {
            match last {
                Last::Known(Some(index)) => {
                    heads.push((id.conversation, seq_at(id.number, index)));
                }
                Last::Known(None) => {}
                Last::Unsure => unsure.push(BlockName::doc_id(&id.conversation, id.number)),
            }
        }
        heads.extend(self.last_messages_exactly(&unsure).await?);
        Ok(heads)
    }

    /// Returns when the messages at these numbers, one of each conversation, were sent. Of one
    /// that was deleted for everybody it is that of the message before it in its block, if there
    /// is one.
    pub(in crate::source::mongo) async fn sent(
        &self,
        at: &[(ConversationId, Seq)],
    ) -> Result<HashMap<ConversationId, Timestamp>> {
        let at: HashMap<_, _> = at.iter().map(|(id, seq)| (id, *seq)).collect();
        let names: Vec<String> = at
            .iter()
            .filter(|(_, seq)| Seq::FIRST <= **seq)
            .map(|(id, seq)| BlockName::doc_id(id, block_of(*seq)))
            .collect();
        let times = self
            .chunked(&names, |names| {
                let at = &at;
                async move {
                    let filter = doc! { "doc_id": { "$in": names } };
                    let fields = only(&["doc_id", "msgs.msg.send_time"]);
                    self.find("msg", filter, fields, |row| {
                        let id = block_id(row)?;
                        let seq = at.get(&id.conversation)?;
                        let time = sent_up_to(row, seq.0 - seqs_of(id.number).first.0)?;
                        Some((id.conversation, time))
                    })
                    .await
                }
            })
            .await?;
        Ok(times.into_iter().collect())
    }

    /// The same as [`Reader::last_messages`] for any block whatever is in it; the server looks
    /// through it.
    async fn last_messages_exactly(&self, names: &[String]) -> Result<Vec<(ConversationId, Seq)>> {
        self.chunked(names, |names| async move {
            let pipeline = vec![
                doc! { "$match": { "doc_id": { "$in": names } } },
                doc! { "$project": { "_id": 0, "doc_id": 1, "last": index_of_last_message() } },
            ];
            self.aggregate("msg", pipeline, |row| {
                let id = block_id(row)?;
                let index = row.value("last")?.integer()?;
                (0..BLOCK_LEN)
                    .contains(&index)
                    .then(|| (id.conversation, seq_at(id.number, index)))
            })
            .await
        })
        .await
    }
}

fn seq_at(block: i64, index: i64) -> Seq {
    Seq(seqs_of(block).first.0 + index)
}

/// Returns when the last message of a projected block was sent that lies no further than `index`.
fn sent_up_to(row: Fields<'_>, index: i64) -> Option<Timestamp> {
    let slots = row.value("msgs")?.array()?;
    let slots = slots.take(usize::try_from(index).ok()? + 1);
    let times = slots.filter_map(|(_, slot)| slot.document()?.value("msg.send_time")?.integer());
    times.last().map(Timestamp::from_millis)?.known()
}

/// Looks for the last slot in use of a projected block.
///
/// A projection leaves out of an array what is no document, so that only a whole hundred of slots
/// stand where they did. It also leaves out a `msg` that is null: what deleting for everybody left
/// looks like a slot with nothing in it.
fn last_of(row: Fields<'_>) -> Last {
    let Some(slots) = row.value("msgs").and_then(|value| value.array()) else {
        return Last::Unsure;
    };
    let (mut len, mut last, mut behind_is_bare) = (0, None, false);
    for (_, slot) in slots {
        let Some(fields) = slot.document() else {
            return Last::Unsure;
        };
        if fields
            .value("msg")
            .is_some_and(|msg| msg.document().is_some())
        {
            (last, behind_is_bare) = (Some(len), false);
        } else {
            behind_is_bare |=
                fields.value("revoke").is_none() && fields.value("del_list").is_none();
        }
        len += 1;
    }
    if len == BLOCK_LEN && !behind_is_bare {
        Last::Known(last)
    } else {
        Last::Unsure
    }
}

/// An expression for the index of the last slot that holds a message or held one, -1 for none.
fn index_of_last_message() -> Document {
    let is = |key: &str, kind: &str| doc! { "$eq": [{ "$type": format!("$$slot.{key}") }, kind] };
    let is_message = is("msg", "object");
    // Deleted for everybody: nothing but `{msg: null}`. Its number was given out all the same.
    let is_emptied =
        doc! { "$and": [is("msg", "null"), is("revoke", "missing"), is("del_list", "missing")] };
    let is_used = doc! { "$or": [is_message, is_emptied] };
    let messages = doc! { "$map": { "input": { "$slice": ["$msgs", BLOCK_LEN] }, "as": "slot", "in": is_used } };
    doc! { "$cond": [
        { "$isArray": "$msgs" },
        { "$let": {
            "vars": { "behind": { "$indexOfArray": [{ "$reverseArray": messages }, true] } },
            "in": { "$cond": [
                { "$lt": ["$$behind", 0] },
                -1,
                { "$subtract": [
                    { "$subtract": [{ "$min": [{ "$size": "$msgs" }, BLOCK_LEN] }, 1] },
                    "$$behind",
                ] },
            ] },
        } },
        -1,
    ] }
}
