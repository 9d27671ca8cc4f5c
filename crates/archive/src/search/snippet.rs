//! What of a message is shown for a hit, and what in it was looked for.

use std::ops::Range;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::index::{fold, sounding};

/// A part of a message's text around what was looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// The part; `…` stands where something was left out, and line ends are spaces.
    pub text: String,
    /// What was looked for, in bytes of `text`, in order and apart from each other.
    pub marks: Vec<Range<usize>>,
}

/// A text by what a person sees as its characters, each beside what it folds to.
struct Folded<'a> {
    characters: Vec<&'a str>,
    folded: String,
    /// Where each character begins in the folded text.
    starts: Vec<usize>,
}

impl<'a> Folded<'a> {
    fn new(text: &'a str) -> Self {
        let mut all = Self {
            characters: Vec::new(),
            folded: String::new(),
            starts: Vec::new(),
        };
        for character in text.graphemes(true) {
            all.characters.push(character);
            all.starts.push(all.folded.len());
            if character.chars().all(char::is_whitespace) {
                // As in a text that is folded as a whole: one space for many, none at the beginning.
                if !all.folded.is_empty() && !all.folded.ends_with(' ') {
                    all.folded.push(' ');
                }
            } else {
                all.folded.push_str(&fold(character));
            }
        }
        all
    }

    /// Returns the characters in which a folded piece stands, wherever it does.
    fn find(&self, piece: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(start) = self.folded[at..].find(piece).map(|start| at + start) {
            let end = start + piece.len();
            let first = self.starts.partition_point(|begin| *begin <= start) - 1;
            let last = self.starts.partition_point(|begin| *begin < end);
            found.push(first..last);
            at = end;
        }
        found
    }

    /// Returns the characters that are read as the word is written.
    fn sounding(&self, text: &str, word: &str) -> Vec<Range<usize>> {
        let mut starts = Vec::with_capacity(self.characters.len());
        let mut at = 0;
        for character in &self.characters {
            starts.push(at);
            at += character.len();
        }
        let character = |byte: usize| starts.partition_point(|start| *start < byte);
        let found = sounding(text, word).into_iter();
        found
            .map(|range| character(range.start)..character(range.end))
            .collect()
    }
}

/// Returns up to `length` characters of a text around the first of the `pieces` that are in it, with all of
/// them marked, as [`fold`] compares. Where none is in it, the beginning.
///
/// `by_sound` says that a piece which is not in it was perhaps found by how characters are read.
pub fn snippet(text: &str, pieces: &[&str], length: usize, by_sound: bool) -> Snippet {
    let folded = Folded::new(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for piece in pieces {
        let piece = fold(piece);
        if piece.is_empty() {
            continue;
        }
        let before = found.len();
        found.extend(folded.find(&piece));
        if by_sound && found.len() == before {
            found.extend(folded.sounding(text, &piece));
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    let window = window(folded.characters.len(), found.first(), length);
    let mut snippet = Snippet::default();
    if window.start > 0 {
        snippet.text.push('…');
    }
    let mut found = found.into_iter().peekable();
    let mut marked_until = 0;
    for at in window.clone() {
        while let Some(mark) = found.next_if(|mark| mark.start <= at) {
            marked_until = mark.end.max(marked_until);
        }
        let start = snippet.text.len();
        match folded.characters[at] {
            space if space.chars().all(char::is_whitespace) => {
                if !snippet.text.is_empty() && !snippet.text.ends_with(' ') {
                    snippet.text.push(' ');
                }
            }
            character => snippet.text.push_str(character),
        }
        if at < marked_until {
            mark(&mut snippet.marks, start..snippet.text.len());
        }
    }
    if window.end < folded.characters.len() {
        snippet.text.push('…');
    }
    snippet
}

/// Marks a stretch, together with one it follows.
fn mark(marks: &mut Vec<Range<usize>>, next: Range<usize>) {
    match marks.last_mut() {
        Some(last) if last.end == next.start => last.end = next.end,
        _ if next.is_empty() => {}
        _ => marks.push(next),
    }
}

/// Chooses which characters are shown: a quarter of them before what was found.
fn window(characters: usize, found: Option<&Range<usize>>, length: usize) -> Range<usize> {
    if characters <= length {
        return 0..characters;
    }
    let found = found.map_or(0, |found| found.start);
    let start = found.saturating_sub(length / 4);
    let end = (start + length).min(characters);
    end.saturating_sub(length)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a snippet with its marks in brackets.
    fn shown(text: &str, pieces: &[&str], length: usize) -> String {
        let Snippet { text, marks } = snippet(text, pieces, length, true);
        let mut shown = String::new();
        let mut at = 0;
        for mark in marks {
            shown.push_str(&text[at..mark.start]);
            shown.push('[');
            shown.push_str(&text[mark.clone()]);
            shown.push(']');
            at = mark.end;
        }
        shown + &text[at..]
    }

    #[test]
    fn what_was_looked_for_is_marked_in_every_script() {
        for (text, pieces, wanted) in [
            ("合同明天签,合同!", &["合同"][..], "[合同]明天签,[合同]!"),
            ("Hello ＷＯＲＬＤ", &["world"], "Hello [ＷＯＲＬＤ]"),
            ("a  b\nc", &["b c"], "a [b c]"),
            ("好的👨‍👩‍👧!", &["👨‍👩‍👧"], "好的[👨‍👩‍👧]!"),
            ("cafe\u{301} au lait", &["café"], "[cafe\u{301}] au lait"),
            ("ｶﾞｷﾞ", &["ガ"], "[ｶﾞ]ｷﾞ"),
            ("同意同意书", &["同意", "意书"], "[同意同意书]"),
            ("㎏", &["k"], "[㎏]"),
            ("nothing", &["合"], "nothing"),
            ("簽訂合同", &["签订"], "[簽訂]合同"),
            ("明天签合同", &["hetong"], "明天签[合同]"),
            ("hetong 合同", &["hetong"], "[hetong] 合同"),
            ("", &["合"], ""),
            ("x", &["", "\u{200b}"], "x"),
        ] {
            assert_eq!(shown(text, pieces, 80), wanted, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_around_the_first() {
        let text = format!("{}合同{}", "前".repeat(50), "后".repeat(50));
        assert_eq!(shown(&text, &["合同"], 12), "…前前前[合同]后后后后后后后…");
        assert_eq!(shown(&text, &["没有"], 5), "前前前前前…");
        assert_eq!(shown(&text, &["合同"], 1_000).chars().count(), 104);
    }

    #[test]
    fn any_text_can_be_cut_and_marked() {
        let pieces = [
            "a", "合", " ", "\n", "\u{301}", "👨", "\u{200d}", "ﬃ", "İ", "ﾞ", "\u{202e}", "ς",
        ];
        let mut random = fastrand::Rng::with_seed(7);
        let mut some = |most: usize| -> String {
            (0..random.usize(..most))
                .map(|_| pieces[random.usize(..pieces.len())])
                .collect()
        };
        for _ in 0..5_000 {
            let (text, piece) = (some(20), some(4));
            let found = snippet(&text, &[&piece], 8, true);
            let mut end = 0;
            for mark in &found.marks {
                assert!(mark.start >= end && found.text.get(mark.clone()).is_some());
                end = mark.end;
            }
        }
    }
}
