//! One conversation as a stream of pages, prefetched in order.

use std::sync::Arc;

use futures::stream::{self, StreamExt};

use super::{SlotStream, total};
use crate::error::{Error, Result};
use crate::model::{Bounds, ConversationId, SeqRange, Slot, TimeRange};
use crate::source::{Source, View};

/// Numbers of one conversation that are to be read: ascending ranges that do not overlap.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) conversation: ConversationId,
    pub(super) ranges: Vec<SeqRange>,
}

impl Span {
    pub(super) fn is_empty(&self) -> bool {
        total(&self.ranges) == 0
    }

    /// Narrows the span to where messages of that time can be.
    pub(super) async fn sent_in(self, source: &dyn Source, time: TimeRange) -> Result<Self> {
        if time.is_all() || self.is_empty() {
            return Ok(self);
        }
        let mut ranges = Vec::new();
        for within in &self.ranges {
            ranges.extend(
                source
                    .seqs_in_time(&self.conversation, *within, time)
                    .await?,
            );
        }
        Ok(Self { ranges, ..self })
    }

    /// Cuts the span into pages, in reading order.
    pub(super) fn pages(
        &self,
        len: u32,
        newest_first: bool,
    ) -> Box<dyn Iterator<Item = SeqRange> + Send> {
        let ranges = self.ranges.clone();
        if newest_first {
            Box::new(
                ranges
                    .into_iter()
                    .rev()
                    .flat_map(move |range| range.pages(len).rev()),
            )
        } else {
            Box::new(ranges.into_iter().flat_map(move |range| range.pages(len)))
        }
    }

    /// Narrows the span to numbers of `range`.
    pub(super) fn limited_to(mut self, range: SeqRange) -> Self {
        for own in &mut self.ranges {
            *own = own.intersection(&range);
        }
        self.ranges.retain(|own| !own.is_empty());
        self
    }

    /// Returns what is left to read once `page` has failed.
    pub(super) fn left_from(&self, page: SeqRange, newest_first: bool) -> Vec<Bounds> {
        let left = if newest_first {
            SeqRange::new(i64::MIN, page.last)
        } else {
            SeqRange::new(page.first, i64::MAX)
        };
        self.clone().limited_to(left).into_bounds()
    }

    /// Names everything in the span.
    pub(super) fn into_bounds(self) -> Vec<Bounds> {
        let conversation = self.conversation;
        let bounds = |range| Bounds {
            conversation_id: conversation.clone(),
            range,
        };
        self.ranges.into_iter().map(bounds).collect()
    }
}

/// Streams a span in order. Pages are fetched ahead, as many at once as the source likes; an
/// error names what was not read and ends the stream.
pub(super) fn pages(
    source: Arc<dyn Source>,
    view: View,
    span: Span,
    page_len: u32,
    newest_first: bool,
) -> SlotStream {
    let concurrency = source.concurrency().max(1);
    let fetch = {
        let span = span.clone();
        move |page: SeqRange| {
            let (source, view, conversation) =
                (source.clone(), view.clone(), span.conversation.clone());
            async move { (page, source.slots(&view, &conversation, page).await) }
        }
    };
    let pages = stream::iter(span.pages(page_len, newest_first))
        .map(fetch)
        .buffered(concurrency);
    let slots = pages.map(move |(page, slots)| match slots {
        Ok(mut slots) => {
            if newest_first {
                slots.reverse();
            }
            slots.into_iter().map(Ok).collect::<Vec<Result<Slot>>>()
        }
        Err(source) => vec![Err(Error::incomplete(
            span.left_from(page, newest_first),
            source,
        ))],
    });
    until_error(slots.flat_map(stream::iter).boxed())
}

/// Ends a stream after its first error.
pub(super) fn until_error(slots: SlotStream) -> SlotStream {
    slots
        .scan(false, |failed, slot| {
            let passes = !*failed;
            *failed |= slot.is_err();
            std::future::ready(passes.then_some(slot))
        })
        .boxed()
}
