//! Where several conversations begin to be new enough, found by walking back through each.

use std::collections::{BTreeMap, VecDeque};

use futures::stream::{self, StreamExt};

use super::SLOTS_HELD;
use super::lookback::Rule;
use super::merge::{Cursor, Reader};
use super::pages::Span;
use crate::error::Error;
use crate::model::{Bounds, ConversationId, SeqRange, Slot};

/// Conversations cut to what is new enough, ready to be read in ascending order.
pub(super) struct Begun {
    pub(super) cursors: Vec<Cursor>,
    /// What broke the walks off, and what was not looked at.
    pub(super) failure: Option<(Vec<Bounds>, Error)>,
}

/// Walks back through each span until the rule ends it. What is found is held, in all about
/// [`SLOTS_HELD`] slots of it, and read a second time only where it is more.
pub(super) async fn begin(reader: &Reader, spans: Vec<Span>, page_len: u32, rule: &Rule) -> Begun {
    let share = SLOTS_HELD / spans.len().max(1);
    let mut left: BTreeMap<_, _> = spans
        .iter()
        .map(|span| (span.conversation.clone(), span.clone()))
        .collect();
    let mut begun = Begun {
        cursors: Vec::with_capacity(spans.len()),
        failure: None,
    };
    let walks = spans
        .into_iter()
        .map(|span| walk_back(reader, span, page_len, share, rule));
    let mut walks = stream::iter(walks).buffer_unordered(reader.source.concurrency().max(1));
    while let Some(walked) = walks.next().await {
        left.remove(&walked.conversation);
        begun.cursors.extend(walked.cursor);
        if let Some((mut missing, error)) = walked.failure {
            // The others would fail alike.
            missing.extend(left.into_values().flat_map(Span::into_bounds));
            begun.failure = Some((missing, error));
            break;
        }
    }
    begun
}

struct Walked {
    conversation: ConversationId,
    /// `None` where nothing is new enough.
    cursor: Option<Cursor>,
    failure: Option<(Vec<Bounds>, Error)>,
}

async fn walk_back(
    reader: &Reader,
    span: Span,
    page_len: u32,
    share: usize,
    rule: &Rule,
) -> Walked {
    let walk = Some(rule.walk(&span));
    let mut back = Cursor::new(span.clone(), reader.source.page_len(), true, walk);
    let mut held: VecDeque<Slot> = VecDeque::new();
    let (mut first, mut fits) = (None, true);
    let failure = loop {
        if let Err(error) = back.fill(reader).await {
            break Some((back.left(), error));
        }
        if back.held.is_empty() {
            break None;
        }
        for slot in back.held.drain(..) {
            first = Some(slot.seq());
            fits &= held.len() < share;
            if fits {
                held.push_front(slot);
            } else {
                held.clear();
            }
        }
    };
    let conversation = span.conversation.clone();
    let cursor = first.map(|first| {
        let span = span.limited_to(SeqRange::new(first, i64::MAX));
        if fits {
            Cursor::holding(span, held)
        } else {
            Cursor::new(span, page_len, false, None)
        }
    });
    Walked {
        conversation,
        cursor,
        failure,
    }
}
