//! Reading as Go's `encoding/json` does into a struct.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess};
use serde_json::value::RawValue;

/// Sets a field as Go does: null changes nothing, another type is an error.
pub(in crate::source::view) fn set<'a, T: Deserialize<'a>>(
    field: &mut T,
    value: &'a RawValue,
) -> Option<()> {
    if let Some(value) = serde_json::from_str::<Option<T>>(value.get()).ok()? {
        *field = value;
    }
    Some(())
}

pub(in crate::source::view) fn strings(value: &RawValue) -> Option<Option<Vec<String>>> {
    let list: Option<Vec<Option<String>>> = serde_json::from_str(value.get()).ok()?;
    Some(list.map(|list| list.into_iter().map(Option::unwrap_or_default).collect()))
}

pub(in crate::source::view) fn switches(value: &RawValue) -> Option<BTreeMap<String, bool>> {
    let map: Option<BTreeMap<String, Option<bool>>> = serde_json::from_str(value.get()).ok()?;
    Some(
        map.unwrap_or_default()
            .into_iter()
            .map(|(key, value)| (key, value.unwrap_or_default()))
            .collect(),
    )
}

/// Returns an object's entries in their order, repeated keys included; `None` for anything else.
pub(in crate::source::view) fn entries(json: &str) -> Option<Vec<(String, &RawValue)>> {
    struct Entries<'a>(Vec<(String, &'a RawValue)>);

    impl<'de> Deserialize<'de> for Entries<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Visitor)
        }
    }

    struct Visitor;

    impl<'de> de::Visitor<'de> for Visitor {
        type Value = Entries<'de>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
                entries.push(entry);
            }
            Ok(Entries(entries))
        }
    }

    serde_json::from_str::<Entries<'_>>(json)
        .ok()
        .map(|entries| entries.0)
}
