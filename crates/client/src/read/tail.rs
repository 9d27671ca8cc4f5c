//! The newest messages, found by walking backwards.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::stream::{self, StreamExt};

use super::lookback::{Rule, Walk};
use super::pages::{Span, pages, until_error};
use super::{ReadOptions, SLOTS_HELD, SlotStream, keep, total};
use crate::error::Result;
use crate::model::{Seq, SeqRange, Slot};
use crate::source::{Source, View};

/// Streams what `options` asks of one span by walking back from its end: the newest `last`
/// messages, or, where there is a rule, those since a time.
///
/// In descending order that is a walk that stops. In ascending order the walk finds where to
/// begin: what it read is held and turned round, and read a second time only where it is more
/// than fits.
pub(super) fn newest(
    source: Arc<dyn Source>,
    view: View,
    span: Span,
    options: ReadOptions,
    rule: Option<Rule>,
) -> SlotStream {
    // No need to ask for pages far longer than what is wanted.
    let page_len = options.last.map_or(source.page_len(), |last| {
        u32::try_from(last.max(16))
            .unwrap_or(u32::MAX)
            .min(source.page_len())
    });
    let back = pages(source.clone(), view.clone(), span.clone(), page_len, true);
    let back = match rule {
        Some(rule) => stop_when_older(back, rule.walk(&span)),
        None => back,
    };
    let back = back.filter_map(keep(options)).boxed();
    let back = match options.last {
        Some(last) => stop_after(back, last),
        None => back,
    };
    if options.newest_first {
        return back;
    }
    stream::once(turned_round(source, view, span, options, back))
        .flatten()
        .boxed()
}

/// Takes the first `last` messages of a newest-first stream and gives them in the order wanted.
pub(super) fn take_messages(
    newest_first: SlotStream,
    last: usize,
    stays_newest_first: bool,
) -> SlotStream {
    let taken = stop_after(newest_first, last);
    if stays_newest_first {
        return taken;
    }
    let reversed = async move {
        let mut taken: Vec<_> = taken.collect().await;
        // An error came last; what was read still comes before it.
        let error = taken.pop_if(|slot| slot.is_err());
        taken.reverse();
        taken.extend(error);
        stream::iter(taken)
    };
    stream::once(reversed).flatten().boxed()
}

async fn turned_round(
    source: Arc<dyn Source>,
    view: View,
    span: Span,
    options: ReadOptions,
    mut back: SlotStream,
) -> SlotStream {
    let mut held: VecDeque<Slot> = VecDeque::new();
    let mut failure = None;
    let mut first: Option<Seq> = None;
    let mut too_many = false;
    while let Some(slot) = back.next().await {
        match slot {
            Ok(slot) => {
                first = Some(slot.seq());
                too_many |= held.len() >= SLOTS_HELD;
                if too_many {
                    held.clear();
                } else {
                    held.push_front(slot);
                }
            }
            Err(error) => failure = Some(error),
        }
    }
    let Some(first) = first else {
        return stream::iter(failure.map(Err)).boxed();
    };
    let failure = stream::iter(failure.map(Err));
    if !too_many {
        return stream::iter(held.into_iter().map(Ok))
            .chain(failure)
            .boxed();
    }
    let span = span.limited_to(SeqRange::new(first, i64::MAX));
    debug_assert!(total(&span.ranges) > 0, "the walk back read something");
    let page_len = source.page_len();
    let forward = pages(source, view, span, page_len, false).filter_map(keep(options));
    until_error(forward.chain(failure).boxed())
}

/// Ends a stream with the `last`-th message.
fn stop_after(slots: SlotStream, last: usize) -> SlotStream {
    slots
        .scan(last, |left, slot| {
            let passes = *left > 0;
            *left -= usize::from(passes && matches!(slot, Ok(Slot::Message(_))));
            std::future::ready(passes.then_some(slot))
        })
        .boxed()
}

/// Ends a newest-first stream where the walk back ends.
fn stop_when_older(slots: SlotStream, mut walk: Walk) -> SlotStream {
    let goes_on = move |slot: &Result<Slot>| match slot {
        Ok(slot) => std::future::ready(walk.reaches(slot)),
        Err(_) => std::future::ready(true),
    };
    slots.take_while(goes_on).boxed()
}
