//! Makes foreign text safe to show on a terminal.

/// Returns `text` as one line that cannot steer a terminal.
///
/// Line breaks and tabs become spaces. Other control characters become their visible pictures
/// (`␛` for ESC), so they can be seen and do nothing. What would reorder or hide the text around
/// it (bidirectional overrides and isolates, tag characters) becomes `�`; marks that only hint at
/// direction, and invisible spaces, are dropped. What holds an emoji together stays.
pub(crate) fn clean(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                // CR LF is one break.
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            '\0'..='\u{1f}' => line.push(picture(c)),
            '\u{7f}' => line.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{e0001}'
            | '\u{fff9}'..='\u{fffb}' => line.push('\u{fffd}'),
            '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{61c}'
            | '\u{2060}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}' => {}
            _ => line.push(c),
        }
    }
    line
}

/// Returns Unicode's picture of a control character below the space.
fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}')
}

/// Like [`clean`], and keeps line breaks: for messages of our own that quote foreign text.
pub(crate) fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_passes() {
        let hostile = "a\x1b[2Jb\x07\u{9b}31mc\u{202e}d\u{2066}e\rf\u{7f}\u{200f}g";
        let cleaned = clean(hostile);
        assert_eq!(cleaned, "a␛[2Jb␇\u{fffd}31mc\u{fffd}d\u{fffd}e f␡g");
        assert!(!cleaned.chars().any(char::is_control));
    }

    #[test]
    fn lines_become_one_line() {
        assert_eq!(clean("one\r\ntwo\tthree\u{2028}four"), "one two three four");
        assert_eq!(clean_lines("one\ntwo\x1b"), "one\ntwo␛");
    }

    #[test]
    fn ordinary_text_and_emoji_stay_as_they_are() {
        for text in ["明天的合同", "👩‍👩‍👧 ok", "e\u{301}", "שלום", "❤\u{fe0f}"]
        {
            assert_eq!(clean(text), text);
        }
    }
}
