//! The picture of a sender: initials on a colour. The real one lies on a server, and no page asks a server.

use unicode_segmentation::UnicodeSegmentation;

use super::super::markup::Markup;

/// How many colours there are.
const COLOURS: u64 = 12;

/// Writes initials on a colour that is the same for the same id in every export.
pub(in crate::export::html) fn face(to: &mut Markup, id: &str, name: &str) {
    to.push("<span class=\"f f")
        .number(colour(id))
        .push("\" aria-hidden=\"true\">")
        .text(&initials(name))
        .push("</span>");
}

/// Returns the colour of an id, from 0. FNV-1a, for it must stay the same in every version.
fn colour(id: &str) -> i32 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i32::try_from((hash ^ hash >> 32) % COLOURS).unwrap_or_default()
}

/// Returns what stands for a name: the last two characters of a Chinese one, as people are called there, the first
/// two of what is too long for a person's, and else the first letters of the first two words.
fn initials(name: &str) -> String {
    /// The longest Chinese name, with a double family name.
    const PERSON: usize = 4;
    let name: String = name.chars().take(64).collect();
    if name.chars().next().is_some_and(is_ideograph) {
        let start: String = name.chars().take_while(|c| is_ideograph(*c)).collect();
        let length = start.chars().count();
        let skipped = if start.len() == name.len() && length <= PERSON {
            length.saturating_sub(2)
        } else {
            0
        };
        return start.chars().skip(skipped).take(2).collect();
    }
    let first = |word: &str| {
        let found = word.graphemes(true).next();
        found.unwrap_or_default().to_uppercase()
    };
    let words = name.split(|c: char| !c.is_alphanumeric());
    let initials: String = words
        .filter(|word| word.chars().next().is_some_and(|c| !is_ideograph(c)))
        .take(2)
        .map(first)
        .collect();
    if initials.is_empty() {
        first(name.trim())
    } else {
        initials
    }
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_what_people_would_choose() {
        for (name, expected) in [
            ("Erin", "E"),
            ("ada lovelace king", "AL"),
            ("王小明", "小明"),
            ("李雷", "李雷"),
            ("欧阳子涵", "子涵"),
            ("合同项目组", "合同"),
            ("王 Bob", "王"),
            ("Alice 爱丽丝", "A"),
            ("👨\u{200d}👩\u{200d}👧 family", "F"),
            ("👍", "👍"),
            ("", ""),
            ("imAdmin", "I"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn colours_do_not_change_between_versions() {
        let colours = ["alice", "bob", "5318543822"].map(colour);
        assert_eq!(colours, [4, 9, 11]);
    }
}
