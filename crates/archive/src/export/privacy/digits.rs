//! Numbers that mean something: what a row of digits is.

use super::phones::{is_chinese, is_international};

/// What a row of digits is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// The number of a phone.
    Phone,
    /// The number of an identity card of China.
    IdCard,
    /// The number of a bank card.
    BankCard,
}

impl Number {
    /// Returns what it is counted under.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::IdCard => "id_card",
            Self::BankCard => "bank_card",
        }
    }
}

/// More digits than any number has.
const DIGITS: usize = 24;

/// Says what groups of digits with these gaps between them are together; the last one may end with an X. One group
/// is a number written without gaps; of several, only the ways to cut them count that people really have.
/// `has_plus` says that a `+` stands before them.
pub(super) fn classify(groups: &[&str], gaps: &[&str], has_plus: bool) -> Option<Number> {
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    if lengths.iter().sum::<usize>() > DIGITS {
        return None;
    }
    if has_plus && is_international(groups, gaps) {
        return Some(Number::Phone);
    }
    let joined: String = groups.concat();
    if matches!(lengths[..], [18] | [6, 8, 4]) && is_id_card(&joined) {
        return Some(Number::IdCard);
    }
    if !joined.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if is_chinese(groups, gaps) {
        return Some(Number::Phone);
    }
    let is_grouped_as_card = match lengths.split_last() {
        Some((last, rest)) => {
            rest.iter().all(|length| *length == 4)
                && (1..=19).contains(last)
                && (rest.is_empty() || *last <= 4)
                || matches!(lengths[..], [4, 6, 5] | [6, 13])
        }
        None => false,
    };
    let is_card = is_grouped_as_card && (13..=19).contains(&joined.len()) && is_bank_card(&joined);
    is_card.then_some(Number::BankCard)
}

/// GB 11643: eighteen digits with a date, and the last one a checksum that may be X.
fn is_id_card(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"10X98765432";
    let bytes = text.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'))
    };
    let is_date = (1800..2200).contains(&number(6, 10))
        && (1..=12).contains(&number(10, 12))
        && (1..=31).contains(&number(12, 14));
    let sum: u32 = bytes
        .iter()
        .zip(WEIGHTS)
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    is_date && bytes[0] != b'0' && CHECK[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

/// The networks' first digits, and Luhn's checksum.
fn is_bank_card(digits: &str) -> bool {
    if !digits.starts_with(['3', '4', '5', '6']) {
        return false;
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            match (at % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled @ 10..) => doubled - 9,
                (_, doubled) => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_by_their_length_gaps_and_checksums() {
        for (groups, number) in [
            (&["13800138000"][..], Some(Number::Phone)),
            (&["138", "0013", "8000"], Some(Number::Phone)),
            (&["86", "13800138000"], Some(Number::Phone)),
            (&["8613800138000"], Some(Number::Phone)),
            (&["11010519491231002X"], Some(Number::IdCard)),
            (&["11010519491231002x"], Some(Number::IdCard)),
            (&["110105194912310021"], None),
            (&["110105", "19491231", "002X"], Some(Number::IdCard)),
            (&["4111111111111111"], Some(Number::BankCard)),
            (&["4111", "1111", "1111", "1111"], Some(Number::BankCard)),
            (&["4111111111111112"], None),
            (&["6222021234567894129"], None),
            (&["2026", "11", "24"], None),
            (&["411111", "1111111111"], None),
        ] {
            let gaps = vec![" "; groups.len() - 1];
            assert_eq!(classify(groups, &gaps, false), number, "{groups:?}");
        }
    }
}
