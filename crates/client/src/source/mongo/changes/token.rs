//! Places in the server's stream of changes.

use std::fmt;
use std::str::FromStr;

use bson::spec::BinarySubtype;
use bson::{Binary, Document, doc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::Error;
use crate::model::Timestamp;
use crate::source::mongo::wire::Fields;

/// A point on the cluster's own clock, which orders all its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClusterTime {
    /// Seconds since 1970.
    pub seconds: u32,
    /// Which of the changes of that second.
    pub increment: u32,
}

impl ClusterTime {
    pub(in crate::source::mongo) fn bson(self) -> bson::Timestamp {
        bson::Timestamp {
            time: self.seconds,
            increment: self.increment,
        }
    }

    /// Returns the same on the wall's clock; the cluster's has a precision of one second.
    pub fn time(self) -> Timestamp {
        Timestamp::from_millis(i64::from(self.seconds) * 1000)
    }
}

/// A place in the stream of changes, to go on from later. It is good for as long as the oplog
/// reaches back to it, and for the collection it was made for.
///
/// Its text is that of MongoDB's `_data` (hexadecimal digits); it holds no secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResumeToken {
    data: String,
    /// What MongoDB adds where `_data` alone does not tell the types of numbers.
    type_bits: Option<Vec<u8>>,
}

/// How MongoDB's ordered form of a timestamp begins.
const TIMESTAMP: &str = "82";

/// A token that names a change has more digits than this: it holds the collection's 16 bytes, too.
const CHANGE_TOKEN: usize = 48;

impl ResumeToken {
    /// Reads a token as the server writes it (MongoDB 4.0.7 and later).
    pub(super) fn read(token: Fields<'_>) -> Option<Self> {
        let data = token.text("_data").into_owned();
        let type_bits = token
            .value("_typeBits")
            .and_then(|bits| bits.binary())
            .map(<[u8]>::to_vec);
        (!data.is_empty()).then_some(Self { data, type_bits })
    }

    /// Returns the token as the server takes it.
    pub(super) fn document(&self) -> Document {
        let mut token = doc! { "_data": &self.data };
        if let Some(bits) = &self.type_bits {
            token.insert(
                "_typeBits",
                Binary {
                    subtype: BinarySubtype::Generic,
                    bytes: bits.clone(),
                },
            );
        }
        token
    }

    /// Returns when the change happened behind which this place is: nothing up to then is missing
    /// from what was told before it. `None` for a form of token this version does not know.
    pub fn cluster_time(&self) -> Option<ClusterTime> {
        let digits = self.data.strip_prefix(TIMESTAMP)?;
        let number = |at: usize| u32::from_str_radix(digits.get(at..at + 8)?, 16).ok();
        let (seconds, increment) = (number(0)?, number(8)?);
        // A token of no change stands before whatever happens at its time, and a server that is idle
        // gives out the time after its last one, which it cannot be asked to wait for.
        let is_between_changes = self.data.len() < CHANGE_TOKEN;
        Some(ClusterTime {
            seconds,
            increment: increment.saturating_sub(u32::from(is_between_changes)),
        })
    }
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.data)?;
        if let Some(bits) = &self.type_bits {
            f.write_str(".")?;
            for byte in bits {
                write!(f, "{byte:02X}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResumeToken({self})")
    }
}

impl FromStr for ResumeToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (data, bits) = match text.split_once('.') {
            Some((data, bits)) => (data, Some(bits)),
            None => (text, None),
        };
        let type_bits = bits.map(bytes);
        if bytes(data).is_none_or(|bytes| bytes.is_empty()) || type_bits == Some(None) {
            return Err(Error::invalid(
                "the token of a change stream",
                "it is not one of MongoDB's",
            ));
        }
        Ok(Self {
            data: data.to_owned(),
            type_bits: type_bits.flatten(),
        })
    }
}

/// Reads hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| {
            let pair = &digits[at..at + 2];
            // The standard library takes a sign too.
            (!pair.starts_with('+'))
                .then(|| u8::from_str_radix(pair, 16).ok())
                .flatten()
        })
        .collect()
}

impl Serialize for ResumeToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResumeToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As recorded from a release server.
    const RECORDED: &str = "826B05700A000000012B022C0100296E5A10043D3949C00849490984CD21ABDEA2643B46645F696400646B056C206E4EC7554E0D82570004";

    #[test]
    fn a_token_survives_its_text_and_knows_its_time() {
        let token: ResumeToken = RECORDED.parse().expect("a token");
        assert_eq!(token.to_string(), RECORDED);
        let time = token.cluster_time().expect("a time");
        assert_eq!((time.seconds, time.increment), (1_795_518_474, 1));
        assert_eq!(time.time().as_millis(), 1_795_518_474_000);
        let json = serde_json::to_string(&token).expect("serialized");
        assert_eq!(
            serde_json::from_str::<ResumeToken>(&json).expect("read"),
            token
        );

        let with_bits: ResumeToken = format!("{RECORDED}.0AFF").parse().expect("a token");
        assert_eq!(with_bits.to_string(), format!("{RECORDED}.0AFF"));
        let bytes = with_bits.document().to_vec().expect("encodes");
        assert_eq!(ResumeToken::read(Fields::of(&bytes)), Some(with_bits));
        let bytes = token.document().to_vec().expect("encodes");
        assert_eq!(ResumeToken::read(Fields::of(&bytes)), Some(token));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for damaged in ["", ".", "8", "+8", "82zz", "82.", "82.x", "８２", "82 "] {
            let parsed = damaged.parse::<ResumeToken>();
            assert!(parsed.is_err() || damaged == "82.", "{damaged}");
        }
        let short: ResumeToken = "8200".parse().expect("digits");
        assert_eq!(short.cluster_time(), None);
    }
}
