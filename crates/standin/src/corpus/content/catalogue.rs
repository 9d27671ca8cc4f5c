//! Which content types there are and how often each is used.

use crate::corpus::dice::Dice;
use crate::corpus::plan::ChatKind;

/// What users send, and how often of 10,000 times. The types of old versions and one nobody knows
/// are there too: a reader meets them sooner or later.
const USUAL: &[(u32, i32)] = &[
    (6_950, 101),
    (800, 102),
    (320, 103),
    (160, 104),
    (380, 105),
    (240, 106),
    (60, 107),
    (50, 108),
    (60, 109),
    (220, 110),
    (2, 111),
    (2, 112),
    (4, 113),
    (420, 114),
    (150, 115),
    (2, 116),
    (80, 117),
    (70, 118),
    (10, 119),
    (4, 120),
    (2, 121),
    (2, 122),
    (3, 150),
    (2, 200),
    (2, 201),
    (3, 202),
    (2, 203),
];

/// The notifications of groups that leave a line in the chat, those for joining and leaving and
/// the first and last message of a group aside.
const GROUP_LINES: &[i32] = &[1507, 1508, 1509, 1510, 1512, 1513, 1514, 1515, 1519, 1520];

const SINGLE_LINES: &[i32] = &[1201, 1701];

const NOTICE_LINES: &[i32] = &[2001];

/// Notifications that stay in the log of servers set up to keep them, of users and their chats.
const LOGGED: &[i32] = &[
    1202, 1203, 1204, 1205, 1206, 1207, 1208, 1209, 1210, 1300, 1303, 1304, 1305, 1306, 1307, 1308,
    1651, 1652, 1702, 1703, 1704,
];

/// The same, of groups.
const LOGGED_OF_GROUPS: &[i32] = &[1502, 1503, 1505, 1506, 1511, 1516, 1517, 1518];

/// Returns what the log of the first chat of a kind begins with.
pub(super) fn logged(kind: ChatKind) -> &'static [i32] {
    match kind {
        ChatKind::Group => LOGGED_OF_GROUPS,
        ChatKind::Single => LOGGED,
        ChatKind::Notice => &[],
    }
}

/// Returns how many messages from the second on show each type once, in the first chat of a kind.
pub(in crate::corpus) fn showcase_len(kind: ChatKind) -> u64 {
    let usual = if kind == ChatKind::Notice {
        0
    } else {
        USUAL.len()
    };
    (usual + lines(kind).len()) as u64
}

/// Returns the type of the n-th message of a showcase, counted from 0; `None` past its end.
pub(super) fn showcase(kind: ChatKind, at: u64) -> Option<i32> {
    let at = usize::try_from(at).ok()?;
    let usual = if kind == ChatKind::Notice { &[] } else { USUAL };
    match at.checked_sub(usual.len()) {
        None => Some(usual[at].1),
        Some(line) => lines(kind).get(line).copied(),
    }
}

/// Returns the type of an ordinary message.
pub(super) fn any(dice: &mut Dice, kind: ChatKind) -> i32 {
    let line = match kind {
        ChatKind::Group => 60,
        ChatKind::Single => 10,
        ChatKind::Notice => 2_000,
    };
    if dice.happens(line, 10_000) {
        let lines = lines(kind);
        return lines[dice.index(lines.len())];
    }
    if kind == ChatKind::Notice {
        return 1400;
    }
    let mut point = dice.below(10_000);
    for (weight, content_type) in USUAL {
        if point < u64::from(*weight) {
            return *content_type;
        }
        point -= u64::from(*weight);
    }
    101
}

fn lines(kind: ChatKind) -> &'static [i32] {
    match kind {
        ChatKind::Group => GROUP_LINES,
        ChatKind::Single => SINGLE_LINES,
        ChatKind::Notice => NOTICE_LINES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_ten_thousandths() {
        assert_eq!(USUAL.iter().map(|(weight, _)| weight).sum::<u32>(), 10_000);
    }
}
