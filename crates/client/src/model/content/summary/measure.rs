//! Sizes, lengths of time and numbers, as people read them.

use crate::model::Seq;

/// Returns a size in bytes, in steps of 1024: `12.1 KB`.
#[expect(
    clippy::cast_precision_loss,
    reason = "one decimal of a size needs no more than a float holds"
)]
pub(super) fn bytes(size: i64) -> String {
    let mut amount = size as f64;
    let mut units = ["KB", "MB", "GB", "TB", "PB", "EB"].into_iter().peekable();
    if size < 1024 {
        return format!("{size} B");
    }
    amount /= 1024.0;
    let mut unit = units.next().unwrap_or_default();
    // What would be shown as 1024.0 belongs to the next unit.
    while amount >= 1023.95
        && let Some(next) = units.next()
    {
        amount /= 1024.0;
        unit = next;
    }
    format!("{amount:.1} {unit}")
}

/// Returns how long something plays: `7″`, `1′05″`, `1:02:03`; empty where it is not known.
pub(super) fn clock(seconds: i64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        _ if seconds <= 0 => String::new(),
        (0, 0, seconds) => format!("{seconds}″"),
        (0, minutes, seconds) => format!("{minutes}′{seconds:02}″"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Returns a span of time in words, in up to four units; `one` writes a number of a unit.
pub(super) fn span(seconds: i64, between: &str, one: impl Fn(i64, usize) -> String) -> String {
    let parts = [
        seconds / 86_400,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    ];
    let shown: Vec<String> = parts
        .into_iter()
        .enumerate()
        .filter(|(_, number)| *number > 0)
        .map(|(unit, number)| one(number, unit))
        .collect();
    shown.join(between)
}

/// Returns numbers with neighbours drawn together: `5-8, 10`.
pub(super) fn numbers(seqs: &[Seq], between: &str) -> String {
    let runs = seqs.chunk_by(|a, b| a.next() == *b);
    let shown: Vec<String> = runs
        .map(|run| match run {
            [first, .., last] => format!("{first}-{last}"),
            [only] => only.to_string(),
            [] => String::new(),
        })
        .collect();
    shown.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_step_by_1024() {
        for (size, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KB"),
            (12345, "12.1 KB"),
            (1_048_575, "1.0 MB"),
            (5_368_709_120, "5.0 GB"),
            (i64::MAX, "8.0 EB"),
        ] {
            assert_eq!(bytes(size), expected, "{size}");
        }
    }

    #[test]
    fn clocks_show_as_much_as_they_need() {
        for (seconds, expected) in [
            (-1, ""),
            (0, ""),
            (7, "7″"),
            (65, "1′05″"),
            (3723, "1:02:03"),
        ] {
            assert_eq!(clock(seconds), expected, "{seconds}");
        }
        assert!(clock(i64::MAX).ends_with(":30:07"));
    }

    #[test]
    fn neighbours_are_drawn_together() {
        let numbers = |seqs: &[i64]| {
            let seqs: Vec<_> = seqs.iter().copied().map(Seq).collect();
            numbers(&seqs, ", ")
        };
        assert_eq!(numbers(&[]), "");
        assert_eq!(numbers(&[5]), "5");
        assert_eq!(numbers(&[5, 6, 7, 10, 9]), "5-7, 10, 9");
        assert_eq!(numbers(&[i64::MAX]), "9223372036854775807");
    }
}
