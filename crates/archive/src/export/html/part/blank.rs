//! Room in a page's head for what is only known at its end.

use super::super::markup::{Markup, escape};

/// Room in a page's head for what is only known at its end: how long it reaches, whether it holds one conversation
/// or several, which page is next. The page is written as messages come and never read again, so that room is left
/// free and filled last; spaces that are left over are nothing to a browser.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blank {
    /// Where it begins in the file.
    pub(super) at: u64,
    /// How many bytes it has.
    pub(super) length: usize,
}

impl Blank {
    /// Finds the room behind `opening` in a page's head: everything up to `closing`.
    ///
    /// Neither can come from foreign text, which has no `<` once it is escaped.
    pub(super) fn find(head: &str, opening: &'static str, closing: &'static str) -> Option<Self> {
        let at = head.find(opening)? + opening.len();
        let length = head[at..].find(closing)?;
        Some(Self {
            at: at as u64,
            length,
        })
    }
}

/// Returns text that fills a room exactly: escaped, cut short with `…` if it must be, and followed by spaces.
pub(super) fn filled(text: &str, length: usize) -> String {
    let mut filled = String::new();
    escape(text, &mut filled);
    if filled.len() > length {
        let mut kept = String::new();
        let mut piece = String::new();
        for c in text.chars() {
            piece.clear();
            escape(c.encode_utf8(&mut [0; 4]), &mut piece);
            if kept.len() + piece.len() + "…".len() > length {
                break;
            }
            kept.push_str(&piece);
        }
        kept.push('…');
        filled = kept;
    }
    filled.extend(std::iter::repeat_n(
        ' ',
        length.saturating_sub(filled.len()),
    ));
    filled
}

/// Returns markup that fills a room exactly; `None` where it is too long, for markup cannot be cut.
pub(super) fn fitted(markup: &Markup, length: usize) -> Option<String> {
    let spaces = length.checked_sub(markup.len())?;
    let mut fitted = markup.as_str().to_owned();
    fitted.extend(std::iter::repeat_n(' ', spaces));
    Some(fitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fills_its_room_and_is_never_cut_inside_a_character_or_an_entity() {
        assert_eq!(filled("合同", 8), "合同  ");
        assert_eq!(filled("合同合同", 10), "合同… ");
        for length in 3..40 {
            let room = filled("a<合>&\u{202e}\"b", length);
            assert_eq!(room.len(), length, "{room}");
            let cut = room.trim_end().trim_end_matches('…');
            assert!("a&lt;合&gt;&amp;[U+202E]&quot;b".starts_with(cut), "{room}");
            assert!(
                !cut.ends_with(['&', '[', ';']) || cut.ends_with(';'),
                "{room}"
            );
        }
    }

    #[test]
    fn a_room_is_what_lies_between_two_tags() {
        let head = "<head><title>abc   </title>";
        let blank = Blank::find(head, "<title>", "</title>").expect("is there");
        assert_eq!((blank.at, blank.length), (13, 6));
        assert!(Blank::find(head, "<h1>", "</h1>").is_none());
    }
}
