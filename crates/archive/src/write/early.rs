//! What was done to messages before they were stored.

use std::collections::{BTreeMap, BTreeSet};

use openim_history_client::model::{ConversationId, Seq};
use serde::{Deserialize, Serialize};

use super::ledger::BLOCK;

/// Numbers of each conversation to which something was done (a revoke, a delete, a read flag) before their message
/// was stored. When it comes, the change stream does not tell of that: it must be read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Early(BTreeMap<ConversationId, BTreeSet<Seq>>);

impl Early {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a number is one of them.
    pub(crate) fn has(&self, conversation: &ConversationId, seq: Seq) -> bool {
        let seqs = self.0.get(conversation);
        seqs.is_some_and(|seqs| seqs.contains(&seq))
    }

    /// Notes which numbers of a block are, in place of what was known of it.
    pub(crate) fn see(&mut self, conversation: &ConversationId, block: i64, early: &[Seq]) {
        if let Some(seqs) = self.0.get_mut(conversation) {
            let first = block.saturating_mul(BLOCK).saturating_add(1);
            seqs.retain(|seq| !(first..first.saturating_add(BLOCK)).contains(&seq.0));
            if seqs.is_empty() {
                self.0.remove(conversation);
            }
        }
        if !early.is_empty() {
            let seqs = self.0.entry(conversation.clone()).or_default();
            seqs.extend(early);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_seen_again_says_what_holds_now() {
        let (chat, other) = (ConversationId::new("si_a_b"), ConversationId::new("si_a_c"));
        let mut early = Early::default();
        early.see(&chat, 0, &[]);
        assert!(early.is_empty());
        early.see(&chat, 0, &[Seq(100)]);
        early.see(&chat, 1, &[Seq(101), Seq(200)]);
        assert!(early.has(&chat, Seq(100)) && early.has(&chat, Seq(200)));
        assert!(!early.has(&chat, Seq(1)) && !early.has(&other, Seq(100)));
        let text = serde_json::to_string(&early).expect("JSON");
        assert_eq!(text, r#"{"si_a_b":[100,101,200]}"#);
        early.see(&chat, 1, &[Seq(101)]);
        assert!(early.has(&chat, Seq(100)) && early.has(&chat, Seq(101)));
        assert!(!early.has(&chat, Seq(200)));
        early.see(&chat, 0, &[]);
        early.see(&chat, 1, &[]);
        assert!(early.is_empty());
    }
}
