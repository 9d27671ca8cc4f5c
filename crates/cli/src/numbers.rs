//! Numbers as people read them.

/// Writes a number with a comma before every third digit.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_stands_before_every_third_digit() {
        let texts: Vec<_> = [0, 999, 1000, 1_234_567].map(thousands).into();
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }
}
