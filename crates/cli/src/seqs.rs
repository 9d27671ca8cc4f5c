//! Ranges of sequence numbers as typed: `7`, `5..9`, `5..`, `..9`.

use openim_history_client::model::{Seq, SeqRange};

/// Parses a range; both ends are included.
pub(crate) fn parse(text: &str) -> Result<SeqRange, String> {
    let (first, last) = match text.split_once("..") {
        None => {
            let seq = number(text)?;
            (seq, seq)
        }
        Some(("", "")) => {
            return Err("neither end is given; 1.. is everything".into());
        }
        Some((first, "")) => (number(first)?, Seq(i64::MAX)),
        Some(("", last)) => (Seq::FIRST, number(last)?),
        Some((first, last)) => (number(first)?, number(last)?),
    };
    if last < first {
        return Err(format!(
            "the range runs backwards; write {last}..{first}, and --reverse for newest first"
        ));
    }
    Ok(SeqRange::new(first, last))
}

fn number(text: &str) -> Result<Seq, String> {
    match text.trim().parse::<i64>() {
        Ok(seq) if seq >= 1 => Ok(Seq(seq)),
        Ok(_) => Err("numbers start at 1".into()),
        Err(_) => Err(format!(
            "{text:?} is no sequence number; write 5..9, 5.., ..9 or 7"
        )),
    }
}

/// Writes a range the way [`parse`] reads it.
pub(crate) fn show(range: SeqRange) -> String {
    if range.first == range.last {
        range.first.to_string()
    } else if range.last == Seq(i64::MAX) {
        format!("{}..", range.first)
    } else {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_both_ends() {
        assert_eq!(parse("5..9"), Ok(SeqRange::new(5, 9)));
        assert_eq!(parse("7"), Ok(SeqRange::new(7, 7)));
        assert_eq!(parse("5.."), Ok(SeqRange::new(5, i64::MAX)));
        assert_eq!(parse("..9"), Ok(SeqRange::new(1, 9)));
    }

    #[test]
    fn what_is_no_range_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "\"\" is no sequence number"),
            ("..", "1.. is everything"),
            ("0..5", "numbers start at 1"),
            ("-3", "numbers start at 1"),
            ("9..5", "write 5..9"),
            ("1..2..3", "\"2..3\" is no sequence number"),
            ("99999999999999999999", "is no sequence number"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_shown_range_is_read_back() {
        for text in ["7", "5..9", "5.."] {
            assert_eq!(parse(text).map(show).as_deref(), Ok(text));
        }
    }
}
