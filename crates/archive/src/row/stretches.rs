//! Which messages the rows of a file are, told by stretches: a file holds most conversations in a few of them.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

use openim_history_client::model::{ConversationId, Seq};
use serde::{Deserialize, Serialize};

/// Bytes for each row that telling them may take: where every row is a stretch of its own, pages are looked through.
const WORTH: usize = 8;

/// What is written down of the rows of a file, in their order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rows {
    conversations: Vec<ConversationId>,
    /// Of each stretch three numbers: the place of its conversation in `conversations`, how far its first number lies
    /// behind the last one before of that conversation (behind 0 where there is none), and how many rows it has, each
    /// of the next number.
    stretches: Vec<i64>,
    /// The place of each conversation.
    #[serde(skip)]
    places: HashMap<ConversationId, usize>,
    /// The last number of each conversation.
    #[serde(skip)]
    ends: Vec<i64>,
    /// The conversation of the last row, and its place.
    #[serde(skip)]
    last: Option<(ConversationId, usize)>,
    #[serde(skip)]
    rows: usize,
}

impl Rows {
    /// Takes in the next row.
    pub(crate) fn push(&mut self, conversation: &str, Seq(seq): Seq) {
        self.rows += 1;
        let at = match &self.last {
            Some((id, at)) if *id == *conversation => {
                if self.ends[*at].checked_add(1) == Some(seq)
                    && let Some(rows) = self.stretches.last_mut()
                {
                    *rows += 1;
                    self.ends[*at] = seq;
                    return;
                }
                *at
            }
            _ => self.turn_to(conversation),
        };
        let behind = seq.wrapping_sub(self.ends[at]);
        self.ends[at] = seq;
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        self.stretches.extend([at, behind, 1]);
    }

    fn turn_to(&mut self, conversation: &str) -> usize {
        let id = ConversationId::new(conversation);
        let next = self.conversations.len();
        let at = *self.places.entry(id.clone()).or_insert(next);
        if at == next {
            self.conversations.push(id.clone());
            self.ends.push(0);
        }
        self.last = Some((id, at));
        at
    }

    /// Returns what is to be written; `None` where that is not worth its room.
    pub(crate) fn written(&self) -> Option<String> {
        let text = serde_json::to_string(self).ok()?;
        (text.len() <= self.rows * WORTH + 1_024).then_some(text)
    }
}

/// Tells in which row of a file a message lies.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    /// In order, each with where its stretches lie in `all`.
    conversations: Vec<(ConversationId, Range<usize>)>,
    /// Of each conversation in the order of their first numbers.
    all: Vec<Stretch>,
    rows: usize,
}

/// Rows that follow each other, of numbers that follow each other.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: i64,
    rows: u32,
    /// The row it begins at.
    at: u32,
}

impl Stretches {
    /// Reads what was written; `None` where it is of another form.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let written: Rows = serde_json::from_str(text).ok()?;
        let mut ends = vec![0_i64; written.conversations.len()];
        let mut next = 0_u32;
        let mut all = Vec::with_capacity(written.stretches.len() / 3);
        let (stretches, rest) = written.stretches.as_chunks::<3>();
        for [conversation, behind, rows] in stretches {
            let conversation = usize::try_from(*conversation).ok()?;
            let end = ends.get_mut(conversation)?;
            let rows = u32::try_from(*rows).ok().filter(|rows| *rows > 0)?;
            let first = end.wrapping_add(*behind);
            *end = first.checked_add(i64::from(rows) - 1)?;
            all.push((
                conversation,
                Stretch {
                    first,
                    rows,
                    at: next,
                },
            ));
            next = next.checked_add(rows)?;
        }
        if !rest.is_empty() {
            return None;
        }
        // A file is a few batches, each in order: what merges ordered runs is quicker here than what sorts anything.
        all.sort_by_key(|(conversation, stretch)| (*conversation, stretch.first));
        let mut conversations = Vec::with_capacity(written.conversations.len());
        let mut begin = 0;
        for here in all.chunk_by(|(a, _), (b, _)| a == b) {
            let (conversation, _) = here.first()?;
            let id = written.conversations.get(*conversation)?;
            conversations.push((id.clone(), begin..begin + here.len()));
            begin += here.len();
        }
        conversations.sort_by(|(a, _), (b, _)| a.cmp(b));
        Some(Self {
            conversations,
            all: all.into_iter().map(|(_, stretch)| stretch).collect(),
            rows: usize::try_from(next).ok()?,
        })
    }

    /// Returns how many rows are told of.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Returns about how many bytes of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        size_of_val(&*self.all) + size_of_val(&*self.conversations)
    }

    /// Returns the row of a message.
    pub(crate) fn row(&self, conversation: &ConversationId, Seq(seq): Seq) -> Option<usize> {
        let found = self
            .conversations
            .binary_search_by(|(id, _)| id.cmp(conversation));
        let here = &self.all[self.conversations[found.ok()?].1.clone()];
        let before = here.partition_point(|stretch| stretch.first <= seq);
        let stretch = here.get(before.checked_sub(1)?)?;
        let offset = u32::try_from(seq.checked_sub(stretch.first)?).ok()?;
        (offset < stretch.rows).then_some((stretch.at + offset) as usize)
    }

    /// Tells the numbers of each stretch.
    pub(crate) fn each(&self, mut tell: impl FnMut(&ConversationId, RangeInclusive<i64>)) {
        for (id, here) in &self.conversations {
            for stretch in &self.all[here.clone()] {
                let last = stretch.first.saturating_add(i64::from(stretch.rows) - 1);
                tell(id, stretch.first..=last);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_found_where_it_was_put() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut rows = Rows::default();
        let mut keys = Vec::new();
        for round in 0..400_i64 {
            let id = format!("si_{}", random.u32(0..20));
            let first = round * 100 + random.i64(0..20);
            for seq in first..first + random.i64(30..60) {
                rows.push(&id, Seq(seq));
                keys.push((ConversationId::new(&id), Seq(seq)));
            }
        }
        let written = rows.written().expect("worth it");
        let read = Stretches::read(&written).expect("reads");
        assert_eq!(read.rows(), keys.len());
        for (at, (id, seq)) in keys.iter().enumerate() {
            assert_eq!(read.row(id, *seq), Some(at), "{id} {}", seq.0);
        }
        assert_eq!(read.row(&"si_0".into(), Seq(-1)), None);
        assert_eq!(read.row(&"si_99".into(), Seq(1)), None);
        assert_eq!(read.row(&"si_0".into(), Seq(i64::MAX)), None);
        let mut told = 0;
        read.each(|_, seqs| told += seqs.count());
        assert_eq!(told, keys.len());
    }

    #[test]
    fn the_ends_of_all_numbers_are_numbers() {
        let mut rows = Rows::default();
        for seq in [i64::MAX, i64::MIN, i64::MIN + 1, 0, -1] {
            rows.push("si_a_b", Seq(seq));
        }
        let read = Stretches::read(&rows.written().expect("few")).expect("reads");
        let row = |seq| read.row(&"si_a_b".into(), Seq(seq));
        assert_eq!(row(i64::MAX), Some(0));
        assert_eq!(row(i64::MIN + 1), Some(2));
        assert_eq!(row(-1), Some(4));
        assert_eq!(row(1), None);
    }

    #[test]
    fn what_is_scattered_is_not_worth_telling() {
        let mut rows = Rows::default();
        for at in 0..10_000 {
            rows.push(&format!("si_user{}_user{at}", at % 7), Seq(at * 2));
        }
        assert_eq!(rows.written(), None);
        assert!(Stretches::read("{}").is_none());
        for stretches in [
            "[0,1,1]",
            "[1,1,1]",
            "[0,1]",
            "[0,1,0]",
            "[-1,1,1]",
            "[[0,1,1]]",
        ] {
            let text = format!(r#"{{"conversations":["a"],"stretches":{stretches}}}"#);
            assert_eq!(
                Stretches::read(&text).is_some(),
                stretches == "[0,1,1]",
                "{text}"
            );
        }
    }
}
