//! Which numbers were sent in a span of time.

use bson::{Document, doc};

use super::tails::block_id;
use crate::error::Result;
use crate::model::{ConversationId, SeqRange, TimeRange};
use crate::source::View;
use crate::source::mongo::query::{Reader, only};
use crate::source::mongo::wire::{BlockName, block_of, seqs_of};

impl Reader {
    /// See [`Source::seqs_in_time`](crate::source::Source::seqs_in_time). There is no index on
    /// time: the server looks through the conversation's blocks and names those that hold a
    /// message of the span.
    pub(in crate::source::mongo) async fn seqs_in_time(
        &self,
        conversation: &ConversationId,
        within: SeqRange,
        time: TimeRange,
    ) -> Result<Vec<SeqRange>> {
        let bounds = self
            .bounds(&View::Full, std::slice::from_ref(conversation))
            .await?;
        let Some(bounds) = bounds.first() else {
            return Ok(Vec::new());
        };
        let within = within.intersection(&bounds.range);
        if within.is_empty() {
            return Ok(Vec::new());
        }
        if time.is_all() {
            return Ok(vec![within]);
        }
        let names: Vec<_> = (block_of(within.first)..=block_of(within.last))
            .map(|number| BlockName::doc_id(conversation, number))
            .collect();
        let mut blocks = self
            .chunked(&names, |names| async move {
                let filter = doc! {
                    "doc_id": { "$in": names },
                    "msgs": { "$elemMatch": { "msg.send_time": sent_in(time) } },
                };
                self.find("msg", filter, only(&["doc_id"]), block_id).await
            })
            .await?;
        blocks.sort_by_key(|block| block.number);
        let mut ranges: Vec<SeqRange> = Vec::new();
        for block in blocks {
            let range = seqs_of(block.number).intersection(&within);
            match ranges.last_mut() {
                Some(before) if before.last.next() == range.first => before.last = range.last,
                _ => ranges.push(range),
            }
        }
        Ok(ranges)
    }
}

fn sent_in(time: TimeRange) -> Document {
    let mut sent = Document::new();
    if let Some(since) = time.since {
        sent.insert("$gte", since.as_millis());
    }
    if let Some(until) = time.until {
        sent.insert("$lt", until.as_millis());
    }
    sent
}
