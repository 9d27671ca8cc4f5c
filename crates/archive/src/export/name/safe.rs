//! Names that every file system takes.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// The longest piece of a path, in bytes: well below the 255 of most file systems, so that extensions, and the
/// staged names of other programs, still fit.
const LONGEST: usize = 120;

/// What Windows keeps for devices, with or without an extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// Returns a name made from foreign text that every file system takes as one piece of a path, and that needs no
/// quoting in an address.
///
/// Separators, what Windows refuses and what an address gives a meaning (`#`, `%`, `?`) become `_`; control
/// characters and those that are not seen or turn the direction of writing are dropped; the ends lose spaces and
/// dots; a name of a device gets a `_` before it; what is too long is cut between characters and told apart by
/// eight digits of its hash.
pub(crate) fn safe(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.nfc() {
        match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '#' | '%' => name.push('_'),
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => name.push(' '),
            c if c.is_control() || is_unseen(c) => {}
            c => name.push(c),
        }
    }
    let trimmed = name.trim_matches(|c: char| c.is_whitespace() || c == '.');
    let mut name = trimmed.to_owned();
    if name.is_empty() || name.starts_with(['-', '~']) || is_device(&name) {
        name.insert(0, '_');
    }
    if name.len() > LONGEST {
        let mark = format!("~{}", digest8(text));
        let mut end = LONGEST - mark.len();
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        let kept = name
            .trim_end_matches(|c: char| c.is_whitespace() || c == '.')
            .len();
        name.truncate(kept);
        name.push_str(&mark);
    }
    name
}

/// Characters that hide or turn others. The joiner of emoji is none of them.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    ) || matches!(u32::from(c), 0xfdd0..=0xfdef)
        || u32::from(c) & 0xfffe == 0xfffe
}

fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end()
        .to_lowercase();
    if DEVICES.contains(&stem.as_str()) {
        return true;
    }
    let numbered = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    numbered.is_some_and(|rest| {
        let mut digits = rest.chars();
        matches!(
            (digits.next(), digits.next()),
            (Some('0'..='9' | '¹' | '²' | '³'), None)
        )
    })
}

/// Returns what two paths have in common that are one to a file system which does not tell cases or forms of
/// characters apart.
pub(crate) fn fold(path: &str) -> String {
    path.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// Returns eight hexadecimal digits that stand for a text.
pub(crate) fn digest8(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_system_refuses_is_replaced() {
        for (text, name) in [
            ("../../x", "_.._x"),
            ("a/b\\c", "a_b_c"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("Lpt9", "_Lpt9"),
            ("COM¹", "_COM¹"),
            ("compass", "compass"),
            ("...", "_"),
            ("", "_"),
            (" . trailing. . ", "trailing"),
            ("a\u{0}b\u{1b}[31m", "ab[31m"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("-rf", "_-rf"),
            ("C# 100%?", "C_ 100__"),
            ("line\nbreak", "line break"),
            ("家👨\u{200d}👩\u{200d}👧", "家👨\u{200d}👩\u{200d}👧"),
            ("e\u{301}", "é"),
        ] {
            assert_eq!(safe(text), name, "{text:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_stays_apart() {
        let long = "合同".repeat(100);
        let (a, b) = (safe(&format!("{long}一")), safe(&format!("{long}二")));
        assert!(a.len() <= LONGEST && b.len() <= LONGEST, "{}", a.len());
        assert!(a.starts_with("合同合同"));
        assert_ne!(a, b);
        // Once more changes nothing.
        assert_eq!(safe(&a), a);
    }

    #[test]
    fn cases_and_forms_are_one() {
        assert_eq!(fold("Team/A.HTML"), fold("team/a.html"));
        assert_eq!(fold("é"), fold("e\u{301}"));
        assert_eq!(fold("ＡＢ"), fold("ab"));
        assert_ne!(fold("a"), fold("b"));
    }
}
