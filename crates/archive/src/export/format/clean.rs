//! Foreign text made fit for what people open: no control characters, nothing turned around, no formulas.

use std::borrow::Cow;

/// Returns text of several lines without control characters and without the marks that turn the direction of
/// writing; line breaks of every kind become `\n`, and tabs stay.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_unfit(c) || is_break(c)) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            c if is_break(c) => cleaned.push('\n'),
            c if is_unfit(c) => {}
            c => cleaned.push(c),
        }
    }
    Cow::Owned(cleaned)
}

fn is_break(c: char) -> bool {
    matches!(
        c,
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_unfit(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Returns text that no spreadsheet takes for a formula: what begins like one gets a `'` before it. Wide forms
/// count, for some editions take them as well; what begins with one behind blanks does too, for some trim them.
pub(super) fn defused(text: &str) -> Cow<'_, str> {
    let first = text
        .trim_start_matches([' ', '\u{a0}', '\u{3000}', '\n'])
        .chars()
        .next();
    let is_formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')
    );
    if is_formula {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_or_turns_is_dropped_and_lines_stay() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d\te"), "a\nb\nc\nd\te");
        assert_eq!(clean("x\u{0}\u{1b}[2J\u{202e}y\u{feff}"), "x[2Jy");
        assert!(matches!(clean("合同 👨\u{200d}👩"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_begins_like_a_formula_gets_a_mark() {
        for text in [
            "=1+1",
            "+86",
            "-2",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
            " =1",
            "\u{3000}＝cmd",
        ] {
            assert_eq!(defused(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "1=1", "合同", "'=1", "a@b"] {
            assert_eq!(defused(text), text);
        }
    }
}
