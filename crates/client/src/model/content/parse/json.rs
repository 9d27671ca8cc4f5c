//! JSON as other people's clients write it.

use std::borrow::Cow;

use serde_json::Value;

/// Parses JSON; `None` for anything else, and for nesting deeper than serde_json allows (128).
///
/// Half a surrogate pair, which clients leave when they cut a text inside an emoji, becomes
/// U+FFFD, as it does in Go and in browsers.
pub(in crate::model::content) fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .ok()
        .or_else(|| match mend(text) {
            Cow::Owned(mended) => serde_json::from_str(&mended).ok(),
            Cow::Borrowed(_) => None,
        })
}

/// Replaces the escapes of lone surrogates.
fn mend(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        at += found;
        match escape(text, at) {
            Some(0xd800..=0xdbff) => {
                if matches!(escape(text, at + 6), Some(0xdc00..=0xdfff)) {
                    at += 12;
                    continue;
                }
            }
            Some(0xdc00..=0xdfff) => {}
            // The backslash and the character it escapes, however long that is.
            _ => {
                at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
        }
        mended.push_str(&text[copied..at]);
        mended.push_str("\\ufffd");
        at += 6;
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

/// Returns the code unit of the `\uXXXX` at that place.
fn escape(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_a_whole_one_kept() {
        let read = |text: &str| json(text).and_then(|value| value.as_str().map(str::to_owned));
        assert_eq!(read(r#""a\ud83d""#).as_deref(), Some("a\u{fffd}"));
        assert_eq!(read(r#""\ude00b""#).as_deref(), Some("\u{fffd}b"));
        assert_eq!(
            read(r#""\ud83d\ud83d\ude00\ude00""#).as_deref(),
            Some("\u{fffd}😀\u{fffd}")
        );
        assert_eq!(
            read(r#""\\ud83d \ud83d\n 文""#).as_deref(),
            Some("\\ud83d \u{fffd}\n 文")
        );
    }

    #[test]
    fn what_is_broken_otherwise_stays_broken() {
        for text in [
            "",
            "plain",
            "\"\\ud83",
            "{\"a\":\"\\ud83d\"",
            "\\",
            "\\文",
            "\"\\u+123\"",
        ] {
            assert_eq!(json(text), None, "{text}");
        }
    }
}
