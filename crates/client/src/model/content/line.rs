//! Foreign text made safe to show on one line.

/// Returns the text on one line: line breaks and tabs become one space, other control
/// characters and the marks that turn the direction of writing are removed.
///
/// Nothing is cut off, and ordinary spaces stay as they are, save at both ends. A name or a
/// message shown through this can neither forge a second line nor steer a terminal nor turn
/// around what stands beside it.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if breaks(c) {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !c.is_control() && !turns(c) {
            line.push(c);
        }
    }
    let end = line.trim_end().len();
    line.truncate(end);
    let start = line.len() - line.trim_start().len();
    line.drain(..start);
    line
}

fn breaks(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether the character is one of Unicode's bidirectional controls, or unseen in the same spirit.
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_become_one_space_and_ordinary_spaces_stay() {
        assert_eq!(one_line("a\r\n\t b  c\u{2028}d\n"), "a  b  c d");
        assert_eq!(one_line("\n \n全\u{3000}角\n"), "全\u{3000}角");
        assert_eq!(one_line("\n\n"), "");
    }

    #[test]
    fn terminals_cannot_be_steered_and_text_cannot_be_turned() {
        assert_eq!(one_line("a\u{1b}[31mred\u{9b}2J\u{7f}\0b"), "a[31mred2Jb");
        assert_eq!(
            one_line("pay \u{202e}001\u{202c} \u{2066}x\u{2069}"),
            "pay 001 x"
        );
    }

    #[test]
    fn composed_emoji_survive() {
        let family = "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}";
        assert_eq!(one_line(family), family);
    }
}
