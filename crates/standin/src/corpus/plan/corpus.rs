//! The whole: who there is and how long each chat gets.

use std::sync::Arc;

use super::chat::{GeneratedConversation, Plan};
use crate::corpus::documents::Documents;
use crate::corpus::options::CorpusOptions;
use crate::corpus::people::{self, Person};
use crate::corpus::summary::CorpusSummary;

/// A generated history. Nothing is kept but the users and the length of each chat; documents are
/// made when they are asked for. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Corpus {
    whole: Arc<Whole>,
}

#[derive(Debug)]
struct Whole {
    options: CorpusOptions,
    people: Vec<Person>,
    lengths: Vec<u64>,
}

impl Corpus {
    /// Plans a history. Numbers that do not fit each other are raised or cut to fit.
    pub fn new(options: CorpusOptions) -> Self {
        let options = options.normalised();
        let people = (0..options.users)
            .map(|index| people::person(options.seed, index))
            .collect();
        let lengths = lengths(options.messages, options.conversations);
        Self {
            whole: Arc::new(Whole {
                options,
                people,
                lengths,
            }),
        }
    }

    /// Returns the options, as they were made to fit.
    pub fn options(&self) -> &CorpusOptions {
        &self.whole.options
    }

    /// Returns the ids of the users, the administrator and the notification account left out.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.whole.people.iter().map(|person| person.id.as_str())
    }

    /// Returns the chats, longest first.
    pub fn conversations(&self) -> impl Iterator<Item = GeneratedConversation> {
        (0..self.chats()).map(|index| self.plan(index).describe(self))
    }

    /// Makes the documents of all collections, one after the other.
    pub fn documents(&self) -> Documents {
        Documents::new(self.clone())
    }

    /// Counts what the documents hold, by making them all.
    pub fn summary(&self) -> CorpusSummary {
        let mut documents = self.documents();
        documents.by_ref().for_each(drop);
        documents.summary().clone()
    }

    pub(in crate::corpus) fn seed(&self) -> u64 {
        self.whole.options.seed
    }

    pub(in crate::corpus) fn person(&self, index: usize) -> &Person {
        &self.whole.people[index]
    }

    pub(in crate::corpus) fn people(&self) -> &[Person] {
        &self.whole.people
    }

    pub(in crate::corpus) fn chats(&self) -> usize {
        self.whole.lengths.len()
    }

    pub(in crate::corpus) fn plan(&self, index: usize) -> Plan {
        Plan::new(self, index, self.whole.lengths[index])
    }
}

/// Shares the messages out so that the n-th chat gets one n-th of what the first gets, and at
/// least one. The sum is exact.
fn lengths(messages: u64, conversations: u64) -> Vec<u64> {
    const UNIT: u128 = 1 << 40;
    let total: u128 = (1..=u128::from(conversations)).map(|n| UNIT / n).sum();
    let spare = u128::from(messages - conversations);
    let mut lengths: Vec<u64> = (1..=u128::from(conversations))
        .map(|n| 1 + u64::try_from(spare * (UNIT / n) / total).unwrap_or(0))
        .collect();
    let missing = messages - lengths.iter().sum::<u64>();
    lengths[0] += missing;
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_follow_a_power_law_and_add_up() {
        let lengths = lengths(1_000_000, 1_000);
        assert_eq!(lengths.iter().sum::<u64>(), 1_000_000);
        assert!(lengths.is_sorted_by(|a, b| a >= b));
        assert!(lengths[0] > 9 * lengths[9] && lengths[0] < 11 * lengths[9]);
        assert!(lengths[999] > 100);
        assert_eq!(super::lengths(3, 3), [1, 1, 1]);
    }
}
