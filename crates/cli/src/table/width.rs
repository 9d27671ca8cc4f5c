//! How wide text is on a terminal, and cutting it.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Returns how many columns `text` takes: two for wide Chinese characters and emoji.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Cuts `text` to at most `max` columns, between what a reader sees as characters; `…` stands for
/// what is gone.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let Some(room) = max.checked_sub(1) else {
        return String::new();
    };
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = width(grapheme);
        if used + wide > room {
            break;
        }
        used += wide;
        kept.push_str(grapheme);
    }
    kept.push('…');
    kept
}

/// Shares `room` columns among columns of these natural widths: the widest give way first, those
/// that are not flexible never. No flexible column gets less than `least`.
pub(crate) fn share(natural: &[usize], flexible: &[bool], room: usize, least: usize) -> Vec<usize> {
    let capped = |cap: usize| -> Vec<usize> {
        let columns = natural.iter().zip(flexible);
        columns
            .map(|(&wide, &gives)| if gives { wide.min(cap) } else { wide })
            .collect()
    };
    let fits = |cap| capped(cap).iter().sum::<usize>() <= room;
    // The widest cap that fits lies in low..high.
    let (mut low, mut high) = (least, natural.iter().copied().max().unwrap_or(0) + 1);
    while low + 1 < high {
        let middle = low.midpoint(high);
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    capped(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice_and_are_never_halved() {
        assert_eq!(width("合同 ok"), 7);
        assert_eq!(cut("合同明天签", 6), "合同…");
        assert_eq!(cut("合同明天签", 7), "合同明…");
        assert_eq!(cut("合同", 4), "合同");
        assert_eq!(cut("👩‍👩‍👧👩‍👩‍👧", 3), "👩‍👩‍👧…");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn the_widest_columns_give_way_first() {
        assert_eq!(
            share(&[19, 5, 100], &[false, true, true], 60, 8),
            [19, 5, 36]
        );
        assert_eq!(share(&[40, 40, 10], &[true; 3], 60, 8), [25, 25, 10]);
        assert_eq!(share(&[10, 10], &[true; 2], 100, 8), [10, 10]);
    }

    #[test]
    fn a_terminal_too_narrow_for_all_gets_the_least() {
        assert_eq!(
            share(&[19, 30, 100], &[false, true, true], 5, 8),
            [19, 8, 8]
        );
    }
}
