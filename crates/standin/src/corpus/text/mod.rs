//! What people say: sentences in several languages, from word lists of our own.

mod sentences;
mod words;

use super::dice::Dice;

pub(super) use self::words::{CITIES, GROUP_TOPICS, OBJECTS_EN, OBJECTS_ZH};

/// Returns something a person might type: mostly a sentence or two, rarely a page.
pub(super) fn say(dice: &mut Dice) -> String {
    let sentences = match dice.below(200) {
        0..140 => 1,
        140..180 => 2,
        180..197 => 3,
        _ => 8 + dice.below(30),
    };
    let mut text = String::new();
    for at in 0..sentences {
        if at > 0 {
            text.push_str(if dice.happens(1, 6) { "\n" } else { " " });
        }
        sentences::sentence(dice, &mut text);
    }
    text
}

/// Returns a short phrase, for titles and file names.
pub(super) fn topic(dice: &mut Dice) -> String {
    if dice.happens(3, 4) {
        format!("{}{}", dice.pick(words::TIMES_ZH), dice.pick(OBJECTS_ZH))
    } else {
        format!("{} {}", dice.pick(words::TIMES_EN), dice.pick(OBJECTS_EN))
    }
}

/// Returns a given name in Latin letters and a nickname.
pub(super) fn name(dice: &mut Dice) -> (String, String) {
    let at = dice.index(words::GIVEN_NAMES.len());
    let (latin, chinese) = words::GIVEN_NAMES[at];
    let family_at = dice.index(words::FAMILY_NAMES.len());
    let (family_latin, family) = words::FAMILY_NAMES[family_at];
    let nickname = match dice.below(12) {
        0..6 => format!("{family}{chinese}"),
        6 => format!("{family_latin} {latin}"),
        7 => format!("{latin} {chinese}"),
        8 => format!("{family}{chinese}{}", dice.pick(words::EMOJI)),
        9 => format!("{family}总"),
        10 => dice.pick(words::FOREIGN_NAMES).to_owned(),
        _ => format!("小{chinese}"),
    };
    (latin.to_lowercase(), nickname)
}

#[cfg(test)]
mod tests {
    use super::super::dice::Purpose;
    use super::*;

    #[test]
    fn every_script_is_spoken_and_common_words_are_found() {
        let mut dice = Dice::new(1, Purpose::Message, 0, 0);
        let all: String = (0..3_000).map(|_| say(&mut dice) + "\n").collect();
        for word in [
            "合同",
            "明天",
            "项目",
            "contract",
            "tomorrow",
            "project",
            "👨‍👩‍👧‍👦",
            "🇨🇳",
            "合同明天",
        ] {
            assert!(all.contains(word), "{word}");
        }
        for (script, range) in [
            ("kana", 'ぁ'..='ヿ'),
            ("hangul", '가'..='힣'),
            ("full-width", 'Ａ'..='Ｚ'),
        ] {
            assert!(all.chars().any(|c| range.contains(&c)), "{script}");
        }
        assert!(!all.contains(['{', '}']), "a blank was not filled in");
    }
}
