//! Which numbers the archive has: what tells a new message from one seen again, without asking the
//! tables each time.

use std::collections::{BTreeMap, HashMap};

use openim_history_client::model::{ConversationId, Seq, SeqRange};

use crate::error::Result;
use crate::place::Place;
use crate::row::Key;
use crate::tables::file::DataFile;
use crate::tables::messages::lookup::each_stretch;

/// Numbers of one block, as the server counts them.
pub(super) const BLOCK: i64 = 100;

/// Which numbers of each conversation the archive has, and in which months they lie.
///
/// Read from the tables when an archive is opened for writing; 100 numbers take some 50 bytes.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    conversations: HashMap<ConversationId, BTreeMap<i64, Block>>,
    rows: u64,
}

/// A block of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BlockKey {
    pub(crate) conversation_id: ConversationId,
    pub(crate) number: i64,
}

/// What is known of one block.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// One bit for each number that is there.
    bits: u128,
    /// The first and the last month any of them lies in.
    months: (Month, Month),
}

/// A month, counted so that later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Month(i32);

impl Month {
    /// Reads `2026-11`; what is no month counts as the first there is.
    pub(crate) fn parse(text: &str) -> Self {
        let parsed = text.split_once('-').and_then(|(year, month)| {
            let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
            Some(year * 12 + month - 1)
        });
        Self(parsed.unwrap_or_default())
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:04}-{:02}",
            self.0.div_euclid(12),
            self.0.rem_euclid(12) + 1
        )
    }
}

fn place_of(seq: Seq) -> (i64, u32) {
    let index = seq.0.saturating_sub(1);
    let bit = u32::try_from(index.rem_euclid(BLOCK)).unwrap_or_default();
    (index.div_euclid(BLOCK), bit)
}

impl Ledger {
    /// Reads the keys of all files.
    pub(crate) async fn read(place: &Place, files: &[DataFile]) -> Result<Self> {
        let mut ledger = Self::default();
        for file in files {
            let month = Month::parse(file.month.as_deref().unwrap_or_default());
            each_stretch(place, file, |conversation, seqs| {
                for seq in seqs {
                    ledger.put(conversation, Seq(seq), month);
                }
            })
            .await?;
        }
        Ok(ledger)
    }

    /// Whether the archive has this number.
    pub(crate) fn has(&self, conversation: &ConversationId, seq: Seq) -> bool {
        let (number, bit) = place_of(seq);
        self.block(conversation, number)
            .is_some_and(|block| block.bits & (1 << bit) != 0)
    }

    fn block(&self, conversation: &ConversationId, number: i64) -> Option<&Block> {
        self.conversations.get(conversation)?.get(&number)
    }

    /// Notes that the archive has this number, and returns whether that is news.
    pub(crate) fn put(&mut self, conversation: &ConversationId, seq: Seq, month: Month) -> bool {
        let (number, bit) = place_of(seq);
        let blocks = match self.conversations.get_mut(conversation) {
            Some(blocks) => blocks,
            None => self.conversations.entry(conversation.clone()).or_default(),
        };
        let block = blocks.entry(number).or_insert(Block {
            bits: 0,
            months: (month, month),
        });
        block.months = (block.months.0.min(month), block.months.1.max(month));
        let new = block.bits & (1 << bit) == 0;
        block.bits |= 1 << bit;
        self.rows += u64::from(new);
        new
    }

    /// Returns the months in which a key's row may lie.
    pub(crate) fn months(&self, key: &Key) -> Option<(Month, Month)> {
        let (number, _) = place_of(key.seq);
        Some(self.block(&key.conversation_id, number)?.months)
    }

    /// Returns how many messages the archive has.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the conversations the archive has messages of.
    pub(crate) fn conversations(&self) -> impl Iterator<Item = &ConversationId> {
        self.conversations.keys()
    }

    /// Returns the blocks of a conversation the archive has messages of, ascending.
    pub(crate) fn blocks(&self, conversation: &ConversationId) -> impl Iterator<Item = i64> {
        self.conversations
            .get(conversation)
            .into_iter()
            .flat_map(|blocks| blocks.keys().copied())
    }

    /// Returns the numbers the archive has of one block, ascending.
    pub(crate) fn seqs(&self, key: &BlockKey) -> impl Iterator<Item = Seq> + use<> {
        let bits = self
            .block(&key.conversation_id, key.number)
            .map_or(0, |block| block.bits);
        let first = key.number * BLOCK + 1;
        (0..BLOCK)
            .filter(move |bit| bits & (1 << bit) != 0)
            .map(move |bit| Seq(first + bit))
    }

    /// Returns the greatest number the archive has of a conversation.
    pub(crate) fn head(&self, conversation: &ConversationId) -> Option<Seq> {
        let (number, block) = self.conversations.get(conversation)?.last_key_value()?;
        let bit = i64::from(127 - block.bits.leading_zeros());
        Some(Seq(number * BLOCK + 1 + bit))
    }

    /// Returns how many numbers `other` has that are not here, and the first of them; `None` where there
    /// are none.
    pub(crate) fn lacks(&self, other: &Self) -> Option<(u64, Key)> {
        self.compare(other, |mine, theirs| {
            theirs.bits & !mine.map_or(0, |mine| mine.bits)
        })
    }

    /// Returns how many numbers both have in blocks that lie in other months there, and the first of them.
    pub(crate) fn elsewhere(&self, other: &Self) -> Option<(u64, Key)> {
        self.compare(other, |mine, theirs| match mine {
            Some(mine) if mine.bits == theirs.bits && mine.months != theirs.months => theirs.bits,
            _ => 0,
        })
    }

    /// Counts what `differs` says of the blocks of `other` and those of the same numbers here.
    fn compare(
        &self,
        other: &Self,
        differs: impl Fn(Option<&Block>, &Block) -> u128,
    ) -> Option<(u64, Key)> {
        let mut count = 0;
        let mut first: Option<Key> = None;
        for (conversation, blocks) in &other.conversations {
            for (&number, theirs) in blocks {
                let bits = differs(self.block(conversation, number), theirs);
                if bits == 0 {
                    continue;
                }
                count += u64::from(bits.count_ones());
                let found = Key {
                    conversation_id: conversation.clone(),
                    seq: Seq(number * BLOCK + 1 + i64::from(bits.trailing_zeros())),
                };
                first = first.into_iter().chain([found]).min();
            }
        }
        Some((count, first?))
    }

    /// Returns the stretches of `within` the archive does not have, ascending.
    pub(crate) fn gaps(&self, conversation: &ConversationId, within: SeqRange) -> Vec<SeqRange> {
        let mut gaps = Vec::new();
        let mut next = within.first;
        if let Some(blocks) = self.conversations.get(conversation) {
            let (first, last) = (place_of(within.first).0, place_of(within.last).0);
            for (&number, _) in blocks.range(first..=last.max(first)) {
                let key = BlockKey {
                    conversation_id: conversation.clone(),
                    number,
                };
                for seq in self.seqs(&key).filter(|seq| within.contains(*seq)) {
                    if seq > next {
                        gaps.push(SeqRange {
                            first: next,
                            last: seq.previous(),
                        });
                    }
                    next = seq.next();
                }
            }
        }
        if next <= within.last {
            gaps.push(SeqRange {
                first: next,
                last: within.last,
            });
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_new_once() {
        let mut ledger = Ledger::default();
        let chat = ConversationId::new("si_a_b");
        let month = Month::parse("2026-11");
        for seq in [1, 100, 101, 0, -5, i64::MAX] {
            assert!(!ledger.has(&chat, Seq(seq)), "{seq}");
            assert!(ledger.put(&chat, Seq(seq), month), "{seq}");
            assert!(!ledger.put(&chat, Seq(seq), month), "{seq}");
            assert!(ledger.has(&chat, Seq(seq)), "{seq}");
        }
        assert_eq!(ledger.rows(), 6);
        assert_eq!(ledger.head(&chat), Some(Seq(i64::MAX)));
        assert!(!ledger.has(&ConversationId::new("si_a_c"), Seq(1)));
    }

    #[test]
    fn gaps_are_what_is_not_there() {
        let mut ledger = Ledger::default();
        let chat = ConversationId::new("si_a_b");
        for seq in [2, 3, 99, 100, 101, 350] {
            ledger.put(&chat, Seq(seq), Month::parse("2026-11"));
        }
        let gaps = |first, last| {
            ledger
                .gaps(&chat, SeqRange::new(first, last))
                .iter()
                .map(|gap| (gap.first.0, gap.last.0))
                .collect::<Vec<_>>()
        };
        assert_eq!(gaps(1, 400), [(1, 1), (4, 98), (102, 349), (351, 400)]);
        assert_eq!(gaps(2, 3), []);
        assert_eq!(gaps(100, 102), [(102, 102)]);
        assert_eq!(gaps(500, 600), [(500, 600)]);
    }

    #[test]
    fn what_one_has_and_the_other_lacks_is_counted() {
        let (mut mine, mut theirs) = (Ledger::default(), Ledger::default());
        let chat = ConversationId::new("si_a_b");
        let (november, december) = (Month::parse("2026-11"), Month::parse("2026-12"));
        for seq in [1, 2, 150] {
            mine.put(&chat, Seq(seq), november);
        }
        for seq in [2, 3, 99, 301] {
            theirs.put(&chat, Seq(seq), november);
        }
        theirs.put(&chat, Seq(150), december);
        let key = |seq| Key {
            conversation_id: chat.clone(),
            seq: Seq(seq),
        };
        assert_eq!(mine.lacks(&theirs), Some((3, key(3))));
        assert_eq!(theirs.lacks(&mine), Some((1, key(1))));
        assert_eq!(mine.elsewhere(&theirs), Some((1, key(150))));
        assert_eq!(mine.lacks(&mine), None);
    }

    #[test]
    fn later_months_are_greater() {
        assert!(Month::parse("2025-12") < Month::parse("2026-01"));
        assert!(Month::parse("0001-01") < Month::parse("1970-01"));
    }
}
