//! Folding: what a person would call the same text is the same text.

use unicode_normalization::UnicodeNormalization as _;

use super::han::simplified;

/// Returns text as it is compared: case and width folded, forms that look alike made one (NFKC),
/// spaces and line ends of any kind as one space, none at the ends, and what cannot be seen
/// (joiners, direction marks, variation selectors, control characters) left out. Traditional Chinese characters
/// become simplified ones, so that each finds the other.
///
/// A message contains a piece of text if its folded text contains the folded piece.
pub fn fold(text: &str) -> String {
    let mut out = Folded::with_capacity(text.len());
    for c in text.chars() {
        match simple(c) {
            Some(folded) => out.push(folded),
            None if invisible(c) => {}
            None => return fold_fully(text),
        }
    }
    out.finish()
}

fn fold_fully(text: &str) -> String {
    let mut out = Folded::with_capacity(text.len());
    text.chars()
        .filter(|c| !invisible(*c))
        .nfkc()
        .flat_map(char::to_lowercase)
        .for_each(|c| match c {
            // The same letter at the end of a word.
            'ς' => out.push('σ'),
            c => out.push(simplified(c)),
        });
    out.finish()
}

/// Returns what a character folds to, for those that do it alone: never composed with a
/// neighbour, never more than one. That is nearly all of what is written in chats, and saves
/// nearly all of the time.
fn simple(c: char) -> Option<char> {
    match c {
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        ' '..='~' => Some(c),
        '\t'..='\r' | '\u{3000}' => Some(' '),
        // Full-width forms of ASCII, the usual punctuation in Chinese.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0)
            .map(|narrow| narrow.to_ascii_lowercase()),
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' => Some(simplified(c)),
        // Kana, Hangul syllables and their punctuation.
        '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FE}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3011}'
        | '\u{2018}'..='\u{201D}'
        // Symbols and emoji.
        | '\u{2600}'..='\u{27BF}'
        | '\u{1F1E6}'..='\u{1F1FF}'
        | '\u{1F300}'..='\u{1F64F}'
        | '\u{1F680}'..='\u{1F6FF}'
        | '\u{1F900}'..='\u{1F9FF}' => Some(c),
        _ => None,
    }
}

fn invisible(c: char) -> bool {
    match c {
        '\t'..='\r' | '\u{85}' => false,
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        c => c.is_control(),
    }
}

/// Text being folded: spaces at the ends are left out, and runs of them are one.
struct Folded {
    text: String,
    space: bool,
}

impl Folded {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            space: false,
        }
    }

    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.space = !self.text.is_empty();
        } else {
            if self.space {
                self.space = false;
                self.text.push(' ');
            }
            self.text.push(c);
        }
    }

    fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_the_same() {
        for (text, folded) in [
            ("Hello　ＷＯＲＬＤ！", "hello world!"),
            ("  a\r\n\t b ", "a b"),
            ("ｶﾞｷﾞ", "ガギ"),
            ("カ\u{3099}", "ガ"),
            ("Ⅳ ㎏ ①", "iv kg 1"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("İ", "i\u{307}"),
            ("e\u{301}", "é"),
            ("❤\u{FE0F}", "❤"),
            ("👨\u{200D}👩", "👨👩"),
            ("\u{202E}ab\u{0}c\u{FEFF}", "abc"),
            ("\u{1112}\u{1161}\u{11AB}", "한"),
            ("…", "..."),
            ("簽訂合約", "签订合约"),
            ("\u{200B}", ""),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn the_short_way_gives_what_the_long_way_gives() {
        for c in '\0'..=char::MAX {
            if simple(c).is_some() {
                assert_eq!(fold(&c.to_string()), fold_fully(&c.to_string()), "{c:?}");
                let between = format!("가{c}か");
                assert_eq!(fold(&between), fold_fully(&between), "{c:?} between others");
            }
        }
    }
}
