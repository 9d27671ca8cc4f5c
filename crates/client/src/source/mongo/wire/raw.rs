//! A walk over raw BSON that never fails: what is damaged ends the walk, what has another type
//! reads as absent.
//!
//! Blocks hold a hundred messages of two dozen fields; building documents for them costs several
//! times what reading them costs. Servers of all versions, migrations and foreign tools have
//! written them, so that any integer may be of any numeric type and anything may be null.

use std::borrow::Cow;

/// The elements of a document or array, in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

/// One element's value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    kind: u8,
    bytes: &'a [u8],
}

const DOUBLE: u8 = 0x01;
const STRING: u8 = 0x02;
const DOCUMENT: u8 = 0x03;
const ARRAY: u8 = 0x04;
const BINARY: u8 = 0x05;
const OBJECT_ID: u8 = 0x07;
const BOOLEAN: u8 = 0x08;
const DATE: u8 = 0x09;
const NULL: u8 = 0x0A;
const INT32: u8 = 0x10;
const TIMESTAMP: u8 = 0x11;
const INT64: u8 = 0x12;

impl<'a> Fields<'a> {
    /// Reads a whole document, length included. What its length does not cover is ignored.
    pub(crate) fn of(document: &'a [u8]) -> Self {
        let len = length(document).unwrap_or(0).min(document.len());
        Self {
            // Behind the length, before the closing zero.
            rest: document.get(4..len.saturating_sub(1)).unwrap_or_default(),
        }
    }

    /// Returns the first value under `key`; a dotted key goes down into documents.
    pub(crate) fn value(&self, key: &str) -> Option<Value<'a>> {
        let (here, below) = match key.split_once('.') {
            Some((here, below)) => (here, Some(below)),
            None => (key, None),
        };
        let mut fields = *self;
        let value = fields.find_map(|(name, value)| (name == here.as_bytes()).then_some(value))?;
        match below {
            Some(below) => value.document()?.value(below),
            None => Some(value),
        }
    }

    /// Returns a string; empty for anything else.
    pub(crate) fn text(&self, key: &str) -> Cow<'a, str> {
        self.value(key)
            .map(|value| value.text())
            .unwrap_or_default()
    }

    /// Returns a whole number; 0 for anything else.
    pub(crate) fn integer(&self, key: &str) -> i64 {
        self.value(key)
            .and_then(|value| value.integer())
            .unwrap_or(0)
    }

    /// Returns a small whole number; 0 for anything else or greater.
    pub(crate) fn small(&self, key: &str) -> i32 {
        self.value(key).map_or(0, |value| value.small())
    }

    /// Returns a switch; false for anything else.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.value(key).is_some_and(|value| value.flag())
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], Value<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let element = self.element();
        if element.is_none() {
            self.rest = &[];
        }
        element
    }
}

impl<'a> Fields<'a> {
    #[inline]
    fn element(&mut self) -> Option<(&'a [u8], Value<'a>)> {
        let (&kind, rest) = self.rest.split_first()?;
        // Keys are a few bytes: a plain loop beats a search routine's start-up.
        let end = rest.iter().position(|byte| *byte == 0)?;
        let (key, rest) = (&rest[..end], &rest[end + 1..]);
        let len = match kind {
            DOUBLE | DATE | TIMESTAMP | INT64 => 8,
            STRING | 0x0D | 0x0E => length(rest)?.checked_add(4)?,
            DOCUMENT | ARRAY | 0x0F => length(rest)?,
            BINARY => length(rest)?.checked_add(5)?,
            0x06 | NULL | 0x7F | 0xFF => 0,
            OBJECT_ID => 12,
            BOOLEAN => 1,
            0x0B => {
                let pattern = rest.iter().position(|byte| *byte == 0)? + 1;
                pattern + rest[pattern..].iter().position(|byte| *byte == 0)? + 1
            }
            0x0C => length(rest)?.checked_add(16)?,
            INT32 => 4,
            0x13 => 16,
            _ => return None,
        };
        let (bytes, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        Some((key, Value { kind, bytes }))
    }
}

impl<'a> Value<'a> {
    /// Whether it is null, or was never set.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, NULL | 0x06)
    }

    /// Returns a document's fields.
    #[inline]
    pub(crate) fn document(&self) -> Option<Fields<'a>> {
        (self.kind == DOCUMENT).then(|| Fields::of(self.bytes))
    }

    /// Returns an array's elements; their keys are of no interest.
    #[inline]
    pub(crate) fn array(&self) -> Option<Fields<'a>> {
        (self.kind == ARRAY).then(|| Fields::of(self.bytes))
    }

    /// Returns a string, with U+FFFD for what is not UTF-8; empty for anything else.
    #[inline]
    pub(crate) fn text(&self) -> Cow<'a, str> {
        let bytes = match self.kind {
            // Behind the length, before the closing zero.
            STRING | 0x0E => self.bytes.get(4..self.bytes.len().saturating_sub(1)),
            BINARY => self.bytes.get(5..),
            _ => None,
        };
        let bytes = bytes.unwrap_or_default();
        // Nearly all of it is UTF-8, and to see that is faster than to mend.
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        }
    }

    /// Returns a whole number or a point in time in milliseconds; `None` for anything else.
    #[inline]
    pub(crate) fn integer(&self) -> Option<i64> {
        match self.kind {
            INT32 => Some(i32::from_le_bytes(self.bytes.try_into().ok()?).into()),
            INT64 | DATE => Some(i64::from_le_bytes(self.bytes.try_into().ok()?)),
            DOUBLE => {
                let number = f64::from_le_bytes(self.bytes.try_into().ok()?);
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "`as` saturates, and a fraction means nothing here"
                )]
                number.is_finite().then_some(number as i64)
            }
            _ => None,
        }
    }

    /// Returns a MongoDB timestamp (the oplog's clock): seconds since 1970, and the number of the
    /// entry in its second.
    pub(crate) fn timestamp(&self) -> Option<(u32, u32)> {
        if self.kind != TIMESTAMP {
            return None;
        }
        let (increment, seconds) = self.bytes.split_first_chunk()?;
        let seconds = seconds.try_into().ok()?;
        Some((u32::from_le_bytes(seconds), u32::from_le_bytes(*increment)))
    }

    /// Returns an id of MongoDB's own kind.
    pub(crate) fn object_id(&self) -> Option<[u8; 12]> {
        (self.kind == OBJECT_ID)
            .then(|| self.bytes.try_into().ok())
            .flatten()
    }

    /// Returns how many bytes a document or an array takes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the bytes of what is stored as bytes.
    pub(crate) fn binary(&self) -> Option<&'a [u8]> {
        (self.kind == BINARY).then(|| self.bytes.get(5..)).flatten()
    }

    /// Returns a small whole number; 0 for anything else or greater.
    #[inline]
    pub(crate) fn small(&self) -> i32 {
        self.integer()
            .and_then(|number| i32::try_from(number).ok())
            .unwrap_or(0)
    }

    /// Returns a switch; numbers other than 0 count as true, anything else as false.
    #[inline]
    pub(crate) fn flag(&self) -> bool {
        match self.kind {
            BOOLEAN => self.bytes == [1],
            _ => self.integer().is_some_and(|number| number != 0),
        }
    }
}

#[inline]
fn length(bytes: &[u8]) -> Option<usize> {
    let len = i32::from_le_bytes(bytes.get(..4)?.try_into().ok()?);
    usize::try_from(len).ok()
}

#[cfg(test)]
mod tests {
    use bson::{Bson, doc};

    use super::*;

    #[test]
    fn numbers_of_any_kind_are_numbers() {
        let bytes = doc! {
            "a": 7_i32, "b": 7_i64, "c": 7.0, "d": bson::DateTime::from_millis(7), "e": "7",
            "f": f64::NAN, "g": i64::MAX, "h": true, "i": 1_i32, "j": Bson::Null,
        }
        .to_vec()
        .expect("encodes");
        let fields = Fields::of(&bytes);
        for key in ["a", "b", "c", "d"] {
            assert_eq!(fields.integer(key), 7, "{key}");
        }
        for key in ["e", "f", "h", "j", "absent"] {
            assert_eq!(fields.integer(key), 0, "{key}");
        }
        assert_eq!(fields.small("g"), 0);
        assert!(fields.flag("h") && fields.flag("i") && !fields.flag("e"));
    }

    #[test]
    fn every_kind_of_element_is_stepped_over() {
        let bytes = doc! {
            "regex": Bson::RegularExpression(bson::Regex { pattern: bson::raw::cstr!("a").into(), options: bson::raw::cstr!("i").into() }),
            "code": Bson::JavaScriptCode("x".into()),
            "scoped": Bson::JavaScriptCodeWithScope(bson::JavaScriptCodeWithScope { code: "x".into(), scope: doc! {"y": 1} }),
            "oid": bson::oid::ObjectId::new(), "symbol": Bson::Symbol("s".into()),
            "decimal": Bson::Decimal128(bson::Decimal128::from_bytes([0; 16])),
            "ts": Bson::Timestamp(bson::Timestamp { time: 9, increment: 1 }),
            "min": Bson::MinKey, "max": Bson::MaxKey, "undefined": Bson::Undefined,
            "binary": Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![1, 2] }),
            "deep": { "er": { "x": "found" } },
            "last": "here",
        }
        .to_vec()
        .expect("encodes");
        let fields = Fields::of(&bytes);
        assert_eq!(fields.count(), 13);
        assert_eq!(fields.text("last"), "here");
        assert_eq!(fields.text("deep.er.x"), "found");
        let time = fields.value("ts").and_then(|value| value.timestamp());
        assert_eq!(time, Some((9, 1)));
        let id = fields.value("oid").and_then(|value| value.object_id());
        assert!(id.is_some());
        let binary = fields.value("binary").and_then(|value| value.binary());
        assert_eq!(binary, Some(&[1, 2][..]));
    }

    #[test]
    fn no_damage_makes_the_walk_fail() {
        let whole = doc! { "a": "text", "b": [1, 2, { "c": "d" }], "e": { "f": 1_i64 } }
            .to_vec()
            .expect("encodes");
        fn walk(fields: Fields<'_>) -> usize {
            fields
                .map(|(_, value)| {
                    let _ = (value.text(), value.integer(), value.flag());
                    let below = value.document().or(value.array());
                    1 + below.map_or(0, walk)
                })
                .sum()
        }
        for cut in 0..whole.len() {
            walk(Fields::of(&whole[..cut]));
        }
        for at in 0..whole.len() {
            for byte in [0, 1, 2, 3, 0x7F, 0x80, 0xFF] {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                walk(Fields::of(&damaged));
            }
        }
    }

    #[test]
    fn broken_utf8_is_shown_as_such() {
        let mut bytes = doc! { "a": "xyz" }.to_vec().expect("encodes");
        let at = bytes.iter().position(|byte| *byte == b'y').expect("there");
        bytes[at] = 0xFF;
        assert_eq!(Fields::of(&bytes).text("a"), "x\u{FFFD}z");
    }
}
