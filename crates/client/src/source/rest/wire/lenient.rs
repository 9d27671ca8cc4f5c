//! Decoding that takes absent, `null` and empty for the same, and any integer for a number.

use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de::IgnoredAny};

use crate::model::Timestamp;

/// Takes `null` for the type's default. Together with `#[serde(default)]` on the struct, an
/// absent key is the same too.
pub(in crate::source::rest) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A number of whatever width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::source::rest) struct Int(i64);

impl Int {
    pub(in crate::source::rest) fn i64(self) -> i64 {
        self.0
    }

    /// Returns the number, or the nearest one that fits.
    pub(in crate::source::rest) fn i32(self) -> i32 {
        i32::try_from(self.0).unwrap_or(if self.0 < 0 { i32::MIN } else { i32::MAX })
    }

    /// Returns the number; 0 for one below.
    pub(in crate::source::rest) fn u64(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }

    /// Returns the number as milliseconds since 1970.
    pub(in crate::source::rest) fn time(self) -> Timestamp {
        Timestamp::from_millis(self.0)
    }
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyInteger;

        impl Visitor<'_> for AnyInteger {
            type Value = Int;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Int, E> {
                Ok(Int(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Int, E> {
                Ok(Int(i64::try_from(value).unwrap_or(i64::MAX)))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Int, E> {
                Ok(Int(0))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Int, E> {
                // 1e3 and 1.0 are integers to JSON, though not to serde_json.
                if value.fract() == 0.0 {
                    Ok(Int(value as i64))
                } else {
                    Err(E::invalid_type(de::Unexpected::Float(value), &self))
                }
            }
        }

        deserializer.deserialize_any(AnyInteger)
    }
}

/// A list whose `null` elements are passed over.
#[derive(Debug)]
pub(in crate::source::rest) struct List<T>(pub(in crate::source::rest) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(Vec<T>);

        impl<'de, T: DeserializeOwned> Visitor<'de> for Elements<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Vec<T>, A::Error> {
                while let Some(element) = list.next_element::<Option<T>>()? {
                    self.0.extend(element);
                }
                Ok(self.0)
            }
        }

        deserializer.deserialize_seq(Elements(Vec::new())).map(Self)
    }
}

/// Defines structs whose every field may be absent or `null`.
macro_rules! wire {
    ($($(#[$meta:meta])* $name:ident { $($key:literal $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(default)]
        pub(in crate::source::rest) struct $name {
            $(
                #[serde(rename = $key, deserialize_with = "crate::source::rest::wire::lenient")]
                pub(in crate::source::rest) $field: $type,
            )*
        }
    )*};
}
pub(super) use wire;

/// An answer nobody looks into.
#[derive(Debug, Default)]
pub(in crate::source::rest) struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    wire! {
        Sample {
            "Number" number: Int,
            "list" list: List<Int>,
            "text" text: String,
        }
    }

    fn sample(json: &str) -> Sample {
        serde_json::from_str(json).expect("decodes")
    }

    #[test]
    fn absent_null_and_empty_are_the_same() {
        for json in [
            r"{}",
            r#"{"Number":null,"list":null,"text":null}"#,
            r#"{"Number":0,"list":[],"text":"","other":{"x":[1]}}"#,
            r#"{"list":[null,null]}"#,
        ] {
            let sample = sample(json);
            assert_eq!(sample.number, Int(0), "{json}");
            assert!(sample.list.0.is_empty() && sample.text.is_empty(), "{json}");
        }
    }

    #[test]
    fn any_integer_is_a_number() {
        for (json, number) in [
            ("7", 7),
            ("-7", -7),
            ("7.0", 7),
            ("7e2", 700),
            ("9223372036854775807", i64::MAX),
            ("18446744073709551615", i64::MAX),
        ] {
            let sample = sample(&format!(r#"{{"Number":{json}}}"#));
            assert_eq!(sample.number.i64(), number);
        }
        assert_eq!(Int(i64::MAX).i32(), i32::MAX);
        assert_eq!(Int(i64::MIN).i32(), i32::MIN);
        assert!(serde_json::from_str::<Int>("7.5").is_err());
        assert!(serde_json::from_str::<Int>(r#""7""#).is_err());
    }
}
