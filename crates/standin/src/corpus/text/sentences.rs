//! Sentences from patterns with blanks.

use std::fmt::Write as _;

use super::words;
use crate::corpus::dice::Dice;

/// Appends one sentence: mostly Chinese, some English, now and then another language.
pub(super) fn sentence(dice: &mut Dice, out: &mut String) {
    let (patterns, chinese) = match dice.below(100) {
        0..58 => (words::SENTENCES_ZH, true),
        58..80 => (words::SENTENCES_EN, false),
        80..89 => (words::SENTENCES_MIXED, true),
        89..92 => (words::SENTENCES_JA, true),
        92..94 => (words::SENTENCES_KO, true),
        94..96 => (words::SENTENCES_WIDE, true),
        _ => {
            for _ in 0..=dice.below(4) {
                out.push_str(dice.pick(words::EMOJI));
            }
            return;
        }
    };
    let pattern = dice.pick(patterns);
    fill(dice, pattern, chinese, out);
}

/// Appends the pattern with its blanks filled in.
fn fill(dice: &mut Dice, pattern: &str, chinese: bool, out: &mut String) {
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (blank, after) = after.split_once('}').unwrap_or((after, ""));
        let choices = match (blank, chinese) {
            ("o", true) => words::OBJECTS_ZH,
            ("o", false) => words::OBJECTS_EN,
            ("t", true) => words::TIMES_ZH,
            ("t", false) => words::TIMES_EN,
            ("p", true) => words::PEOPLE_ZH,
            ("p", false) => words::PEOPLE_EN,
            ("l", true) => words::PLACES_ZH,
            ("l", false) => words::PLACES_EN,
            ("e", _) => words::EMOJI,
            _ => &[],
        };
        if choices.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}", 1 + dice.below(900));
        } else {
            out.push_str(dice.pick(choices));
        }
        rest = after;
    }
    out.push_str(rest);
}
