//! Several conversations merged by send time, in bounded memory.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use futures::stream::{self, StreamExt};

use super::begin::begin;
use super::lookback::{Rule, Walk};
use super::pages::Span;
use super::{SLOTS_HELD, SlotStream, is_in};
use crate::error::{Error, Result};
use crate::model::{Bounds, SeqRange, Slot, TimeRange, Timestamp};
use crate::source::{Source, View};

/// Streams several spans merged by send time; within a conversation the order stays that of seq.
/// With a rule, looking back for messages that are new enough ends in each conversation by itself.
///
/// However many spans there are, about [`SLOTS_HELD`] slots are held: the pages get shorter.
pub(super) fn by_time(
    reader: Reader,
    spans: Vec<Span>,
    newest_first: bool,
    rule: Option<Rule>,
) -> SlotStream {
    let share = u32::try_from(SLOTS_HELD / spans.len().max(1)).unwrap_or(u32::MAX);
    let page_len = share.clamp(1, reader.source.page_len());
    let start = async move {
        let (cursors, rest) = match &rule {
            Some(rule) if !newest_first => {
                let begun = begin(&reader, spans, page_len, rule).await;
                (begun.cursors, begun.failure)
            }
            rule => {
                let cursors = spans.into_iter().map(|span| {
                    let walk = rule.as_ref().map(|rule| rule.walk(&span));
                    Cursor::new(span, page_len, newest_first, walk)
                });
                (cursors.collect(), None)
            }
        };
        let concurrency = reader.source.concurrency().max(1);
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
            rest,
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

/// What pages are read with.
pub(super) struct Reader {
    pub(super) source: Arc<dyn Source>,
    pub(super) view: View,
    /// What was sent at other times is dropped.
    pub(super) time: TimeRange,
}

/// One conversation's place in the merge.
pub(super) struct Cursor {
    span: Span,
    newest_first: bool,
    pages: Box<dyn Iterator<Item = SeqRange> + Send>,
    page_len: u32,
    /// Ends a walk back before the pages do.
    walk: Option<Walk>,
    /// Whether the pages are as long as the source likes.
    is_long: bool,
    pub(super) held: VecDeque<Slot>,
    /// The send time that places the head of `held`; a hole takes that of the message before it.
    time: Timestamp,
    /// The page that was asked for last.
    page: Option<SeqRange>,
}

impl Cursor {
    pub(super) fn new(span: Span, page_len: u32, newest_first: bool, walk: Option<Walk>) -> Self {
        let pages = span.pages(page_len, newest_first);
        let time = Timestamp::from_millis(if newest_first { i64::MAX } else { i64::MIN });
        Self {
            span,
            newest_first,
            pages,
            page_len,
            walk,
            is_long: false,
            held: VecDeque::new(),
            time,
            page: None,
        }
    }

    /// Returns a cursor for ascending order over a span of which every slot is held already.
    pub(super) fn holding(span: Span, held: VecDeque<Slot>) -> Self {
        Self {
            pages: Box::new(std::iter::empty()),
            held,
            ..Self::new(span, 1, false, None)
        }
    }

    /// Reads pages until there is a slot, or none left.
    pub(super) async fn fill(&mut self, reader: &Reader) -> Result<()> {
        while self.held.is_empty() {
            self.stretch(reader.source.page_len());
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
            if let Some(walk) = &mut self.walk
                && let Some(end) = self.held.iter().position(|slot| !walk.reaches(slot))
            {
                self.held.truncate(end);
                self.pages = Box::new(std::iter::empty());
                self.walk = None;
            }
            self.held.retain(|slot| is_in(reader.time, slot));
        }
        if let Some(Slot::Message(message)) = self.held.front() {
            self.time = message.send_time;
        }
        Ok(())
    }

    /// Makes the pages longer where a walk back has come to what is too old: little of that, if
    /// anything, is held. Where it comes out of it again they get as short as before.
    fn stretch(&mut self, longest: u32) {
        let (Some(walk), Some(page)) = (&self.walk, self.page) else {
            return;
        };
        let is_long = walk.is_among_older();
        if is_long != self.is_long {
            let below = SeqRange::new(i64::MIN, page.first.previous());
            let len = if is_long { longest } else { self.page_len };
            let left = self.span.clone().limited_to(below);
            self.pages = left.pages(len, self.newest_first);
            self.is_long = is_long;
        }
    }

    /// What has not been given out when reading ends here.
    pub(super) fn left(&self) -> Vec<Bounds> {
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
    /// What ends the merge now.
    failure: Option<(Vec<Bounds>, Error)>,
    /// What is said behind the last slot: it was given up before the merge began.
    rest: Option<(Vec<Bounds>, Error)>,
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
            left.extend(self.heap.drain().flat_map(|cursor| cursor.left()));
            left.extend(self.rest.take().into_iter().flat_map(|(left, _)| left));
            return Some(Err(Error::incomplete(left, error)));
        }
        let Some(mut cursor) = self.heap.pop() else {
            let (left, error) = self.rest.take()?;
            return Some(Err(Error::incomplete(left, error)));
        };
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
