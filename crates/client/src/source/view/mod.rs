//! How one user sees slots that are stored in full: the very answers the server would give.
//!
//! Pure, shared by every source that holds the stored form. The rules are those of
//! open-im-server `pkg/common/storage/controller/msg.go` (`GetMsgBySeqsRange`,
//! `handlerDeleteAndRevoked`, `handlerDBMsg`), the same in v3.8.3 and main.

mod go_json;
mod quote;
mod revoke;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use self::quote::Quote;
use crate::model::{
    ContentType, ConversationId, ConversationKind, Hole, HoleCause, Message, Seq, SeqRange,
    SessionType, Slot, Status, UserId,
};

const QUOTE: ContentType = ContentType(114);

/// The stored numbers that bound what a user may read; 0 means "no bound".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    /// Below this, nothing is there for anybody.
    pub(super) conversation_min: Seq,
    /// Below this, nothing is there for this user.
    pub(super) user_min: Seq,
    /// Above this, nothing is there for this user.
    pub(super) user_max: Seq,
}

impl Limits {
    /// Returns the numbers the user may read of a conversation that goes up to `head`.
    pub(super) fn of(&self, head: Seq) -> SeqRange {
        let last = if self.user_max.0 > 0 {
            head.min(self.user_max)
        } else {
            head
        };
        let first = self.conversation_min.max(self.user_min).max(Seq::FIRST);
        normal(SeqRange { first, last })
    }
}

/// Returns the range itself, or the one empty range for every empty one.
pub(super) fn normal(range: SeqRange) -> SeqRange {
    if range.is_empty() {
        SeqRange::EMPTY
    } else {
        range
    }
}

/// Whether a user must own a row of the conversation to read it. Logs (`n_`) ask for none.
pub(super) fn needs_row(conversation: &ConversationId) -> bool {
    conversation.kind() != ConversationKind::Log
}

/// Sorts newest first; equal times by conversation, then by falling number.
pub(super) fn sort_newest_first(messages: &mut [Message]) {
    messages.sort_by(|a, b| {
        (Reverse(a.send_time), &a.conversation_id, Reverse(a.seq)).cmp(&(
            Reverse(b.send_time),
            &b.conversation_id,
            Reverse(b.seq),
        ))
    });
}

/// Returns the numbers whose stored messages [`seen_by`] needs to know, because these slots quote
/// them.
pub(super) fn quoted_seqs<'a>(
    user: &'a UserId,
    slots: impl IntoIterator<Item = &'a Slot>,
) -> Vec<Seq> {
    let mut seqs: Vec<Seq> = slots
        .into_iter()
        .filter_map(Slot::message)
        .filter(|message| {
            message.content_type == QUOTE
                && message.revoked.is_none()
                && !message.deleted_for.contains(user)
        })
        .filter_map(|message| Quote::parse(&message.content))
        .map(|quote| quote.seq())
        .filter(|seq| seq.0 > 0)
        .collect();
    seqs.sort_unstable();
    seqs.dedup();
    seqs
}

/// Turns a stored slot into what `user` sees of it. `quoted` holds the stored slots of
/// [`quoted_seqs`], as far as there are any.
pub(super) fn seen_by(user: &UserId, slot: Slot, quoted: &BTreeMap<Seq, Slot>) -> Slot {
    let mut message = match slot {
        // The server takes a message without a send time for one that is not there (`FindSeqs`).
        Slot::Message(message) if message.send_time.as_millis() != 0 => message,
        Slot::Message(Message {
            conversation_id,
            seq,
            ..
        })
        | Slot::Hole(Hole {
            conversation_id,
            seq,
            ..
        }) => {
            return Slot::Hole(Hole {
                conversation_id,
                seq,
                cause: HoleCause::Placeholder,
            });
        }
    };
    delete_and_revoke(user, &mut message);
    message.is_read = message.is_read && message.session_type == SessionType::SINGLE;
    if message.content_type == QUOTE && !message.content.is_empty() {
        let rewritten = Quote::parse(&message.content).and_then(|quote| {
            quote.rewritten(|seq| match quoted.get(&seq)? {
                Slot::Message(original) => {
                    let mut original = original.clone();
                    delete_and_revoke(user, &mut original);
                    (original.content_type == ContentType::REVOKE).then_some(original.content)
                }
                // The server finds no block and leaves the quote alone (`handlerDBMsg`).
                Slot::Hole(hole) if hole.cause == HoleCause::NoBlock => None,
                // It finds the block and nothing in the slot, and takes that for revoked.
                Slot::Hole(_) => Some("{}".to_owned()),
            })
        });
        if let Some(content) = rewritten {
            message.content = content;
        }
    }
    Slot::Message(message)
}

/// Same order as the server: a message both deleted and revoked has status 4 and the notice.
fn delete_and_revoke(user: &UserId, message: &mut Message) {
    if message.deleted_for.contains(user) {
        message.content.clear();
        message.status = Status::DELETED;
        message.deleted_for = vec![user.clone()];
    } else {
        message.deleted_for.clear();
    }
    if let Some(revoked) = &message.revoked {
        message.content = revoke::notice(message, revoked);
        message.content_type = ContentType::REVOKE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Revoked, Timestamp};

    fn message(seq: i64) -> Message {
        Message {
            conversation_id: "si_a_b".into(),
            seq: Seq(seq),
            send_time: Timestamp::from_millis(1000 + seq),
            send_id: "a".into(),
            session_type: SessionType::SINGLE,
            content_type: ContentType(101),
            content: r#"{"content":"hi"}"#.into(),
            ..Message::default()
        }
    }

    fn seen(user: &str, message: Message, quoted: &BTreeMap<Seq, Slot>) -> Message {
        seen_by(&user.into(), Slot::Message(message), quoted)
            .into_message()
            .expect("a message")
    }

    #[test]
    fn a_deleted_message_keeps_everything_but_its_content_for_that_user_only() {
        let mut stored = message(4);
        stored.deleted_for = vec!["x".into(), "a".into()];
        let own = seen("a", stored.clone(), &BTreeMap::new());
        assert_eq!(
            (own.content.as_str(), own.status, own.deleted_for),
            ("", Status::DELETED, vec!["a".into()])
        );
        let other = seen("b", stored.clone(), &BTreeMap::new());
        assert_eq!(other.content, stored.content);
        assert!(other.deleted_for.is_empty());
    }

    #[test]
    fn a_message_deleted_and_revoked_shows_the_notice_with_status_4() {
        let mut stored = message(4);
        stored.deleted_for = vec!["a".into()];
        stored.revoked = Some(Box::new(Revoked::default()));
        let own = seen("a", stored, &BTreeMap::new());
        assert_eq!(own.status, Status::DELETED);
        assert_eq!(own.content_type, ContentType::REVOKE);
        assert!(own.content.starts_with(r#"{"detail":"{\"revokerID\""#));
    }

    #[test]
    fn read_flags_count_only_in_chats_of_two() {
        let mut stored = message(1);
        stored.is_read = true;
        assert!(seen("a", stored.clone(), &BTreeMap::new()).is_read);
        stored.session_type = SessionType::GROUP;
        assert!(!seen("a", stored, &BTreeMap::new()).is_read);
    }

    #[test]
    fn a_message_without_a_time_and_every_hole_are_placeholders() {
        let mut stored = message(1);
        stored.send_time = Timestamp::default();
        let hole = Hole {
            conversation_id: "si_a_b".into(),
            seq: Seq(1),
            cause: HoleCause::Emptied,
        };
        for slot in [Slot::Message(stored), Slot::Hole(hole)] {
            let Slot::Hole(hole) = seen_by(&"a".into(), slot, &BTreeMap::new()) else {
                panic!("a hole");
            };
            assert_eq!((hole.seq, hole.cause), (Seq(1), HoleCause::Placeholder));
        }
    }

    #[test]
    fn a_quote_of_a_revoked_message_carries_the_notice_instead() {
        let mut original = message(1);
        original.revoked = Some(Box::new(Revoked::default()));
        let mut quote = message(2);
        quote.content_type = QUOTE;
        quote.content =
            r#"{"text":"so","quoteMessage":{"seq":1,"contentType":101,"content":"x"}}"#.into();
        let slot = Slot::Message(quote.clone());
        assert_eq!(quoted_seqs(&"a".into(), [&slot]), [Seq(1)]);

        let untouched = seen("a", quote.clone(), &BTreeMap::new());
        assert_eq!(untouched.content, quote.content);
        let rewritten = seen(
            "a",
            quote.clone(),
            &BTreeMap::from([(Seq(1), Slot::Message(original))]),
        );
        assert!(rewritten.content.contains(r#""contentType":2101"#));
        assert!(rewritten.content.contains("revokerID"));

        let hole = |cause| {
            Slot::Hole(Hole {
                conversation_id: "si_a_b".into(),
                seq: Seq(1),
                cause,
            })
        };
        let deleted = BTreeMap::from([(Seq(1), hole(HoleCause::Emptied))]);
        let of_deleted = seen("a", quote.clone(), &deleted);
        assert!(
            of_deleted
                .content
                .contains(r#""contentType":2101,"content":"{}""#)
        );
        let purged = BTreeMap::from([(Seq(1), hole(HoleCause::NoBlock))]);
        assert_eq!(seen("a", quote.clone(), &purged).content, quote.content);
    }

    #[test]
    fn limits_cut_at_both_ends_and_zero_is_no_limit() {
        let open = Limits::default();
        assert_eq!(open.of(Seq(7)), SeqRange::new(1, 7));
        assert_eq!(open.of(Seq(0)), SeqRange::EMPTY);
        let left = Limits {
            conversation_min: Seq(2),
            user_min: Seq(3),
            user_max: Seq(5),
        };
        assert_eq!(left.of(Seq(7)), SeqRange::new(3, 5));
        let cleared = Limits {
            user_min: Seq(8),
            ..open
        };
        assert_eq!(cleared.of(Seq(7)), SeqRange::EMPTY);
    }
}
