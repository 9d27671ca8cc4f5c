//! Traditional and simplified characters: the same text, written in two ways.

use std::sync::LazyLock;

use hanconv::RawDictionary;

/// The first and the last character that has two forms, but for a few hundred rare ones outside.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9FFF;

/// What each of these is written as in simplified Chinese, by OpenCC's table of single characters.
static SIMPLIFIED: LazyLock<Box<[char]>> = LazyLock::new(|| {
    let mut table: Vec<char> = (FIRST..=LAST).filter_map(char::from_u32).collect();
    for (traditional, simplified) in RawDictionary::TSCharacters.iter() {
        if let (Some(from), Some(to)) = (only(traditional), only(simplified))
            && let Some(at) = place(from)
        {
            table[at] = to;
        }
    }
    // Some are a step on the way to another.
    for at in 0..table.len() {
        if let Some(next) = place(table[at]) {
            table[at] = table[next];
        }
    }
    table.into()
});

fn only(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

fn place(c: char) -> Option<usize> {
    let c = u32::from(c);
    let at = (FIRST..=LAST).contains(&c).then(|| c - FIRST)?;
    usize::try_from(at).ok()
}

/// Returns a character's simplified form; itself where it has none. One simplified character may stand for
/// several traditional ones, which then find each other too: 發 and 髮 are both 发.
pub(super) fn simplified(c: char) -> char {
    place(c).map_or(c, |at| SIMPLIFIED[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_come_to_one() {
        let simple = |text: &str| text.chars().map(simplified).collect::<String>();
        assert_eq!(simple("合同明天簽署"), "合同明天签署");
        assert_eq!(simple("頭髮發票臺灣軟體"), "头发发票台湾软体");
        assert_eq!(simple("かな 한글 abc"), "かな 한글 abc");
    }

    #[test]
    fn what_is_simplified_stays_so() {
        for c in (FIRST..=LAST).filter_map(char::from_u32) {
            let once = simplified(c);
            assert_eq!(simplified(once), once, "{c}");
        }
    }
}
