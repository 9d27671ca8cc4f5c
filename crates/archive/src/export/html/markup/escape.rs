//! Foreign text in HTML.

use std::fmt;

/// Adds `text` so that a browser shows it as it is, between tags or in a quoted attribute.
///
/// Characters that would not be seen are made seen, for an export is evidence, and two different texts must not
/// look alike:
/// - control characters as their pictures (`␛`), those of the second set as `[U+009B]`; tabs and line breaks stay;
/// - embeddings, overrides and isolates of the writing direction as `[U+202E]`. They are not needed for Arabic or
///   Hebrew, which a browser sets right on its own, and in foreign hands they turn `gpj.exe` into `exe.jpg`. Dropping
///   them would hide the attempt, and enclosing them does not help: the text inside would still lie.
pub(in crate::export::html) fn escape(text: &str, html: &mut String) {
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        if !SUSPECT[usize::from(bytes[at])] {
            at += 1;
            continue;
        }
        let Some((special, length)) = special(&bytes[at..]) else {
            at += 1;
            continue;
        };
        html.push_str(&text[copied..at]);
        match special {
            Special::Entity(entity) => html.push_str(entity),
            Special::Picture(picture) => html.push(picture),
            Special::Named(number) => {
                html.push_str("[U+");
                for shift in [12, 8, 4, 0] {
                    let digit = char::from_digit(number >> shift & 0xf, 16).unwrap_or('?');
                    html.push(digit.to_ascii_uppercase());
                }
                html.push(']');
            }
        }
        at += length;
        copied = at;
    }
    html.push_str(&text[copied..]);
}

/// What stands for a character.
enum Special {
    /// The entity of a character that means something in HTML.
    Entity(&'static str),
    /// The picture of a control character.
    Picture(char),
    /// The number of a character that nobody sees.
    Named(u32),
}

/// The bytes a special character begins with. All are ASCII or the first of a sequence, so that what is between
/// them is whole characters.
const SUSPECT: [bool; 256] = {
    let mut suspect = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        suspect[byte] = !matches!(byte as u8, b'\t' | b'\n' | b'\r');
        byte += 1;
    }
    suspect[b'&' as usize] = true;
    suspect[b'<' as usize] = true;
    suspect[b'>' as usize] = true;
    suspect[b'"' as usize] = true;
    suspect[b'\'' as usize] = true;
    suspect[0x7f] = true;
    suspect[0xc2] = true;
    suspect[0xe2] = true;
    suspect
};

/// Reads one special character and how many bytes it has; `None` for an ordinary one.
fn special(bytes: &[u8]) -> Option<(Special, usize)> {
    let special = match *bytes {
        [b'&', ..] => Special::Entity("&amp;"),
        [b'<', ..] => Special::Entity("&lt;"),
        [b'>', ..] => Special::Entity("&gt;"),
        [b'"', ..] => Special::Entity("&quot;"),
        [b'\'', ..] => Special::Entity("&#39;"),
        [0x7f, ..] => Special::Picture('\u{2421}'),
        [control @ ..0x20, ..] => {
            Special::Picture(char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{2426}'))
        }
        // U+0080 to U+009F.
        [0xc2, last @ 0x80..=0x9f, ..] => return Some((Special::Named(u32::from(last)), 2)),
        // U+202A to U+202E.
        [0xe2, 0x80, last @ 0xaa..=0xae, ..] => {
            return Some((Special::Named(0x2000 + u32::from(last - 0x80)), 3));
        }
        // U+2066 to U+2069.
        [0xe2, 0x81, last @ 0xa6..=0xa9, ..] => {
            return Some((Special::Named(0x2040 + u32::from(last - 0x80)), 3));
        }
        _ => return None,
    };
    Some((special, 1))
}

/// The same escape for the templates of whole pages, named in `askama.toml`.
#[derive(Clone, Copy, Debug)]
pub(in crate::export::html) struct Escape;

impl askama::filters::Escaper for Escape {
    fn write_escaped_str<W: fmt::Write>(&self, mut to: W, text: &str) -> fmt::Result {
        let mut html = String::with_capacity(text.len());
        escape(text, &mut html);
        to.write_str(&html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut html = String::new();
        escape(text, &mut html);
        html
    }

    #[test]
    fn markup_is_text_and_quotes_do_not_end_an_attribute() {
        assert_eq!(
            escaped(r#"<script>alert("1")</script> & 'x' -->"#),
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; --&gt;"
        );
    }

    #[test]
    fn what_is_written_in_any_language_stays_as_it_is() {
        let text = "合同明天签,“好”…\n\tعربي עברית ❤\u{fe0f} 👨\u{200d}👩\u{200d}👧 é \u{200f} ±";
        assert_eq!(escaped(text), text);
    }

    #[test]
    fn control_characters_are_shown_by_their_pictures_or_numbers() {
        assert_eq!(
            escaped("a\0b\u{1b}[31m\u{7f}\u{85}\u{9b}2J"),
            "a␀b␛[31m␡[U+0085][U+009B]2J"
        );
    }

    #[test]
    fn marks_that_turn_the_direction_of_writing_are_seen() {
        assert_eq!(
            escaped("\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}exe.jpg"),
            "[U+202A][U+202B][U+202C][U+202D][U+202E]exe.jpg"
        );
        assert_eq!(
            escaped("\u{2066}a\u{2067}\u{2068}\u{2069}"),
            "[U+2066]a[U+2067][U+2068][U+2069]"
        );
        // Their neighbours are not touched.
        assert_eq!(
            escaped("\u{2029}\u{202f}\u{2065}\u{206a}"),
            "\u{2029}\u{202f}\u{2065}\u{206a}"
        );
    }

    #[test]
    fn no_character_of_unicode_gets_through_that_could_open_a_tag_or_close_an_attribute() {
        for c in '\0'..=char::MAX {
            let html = escaped(&format!("x{c}y"));
            let inner = &html[1..html.len() - 1];
            assert!(!inner.contains(['<', '>', '"', '\'']), "{c:?}");
            assert!(
                !inner
                    .chars()
                    .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')),
                "{c:?}"
            );
        }
    }
}
