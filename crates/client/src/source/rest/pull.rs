//! Messages by number.

use std::collections::BTreeMap;

use super::RestSource;
use super::wire::{Pull, PullRange, WireMessage, WirePull};
use crate::error::{Error, Result};
use crate::model::{ConversationId, Hole, HoleCause, Seq, SeqRange, Slot, UserId};

const PULL: &str = "/msg/pull_msg_by_seq";

/// The numbers asked for in one conversation.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub(super) conversation_id: ConversationId,
    pub(super) range: SeqRange,
}

impl RestSource {
    /// Returns what lies at every number of `range`, which must lie inside the user's bounds.
    pub(super) async fn pull(
        &self,
        user: &UserId,
        conversation: &ConversationId,
        range: SeqRange,
    ) -> Result<Vec<Slot>> {
        let mut slots = Vec::new();
        for range in range.pages(self.options.page_len) {
            let stretch = Stretch {
                conversation_id: conversation.clone(),
                range,
            };
            for (_, part) in self.pull_stretches(user, vec![stretch]).await? {
                slots.extend(part);
            }
        }
        Ok(slots)
    }

    /// Pulls stretches of different conversations with one call, and with more where the answer
    /// would be too large. Each stretch is answered whole, parts of it in ascending order.
    ///
    /// No conversation may occur twice (the server answers only the last), and a log only by
    /// itself.
    pub(super) async fn pull_stretches(
        &self,
        user: &UserId,
        stretches: Vec<Stretch>,
    ) -> Result<Vec<(ConversationId, Vec<Slot>)>> {
        let mut answered = Vec::with_capacity(stretches.len());
        // What is still to do, next last.
        let mut todo = vec![stretches];
        while let Some(mut batch) = todo.pop() {
            batch.retain(|stretch| !stretch.range.is_empty());
            if batch.is_empty() {
                continue;
            }
            let failure = match self.pull_batch(user, &batch).await {
                Ok(mut answer) => {
                    for stretch in batch {
                        let messages = answer.take(&stretch.conversation_id);
                        let slots = fill(user, &stretch, messages);
                        answered.push((stretch.conversation_id, slots));
                    }
                    continue;
                }
                Err(failure) => failure,
            };
            if !failure.is_too_large() {
                return Err(failure.into());
            }
            tracing::debug!(
                conversations = batch.len(),
                "the answer would be too large, asking for half of it"
            );
            todo.extend(halves(batch).map_err(|stretch| match failure.rejected() {
                Error::Rejected {
                    call,
                    code,
                    message,
                } => Error::Rejected {
                    call,
                    code,
                    message: format!(
                        "message {} of conversation \"{}\" alone is too large: {message}",
                        stretch.range.first, stretch.conversation_id
                    ),
                },
                other => other,
            })?);
        }
        Ok(answered)
    }

    async fn pull_batch(
        &self,
        user: &UserId,
        batch: &[Stretch],
    ) -> Result<WirePull, super::transport::Failure> {
        let request = Pull {
            user_id: user,
            ranges: batch
                .iter()
                .map(|stretch| PullRange {
                    conversation_id: &stretch.conversation_id,
                    begin: stretch.range.first,
                    end: stretch.range.last,
                    num: stretch.range.len(),
                })
                .collect(),
            order: 0,
        };
        self.transport.call(PULL, &request).await
    }
}

/// Returns the two halves of a batch, the first one last; the stretch itself where it is a single
/// number.
fn halves(mut batch: Vec<Stretch>) -> Result<[Vec<Stretch>; 2], Stretch> {
    if batch.len() > 1 {
        let second = batch.split_off(batch.len() / 2);
        return Ok([second, batch]);
    }
    let stretch = batch.swap_remove(0);
    let SeqRange { first, last } = stretch.range;
    if first >= last {
        return Err(stretch);
    }
    let middle = Seq(first.0 + (last.0 - first.0) / 2);
    let part = |range| {
        vec![Stretch {
            conversation_id: stretch.conversation_id.clone(),
            range,
        }]
    };
    Ok([
        part(SeqRange {
            first: middle.next(),
            last,
        }),
        part(SeqRange {
            first,
            last: middle,
        }),
    ])
}

/// Puts every answered message at its number. Numbers that were not asked for are dropped, of two
/// at one number a message goes before a placeholder, and what was not answered is a hole.
fn fill(user: &UserId, stretch: &Stretch, messages: Vec<WireMessage>) -> Vec<Slot> {
    let mut answered = BTreeMap::new();
    for message in messages {
        let seq = message.seq();
        if !stretch.range.contains(seq) {
            continue;
        }
        let slot = message.into_slot(&stretch.conversation_id, user);
        let better = answered
            .get(&seq)
            .is_none_or(|known| matches!((known, &slot), (Slot::Hole(_), Slot::Message(_))));
        if better {
            answered.insert(seq, slot);
        }
    }
    (stretch.range.first.0..=stretch.range.last.0)
        .map(|seq| {
            answered.remove(&Seq(seq)).unwrap_or_else(|| {
                Slot::Hole(Hole {
                    conversation_id: stretch.conversation_id.clone(),
                    seq: Seq(seq),
                    cause: HoleCause::Placeholder,
                })
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(id: &str, first: i64, last: i64) -> Stretch {
        Stretch {
            conversation_id: id.into(),
            range: SeqRange::new(first, last),
        }
    }

    fn ranges(batch: &[Stretch]) -> Vec<(&str, i64, i64)> {
        batch
            .iter()
            .map(|part| {
                (
                    part.conversation_id.as_str(),
                    part.range.first.0,
                    part.range.last.0,
                )
            })
            .collect()
    }

    #[test]
    fn halving_covers_everything_once_and_ends_at_one_number() {
        let [second, first] = halves(vec![stretch("a", 1, 9), stretch("b", 1, 9)]).expect("halves");
        assert_eq!(ranges(&first), [("a", 1, 9)]);
        assert_eq!(ranges(&second), [("b", 1, 9)]);
        let [second, first] = halves(first).expect("halves");
        assert_eq!(ranges(&first), [("a", 1, 5)]);
        assert_eq!(ranges(&second), [("a", 6, 9)]);
        let one = halves(vec![stretch("a", 7, 7)]).expect_err("is a single number");
        assert_eq!(one.range, SeqRange::new(7, 7));
    }

    #[test]
    fn wrong_numbers_in_an_answer_do_not_get_through() {
        let messages = serde_json::from_value::<WirePull>(serde_json::json!({
            "msgs": {"si_a_b": {"Msgs": [
                {"seq": 0, "clientMsgID": "zero", "serverMsgID": "zero"},
                {"seq": 2, "status": 4},
                {"seq": 2, "clientMsgID": "two", "serverMsgID": "two"},
                {"seq": 2, "clientMsgID": "twice", "serverMsgID": "twice"},
                {"seq": 99, "clientMsgID": "far", "serverMsgID": "far"},
                null
            ]}}
        }))
        .expect("decodes")
        .take(&"si_a_b".into());
        let slots = fill(&"a".into(), &stretch("si_a_b", 1, 3), messages);
        let found: Vec<_> = slots
            .iter()
            .map(|slot| {
                let id = slot.message().map(|message| message.client_msg_id.as_str());
                (slot.seq().0, id)
            })
            .collect();
        assert_eq!(found, [(1, None), (2, Some("two")), (3, None)]);
    }
}
