//! Chinese found by how it sounds: `hetong` and `ht` find 合同.
//!
//! Beside the text itself an index may have, for each Han character, its readings without tones and their
//! first letters, all at the position of the character. A word of letters is cut into readings in every way
//! there is, and each way is a phrase.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti as _;
use tantivy::Term;
use tantivy::query::{BooleanQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::fold;

/// What a term begins with: a whole reading, or its first letter.
const READING: char = '=';
const INITIAL: char = '^';

/// How many letters a word has at most that is taken for readings.
const LONGEST: usize = 36;

/// How many ways to cut a word into readings are followed.
const WAYS: usize = 32;

/// Returns the readings of a character, without tones; `ü` is typed `v`.
fn readings(c: char) -> BTreeSet<String> {
    let all = c.to_pinyin_multi().into_iter().flatten();
    all.map(|reading| reading.plain().replace('ü', "v"))
        .filter(|reading| reading.bytes().all(|byte| byte.is_ascii_lowercase()))
        .collect()
}

/// Every reading of any character.
static READINGS: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| ('\u{3400}'..='\u{9FFF}').flat_map(readings).collect());

/// Returns the word as it is looked for by sound; `None` where it cannot be one.
fn spelled(word: &str) -> Option<String> {
    let word = fold(word);
    let fits =
        (2..=LONGEST).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    fits.then_some(word)
}

/// Returns the terms of every way to read a word: in whole readings, or in first letters alone.
fn ways(word: &str) -> Vec<Vec<String>> {
    let mut ways = Vec::new();
    cut(word, &mut Vec::new(), &mut ways);
    let initial = |letter: char| READINGS.iter().any(|reading| reading.starts_with(letter));
    if word.chars().all(initial) {
        ways.push(
            word.chars()
                .map(|letter| format!("{INITIAL}{letter}"))
                .collect(),
        );
    }
    ways
}

fn cut(rest: &str, begun: &mut Vec<String>, ways: &mut Vec<Vec<String>>) {
    if rest.is_empty() {
        ways.push(begun.clone());
        return;
    }
    // No reading has more than six letters.
    for length in (1..=rest.len().min(6)).rev() {
        if ways.len() >= WAYS {
            return;
        }
        if READINGS.contains(&rest[..length]) {
            begun.push(format!("{READING}{}", &rest[..length]));
            cut(&rest[length..], begun, ways);
            begun.pop();
        }
    }
}

/// Returns a query for the messages in which Han characters stand that are read as the word is written.
pub(in super::super) fn sounds(word: &str, field: Field) -> Box<dyn Query> {
    let ways = spelled(word).map(|word| ways(&word)).unwrap_or_default();
    let clauses = ways.into_iter().map(|way| {
        let mut terms: Vec<Term> = way
            .iter()
            .map(|term| Term::from_field_text(field, term))
            .collect();
        let query: Box<dyn Query> = match terms.len() {
            1 => Box::new(TermQuery::new(
                terms.swap_remove(0),
                IndexRecordOption::Basic,
            )),
            _ => Box::new(PhraseQuery::new(terms)),
        };
        (Occur::Should, query)
    });
    let clauses: Vec<_> = clauses.collect();
    match clauses.is_empty() {
        true => Box::new(EmptyQuery),
        false => Box::new(BooleanQuery::new(clauses)),
    }
}

/// Returns where in a text characters stand that are read as the word is written, in bytes.
pub(crate) fn sounding(text: &str, word: &str) -> Vec<Range<usize>> {
    let Some(word) = spelled(word) else {
        return Vec::new();
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, _) in text.char_indices() {
        if found.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let lengths = [read(&text[start..], &word), initials(&text[start..], &word)];
        if let Some(length) = lengths.into_iter().flatten().max() {
            found.push(start..start + length);
        }
    }
    found
}

/// Returns how many bytes of the text are read as the word in whole readings.
fn read(text: &str, word: &str) -> Option<usize> {
    if word.is_empty() {
        return Some(0);
    }
    let c = text.chars().next()?;
    readings(c).iter().find_map(|reading| {
        let rest = word.strip_prefix(reading.as_str())?;
        Some(c.len_utf8() + read(&text[c.len_utf8()..], rest)?)
    })
}

/// Returns how many bytes of the text begin, character by character, with the letters of the word.
fn initials(text: &str, word: &str) -> Option<usize> {
    let mut length = 0;
    let mut characters = text.chars();
    for letter in word.chars() {
        let c = characters.next()?;
        readings(c)
            .iter()
            .any(|reading| reading.starts_with(letter))
            .then_some(())?;
        length += c.len_utf8();
    }
    Some(length)
}

/// Cuts text into readings, for Tantivy.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct PinyinTokenizer;

impl Tokenizer for PinyinTokenizer {
    type TokenStream<'a> = PinyinStream;

    fn token_stream(&mut self, text: &str) -> PinyinStream {
        let mut tokens = Vec::new();
        for (position, c) in fold(text).chars().enumerate() {
            let readings = readings(c);
            let initials: BTreeSet<char> = readings
                .iter()
                .filter_map(|reading| reading.chars().next())
                .collect();
            let readings = readings.iter().map(|reading| format!("{READING}{reading}"));
            let initials = initials.iter().map(|initial| format!("{INITIAL}{initial}"));
            tokens.extend(readings.chain(initials).map(|text| Token {
                position,
                text,
                ..Token::default()
            }));
        }
        // Taken from the end.
        tokens.reverse();
        PinyinStream {
            tokens,
            token: Token::default(),
        }
    }
}

/// The readings of one text, for Tantivy. Offsets into the text are not kept.
#[derive(Debug)]
pub(in super::super) struct PinyinStream {
    tokens: Vec<Token>,
    token: Token,
}

impl TokenStream for PinyinStream {
    fn advance(&mut self) -> bool {
        let next = self.tokens.pop();
        let is_there = next.is_some();
        self.token = next.unwrap_or_default();
        is_there
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_cut_in_every_way_it_can_be_read() {
        let both = ways("xian");
        assert!(both.contains(&vec!["=xian".to_owned()]), "{both:?}");
        assert!(
            both.contains(&vec!["=xi".to_owned(), "=an".to_owned()]),
            "{both:?}"
        );
        assert_eq!(ways("ht"), [["^h", "^t"]]);
        assert!(ways("hetong").contains(&vec!["=he".to_owned(), "=tong".to_owned()]));
        assert!(ways("viu").is_empty());
        assert!(spelled("合同").is_none() && spelled("h").is_none() && spelled("h2").is_none());
        // One that can be cut in very many ways stays cheap.
        assert!(ways(&"ai".repeat(18)).len() <= WAYS + 1);
    }

    #[test]
    fn what_sounds_so_is_shown() {
        let shown = |text: &str, word: &str| -> Vec<String> {
            let found = sounding(text, word).into_iter();
            found.map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(shown("明天签合同,合同!", "hetong"), ["合同", "合同"]);
        assert_eq!(shown("明天签合同", "HT"), ["合同"]);
        assert_eq!(shown("银行很行", "yinhang"), ["银行"]);
        assert_eq!(shown("旅行", "lvxing"), ["旅行"]);
        assert!(shown("合 同", "hetong").is_empty());
        assert!(shown("nothing", "ht").is_empty());
    }
}
