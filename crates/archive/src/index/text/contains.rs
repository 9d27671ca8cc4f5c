//! From a piece of text to the terms that whatever contains it must have.

use tantivy::query::{AllQuery, BooleanQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::chain::ChainQuery;
use super::grams::{in_word, word};
use super::{CHARACTER, LONGEST_WORD, WORD, fold};

/// The terms that may stand at one position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// This one.
    Exact(String),
    /// Those that begin with it.
    Prefix(String),
    /// Words that end with it.
    WordSuffix(String),
    /// Words that contain it.
    WordInfix(String),
}

/// What stands at consecutive positions; `None` where the neighbours already say it.
type Cells = Vec<Option<Slot>>;

/// Returns a query for the messages whose folded text contains the folded `piece`. An empty piece
/// is contained in everything.
pub(in super::super) fn contains(
    piece: &str,
    field: Field,
    searcher: &Searcher,
) -> tantivy::Result<Box<dyn Query>> {
    let folded = fold(piece);
    if folded.is_empty() {
        return Ok(Box::new(AllQuery));
    }
    let mut ways = Vec::new();
    for cells in ways_to_stand(&folded) {
        if let Some(query) = way(cells, field, searcher)? {
            ways.push(query);
        }
    }
    Ok(match ways.len() {
        0 => Box::new(EmptyQuery),
        1 => ways.swap_remove(0),
        _ => Box::new(BooleanQuery::new(
            ways.into_iter().map(|way| (Occur::Should, way)).collect(),
        )),
    })
}

/// A run of characters of a word, or of characters that are cells of their own.
struct Run<'a> {
    text: &'a str,
    is_word: bool,
    /// What follows in a term: a space, nothing, or it is not known, at the end of the piece.
    follow: Option<&'static str>,
}

fn runs(folded: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = folded;
    while let Some(c) = rest.chars().next() {
        let is_word = in_word(c);
        let length = if is_word {
            word(rest).0
        } else {
            rest.find(|c| c == ' ' || in_word(c)).unwrap_or(rest.len())
        };
        let (text, behind) = rest.split_at(length);
        rest = behind.strip_prefix(' ').unwrap_or(behind);
        let follow = match behind.chars().next() {
            None => None,
            Some(' ') => Some(" "),
            Some(_) => Some(""),
        };
        runs.push(Run {
            text,
            is_word,
            follow,
        });
    }
    runs
}

/// Returns the ways the piece may stand in a text: at its ends a word may be part of a longer
/// one, and that of one that is kept whole or of one that is cut.
fn ways_to_stand(folded: &str) -> Vec<Cells> {
    let runs = runs(folded);
    let mut ways: Vec<Cells> = vec![Vec::new()];
    for (at, run) in runs.iter().enumerate() {
        let alternatives = run.alternatives(at == 0);
        ways = ways
            .iter()
            .flat_map(|way| {
                alternatives.iter().map(move |more| {
                    let mut longer = way.clone();
                    longer.extend_from_slice(more);
                    if run.follow == Some(" ") {
                        longer.push(None);
                    }
                    longer
                })
            })
            .collect();
    }
    ways
}

impl Run<'_> {
    fn alternatives(&self, is_first: bool) -> Vec<Cells> {
        if !self.is_word {
            return vec![self.characters()];
        }
        let is_whole = !is_first && self.follow.is_some();
        let fits = self.text.chars().count() <= LONGEST_WORD;
        let mut alternatives = Vec::new();
        if fits {
            alternatives.push(vec![Some(self.word(is_first))]);
        }
        if !fits || !is_whole {
            alternatives.push(self.characters());
        }
        alternatives
    }

    fn word(&self, is_first: bool) -> Slot {
        let text = self.text;
        match (is_first, self.follow) {
            (false, Some(follow)) => Slot::Exact(format!("{WORD}{text}{follow}")),
            (false, None) => Slot::Prefix(format!("{WORD}{text}")),
            (true, Some(follow)) => Slot::WordSuffix(format!("{text}{follow}")),
            (true, None) => Slot::WordInfix(text.to_owned()),
        }
    }

    fn characters(&self) -> Cells {
        let mut cells = Vec::new();
        let mut characters = self.text.chars().peekable();
        while let Some(c) = characters.next() {
            cells.push(match (characters.peek(), self.follow) {
                (Some(next), _) => Some(Slot::Exact(format!("{CHARACTER}{c}{next}"))),
                (None, Some(follow)) => Some(Slot::Exact(format!("{CHARACTER}{c}{follow}"))),
                (None, None) if cells.is_empty() => Some(Slot::Prefix(format!("{CHARACTER}{c}"))),
                // The pair before has it.
                (None, None) => None,
            });
        }
        cells
    }
}

/// Returns the query for one way; `None` where a term is missing from the whole index.
fn way(cells: Cells, field: Field, searcher: &Searcher) -> tantivy::Result<Option<Box<dyn Query>>> {
    let mut frequencies = Vec::with_capacity(cells.len());
    for cell in &cells {
        frequencies.push(match cell {
            Some(Slot::Exact(term)) => {
                let frequency = searcher.doc_freq(&Term::from_field_text(field, term))?;
                if frequency == 0 {
                    return Ok(None);
                }
                frequency
            }
            _ => 0,
        });
    }
    let slots = without_the_implied(cells, &frequencies);
    let exact: Option<Vec<(usize, Term)>> = slots
        .iter()
        .map(|(at, slot)| match slot {
            Slot::Exact(term) => Some((*at, Term::from_field_text(field, term))),
            _ => None,
        })
        .collect();
    Ok(Some(match exact {
        Some(mut terms) if terms.len() == 1 => Box::new(TermQuery::new(
            terms.swap_remove(0).1,
            // Read only where scores are asked for.
            IndexRecordOption::WithFreqs,
        )),
        Some(terms) => Box::new(PhraseQuery::new_with_offset(terms)),
        None => Box::new(ChainQuery::new(field, slots)),
    }))
}

/// Leaves out pairs whose two characters the pairs before and behind have, the most frequent
/// first: half of the work for a long piece. One that is much rarer than all others stays, it
/// leaves few messages to look at.
fn without_the_implied(cells: Cells, frequencies: &[u64]) -> Vec<(usize, Slot)> {
    let mut kept: Vec<Option<Slot>> = cells;
    let mut rare: Vec<u64> = (0..kept.len())
        .filter(|at| matches!(kept[*at], Some(Slot::Exact(_))))
        .map(|at| frequencies[at])
        .collect();
    rare.sort_unstable();
    let worth_keeping = |frequency| match rare.as_slice() {
        [rarest, next, ..] => frequency == *rarest && frequency < next / 4,
        _ => false,
    };
    let mut order: Vec<usize> = (1..kept.len().saturating_sub(1)).collect();
    order.sort_by_key(|at| std::cmp::Reverse(frequencies[*at]));
    for at in order {
        if !worth_keeping(frequencies[at])
            && is_pair(kept[at - 1].as_ref())
            && is_pair(kept[at].as_ref())
            && is_character(kept[at + 1].as_ref())
        {
            kept[at] = None;
        }
    }
    kept.into_iter()
        .enumerate()
        .filter_map(|(at, slot)| Some((at, slot?)))
        .collect()
}

fn is_character(slot: Option<&Slot>) -> bool {
    matches!(slot, Some(Slot::Exact(term)) if term.starts_with(CHARACTER))
}

fn is_pair(slot: Option<&Slot>) -> bool {
    matches!(slot, Some(Slot::Exact(term))
        if term.starts_with(CHARACTER) && !term.ends_with(' ') && term.chars().count() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(term: &str) -> Option<Slot> {
        Some(Slot::Exact(term.to_owned()))
    }

    #[test]
    fn characters_stand_in_one_way() {
        assert_eq!(
            ways_to_stand("合同明天"),
            [[exact("c合同"), exact("c同明"), exact("c明天"), None]]
        );
        assert_eq!(
            ways_to_stand("天"),
            [[Some(Slot::Prefix("c天".to_owned()))]]
        );
        assert_eq!(ways_to_stand("天 b,").len(), 1);
    }

    #[test]
    fn words_at_the_ends_may_be_parts_of_longer_ones() {
        let ways = ways_to_stand("lo wor");
        assert_eq!(
            ways[0],
            [
                Some(Slot::WordSuffix("lo ".to_owned())),
                None,
                Some(Slot::Prefix("wwor".to_owned()))
            ]
        );
        assert_eq!(
            ways[3],
            [
                exact("clo"),
                exact("co "),
                None,
                exact("cwo"),
                exact("cor"),
                None
            ]
        );
        assert_eq!(ways.len(), 4);
        assert_eq!(
            ways_to_stand("(ab)"),
            [[
                exact("c("),
                exact("wab"),
                Some(Slot::Prefix("c)".to_owned()))
            ]]
        );
    }

    #[test]
    fn implied_pairs_are_left_out_but_the_rarest_stays() {
        let cells = ways_to_stand("一二三四五六").swap_remove(0);
        let kept = |frequencies: &[u64]| -> Vec<usize> {
            without_the_implied(cells.clone(), frequencies)
                .into_iter()
                .map(|(at, _)| at)
                .collect()
        };
        assert_eq!(kept(&[9, 9, 9, 9, 9, 0]), [0, 2, 4]);
        assert_eq!(kept(&[9, 1, 9, 9, 9, 0]), [0, 1, 3, 4]);
        assert_eq!(kept(&[90, 80, 70, 10, 90, 0]), [0, 2, 3, 4]);
        assert_eq!(kept(&[9, 9, 9, 5, 9, 0]), [0, 2, 4]);
    }
}
