//! Text in any language, so that every part of it can be found.
//!
//! Text is folded, then cut into cells: a word of a script with spaces, or one character of
//! anything else (Han, kana, Hangul, Thai, punctuation, emoji). Every cell is one term at its own
//! position, and the term says what follows: a character has the next one with it, and a space
//! behind a cell is part of its term and takes a position itself. So a piece of text is a sequence of terms at consecutive
//! positions, nothing less and nothing more; only where the piece begins or ends inside a word,
//! or ends in a single character, does it stand for several terms, and the dictionary has them.
//! Whatever contains the piece is found, and nothing else, without looking at the text again.
//!
//! Words longer than [`LONGEST_WORD`] are cut into characters like everything without spaces:
//! they are hashes and data, and would only swell the dictionary.

mod chain;
mod contains;
mod fit;
mod fold;
mod grams;
mod han;
mod pinyin;

pub(super) use self::contains::contains;
pub use self::fold::fold;
pub(super) use self::grams::GramTokenizer;
pub(crate) use self::pinyin::sounding;
pub(super) use self::pinyin::{PinyinTokenizer, sounds};

/// How many characters a word has at most that is kept whole.
const LONGEST_WORD: usize = 24;

/// What the term of a word begins with.
const WORD: char = 'w';

/// What the term of a character begins with.
const CHARACTER: char = 'c';
