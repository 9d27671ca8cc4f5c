//! Cutting text into the terms it is found by.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::{CHARACTER, LONGEST_WORD, WORD, fold};

/// Whether a character is part of a word. It depends on the character alone, so that a piece of
/// text is cut as the text is that it came from.
pub(super) fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric() && !spaceless(c))
}

/// Whether a character is of a script that puts no spaces between words, or builds characters of
/// parts as Hangul does.
fn spaceless(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0FFF        // Thai, Lao, Tibetan
        | 0x1000..=0x109F      // Myanmar
        | 0x1100..=0x11FF      // Hangul letters
        | 0x1780..=0x17FF      // Khmer
        | 0x1950..=0x19FF      // Tai Le, New Tai Lue, Khmer symbols
        | 0x1A20..=0x1AAF      // Tai Tham
        | 0x2E80..=0xA4CF      // Han, kana, Bopomofo, Yi and what goes with them
        | 0xA960..=0xA97F      // Hangul letters
        | 0xA9E0..=0xA9FF      // Myanmar
        | 0xAA60..=0xAADF      // Myanmar, Tai Viet
        | 0xAC00..=0xD7FF      // Hangul
        | 0xF900..=0xFAFF      // Han
        | 0xFF65..=0xFFDC      // half-width kana and Hangul
        | 0x16FE0..=0x1B2FF    // Tangut, Khitan, kana, Nushu
        | 0x20000..=0x3FFFF) // Han
}

/// The terms of a text, one after the other.
#[derive(Debug, Default)]
pub(super) struct Grams {
    folded: String,
    at: usize,
    position: usize,
    /// Where the long word ends that is being cut into characters.
    long_until: usize,
}

impl Grams {
    pub(super) fn new(text: &str) -> Self {
        Self {
            folded: fold(text),
            at: 0,
            position: 0,
            long_until: 0,
        }
    }

    /// Writes the next term and returns its position. A space takes one too: what stands at two
    /// positions next to each other has nothing between.
    pub(super) fn next(&mut self, term: &mut String) -> Option<usize> {
        let rest = &self.folded[self.at..];
        let c = rest.chars().next()?;
        let position = self.position;
        self.position += 1;
        term.clear();
        let in_long = self.at < self.long_until;
        if !in_long && in_word(c) {
            let (length, count) = word(rest);
            if count <= LONGEST_WORD {
                term.push(WORD);
                term.push_str(&rest[..length]);
                self.at += length;
                self.take_space(term);
                return Some(position);
            }
            self.long_until = self.at + length;
        }
        term.push(CHARACTER);
        term.push(c);
        self.at += c.len_utf8();
        if !self.take_space(term)
            && let Some(next) = self.folded[self.at..].chars().next()
            && in_word(next) == in_word(c)
        {
            term.push(next);
        }
        Some(position)
    }

    fn take_space(&mut self, term: &mut String) -> bool {
        let space = self.folded[self.at..].starts_with(' ');
        if space {
            term.push(' ');
            self.at += 1;
            self.position += 1;
        }
        space
    }
}

/// Returns how many bytes and characters the word has that `text` begins with.
pub(super) fn word(text: &str) -> (usize, usize) {
    let mut count = 0;
    for (at, c) in text.char_indices() {
        if !in_word(c) {
            return (at, count);
        }
        count += 1;
    }
    (text.len(), count)
}

/// Cuts text for Tantivy.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct GramTokenizer {
    token: Token,
}

impl Tokenizer for GramTokenizer {
    type TokenStream<'a> = GramStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> GramStream<'a> {
        self.token.reset();
        GramStream {
            grams: Grams::new(text),
            token: &mut self.token,
        }
    }
}

/// The terms of one text, for Tantivy. Offsets into the text are not kept.
#[derive(Debug)]
pub(in super::super) struct GramStream<'a> {
    grams: Grams,
    token: &'a mut Token,
}

impl TokenStream for GramStream<'_> {
    fn advance(&mut self) -> bool {
        let position = self.grams.next(&mut self.token.text);
        if let Some(position) = position {
            self.token.position = position;
        }
        position.is_some()
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let mut grams = Grams::new(text);
        let (mut all, mut term) = (Vec::new(), String::new());
        while grams.next(&mut term).is_some() {
            all.push(term.clone());
        }
        all
    }

    #[test]
    fn characters_come_in_pairs_and_words_whole() {
        assert_eq!(terms("合同明天"), ["c合同", "c同明", "c明天", "c天"]);
        assert_eq!(
            terms("Hello, World的 v2"),
            ["whello", "c, ", "wworld", "c的 ", "wv2"]
        );
        assert_eq!(terms("สวัส"), ["cสว", "cวั", "cัส", "cส"]);
        assert_eq!(terms("한글 かな"), ["c한글", "c글 ", "cかな", "cな"]);
        assert_eq!(terms("👍🎉!"), ["c👍🎉", "c🎉!", "c!"]);
        assert!(terms(" \n").is_empty());
    }

    #[test]
    fn a_space_belongs_to_what_it_follows() {
        assert_eq!(terms("a b"), ["wa ", "wb"]);
        assert_eq!(terms("a-b"), ["wa", "c-", "wb"]);
    }

    #[test]
    fn very_long_words_are_cut() {
        let long = "ab".repeat(LONGEST_WORD);
        let cut = terms(&format!("{long} x"));
        assert_eq!(cut.len(), 2 * LONGEST_WORD + 1);
        assert_eq!(cut[..2], ["cab", "cba"]);
        assert_eq!(cut[2 * LONGEST_WORD - 1..], ["cb ", "wx"]);
    }

    #[test]
    fn positions_count_from_zero_in_every_text_and_spaces_count() {
        let mut tokenizer = GramTokenizer::default();
        for _ in 0..2 {
            let mut stream = tokenizer.token_stream("合同 ok,");
            let mut positions = Vec::new();
            while stream.advance() {
                positions.push(stream.token().position);
            }
            assert_eq!(positions, [0, 1, 3, 4]);
        }
    }
}
