//! Foreign text in a script.

use std::fmt::Write as _;

/// Adds `text` as a string literal of JavaScript that is also one of JSON.
///
/// It can end neither its string nor the `<script>` it may stand in, nor begin a comment of HTML there: `<` and `>`
/// are written by number, as are all characters that nobody sees or that older engines take for a line's end.
pub(in crate::export::html) fn script_string(text: &str, script: &mut String) {
    script.push('"');
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        let short = match c {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '\n' => Some("\\n"),
            '\t' => Some("\\t"),
            _ if by_number(c) => None,
            _ => continue,
        };
        script.push_str(&text[copied..at]);
        match short {
            Some(short) => script.push_str(short),
            None => {
                let written = write!(script, "\\u{:04x}", u32::from(c));
                debug_assert!(written.is_ok(), "a String takes everything");
            }
        }
        copied = at + c.len_utf8();
    }
    script.push_str(&text[copied..]);
    script.push('"');
}

/// Whether a character is written by its number. All of them have four digits.
fn by_number(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}' | '<' | '>' | '\u{7f}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> String {
        let mut script = String::new();
        script_string(text, &mut script);
        script
    }

    #[test]
    fn a_text_can_end_neither_its_string_nor_its_script() {
        assert_eq!(
            literal("</script><!-- \" \\ \u{2028}\u{202e}\r\n"),
            r#""\u003c/script\u003e\u003c!-- \" \\ \u2028\u202e\u000d\n""#
        );
    }

    #[test]
    fn every_text_comes_back_as_it_was() {
        let text: String = ('\0'..='\u{ffff}').chain(['😀', '\u{10ffff}']).collect();
        let back: String = serde_json::from_str(&literal(&text)).expect("is JSON");
        assert!(back == text);
    }
}
