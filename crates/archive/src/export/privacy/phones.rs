//! Numbers of phones: those of China as they are written there, and those of every country behind a `+`.

/// A country's code, and whether what stands behind it can be a number there.
type Plan = (&'static str, fn(&str) -> bool);

/// Where the length of numbers is known, so that what stands behind one is not taken for a part of it.
const PLANS: &[Plan] = &[
    ("1", is_north_american),
    ("7", |number| number.len() == 10),
    ("33", |number| number.len() == 9),
    ("34", |number| number.len() == 9),
    ("39", |number| (8..=11).contains(&number.len())),
    ("44", |number| (9..=10).contains(&number.len())),
    ("49", |number| (7..=11).contains(&number.len())),
    ("60", |number| (8..=10).contains(&number.len())),
    ("61", |number| number.len() == 9),
    ("65", |number| number.len() == 8),
    ("81", |number| (9..=10).contains(&number.len())),
    ("82", |number| (8..=10).contains(&number.len())),
    ("86", is_of_china),
    ("91", |number| number.len() == 10),
    ("852", |number| number.len() == 8),
    ("853", |number| number.len() == 8),
    ("886", |number| (8..=9).contains(&number.len())),
];

/// The shortest and the longest number behind a `+`, its country's code included: E.164 ends at fifteen digits, and
/// below these an amount with its sign is likelier.
const SHORTEST: usize = 9;
const SHORTEST_IN_ONE: usize = 10;
const LONGEST: usize = 15;

/// Whether groups of digits behind a `+`, with these gaps between them, are a number of a phone.
pub(super) fn is_international(groups: &[&str], gaps: &[&str]) -> bool {
    let joined = groups.concat();
    if !is_plain(&joined) || joined.len() > LONGEST || joined.starts_with('0') {
        return false;
    }
    let plans = PLANS.iter().filter(|(code, _)| joined.starts_with(code));
    if let Some((code, fits)) = plans.max_by_key(|(code, _)| code.len()) {
        let number = &joined[code.len()..];
        // +44 (0)20 …: dialled from inside only.
        return fits(number) || number.strip_prefix('0').is_some_and(fits);
    }
    let shortest = match groups {
        [_] => SHORTEST_IN_ONE,
        _ => SHORTEST,
    };
    // +31.23041623 is a decimal, and +62.500.000.000 an amount.
    let is_amount = gaps.iter().all(|gap| *gap == ".")
        && (groups.len() == 2 || groups.iter().skip(1).all(|group| group.len() == 3));
    joined.len() >= shortest && (groups.len() == 1 || !is_amount)
}

/// Whether groups of digits, with these gaps between them, are a number of China: of a mobile phone, of a fixed line
/// with its area's code, or of a service that begins with 400 or 800.
pub(super) fn is_chinese(groups: &[&str], gaps: &[&str]) -> bool {
    let joined = groups.concat();
    if !is_plain(&joined) {
        return false;
    }
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let home = ["0086", "86"]
        .into_iter()
        .find_map(|code| joined.strip_prefix(code));
    let is_grouped_as_mobile = matches!(
        lengths[..],
        [_] | [3, 4, 4]
            | [2, 11]
            | [4, 11]
            | [2, 3, 4, 4]
            | [4, 3, 4, 4]
            | [5, 4, 4]
            | [7, 4]
            | [3, 8]
    );
    if is_grouped_as_mobile && (is_mobile(&joined) || home.is_some_and(is_mobile)) {
        return true;
    }
    match groups {
        ["86" | "0086", rest @ ..] if !rest.is_empty() => is_fixed_in_groups(rest),
        [all] => is_fixed(all) || is_service(all),
        [first, ..] if first.starts_with('0') => is_fixed_in_groups(groups),
        _ => is_service_in_groups(&joined, &lengths, gaps),
    }
}

/// Whether digits behind China's code are a number there; the area's code stands without its zero.
fn is_of_china(number: &str) -> bool {
    is_mobile(number) || is_fixed(&format!("0{number}")) || is_service(number)
}

/// Mobile numbers: eleven digits from 13 to 19.
fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// Fixed lines: the area's code of three or four digits, the zero included, and seven or eight more.
fn is_fixed(digits: &str) -> bool {
    let area = area(digits);
    let Some((_, line)) = area.and_then(|area| digits.split_at_checked(area)) else {
        return false;
    };
    let is_long_enough = match area {
        Some(3) => line.len() == 8,
        _ => (7..=8).contains(&line.len()),
    };
    is_long_enough && line.starts_with(['2', '3', '4', '5', '6', '7', '8'])
}

/// Returns how long the code of an area is: three digits for the largest cities, four for the rest.
fn area(digits: &str) -> Option<usize> {
    match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', b'0'..=b'5' | b'7'..=b'9', ..] => Some(3),
        [b'0', b'3'..=b'9', _, _, ..] => Some(4),
        _ => None,
    }
}

/// The first group is the area's code, with or without its zero, and the rest is cut as people do.
fn is_fixed_in_groups(groups: &[&str]) -> bool {
    let Some((first, line)) = groups.split_first() else {
        return false;
    };
    let first = match first.strip_prefix('0') {
        Some(_) => (*first).to_owned(),
        None => format!("0{first}"),
    };
    let lengths: Vec<usize> = line.iter().map(|group| group.len()).collect();
    let is_cut_well = matches!(lengths[..], [7 | 8] | [3 | 4, 4]);
    let whole = format!("{first}{}", line.concat());
    is_cut_well && area(&whole) == Some(first.len()) && is_fixed(&whole)
}

/// Services: ten digits in one.
fn is_service(digits: &str) -> bool {
    digits.len() == 10
        && digits
            .strip_prefix("400")
            .is_some_and(|rest| rest.starts_with(['0', '1', '6', '7', '8', '9']))
}

/// Services in groups. Only dashes count between them: 400 600 1000 may be three amounts.
fn is_service_in_groups(joined: &str, lengths: &[usize], gaps: &[&str]) -> bool {
    let is_cut_well = matches!(lengths, [3, 3, 4] | [3, 4, 3] | [3, 7] | [4, 3, 3] | [4, 6]);
    let is_dash = |gap: &&str| {
        matches!(
            *gap,
            "-" | "\u{2010}" | "\u{2011}" | "\u{2012}" | "\u{2013}"
        )
    };
    is_cut_well
        && gaps.iter().all(is_dash)
        && (is_service(joined) || (joined.len() == 10 && joined.starts_with("800")))
}

/// North America: an area's code and an exchange, neither of which begins with 0 or 1, and four digits.
fn is_north_american(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.len() == 10 && bytes[0] >= b'2' && bytes[3] >= b'2'
}

fn is_plain(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<&str>, Vec<&str>) {
        let is_digit = |c: char| c.is_ascii_digit();
        let groups = text.split(|c| !is_digit(c)).filter(|part| !part.is_empty());
        let gaps = text.split(is_digit).filter(|part| !part.is_empty());
        (groups.collect(), gaps.collect())
    }

    #[test]
    fn numbers_of_china_are_told_by_their_codes_and_gaps() {
        for text in [
            "13800138000",
            "138-0013-8000",
            "86 138 0013 8000",
            "008613800138000",
            "010-62771234",
            "01062771234",
            "010 6277 1234",
            "0755-26771234",
            "0755 2677 1234",
            "0371-6777123",
            "86-10-62771234",
            "86 755 2677 1234",
            "400-810-1234",
            "4008-123-123",
            "4008123123",
            "800-810-1234",
        ] {
            let (groups, gaps) = split(text);
            assert!(is_chinese(&groups, &gaps), "{text}");
        }
        for text in [
            "12800138000",
            "138001380001",
            "010-12771234",
            "026-62771234",
            "0123-4567890",
            "00062771234",
            "2026-11-24",
            "400 600 1000",
            "400-500-1000",
            "4001",
            "4002345678",
            "62771234",
            "0.62771234",
            "192.168.100.200",
        ] {
            let (groups, gaps) = split(text);
            assert!(!is_chinese(&groups, &gaps), "{text}");
        }
    }

    #[test]
    fn numbers_behind_a_plus_are_told_by_their_country() {
        for text in [
            "1 415 555 0100",
            "1.4155550100",
            "14155550100",
            "86 138 0013 8000",
            "86 10 6277 1234",
            "86 0755 2677 1234",
            "44 (0)20 7946 0958",
            "852 2345 6789",
            "376 312 345",
            "4790012345",
        ] {
            let (groups, gaps) = split(text);
            assert!(is_international(&groups, &gaps), "{text}");
        }
        for text in [
            "1 000 000 000",
            "1 415 555 01",
            "86400000",
            "20261124",
            "31.23041623",
            "62.500.000.000",
            "852 2345 6789 10",
            "0800",
            "1234567890123456",
        ] {
            let (groups, gaps) = split(text);
            assert!(!is_international(&groups, &gaps), "{text}");
        }
    }
}
