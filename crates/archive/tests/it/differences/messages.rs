//! Messages: what is shown against what is stored.

use std::collections::{BTreeMap, BTreeSet};

use openim_history_archive::Place;
use openim_history_archive::row::{Key, Row, RowSource};
use openim_history_client::model::{ContentType, ConversationId, ConversationKind, SeqRange};
use openim_history_client::source::{PageRequest, Source, View};

use super::Compared;
use super::Difference::*;
use crate::places::content;

pub(super) async fn compare(
    stored: &Place,
    shown: &Place,
    rest: &dyn Source,
    found: &mut Compared,
) {
    let stored = content(stored).await;
    let shown = content(shown).await;
    for (key, row) in &shown {
        match stored.get(key) {
            Some(original) => between(key, original, row, found),
            None => found.other("a message that is only shown", || format!("{row:?}")),
        }
    }
    let hidden = stored.iter().filter(|(key, _)| !shown.contains_key(key));
    assert_hidden(&hidden.collect(), rest, found).await;
}

/// Names every difference of two rows, and takes it away: nothing may be left.
fn between(key: &Key, stored: &Row, shown: &Row, found: &mut Compared) {
    assert_eq!(
        (stored.source, shown.source),
        (RowSource::Mongo, RowSource::Rest)
    );
    let (kept, mut seen) = (&stored.message, shown.message.clone());
    let example = || format!("{key:?}: {stored:?} {shown:?}");
    if !stored.content_known {
        found.other("MongoDB without content", example);
    }
    if !shown.content_known {
        // Nothing is invented in its place.
        let is_empty = seen.content.is_empty();
        if kept.revoked.is_some() {
            let is_notice = seen.content_type == ContentType::REVOKE && seen.revoked.is_some();
            found.note(RevokedContent, is_empty && is_notice, example);
            seen.content_type = kept.content_type;
        } else {
            let is_deleted = !kept.deleted_for.is_empty();
            found.note(DeletedContent, is_empty && is_deleted, example);
        }
        seen.content.clone_from(&kept.content);
    }
    if seen.content != kept.content {
        found.note(
            RewrittenQuote,
            kept.content_type == ContentType::QUOTE,
            example,
        );
        seen.content.clone_from(&kept.content);
    }
    if seen.deleted_for != kept.deleted_for {
        let are_some = seen
            .deleted_for
            .iter()
            .all(|user| kept.deleted_for.contains(user));
        found.note(OtherDeleters, are_some, example);
        seen.deleted_for.clone_from(&kept.deleted_for);
    }
    if seen.status != kept.status {
        found.named.insert(Status);
        seen.status = kept.status;
    }
    if stored.purged_at.is_some() {
        found.note(Purges, shown.purged_at.is_none(), example);
    }
    if seen != *kept {
        let (a, b) = (serde_json::to_value(&seen), serde_json::to_value(kept));
        let (a, b) = (a.expect("plain"), b.expect("plain"));
        let fields = b.as_object().expect("an object").keys();
        for field in fields.filter(|field| a[*field] != b[*field]) {
            found.other(format!("messages.{field}"), || {
                format!("{key:?}: {} {}", b[field], a[field])
            });
        }
    }
}

/// Whether nobody is shown these messages, whoever's eyes are lent, but for logs that no list names.
async fn assert_hidden(hidden: &BTreeMap<&Key, &Row>, rest: &dyn Source, found: &mut Compared) {
    let users = rest.users(PageRequest::first(500)).await.expect("answers");
    let mut listed: BTreeSet<ConversationId> = BTreeSet::new();
    for user in &users.items {
        for row in rest.conversations(&user.user_id).await.expect("answers") {
            listed.extend(row.conversation_id.log());
            listed.insert(row.conversation_id);
        }
    }
    let conversations: BTreeSet<_> = hidden.keys().map(|key| &key.conversation_id).collect();
    for conversation in conversations {
        let here = hidden
            .iter()
            .filter(|(key, _)| key.conversation_id == *conversation);
        let here: Vec<_> = here.collect();
        if conversation.kind() == ConversationKind::Log && !listed.contains(conversation) {
            found.named.insert(UnlistedLogs);
            continue;
        }
        found.named.insert(OutOfSight);
        for user in &users.items {
            let view = View::As(user.user_id.clone());
            let bounds = rest.bounds(&view, std::slice::from_ref(conversation)).await;
            let Some(bounds) = bounds.expect("answers").into_iter().next() else {
                continue;
            };
            for (key, row) in &here {
                if !bounds.range.contains(key.seq) || row.purged_at.is_some() {
                    continue;
                }
                let one = SeqRange {
                    first: key.seq,
                    last: key.seq,
                };
                let slots = rest.slots(&view, conversation, one).await.expect("answers");
                if slots.iter().any(|slot| slot.message().is_some()) {
                    found.other("a message out of sight that is shown", || {
                        format!("{key:?} to {}: {row:?}", user.user_id)
                    });
                }
            }
        }
    }
}
