//! Which conversation lies on which pages.

use std::collections::HashMap;

use openim_history_client::model::{ConversationId, Timestamp};

use crate::export::writer::{Chat, Finished};

/// A conversation and the pages that hold it and nothing else.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    /// Which.
    pub(super) chat: &'a Chat,
    /// Its pages, in their order.
    pub(super) parts: Vec<&'a Finished>,
    /// How many messages they have.
    pub(super) messages: u64,
    /// The earliest send time.
    pub(super) first: Timestamp,
    /// The latest.
    pub(super) last: Timestamp,
}

/// What the index lists.
#[derive(Debug, Default)]
pub(super) struct Listing<'a> {
    /// Conversations with pages of their own, the one that was last spoken in first.
    pub(super) alone: Vec<Listed<'a>>,
    /// Pages with several conversations, in their order.
    pub(super) together: Vec<&'a Finished>,
    /// How many conversations there are in all.
    pub(super) conversations: usize,
}

impl<'a> Listing<'a> {
    /// Sorts pages by what they hold.
    pub(super) fn of(parts: &'a [Finished]) -> Self {
        let mut listing = Self::default();
        let mut found: HashMap<&ConversationId, usize> = HashMap::new();
        let mut elsewhere: Vec<&ConversationId> = Vec::new();
        for part in parts {
            let [chat] = part.chats.as_slice() else {
                elsewhere.extend(part.chats.iter().map(|chat| &chat.conversation_id));
                listing.together.push(part);
                continue;
            };
            let alone = &mut listing.alone;
            let index = *found.entry(&chat.conversation_id).or_insert_with(|| {
                alone.push(Listed {
                    chat,
                    parts: Vec::new(),
                    messages: 0,
                    first: part.first,
                    last: part.last,
                });
                alone.len() - 1
            });
            let listed = &mut alone[index];
            listed.parts.push(part);
            listed.messages += part.messages;
            listed.first = listed.first.min(part.first);
            listed.last = listed.last.max(part.last);
        }
        elsewhere.retain(|id| !found.contains_key(id));
        elsewhere.sort_unstable();
        elsewhere.dedup();
        listing.conversations = listing.alone.len() + elsewhere.len();
        listing.alone.sort_by(|a, b| {
            let ids = a.chat.conversation_id.cmp(&b.chat.conversation_id);
            b.last.cmp(&a.last).then(ids)
        });
        listing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::writer::Part;

    fn part(path: &str, chats: &[&str], messages: u64, first: i64, last: i64) -> Finished {
        let chat = |id: &&str| Chat {
            conversation_id: ConversationId::new(id),
            title: id.to_string(),
            is_group: true,
        };
        Finished {
            part: Part {
                path: path.into(),
                number: 1,
                previous: None,
            },
            chats: chats.iter().map(chat).collect(),
            messages,
            first: Timestamp::from_millis(first),
            last: Timestamp::from_millis(last),
            bytes: 1,
        }
    }

    #[test]
    fn pages_are_listed_by_conversation_and_each_is_counted_once() {
        let parts = [
            part("a1", &["sg_a"], 10, 5, 9),
            part("b1", &["sg_b"], 1, 20, 20),
            part("a2", &["sg_a"], 3, 1, 12),
            part("both", &["sg_a", "sg_c"], 7, 0, 90),
        ];
        let listing = Listing::of(&parts);
        assert_eq!(listing.conversations, 3);
        assert_eq!(listing.together.len(), 1);
        let alone: Vec<_> = listing
            .alone
            .iter()
            .map(|listed| {
                let times = (listed.first.as_millis(), listed.last.as_millis());
                (
                    listed.chat.title.as_str(),
                    listed.parts.len(),
                    listed.messages,
                    times,
                )
            })
            .collect();
        assert_eq!(alone, [("sg_b", 1, 1, (20, 20)), ("sg_a", 2, 13, (1, 12))]);
    }
}
