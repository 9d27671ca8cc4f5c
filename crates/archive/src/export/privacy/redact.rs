//! Numbers of phones, identity cards and bank cards, and addresses of mail, are blackened: in text, and in every
//! string of a content.

use std::sync::LazyLock;

use openim_history_client::model::{Lang, Message};
use regex::Regex;
use serde_json::{Map, Value};

use super::keys::{Held, held};
use super::numbers::numbers;
use super::{Blackened, LAYERS};
use crate::row::{Row, What};

/// An address of mail.
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}").ok()
});

/// The digits of the shortest number there is.
const FEWEST: usize = 9;

pub(super) struct Redactor {
    lang: Lang,
}

impl Redactor {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang }
    }

    pub(super) fn row(&self, row: &mut Row, blackened: &mut Blackened) {
        self.message(&mut row.message, blackened);
        for change in &mut row.changes {
            if let What::Replaced { before } = &mut change.what {
                self.message(before, blackened);
            }
        }
    }

    fn message(&self, message: &mut Message, blackened: &mut Blackened) {
        for text in [
            &mut message.content,
            &mut message.ex,
            &mut message.attached_info,
        ] {
            if let Some(redacted) = self.json(text, 0, blackened) {
                *text = redacted;
            }
        }
        if let Some(redacted) = self.text(&message.sender_nickname, blackened) {
            message.sender_nickname = redacted.into();
        }
        if let Some(push) = &mut message.offline_push {
            for text in [&mut push.title, &mut push.desc, &mut push.ex] {
                if let Some(redacted) = self.json(text, 0, blackened) {
                    *text = redacted;
                }
            }
        }
        if let Some(revoked) = &mut message.revoked
            && let Some(redacted) = self.text(&revoked.nickname, blackened)
        {
            revoked.nickname = redacted.into();
        }
    }

    /// Returns a text, which may be JSON, without what is blackened; `None` where there is nothing of it.
    fn json(&self, text: &str, depth: u32, blackened: &mut Blackened) -> Option<String> {
        if !may_have_some(text) {
            return None;
        }
        let is_json = depth < LAYERS && text.trim_start().starts_with(['{', '[']);
        match is_json.then(|| serde_json::from_str::<Value>(text)) {
            Some(Ok(mut value)) => {
                let changed = self.value(&mut value, Held::Other, depth, blackened);
                changed.then(|| value.to_string())
            }
            _ => self.text(text, blackened),
        }
    }

    fn value(&self, value: &mut Value, key: Held, depth: u32, blackened: &mut Blackened) -> bool {
        match value {
            Value::Object(object) => {
                let mut changed = self.keys(object, blackened);
                for (key, value) in object.iter_mut() {
                    changed |= self.value(value, held(key), depth, blackened);
                }
                changed
            }
            Value::Array(values) => {
                let mut changed = false;
                for value in values {
                    changed |= self.value(value, key, depth, blackened);
                }
                changed
            }
            Value::String(text) => {
                let redacted = if is_of_machines(key) {
                    None
                } else {
                    self.json(text, depth + 1, blackened)
                };
                let changed = redacted.is_some();
                if let Some(redacted) = redacted {
                    *text = redacted;
                }
                changed
            }
            // Some write the number of a phone as a number.
            Value::Number(number) if !is_of_machines(key) => {
                match self.text(&number.to_string(), blackened) {
                    Some(redacted) => {
                        *value = Value::String(redacted);
                        true
                    }
                    None => false,
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Blackens what stands in keys; those that are one then are told apart by numbers.
    fn keys(&self, object: &mut Map<String, Value>, blackened: &mut Blackened) -> bool {
        if !object
            .keys()
            .any(|key| self.text(key, &mut Blackened::new()).is_some())
        {
            return false;
        }
        let mut number = 1;
        for (key, value) in std::mem::take(object) {
            let shown = self.text(&key, blackened).unwrap_or(key);
            let mut key = shown.clone();
            while object.contains_key(&key) {
                number += 1;
                key = format!("{shown} {number}");
            }
            object.insert(key, value);
        }
        true
    }

    /// Returns a text without what is blackened; `None` where there is nothing of it.
    pub(super) fn text(&self, text: &str, blackened: &mut Blackened) -> Option<String> {
        if !may_have_some(text) {
            return None;
        }
        let (narrow, places) = narrow(text);
        let mut found: Vec<(usize, usize, &'static str)> = Vec::new();
        if let Some(mail) = &*MAIL {
            found.extend(
                mail.find_iter(&narrow)
                    .map(|hit| (hit.start(), hit.end(), "email")),
            );
        }
        let of_mail = found.len();
        let numbers = numbers(&narrow).into_iter();
        found.extend(numbers.map(|(start, end, number)| (start, end, number.name())));
        // Digits inside an address of mail are part of it.
        let (mails, numbers) = found.split_at(of_mail);
        let is_apart = |start: usize, end: usize| {
            mails
                .iter()
                .all(|(first, last, _)| end <= *first || start >= *last)
        };
        let mut all = mails.to_vec();
        all.extend(
            numbers
                .iter()
                .filter(|(start, end, _)| is_apart(*start, *end)),
        );
        if all.is_empty() {
            return None;
        }
        all.sort_unstable();
        let mut redacted = String::with_capacity(text.len());
        let mut at = 0;
        for (start, end, what) in all {
            let (start, end) = (
                place(places.as_deref(), start),
                place(places.as_deref(), end),
            );
            redacted.push_str(text.get(at..start).unwrap_or_default());
            redacted.push_str(self.label(what));
            at = end;
            *blackened.entry(what).or_default() += 1;
        }
        redacted.push_str(text.get(at..).unwrap_or_default());
        Some(redacted)
    }

    fn label(&self, what: &str) -> &'static str {
        match (what, self.lang) {
            ("phone", Lang::En) => "[phone]",
            ("phone", Lang::Zh) => "[电话号码]",
            ("id_card", Lang::En) => "[ID card]",
            ("id_card", Lang::Zh) => "[身份证号]",
            ("bank_card", Lang::En) => "[bank card]",
            ("bank_card", Lang::Zh) => "[银行卡号]",
            (_, Lang::En) => "[e-mail]",
            (_, Lang::Zh) => "[邮箱]",
        }
    }
}

/// Whether a key holds what programs made of their own, in which digits mean nothing.
fn is_of_machines(key: Held) -> bool {
    matches!(
        key,
        Held::User | Held::Group | Held::Conversation | Held::Address | Held::Technical
    )
}

/// Whether there is anything that could be blackened, seen quickly: most messages have none.
fn may_have_some(text: &str) -> bool {
    let (mut digits, mut at) = (0, false);
    for c in text.chars() {
        match c {
            '0'..='9' | '０'..='９' => digits += 1,
            '@' | '＠' => at = true,
            _ => {}
        }
    }
    at || digits >= FEWEST
}

/// Returns the text with wide digits, letters and signs made narrow, and where each of its bytes stood; `None`
/// where each stands where it stood.
fn narrow(text: &str) -> (String, Option<Vec<usize>>) {
    if !text.chars().any(is_wide) {
        return (text.to_owned(), None);
    }
    let mut narrow = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    for (at, c) in text.char_indices() {
        let c = match c {
            '\u{3000}' => ' ',
            c if is_wide(c) => u32::from(c)
                .checked_sub(0xfee0)
                .and_then(char::from_u32)
                .unwrap_or(c),
            c => c,
        };
        narrow.push(c);
        places.resize(narrow.len(), at);
    }
    places.push(text.len());
    (narrow, Some(places))
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')
}

fn place(places: Option<&[usize]>, at: usize) -> usize {
    places.map_or(at, |places| places.get(at).copied().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(text: &str) -> String {
        let redactor = Redactor::new(Lang::En);
        redactor
            .text(text, &mut Blackened::new())
            .unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn numbers_and_addresses_are_blackened_and_the_rest_stays() {
        for (text, shown) in [
            ("call 13800138000.", "call [phone]."),
            ("打13800138000或13900139000", "打[phone]或[phone]"),
            ("13800138000 13900139000", "[phone] [phone]"),
            ("+86 138-0013-8000", "[phone]"),
            ("电话１３８００１３８０００！", "电话[phone]！"),
            ("a.b+c@mail.example.com, ok", "[e-mail], ok"),
            ("13800138000@qq.com", "[e-mail]"),
            ("证 11010519491231002X 号", "证 [ID card] 号"),
            ("卡 4111 1111 1111 1111", "卡 [bank card]"),
            (
                "2026-11-24 10:49 order 20261124104933",
                "2026-11-24 10:49 order 20261124104933",
            ),
            ("@alice 1380013800", "@alice 1380013800"),
            ("合同 138001380001", "合同 138001380001"),
            ("(+86) 138.0013.8000", "[phone]"),
            ("座机(010)62771234转801", "座机[phone]转801"),
            ("（０１０）６２７７１２３４", "[phone]"),
            ("010\u{a0}6277\u{a0}1234, 0755-26771234", "[phone], [phone]"),
            ("010 - 62771234", "[phone]"),
            ("tel +1 (415) 555-0100!", "tel [phone]!"),
            ("+65 6123 4567 10:30", "[phone] 10:30"),
            ("拨打400-810-1234", "拨打[phone]"),
            ("2026.11.24 13800138000", "2026.11.24 [phone]"),
            ("13800138000(2026)", "[phone](2026)"),
            ("１＋13800138000", "１＋[phone]"),
            // What is none of them stays: times, amounts, numbers of orders, addresses of machines.
            (
                "+08:00 +20261124 +1,000,000.00",
                "+08:00 +20261124 +1,000,000.00",
            ),
            ("+1 000 000 000 元", "+1 000 000 000 元"),
            ("400 600 1000 800 600 1200", "400 600 1000 800 600 1200"),
            (
                "192.168.100.200:8080 v1.2.34567890",
                "192.168.100.200:8080 v1.2.34567890",
            ),
            (
                "116.397128, 39.904200, +31.23041623",
                "116.397128, 39.904200, +31.23041623",
            ),
            (
                "62771234 1795517373630 2026-11-24T10:49:33.123",
                "62771234 1795517373630 2026-11-24T10:49:33.123",
            ),
            ("1.000.000.000 1 000 000 000", "1.000.000.000 1 000 000 000"),
            (
                "SF1234567890123 NO.000123456789",
                "SF1234567890123 NO.000123456789",
            ),
            ("", ""),
        ] {
            assert_eq!(told(text), shown, "{text}");
        }
        let redactor = Redactor::new(Lang::Zh);
        let counts = &mut Blackened::new();
        let shown = redactor.text("13800138000 a@b.cn", counts);
        assert_eq!(shown.as_deref(), Some("[电话号码] [邮箱]"));
        assert_eq!(*counts, [("email", 1), ("phone", 1)].into());
    }

    #[test]
    fn strings_of_a_content_are_looked_through_and_ids_stay() {
        let redactor = Redactor::new(Lang::En);
        let inner = json!({"note": "13800138000"}).to_string();
        let content = json!({"data": inner, "userID": "13800138000", "url": "http://h/13800138000", "text": "１３８００１３８０００"});
        let told = redactor.json(&content.to_string(), 0, &mut Blackened::new());
        let told: Value = serde_json::from_str(&told.expect("changed")).expect("JSON");
        assert_eq!(told["data"], "{\"note\":\"[phone]\"}");
        assert_eq!(told["text"], "[phone]");
        assert_eq!(told["userID"], "13800138000");
        assert_eq!(told["url"], "http://h/13800138000");
        // What has nothing of it is not touched, blanks and all.
        assert_eq!(
            redactor.json("{ \"text\" : \"12345678901\" }", 0, &mut Blackened::new()),
            None
        );
    }

    #[test]
    fn numbers_and_keys_of_a_content_are_looked_at_too() {
        let redactor = Redactor::new(Lang::En);
        let content = json!({
            "phone": 13_800_138_000_u64,
            "card": [4_111_111_111_111_111_u64, 1.5],
            "size": 123_456_789_012_345_u64,
            "userID": 13_800_138_000_u64,
            "13800138000": "a", "13900139000": "b", "c": "c",
        });
        let counts = &mut Blackened::new();
        let told = redactor.json(&content.to_string(), 0, counts);
        let told: Value = serde_json::from_str(&told.expect("changed")).expect("JSON");
        let expected = json!({
            "phone": "[phone]",
            "card": ["[bank card]", 1.5],
            "size": 123_456_789_012_345_u64,
            "userID": 13_800_138_000_u64,
            "[phone]": "a", "[phone] 2": "b", "c": "c",
        });
        assert_eq!(told, expected);
        assert_eq!(*counts, [("bank_card", 1), ("phone", 3)].into());
    }

    #[test]
    fn broken_json_is_blackened_as_text() {
        let redactor = Redactor::new(Lang::En);
        let told = redactor.json("{\"text\":\"13800138000\\ud800", 0, &mut Blackened::new());
        assert_eq!(told.as_deref(), Some("{\"text\":\"[phone]\\ud800"));
    }
}
