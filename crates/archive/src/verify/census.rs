//! Counting what the tables hold.

use std::collections::HashMap;

use openim_history_client::model::{ConversationId, Seq};

use super::VerifyOptions;
use super::report::{Classes, VerifyReport};
use crate::archive::Archive;
use crate::error::Result;
use crate::tables::messages::read::{State, each_state};
use crate::write::{Ledger, Month};

/// What the tables hold: which numbers, and how many of each conversation in which state.
#[derive(Debug, Default)]
pub(super) struct Census {
    pub(super) ledger: Ledger,
    counts: HashMap<ConversationId, Classes>,
    /// Which numbers are marked as purged.
    pub(super) purged: Ledger,
}

impl Census {
    /// Reads the keys and states of all files. A key that is there twice is a problem.
    pub(super) async fn take(archive: &Archive, report: &mut VerifyReport) -> Result<Self> {
        let mut census = Self::default();
        let mut twice = 0_u64;
        let mut example = None;
        for file in archive.messages.files() {
            let month = Month::parse(file.month.as_deref().unwrap_or_default());
            let outcome = each_state(archive.place(), file, |conversation, seq, state| {
                let id = ConversationId::new(conversation);
                let seq = Seq(seq);
                if !census.ledger.put(&id, seq, month) {
                    twice += 1;
                    example.get_or_insert_with(|| format!("{id} {seq}"));
                    return;
                }
                let counts = census.counts.entry(id.clone()).or_default();
                match state {
                    State::Normal => counts.normal += 1,
                    State::Revoked => counts.revoked += 1,
                    State::DeletedForSome => counts.deleted_for_some += 1,
                    State::Purged => {
                        counts.purged += 1;
                        census.purged.put(&id, seq, month);
                    }
                }
            })
            .await;
            if let Err(error) = outcome {
                report.problem(file.location("messages"), error);
            }
        }
        if let Some(example) = example {
            report.problem(
                "table messages",
                format_args!("{twice} messages are there twice, for example {example}"),
            );
        }
        Ok(census)
    }

    /// Puts the counts into the report.
    pub(super) fn report(&self, options: &VerifyOptions, report: &mut VerifyReport) {
        for (conversation, classes) in &self.counts {
            if options.filter.takes(conversation) {
                let of = report.of(conversation);
                of.classes += *classes;
                let head = self.ledger.head(conversation).unwrap_or_default();
                of.head = of.head.max(head);
            }
        }
    }
}
