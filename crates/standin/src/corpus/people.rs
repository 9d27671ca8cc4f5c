//! Who talks.

use super::dice::{Dice, Purpose};
use super::text;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) nickname: String,
    pub(super) face_url: String,
}

/// The administrator every OpenIM server has.
pub(super) fn administrator() -> Person {
    Person {
        id: "imAdmin".to_owned(),
        nickname: "imAdmin".to_owned(),
        face_url: String::new(),
    }
}

/// The account that sends notices.
pub(super) fn notifier() -> Person {
    Person {
        id: "sysnotice".to_owned(),
        nickname: "系统通知".to_owned(),
        face_url: "http://127.0.0.1:9/face/sysnotice.png".to_owned(),
    }
}

/// Makes the user of that index. The first two are `alice` and `bob`; the ids of the others come
/// in the shapes seen in the wild, `_` included, which makes conversation ids ambiguous.
pub(super) fn person(seed: u64, index: u64) -> Person {
    let mut dice = Dice::new(seed, Purpose::Person, index, 0);
    let (given, nickname) = text::name(&mut dice);
    let id = match (index, index % 5) {
        (0, _) => "alice".to_owned(),
        (1, _) => "bob".to_owned(),
        (_, 0) => format!("user_{index:05}"),
        (_, 1) => format!("{}", 4_100_000_000 + index),
        (_, 2) => format!("{given}{index}"),
        (_, 3) => format!("dept_{}_{index}", index % 17),
        _ => format!("u{index}"),
    };
    let nickname = match index {
        0 => "Alice 爱丽丝".to_owned(),
        1 => "Bob".to_owned(),
        _ => nickname,
    };
    let face_url = if dice.happens(1, 3) {
        String::new()
    } else {
        format!("http://127.0.0.1:9/face/{id}.png")
    };
    Person {
        id,
        nickname,
        face_url,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_some_hold_an_underscore() {
        let ids: HashSet<_> = (0..5_000).map(|index| person(3, index).id).collect();
        assert_eq!(ids.len(), 5_000);
        assert!(ids.iter().any(|id| id.contains('_')));
        assert!(ids.iter().all(|id| !id.contains(':')));
    }
}
