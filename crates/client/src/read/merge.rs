//! Several conversations merged by send time, in bounded memory.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use futures::stream::{self, StreamExt};

use super::pages::Span;
use super::{SLOTS_HELD, SlotStream};
use crate::error::{Error, Result};
use crate::model::{Bounds, SeqRange, Slot, Timestamp};
use crate::source::{Source, View};

/// Streams several spans merged by send time; within a conversation the order stays that of seq.
///
/// However many spans there are, about [`SLOTS_HELD`] slots are held: the pages get shorter.
pub(super) fn by_time(
    source: Arc<dyn Source>,
    view: View,
    spans: Vec<Span>,
    newest_first: bool,
) -> SlotStream {
    let share = u32::try_from(SLOTS_HELD / spans.len().max(1)).unwrap_or(u32::MAX);
    let page_len = share.clamp(1, source.page_len());
    let start = async move {
        let concurrency = source.concurrency().max(1);
        let cursors = spans
            .into_iter()
            .map(|span| Cursor::new(span, page_len, newest_first));
        let reader = Reader { source, view };
        let filled: Vec<(Cursor, Result<()>)> = stream::iter(cursors)
            .map(|mut cursor| {
                let reader = &reader;
                async move {
                    let filled = cursor.fill(reader).await;
                    (cursor, filled)
                }
            })
            .buffer_unordered(concurrency)
            .collect()
            .await;
        let mut merge = Merge {
            reader,
            heap: BinaryHeap::new(),
            failure: None,
            done: false,
        };
        for (cursor, filled) in filled {
            merge.put_back(cursor, filled);
        }
        stream::unfold(merge, |mut merge| async move {
            merge.next().await.map(|slot| (slot, merge))
        })
    };
    stream::once(start).flatten().boxed()
}

struct Reader {
    source: Arc<dyn Source>,
    view: View,
}

/// One conversation's place in the merge.
struct Cursor {
    span: Span,
    newest_first: bool,
    pages: Box<dyn Iterator<Item = SeqRange> + Send>,
    held: VecDeque<Slot>,
    /// The send time that places the head of `held`; a hole takes that of the message before it.
    time: Timestamp,
    /// The page that was asked for last.
    page: Option<SeqRange>,
}

impl Cursor {
    fn new(span: Span, page_len: u32, newest_first: bool) -> Self {
        let pages = span.pages(page_len, newest_first);
        let time = Timestamp::from_millis(if newest_first { i64::MAX } else { i64::MIN });
        Self {
            span,
            newest_first,
            pages,
            held: VecDeque::new(),
            time,
            page: None,
        }
    }

    /// Reads pages until there is a slot, or none left.
    async fn fill(&mut self, reader: &Reader) -> Result<()> {
        while self.held.is_empty() {
            let Some(page) = self.pages.next() else {
                return Ok(());
            };
            self.page = Some(page);
            let slots = reader
                .source
                .slots(&reader.view, &self.span.conversation, page)
                .await?;
            self.held = slots.into();
            if self.newest_first {
                self.held.make_contiguous().reverse();
            }
        }
        if let Some(Slot::Message(message)) = self.held.front() {
            self.time = message.send_time;
        }
        Ok(())
    }

    /// What has not been given out when reading ends here.
    fn left(&self) -> Vec<Bounds> {
        let next = self.held.front().map(|slot| SeqRange {
            first: slot.seq(),
            last: slot.seq(),
        });
        next.or(self.page).map_or_else(Vec::new, |from| {
            self.span.left_from(from, self.newest_first)
        })
    }
}

struct Merge {
    reader: Reader,
    heap: BinaryHeap<Cursor>,
    failure: Option<(Vec<Bounds>, Error)>,
    done: bool,
}

impl Merge {
    fn put_back(&mut self, cursor: Cursor, filled: Result<()>) {
        match filled {
            Ok(()) if cursor.held.is_empty() => {}
            Ok(()) => self.heap.push(cursor),
            Err(error) => {
                let left = self.failure.take().map_or_else(Vec::new, |(left, _)| left);
                self.failure = Some((left.into_iter().chain(cursor.left()).collect(), error));
            }
        }
    }

    async fn next(&mut self) -> Option<Result<Slot>> {
        if let Some((mut left, error)) = self.failure.take() {
            self.done = true;
            left.extend(self.heap.drain().flat_map(|cursor| cursor.left()));
            return Some(Err(Error::incomplete(left, error)));
        }
        if self.done {
            return None;
        }
        let mut cursor = self.heap.pop()?;
        let slot = cursor.held.pop_front();
        let filled = cursor.fill(&self.reader).await;
        self.put_back(cursor, filled);
        slot.map(Ok)
    }
}

/// The cursor that comes first is the greatest, as [`BinaryHeap`] wants it.
impl Ord for Cursor {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_time = self.time.cmp(&other.time);
        let by_time = if self.newest_first {
            by_time
        } else {
            by_time.reverse()
        };
        // Equal times fall back on the id, so that the same data always comes in the same order.
        by_time.then_with(|| other.span.conversation.cmp(&self.span.conversation))
    }
}

impl PartialOrd for Cursor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cursor {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cursor {}
