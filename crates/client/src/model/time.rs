//! Points in time, as milliseconds since 1970.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time with the server's precision of one millisecond.
///
/// Senders choose `send_time` freely, so any number is possible; one that no calendar holds is
/// shown and serialized as `ms:<number>`. Serialized as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Wraps milliseconds since 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the same instant for calendar arithmetic; `None` beyond the years -9999 to 9999.
    pub fn to_jiff(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_millisecond(self.0).ok()
    }

    /// Returns `None` for 0 and for Go's zero time, which both mean "never" on the wire.
    pub fn known(self) -> Option<Self> {
        /// 0001-01-01T00:00:00Z, Go's zero `time.Time`.
        const GO_ZERO: i64 = -62_135_596_800_000;
        (self.0 != 0 && self.0 != GO_ZERO).then_some(self)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self(time.as_millisecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_jiff() {
            Some(time) => write!(f, "{time:.3}"),
            None => write!(f, "ms:{}", self.0),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text
            .strip_prefix("ms:")
            .and_then(|millis| millis.parse().ok())
        {
            Some(millis) => Ok(Self(millis)),
            None => text.parse::<jiff::Timestamp>().map(Self::from),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A span of time: `since` is included, `until` is not; `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// The first instant.
    pub since: Option<Timestamp>,
    /// The instant after the last.
    pub until: Option<Timestamp>,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self {
        since: None,
        until: None,
    };

    /// Whether `time` lies in the span.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }

    /// Whether the span is open at both ends.
    pub fn is_all(&self) -> bool {
        *self == Self::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_survives_being_written_and_read() {
        for millis in [
            0,
            1,
            -1,
            1_795_517_373_630,
            -62_135_596_800_000,
            i64::MAX,
            i64::MIN,
        ] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(
                time.to_string().parse::<Timestamp>().expect("parses"),
                time,
                "{time}"
            );
        }
        assert_eq!(
            Timestamp::from_millis(1_795_517_373_630).to_string(),
            "2026-11-24T10:49:33.630Z"
        );
    }

    #[test]
    fn both_nothing_values_are_unknown() {
        assert_eq!(Timestamp::from_millis(0).known(), None);
        assert_eq!(Timestamp::from_millis(-62_135_596_800_000).known(), None);
    }
}
