//! From the wire's JSON to [`Content`].

mod element;
mod fields;
mod json;
mod nested;
mod system;

use serde_json::Value;

use self::fields::{Fields, Shape};
pub(super) use self::json::json;
use super::{Content, ContentType, Reaction, Text};

/// How much of what is nested is still read. It keeps the stack and the memory small, whatever a
/// hostile client quotes within quotes.
#[derive(Debug)]
pub(super) struct Limits {
    depth: u32,
    messages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 16,
            messages: 1000,
        }
    }
}

/// Reads content of that type.
pub(super) fn content(content_type: ContentType, text: &str, limits: &mut Limits) -> Content {
    if text.is_empty() {
        return Content::Empty;
    }
    if content_type == ContentType::TEXT
        && let Some(text) = plain(text)
    {
        return Content::Text(Text { text: text.into() });
    }
    let raw = || Content::Raw {
        content_type,
        content: text.to_owned(),
    };
    let Some(value) = json(text) else {
        return raw();
    };
    match content_type {
        _ if value.is_null() => Content::Empty,
        ContentType::REACTION_SET | ContentType::REACTION_DELETED => Content::Reaction(Reaction {
            removed: content_type == ContentType::REACTION_DELETED,
            content: text.to_owned(),
        }),
        _ => self::value(content_type, &value, limits).unwrap_or_else(|| {
            if has_a_shape(content_type) {
                raw()
            } else {
                Content::Unknown {
                    content_type,
                    content: text.to_owned(),
                }
            }
        }),
    }
}

/// Returns the text of `{"content":"…"}` where nothing in it is escaped: that is most of what is written,
/// and saves most of the time of reading it as JSON.
fn plain(text: &str) -> Option<&str> {
    let text = text
        .strip_prefix(r#"{"content":""#)?
        .strip_suffix(r#""}"#)?;
    let special = |byte: u8| byte < b' ' || matches!(byte, b'"' | b'\\');
    (!text.bytes().any(special)).then_some(text)
}

/// Reads content already parsed as JSON; `None` where it is not of its type's shape.
fn value(content_type: ContentType, value: &Value, limits: &mut Limits) -> Option<Content> {
    let shape = Shape::default();
    if !content_type.is_notification() {
        let fields = Fields::of(value, &shape);
        let content = element::read(content_type, &fields, limits)?;
        return fields.fit().then_some(content);
    }
    let detail = detail(value)?;
    let fields = Fields::of(&detail, &shape);
    let content = system::read(content_type, &fields)?;
    fields.fit().then_some(content)
}

/// Returns what a notification tells: JSON inside the string `detail`. OpenIM 2 had it in
/// `jsonDetail`, and some callers of the REST API post the object itself.
fn detail(value: &Value) -> Option<Value> {
    let object = value.as_object()?;
    let mut wrapped = false;
    for key in ["detail", "jsonDetail"] {
        match object.get(key) {
            None => {}
            Some(Value::String(text)) => {
                wrapped = true;
                match json(text) {
                    Some(detail @ (Value::Object(_) | Value::Null)) => return Some(detail),
                    Some(_) | None if text.is_empty() => return Some(Value::Null),
                    _ => {}
                }
            }
            Some(detail @ (Value::Object(_) | Value::Null)) => return Some(detail.clone()),
            Some(_) => wrapped = true,
        }
    }
    (!wrapped).then(|| value.clone())
}

/// Whether this version knows what content of that type looks like.
fn has_a_shape(content_type: ContentType) -> bool {
    content_type.name().is_some() && !matches!(content_type.0, 112 | 116 | 200..=203)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_reads_what_the_long_way_reads() {
        for text in [
            r#"{"content":"合同明天签"}"#,
            r#"{"content":""}"#,
            r#"{"content":"a","b":"c"}"#,
            r#"{"content":"a\nb"}"#,
            r#"{"content":"a\"}"#,
            r#"{"content":"a"} "#,
            r#"{"content":"a}"#,
            r#"{"content":""#,
            "{\"content\":\"a\u{1}b\"}",
        ] {
            let long =
                json(text).and_then(|json| value(ContentType::TEXT, &json, &mut Limits::default()));
            match plain(text) {
                Some(short) => {
                    let short = Content::Text(Text { text: short.into() });
                    assert_eq!(Some(short), long, "{text}");
                }
                None => assert!(
                    text != r#"{"content":""}"# && !text.contains("合同"),
                    "{text}"
                ),
            }
        }
    }
}
