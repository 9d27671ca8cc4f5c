//! Reading history as a stream, over any [`Source`].
//!
//! A source only knows how to answer one page of one conversation. Everything a caller wants
//! beyond that is here, once: the newest messages, spans of time, several conversations merged by
//! time, in either order, in bounded memory.

mod begin;
mod lookback;
mod merge;
mod options;
mod pages;
mod tail;

use std::collections::HashMap;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};

pub use self::lookback::Lookback;
use self::lookback::Rule;
use self::merge::Reader;
pub use self::options::ReadOptions;
use self::pages::{Span, pages};
use crate::error::{Error, Result};
use crate::model::{Bounds, ConversationId, SeqRange, Slot, TimeRange};
use crate::source::{Newest, Source, View};

/// Slots in the order asked for. An error comes once, as
/// [`Error::Incomplete`] where something was left unread, and ends it.
pub type SlotStream = BoxStream<'static, Result<Slot>>;

/// A reading under way: what it covers, and the slots.
pub struct Reading {
    /// Whose eyes it is read with.
    pub view: View,
    /// What each conversation held when the reading began; messages that come later stay out.
    pub bounds: Vec<Bounds>,
    /// The slots. In one conversation the order is that of seq; across several that of send time.
    /// Holes are passed on when the reading is not limited by time.
    pub slots: SlotStream,
    /// Where looking back for a time stopped, once the slots have ended.
    pub lookback: Lookback,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("view", &self.view)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

/// How many slots are held at once when several conversations are merged, and how many newest
/// messages are held before they are read a second time instead.
const SLOTS_HELD: usize = 20_000;

/// Starts reading `conversations` in `view`.
///
/// The upper bound of each is fixed now, so the stream ends however busy the server is.
/// Conversations that do not exist in the view are missing from [`Reading::bounds`].
pub async fn read(
    source: Arc<dyn Source>,
    view: View,
    conversations: &[ConversationId],
    options: ReadOptions,
) -> Result<Reading> {
    let bounds = source.bounds(&view, conversations).await?;
    let lookback = Lookback::default();
    let newest_of_many = options
        .last
        .filter(|_| bounds.len() > 1 && options.seqs.is_none() && options.time.is_all());
    if let Some(last) = newest_of_many {
        let ids: Vec<_> = bounds
            .iter()
            .map(|bounds| bounds.conversation_id.clone())
            .collect();
        let Newest {
            mut messages,
            failure,
        } = source.newest(&view, &ids, last).await?;
        if !options.newest_first {
            messages.reverse();
        }
        let failure = failure.and_then(|failure| limited_to(&bounds, failure));
        let slots = messages.into_iter().map(Slot::Message).map(Ok);
        let slots = stream::iter(slots.chain(failure.map(Err))).boxed();
        return Ok(Reading {
            view,
            bounds,
            slots,
            lookback,
        });
    }

    let mut spans = Vec::with_capacity(bounds.len());
    for bounds in &bounds {
        let within = options
            .seqs
            .map_or(bounds.range, |seqs| seqs.intersection(&bounds.range));
        let span = Span {
            conversation: bounds.conversation_id.clone(),
            ranges: vec![within],
        };
        spans.push(span.sent_in(&*source, options.time).await?);
    }
    spans.retain(|span| !span.is_empty());

    let rule = Rule::of(&*source, options, &lookback);
    let slots = match <[Span; 1]>::try_from(spans) {
        Ok([span]) => one(source, view.clone(), span, options, rule),
        Err(spans) => many(source, view.clone(), spans, options, rule),
    };
    Ok(Reading {
        view,
        bounds,
        slots,
        lookback,
    })
}

/// Cuts what a failure names down to what is to be read; nothing may be left of it.
fn limited_to(bounds: &[Bounds], failure: Error) -> Option<Error> {
    let Error::Incomplete {
        mut missing,
        source,
    } = failure
    else {
        return Some(failure);
    };
    let ranges: HashMap<_, _> = bounds
        .iter()
        .map(|bounds| (&bounds.conversation_id, bounds.range))
        .collect();
    missing.retain_mut(|missing| {
        let range = ranges.get(&missing.conversation_id);
        missing.range = range.map_or(SeqRange::EMPTY, |range| missing.range.intersection(range));
        !missing.range.is_empty()
    });
    (!missing.is_empty()).then_some(Error::Incomplete { missing, source })
}

/// Streams one conversation by seq.
fn one(
    source: Arc<dyn Source>,
    view: View,
    span: Span,
    options: ReadOptions,
    rule: Option<Rule>,
) -> SlotStream {
    if options.last.is_some() || rule.is_some() {
        return tail::newest(source, view, span, options, rule);
    }
    let page_len = source.page_len();
    pages(source, view, span, page_len, options.newest_first)
        .filter_map(keep(options))
        .boxed()
}

/// Streams several conversations merged by send time.
fn many(
    source: Arc<dyn Source>,
    view: View,
    spans: Vec<Span>,
    options: ReadOptions,
    rule: Option<Rule>,
) -> SlotStream {
    let reader = Reader {
        source,
        view,
        time: options.time,
    };
    if let Some(last) = options.last {
        // The newest come first out of the merge; they are few enough to be turned round.
        let newest_first = merge::by_time(reader, spans, true, rule);
        return tail::take_messages(newest_first, last, options.newest_first);
    }
    merge::by_time(reader, spans, options.newest_first, rule)
}

/// Drops what lies outside the span of time.
fn keep(
    options: ReadOptions,
) -> impl FnMut(Result<Slot>) -> std::future::Ready<Option<Result<Slot>>> {
    move |slot| {
        let keeps = slot.as_ref().map_or(true, |slot| is_in(options.time, slot));
        std::future::ready(keeps.then_some(slot))
    }
}

/// Whether a slot is of the span of time. A hole has no time, so it only passes where there is no
/// such limit.
fn is_in(time: TimeRange, slot: &Slot) -> bool {
    match slot {
        Slot::Message(message) => time.contains(message.send_time),
        Slot::Hole(_) => time.is_all(),
    }
}

/// Returns how many numbers the ranges hold.
fn total(ranges: &[SeqRange]) -> u64 {
    ranges.iter().map(SeqRange::len).sum()
}
