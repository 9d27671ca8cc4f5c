//! The fields of a JSON object, read the way OpenIM's many writers need it.

use std::cell::Cell;

use serde_json::{Map, Value};

use crate::model::UserId;
use crate::model::content::Person;

/// Whether what was read so far had the shape it should have.
#[derive(Debug, Default)]
pub(super) struct Shape {
    wrong: Cell<bool>,
}

/// An object's fields. Null, absent and empty are the same; numbers may be floats or strings.
///
/// A value of the wrong kind reads as empty and spoils the [`Shape`].
#[derive(Debug)]
pub(super) struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    shape: &'a Shape,
    known: Cell<bool>,
}

impl<'a> Fields<'a> {
    /// Reads an object; null reads as an empty one.
    pub(super) fn of(value: &'a Value, shape: &'a Shape) -> Self {
        let map = value.as_object();
        if map.is_none() && !value.is_null() {
            shape.wrong.set(true);
        }
        Self {
            map,
            shape,
            known: Cell::new(false),
        }
    }

    /// Whether all that was read had its shape, and the object is empty or had something to read.
    pub(super) fn fit(&self) -> bool {
        let empty = self.map.is_none_or(Map::is_empty);
        !self.shape.wrong.get() && (empty || self.known.get())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.map.is_none_or(Map::is_empty)
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        let value = self.map?.get(key)?;
        self.known.set(true);
        (!value.is_null()).then_some(value)
    }

    fn read<T: Default>(&self, key: &str, as_kind: impl FnOnce(&'a Value) -> Option<T>) -> T {
        let Some(value) = self.value(key) else {
            return T::default();
        };
        as_kind(value).unwrap_or_else(|| {
            self.shape.wrong.set(true);
            T::default()
        })
    }

    pub(super) fn string(&self, key: &str) -> String {
        self.read(key, string)
    }

    /// Reads a string, or any other JSON as its text.
    pub(super) fn string_or_json(&self, key: &str) -> String {
        self.read(key, |value| {
            string(value).or_else(|| Some(value.to_string()))
        })
    }

    pub(super) fn id<T: From<String>>(&self, key: &str) -> T {
        T::from(self.string(key))
    }

    pub(super) fn ids<T: From<String>>(&self, key: &str) -> Vec<T> {
        self.each(key, |value| string(value).map(T::from))
    }

    pub(super) fn strings(&self, key: &str) -> Vec<String> {
        self.each(key, string)
    }

    pub(super) fn integer(&self, key: &str) -> i64 {
        self.read(key, integer)
    }

    pub(super) fn integers(&self, key: &str) -> Vec<i64> {
        self.each(key, integer)
    }

    /// Reads an integer that the server keeps in 32 bits; one beyond becomes the nearest.
    pub(super) fn small(&self, key: &str) -> i32 {
        let number = self.integer(key);
        i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
    }

    pub(super) fn float(&self, key: &str) -> f64 {
        self.read(key, |value| match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) if text.is_empty() => Some(0.0),
            Value::String(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
            _ => None,
        })
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.read(key, |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => integer(value).map(|number| number != 0),
        })
    }

    pub(super) fn object(&self, key: &str) -> Self {
        Self::of(self.value(key).unwrap_or(&Value::Null), self.shape)
    }

    /// Returns the object, if it is there and holds anything.
    pub(super) fn filled(&self, key: &str) -> Option<Self> {
        let fields = self.object(key);
        (!fields.is_empty()).then_some(fields)
    }

    pub(super) fn list(&self, key: &str) -> &'a [Value] {
        self.read(key, |value| match value {
            Value::Array(list) => Some(list.as_slice()),
            // Go writes an empty list as null, some clients as "".
            Value::String(text) if text.is_empty() => Some(&[]),
            _ => None,
        })
    }

    pub(super) fn objects(&self, key: &str) -> impl Iterator<Item = Self> {
        let shape = self.shape;
        self.list(key)
            .iter()
            .map(move |value| Self::of(value, shape))
    }

    fn each<T>(&self, key: &str, as_kind: impl Fn(&'a Value) -> Option<T>) -> Vec<T> {
        let list = self.list(key);
        let read: Vec<T> = list.iter().filter_map(as_kind).collect();
        if read.len() < list.len() {
            self.shape.wrong.set(true);
        }
        read
    }

    /// Reads somebody: an object, or an id alone.
    pub(super) fn person(&self, key: &str) -> Person {
        self.read(key, |value| person(value, self.shape))
    }

    pub(super) fn people(&self, key: &str) -> Vec<Person> {
        self.each(key, |value| person(value, self.shape))
    }
}

fn person(value: &Value, shape: &Shape) -> Option<Person> {
    if let Value::String(id) = value {
        return Some(Person {
            user_id: UserId::from(id.as_str()),
            ..Person::default()
        });
    }
    let fields = Fields::of(value, shape);
    Some(Person {
        user_id: fields.id("userID"),
        nickname: fields.string("nickname"),
        role_level: crate::model::RoleLevel(fields.small("roleLevel")),
    })
}

fn string(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond 64 bits becomes the nearest integer, which is what is wanted"
)]
fn integer(value: &Value) -> Option<i64> {
    let whole = |number: f64| number.is_finite().then_some(number as i64);
    match value {
        Value::Null => Some(0),
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_u64().map(|_| i64::MAX))
            .or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) if text.is_empty() => Some(0),
        Value::String(text) => {
            let text = text.trim();
            text.parse()
                .ok()
                .or_else(|| text.parse().ok().and_then(whole))
        }
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_come_as_integers_floats_and_strings() {
        for (value, expected) in [
            (json!(7), 7),
            (json!(7.9), 7),
            (json!("7"), 7),
            (json!(" 1.2e3 "), 1200),
            (json!(""), 0),
            (json!(null), 0),
            (json!(u64::MAX), i64::MAX),
            (json!(-1e300), i64::MIN),
        ] {
            let shape = Shape::default();
            let object = json!({ "n": value });
            let fields = Fields::of(&object, &shape);
            assert_eq!(fields.integer("n"), expected, "{value}");
            assert!(fields.fit(), "{value}");
        }
    }

    #[test]
    fn the_wrong_kind_of_value_spoils_the_shape_and_reads_as_empty() {
        let object =
            json!({ "n": "seven", "s": {}, "l": [1, []], "o": 5, "b": "maybe", "f": "inf" });
        let reads: [fn(&Fields<'_>) -> bool; 6] = [
            |fields| fields.integer("n") == 0,
            |fields| fields.string("s").is_empty(),
            |fields| fields.integers("l") == [1],
            |fields| fields.object("o").is_empty(),
            |fields| !fields.flag("b"),
            |fields| fields.float("f") == 0.0,
        ];
        for (number, read) in reads.into_iter().enumerate() {
            let shape = Shape::default();
            let fields = Fields::of(&object, &shape);
            assert!(read(&fields), "{number}");
            assert!(!fields.fit(), "{number}");
        }
    }

    #[test]
    fn an_object_without_a_single_known_key_does_not_fit() {
        let object = json!({ "other": 1 });
        let shape = Shape::default();
        let fields = Fields::of(&object, &shape);
        assert_eq!(fields.string("text"), "");
        assert!(!fields.fit());
        let empty = json!({});
        assert!(Fields::of(&empty, &shape).fit());
    }

    #[test]
    fn somebody_may_be_an_object_or_an_id_alone() {
        let object = json!({ "a": "erin", "b": { "userID": "frank", "nickname": "Frank", "roleLevel": 60 } });
        let shape = Shape::default();
        let fields = Fields::of(&object, &shape);
        assert_eq!(fields.person("a").name(), "erin");
        assert_eq!(fields.person("b").name(), "Frank");
        assert!(fields.person("c").is_empty());
        assert!(fields.fit());
    }
}
